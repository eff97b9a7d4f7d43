"""Offer, post and take back a newcomer's introduction to the theme groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.message import Json
from bot.onboarding import introduction_cards, introductions
from bot.register.change import Change
from bot.routes import Answers
from storage import introduction_posts, outbox, people
from storage.groups import ThemeGroup
from storage.outbox import Delivery
from storage.outgoing import MessageOf, Outgoing, ToChannel, number_of
from storage.people import Person

GONE = "En presentation har tagits bort."


def offer(session: Session, person: Person, answers: Answers) -> Json | None:
    """Return the card that asks for an introduction; None if there is no group for it."""
    groups = introductions.open_to(session, person)
    if not groups:
        return None
    return introduction_cards.draft(
        person, introductions.text(session, person, str(answers.get("wrestles") or "")), groups
    )


def post(change: Change, person: Person, text: str, groups: Sequence[ThemeGroup]) -> None:
    """Post the approved text in the groups' channels, at most once in each group for ever."""
    card, about = introduction_cards.posted(person, text), introductions.subject(person.id)
    rows = [
        Outgoing(introductions.key(person.id, group), about, ToChannel(group.conversation_id), card=card)
        for group in groups
        if group.conversation_id is not None
    ]
    outbox.enqueue_all(change.session, rows, change.now)


def take_back(session: Session, person_id: int, now: datetime) -> int:
    """Remove the posts from the channels, and stop those that wait. Return how many there were."""
    posts = introductions.posts(session, person_id)
    about = introductions.subject(person_id)
    outbox.cancel(session, about, now)
    rows = [Outgoing(f"{row.key}:gone", introductions.over(person_id), MessageOf(row.key)) for row in posts]
    outbox.enqueue_all(session, rows, now)
    introduction_posts.forget(session, about, GONE, now)
    return len(posts)


def forgetting(session: Session, person_id: int, now: datetime) -> Callable[[], None]:
    """Take back an erased person's introduction."""
    take_back(session, person_id, now)
    return lambda: None


def still_wanted(session: Session, row: Delivery) -> bool:
    """Return whether the person is still in the network."""
    person = people.by_id(session, number_of(row.subject))
    return person is not None and person.left_at is None
