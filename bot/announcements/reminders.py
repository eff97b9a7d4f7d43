"""What the clock does: start what is scheduled, and remind people before the last day or when the kansli asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial

from sqlalchemy.orm import Session

from bot.announcements import cards, lifecycle, notices, send_cards
from bot.announcements.cards import Edition
from bot.announcements.notices import CHUNK, Work
from bot.announcements.send_cards import Progress
from bot.delivery.ladder import Ladder, Rung
from bot.delivery.living import Living
from bot.plan import Foreseen
from bot.register.change import Change
from bot.swedish import STOCKHOLM, count, date_of, next_open
from bot.turn import App
from storage import announcements, copies, outbox, viewpoints
from storage.announcements import Announcement, AnnouncementState, Mark
from storage.outbox import Delivery
from storage.outgoing import Outgoing, Reach, ToPerson, number_of

LADDER = Ladder((Rung(-7), Rung(-1)))
CLOSES = time(16)
"""When the last day counts as over for a reminder: people need the afternoon to send something in."""
FARTHEST = timedelta(days=40)
"""A rung moves earlier past a holiday, at most past the July pause of six weeks."""

FRESH = timedelta(days=1)
"""People who got it within this time are not reminded of it."""


def run(app: App, clock: Callable[[], datetime]) -> Iterator[Work]:
    """Yield the transactions that move all announcements forward: start, prepare, correct, count, remind."""
    scheduled: list[int] = []

    def look(session: Session) -> int:
        scheduled[:] = announcements.to_start(session, clock())
        return len(scheduled)

    yield look
    for number in scheduled:
        yield partial(_start, app=app, number=number, clock=clock)
    yield from notices.run(app, clock)
    yield from _nudges(clock)


def due(session: Session, now: datetime) -> list[Outgoing]:
    """Return the reminders that are due."""
    rows = announcements.running_out(session, date_of(now), date_of(now + FARTHEST))
    return [outgoing for row in rows for outgoing in _due(session, row, now)]


def ahead(app: App, session: Session, now: datetime, until: datetime) -> Iterator[Foreseen]:
    """Yield the scheduled announcements that go before ``until``, or what the kansli is told of one that may not go.

    One that repeats comes each time. Each time but the last is a copy, so its keys are made up here.
    """
    for row in announcements.scheduled(session, until):
        rule, at = lifecycle.rule_of(row), max(now, row.send_at or now)
        while at < until:
            if refusal := lifecycle.refused(app, session, row, at):
                told = notices.halted(app, session, row, refusal, row.version + 1)
                yield from (Foreseen(at, outgoing) for outgoing in told)
                break
            following = rule.after(at) if rule else None
            mark = "" if following is None else f":{at:%Y-%m-%d}"
            yield from (
                Foreseen(at, replace(outgoing, key=f"{outgoing.key}{mark}"))
                for outgoing in _sent(app, session, row, at)
            )
            if following is None:
                break
            at = following


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


def nudge_wanted(session: Session, delivery: Delivery) -> bool:
    """Return whether the person still has pressed and answered nothing, and the same version is out."""
    row = announcements.find(session, number_of(delivery.subject) or 0)
    if row is None or row.state not in (AnnouncementState.SENDING, AnnouncementState.SENT):
        return False
    if viewpoints.of_person(session, row.id, delivery.person_id or 0) is not None:
        return False
    same = delivery.key.startswith(f"{delivery.subject}:v{row.version}:")
    return same and not announcements.marks_of(session, row.id, delivery.person_id or 0)


def _start(session: Session, app: App, number: int, clock: Callable[[], datetime]) -> int:
    """Send a scheduled announcement; or make it a draft again and say why, if it may not go any more."""
    row, now = announcements.lock(session, number), clock()
    if row is None or row.state != AnnouncementState.SCHEDULED or row.send_at is None or row.send_at > now:
        return 0
    change, refusal = Change(session, None, now), lifecycle.refused(app, session, row, now)
    if refusal:
        outbox.enqueue_all(session, notices.halted(app, session, row, refusal, row.version + 1), now)
        lifecycle.unschedule(change, row, "Schemalagt utskick gick inte iväg")
        return 1
    sent = lifecycle.take_next(change, row)
    lifecycle.send(change, sent)
    notices.start(app, session, sent, now)
    return 1


def _nudges(clock: Callable[[], datetime]) -> Iterator[Work]:
    numbers: list[int] = []

    def look(session: Session) -> int:
        numbers[:] = announcements.to_nudge(session)
        return len(numbers)

    yield look
    for number in numbers:
        after = [0]
        while after:
            yield partial(_nudge, number=number, after=after, clock=clock)


def _nudge(session: Session, number: int, after: list[int], clock: Callable[[], datetime]) -> int:
    """Write the reminders of one chunk of people who have not pressed. Empty ``after`` when there are no more."""
    row, now = announcements.lock(session, number), clock()
    if row is None or row.nudge_at is None:
        after.clear()
        return 0
    left = [person for person in viewpoints.silent(session, row, row.nudge_at - FRESH) if person > after[0]]
    people = left[:CHUNK]
    if len(left) > CHUNK:
        after[0] = people[-1]
    else:
        row.nudge_at = None
        after.clear()
    closes = datetime.combine(row.last_date + timedelta(days=1), time(), STOCKHOLM) if row.last_date else None
    opens = next_open(now)
    subject = f"announcement_nudge:{row.id}"
    card, mail = cards.nudge(row)
    pattern = Outgoing(
        f"{subject}:v{row.nudged_version}:person",
        subject,
        ToPerson(0),
        card=card,
        expires_at=closes,
        reach=Reach.REMINDER,
        mail=mail,
    )
    return copies.enqueue(session, pattern, people, now, opens if closes is None or opens < closes else now)
