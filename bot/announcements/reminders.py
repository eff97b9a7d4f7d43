"""Remind people who pressed *Intresserad*, a week and a day before the last day."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.announcements import cards
from bot.announcements.cards import Edition
from bot.delivery.ladder import Ladder, Rung
from bot.swedish import STOCKHOLM, count, date_of
from storage import announcements
from storage.announcements import Announcement, AnnouncementState, Mark
from storage.outbox import Delivery
from storage.outgoing import Outgoing, Reach, ToPerson, number_of

LADDER = Ladder((Rung(-7), Rung(-1)))
CLOSES = time(16)
"""When the last day counts as over for a reminder: people need the afternoon to send something in."""
FARTHEST = timedelta(days=40)
"""A rung moves earlier past a holiday, at most past the July pause of six weeks."""


def due(session: Session, now: datetime) -> list[Outgoing]:
    """Return the reminders that are due."""
    rows = announcements.running_out(session, date_of(now), date_of(now + FARTHEST))
    return [outgoing for row in rows for outgoing in _due(session, row, now)]


def still_wanted(session: Session, delivery: Delivery) -> bool:
    """Return whether the person is still interested, and the announcement is out with the same last day."""
    row = announcements.find(session, number_of(delivery.subject) or 0)
    if row is None or row.state not in (AnnouncementState.SENDING, AnnouncementState.SENT) or not row.last_date:
        return False
    stamp = _ends(row).astimezone(UTC).strftime(LADDER.stamp)
    interested = announcements.marks_of(session, row.id, delivery.person_id or 0)
    return f":{stamp}:" in delivery.key and Mark.INTERESTED in interested


def _due(session: Session, row: Announcement, now: datetime) -> list[Outgoing]:
    reached = LADDER.due(_ends(row), now)
    if reached is None or row.last_date is None:
        return []
    days = (row.last_date - date_of(reached.not_before)).days
    left = {0: "i dag", 1: "i morgon"}.get(days, f"om {count(days, 'dag', 'dagar')}")
    card, mail = cards.reminder(Edition.of(row), left)
    subject = f"announcement_reminder:{row.id}"
    return [
        Outgoing(
            reached.key(subject, person),
            subject,
            ToPerson(person),
            card=card,
            not_before=reached.not_before,
            expires_at=reached.until,
            reach=Reach.REMINDER,
            mail=mail,
        )
        for person in announcements.marked(session, row.id, Mark.INTERESTED)
    ]


def _ends(row: Announcement) -> datetime:
    assert row.last_date is not None  # noqa: S101 - the query's condition
    return datetime.combine(row.last_date, CLOSES, STOCKHOLM)
