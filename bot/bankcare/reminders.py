"""Asks moderators once a month whether their themes' answers still hold, and tells the kansli what was archived."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot import swedish
from bot.bankcare import cards, mails, needs
from bot.swedish import date_of
from storage import faq_history, groups, kansli
from storage.faq import Entry
from storage.outbox import Delivery
from storage.outgoing import Outgoing, Reach, ToPerson
from storage.people import Person

REVIEW = "entry_review"
EXPIRED = "entries_expired"
MOST = 5
"""Answers that a moderator is asked about at a time."""
TOLD_FOR = timedelta(days=3)
"""How long after an archiving the kansli is still told, as when the bot was down or it was a weekend."""


def due(session: Session, now: datetime) -> list[Outgoing]:
    """Return what moderators and the kansli are to be told by ``now``."""
    if not swedish.is_open(now):
        return []
    return [*_to_moderators(session, now), *_to_kansli(session, now)]


def still_wanted(session: Session, row: Delivery) -> bool:
    """Return whether the person still moderates a group, or is the kansli for what was archived."""
    if not isinstance(row.person_id, int):
        return False
    if row.subject.startswith(EXPIRED):
        return row.person_id in {person.id for person in kansli.everyone(session)}
    return bool(groups.moderated_by(session, row.person_id))


def _to_moderators(session: Session, now: datetime) -> Iterator[Outgoing]:
    """Yield a card for each moderator whose themes have answers to review. The kansli has them on its Monday's card."""
    month, moderators = f"{date_of(now):%Y-%m}", _moderators(session)
    here = {person.id for person in kansli.everyone(session)} if moderators else ()
    for person, themes in moderators:
        if person.id in here or person.away(date_of(now)):
            continue
        if entries := needs.to_review(session, now, themes, MOST):
            subject, mail = f"{REVIEW}:{month}", mails.to_review(entries)
            yield Outgoing(
                f"{subject}:person:{person.id}",
                subject,
                ToPerson(person.id),
                card=cards.to_review(entries),
                reach=Reach.REMINDER,
                mail=mail,
            )


def _moderators(session: Session) -> Sequence[tuple[Person, set[str]]]:
    """Return everybody who moderates a group, with the themes of their groups."""
    people: dict[int, Person] = {}
    themes = defaultdict[int, set[str]](set)
    for person, theme in groups.moderation(session):
        people[person.id] = person
        themes[person.id].add(theme)
    return [(person, themes[number]) for number, person in people.items()]


def _to_kansli(session: Session, now: datetime) -> Iterator[Outgoing]:
    rows = faq_history.expired_since(session, now - TOLD_FOR)
    days = defaultdict[str, list[tuple[faq_history.EntryChange, Entry]]](list)
    for change, entry in rows:
        days[date_of(change.at).isoformat()].append((change, entry))
    present = [person for person in kansli.everyone(session) if not person.away(date_of(now))] if days else []
    for day, archived in days.items():
        subject, mail = f"{EXPIRED}:{day}", mails.expired([entry for _, entry in archived])
        for person in present:
            yield Outgoing(
                f"{subject}:person:{person.id}",
                subject,
                ToPerson(person.id),
                card=cards.expired(archived),
                reach=Reach.REMINDER,
                mail=mail,
            )
