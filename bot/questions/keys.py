"""Make and read the outbox keys of messages about questions."""

from __future__ import annotations

from bot.delivery.living import Living
from storage import questions
from storage.outbox import Delivery
from storage.outgoing import number_of
from storage.questions import Question

MISSING = "lost:"
"""The start of the keys of messages that tell the kansli that a card is missing."""
_AT_DESK = ("asked:", "reopened:", "wrong:", "rung:", MISSING)
"""The starts of the keys of cards that ask the kansli or a moderator to do something."""


def of(question: Question, what: str) -> str:
    """Return the key of something that is sent about a question once."""
    return f"{questions.subject(question.id)}:{what}"


def told(question: Question, what: str, person: int) -> str:
    """Return the key of the delivery that tells a person something about a question once."""
    return of(question, f"{what}:person:{person}")


def missing(question: Question, card: Delivery) -> str:
    """Return the key's part about a missing card: the kansli is told once for each delivery that failed."""
    since = max(card.settled_at or question.waiting_since, question.waiting_since)
    return f"{MISSING}{question.posts}:{card.state}:{since:%Y-%m-%dT%H:%M:%S}"


def cards(question_id: int) -> Living:
    """Return the question's cards in channels, with one slot for each time it was posted."""
    subject = questions.subject(question_id)
    return Living(f"{subject}:card", subject, subject)


def card(question: Question) -> str:
    """Return the key of the question's newest card."""
    return cards(question.id).key(question.posts)


def at_desk(question: Question, row: Delivery) -> bool:
    """Return whether the row posted a card that asks the kansli or a moderator to do something about the question."""
    starts = tuple(of(question, what) for what in _AT_DESK)
    return row.target is None and row.person_id not in (None, question.asker_id) and row.key.startswith(starts)


def question_of(subject: str, key: str) -> int | None:
    """Return the question whose channel card a delivery posted; None for any other delivery."""
    number = number_of(subject)
    return number if number is not None and cards(number).owns(key) else None
