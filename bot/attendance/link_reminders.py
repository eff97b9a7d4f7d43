"""Remind the kansli of an event online that nobody could join, because its link is missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from bot.attendance import cards
from bot.delivery.ladder import Ladder, Rung
from bot.schedule import entry
from storage import events, kansli
from storage.events import Event, EventState
from storage.outbox import Delivery
from storage.outgoing import Outgoing, Reach, ToPerson, number_of

LINK = "event_link"
"""The first word of the subjects."""
LADDER = Ladder((Rung(-3), Rung(-1)))
SETTLED = timedelta(hours=1)
"""How long after a change Teams may take to make the meeting and tell its link."""


def due(session: Session, now: datetime) -> list[Outgoing]:
    """Return what the kansli is to be told by ``now``."""
    return [row for event in events.upcoming(session, now) for row in _due(session, event, now)]


def still_wanted(session: Session, delivery: Delivery) -> bool:
    """Return whether the event still is at that time, and lacks its link."""
    event = events.find(session, number_of(delivery.subject))
    if event is None or event.state != EventState.OPEN or event.starts_at is None:
        return False
    stamp = event.starts_at.astimezone(UTC).strftime(LADDER.stamp)
    return f":{stamp}:" in delivery.key and entry.lacks_link(session, event)


def _due(session: Session, event: Event, now: datetime) -> Iterator[Outgoing]:
    reached = LADDER.due(event.starts_at, now) if event.starts_at is not None else None
    if reached is None or event.changed_at > now - SETTLED or not entry.lacks_link(session, event):
        return
    subject = f"{LINK}:{event.id}"
    card, mail = cards.linkless(event)
    for person in kansli.everyone(session):
        yield Outgoing(
            reached.key(subject, person.id),
            subject,
            ToPerson(person.id),
            card=card,
            not_before=reached.not_before,
            expires_at=reached.until,
            reach=Reach.REMINDER,
            mail=mail,
        )
