"""The outbox's keys of what is sent about questions: how they are made, and what they say when they are read."""

from __future__ import annotations

from storage import questions
from storage.outbox import Delivery
from storage.outgoing import number_of
from storage.questions import Question

_MISSING = "lost:"


def of(question: Question, what: str) -> str:
    """The key of something that is sent about a question once."""
    return f"{questions.subject(question.id)}:{what}"


def told(question: Question, what: str, person: int) -> str:
    """The key of the delivery that tells a person of something about a question, once."""
    return of(question, f"{what}:person:{person}")


def what_told(question: Question, key: str) -> str:
    """What such a delivery about the question, or its mail, tells of; empty for any other key."""
    stem = of(question, "")
    return key.removeprefix(stem).rpartition(":person:")[0] if key.startswith(stem) else ""


def missing(question: Question, card: Delivery) -> str:
    """What the kansli is told of once: that this delivery did not bring the question's card to its channel."""
    since = max(card.settled_at or question.waiting_since, question.waiting_since)
    return f"{_MISSING}{question.posts}:{card.state}:{since:%Y-%m-%dT%H:%M:%S}"


def is_missing(what: str) -> bool:
    """Whether what somebody is told of is that a card is missing."""
    return what.startswith(_MISSING)


def card(question: Question, post: int | None = None) -> str:
    """The key of the delivery that posted the question's card, by default its newest; each version replaces that."""
    return f"{_cards(question.id)}{question.posts if post is None else post}"


def version(posted: str, name: str) -> str:
    """The key of the delivery of one version of the card that was ``posted``."""
    return f"{posted}:{name}"


def question_of(subject: str, key: str) -> int | None:
    """The question whose channel card a delivery posted; None for any other delivery."""
    number = number_of(subject)
    return number if number is not None and key.startswith(_cards(number)) else None


def _cards(question_id: int) -> str:
    return f"{questions.subject(question_id)}:card:"
