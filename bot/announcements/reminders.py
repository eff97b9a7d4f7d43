"""Remind people who pressed *Intresserad*, a week and a day before the last day. Also foresee what is scheduled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.announcements import cards, lifecycle, notices, send_cards
from bot.announcements.cards import Edition
from bot.announcements.send_cards import Progress
from bot.delivery.ladder import Ladder, Rung
from bot.delivery.living import Living
from bot.plan import Foreseen
from bot.swedish import STOCKHOLM, count, date_of
from bot.turn import App
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


def ahead(app: App, session: Session, now: datetime, until: datetime) -> Iterator[Foreseen]:
    """Yield the scheduled announcements that go before ``until``, or what the kansli is told of one that may not go."""
    for row in announcements.scheduled(session, until):
        at = max(now, row.send_at or now)
        refusal = lifecycle.refused(app, session, row, at)
        sent = notices.halted(app, session, row, refusal, row.version + 1) if refusal else _sent(app, session, row, at)
        yield from (Foreseen(at, outgoing) for outgoing in sent)


def _sent(app: App, session: Session, row: Announcement, at: datetime) -> Iterator[Outgoing]:
    yield from notices.to_channels(app, session, row)
    pattern = notices.pattern_of(app, row)
    for person in notices.recipients(app, session, row, at):
        yield replace(pattern, key=f"{pattern.key}:{person}", to=ToPerson(person))
    if row.sender_id is not None:
        card = send_cards.progress(row, Progress.of(session, row, app.settings.rate))
        desk = Living.of(f"announcement_desk:{row.id}")
        yield desk.post(f"person:{row.sender_id}", ToPerson(row.sender_id), card)


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
