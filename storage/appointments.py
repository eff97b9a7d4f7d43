"""What a feature calls for its appointments, apart from enqueueing a :class:`storage.outgoing.ToCalendar` row.

A row of the outbox carries the appointment's times and texts; the people are read when it is sent. So a person who
registers needs no row if one is waiting. Otherwise the next row goes :data:`APART` after the last one, and takes
everybody who comes or goes until then with it: many registrations become few changes of the entry.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import calendar_entries, invitations
from storage.calendar_entries import CalendarEntry
from storage.database import insert_new, wake
from storage.invitations import DECLINED, Invitation
from storage.outbox import KEPT_FOR, QUEUE, Delivery, State
from storage.outgoing import Operation, ToCalendar

APART = timedelta(minutes=1)
"""The time between two changes of an entry that concern only its people. The first one goes at once."""


@dataclass(frozen=True, slots=True)
class Decline:
    """A person's no in Outlook, to an appointment that they are still invited to."""

    event_key: str
    person_id: int
    at: datetime
    """When they answered. A person who declines a second time has another ``at``: put it in the delivery's key."""


def attend(
    session: Session,
    event_key: str,
    now: datetime,
    *,
    joins: Collection[int] = (),
    leaves: Collection[int] = (),
    apart: timedelta = APART,
) -> None:
    """Invite the people who join and withdraw the people who leave, by id. Everybody else hears nothing.

    Call it in the turn that registers or removes them, in any order with the rows that plan the appointment. People of
    an appointment that is not planned yet are invited when it is. Safe for people who register at the same time.
    """
    entry = calendar_entries.hold(session, event_key)
    invitations.remove(session, event_key, leaves)
    invitations.add(session, event_key, joins)
    _refresh(session, entry, now, apart)


def refresh(session: Session, event_key: str, now: datetime) -> None:
    """Bring the calendar entry to its present people, if it is there and not called off."""
    _refresh(session, calendar_entries.hold(session, event_key), now, timedelta())


def join_url(session: Session, event_key: str) -> str | None:
    """Return where to join the appointment's online meeting. None if it has none, or Microsoft has not made it yet."""
    entry = calendar_entries.find(session, event_key)
    return entry.join_url if entry else None


def sequence(session: Session, event_key: str) -> int:
    """Return how often the appointment has changed since it was first planned, for an ``.ics`` file."""
    entry = calendar_entries.find(session, event_key)
    return entry.sequence if entry else 0


def outside(session: Session, event_key: str) -> Mapping[int, str]:
    """Return the attendees whom the last delivery could not put in the calendar entry, each with the reason.

    :data:`storage.invitations.NO_ADDRESS`: mail can't reach them. :data:`storage.invitations.FULL`: Exchange takes no
    more attendees (:data:`bot.tenant.MOST_ATTENDEES`); the person who registered last is left out first, and gets a
    place in the entry when somebody leaves. They need the file *Lägg i kalendern* and the bot's own messages.
    """
    query = select(Invitation.person_id, Invitation.outside).where(
        Invitation.event_key == event_key, Invitation.outside != "", Invitation.person_id.is_not(None)
    )
    return {person_id: reason for person_id, reason in session.execute(query) if person_id is not None}


def declines(session: Session, now: datetime, since: datetime) -> Sequence[Decline]:
    """Return the declines given after ``since`` by people who are still invited, to appointments that are to come.

    For a feature's ``DUE``: ask about each of them with a key that holds the decline's own time, so that the same
    decline is asked about once, however often this returns it::

        [
            Outgoing(f"{decline.event_key}:declined:{decline.person_id}:{decline.at:%Y%m%dT%H%M%S}", …)
            for decline in appointments.declines(session, now, now - timedelta(days=7))
        ]

    A person who is to go after it: :func:`attend` with ``leaves``. :mod:`bot.delivery.answers` reads the declines.
    """
    query = (
        select(Invitation.event_key, Invitation.person_id, Invitation.answered_at)
        .join(CalendarEntry, CalendarEntry.event_key == Invitation.event_key)
        .where(CalendarEntry.ends_at > now, CalendarEntry.called_off.is_(False), Invitation.person_id.is_not(None))
        .where(Invitation.answer == DECLINED, Invitation.answered_at > since)
        .order_by(Invitation.answered_at, Invitation.id)
    )
    rows = session.execute(query)
    return [Decline(key, person_id, at) for key, person_id, at in rows if person_id is not None and at is not None]


def _refresh(session: Session, entry: CalendarEntry, now: datetime, apart: timedelta) -> None:
    """Enqueue the newest state once more, unless a row that reads the people is waiting."""
    newest = (
        select(Delivery)
        .where(Delivery.lane == ToCalendar(entry.event_key).lane, Delivery.operation == Operation.INVITE)
        .where(Delivery.state != State.CANCELLED)
        .order_by(Delivery.id.desc())
        .limit(1)
        .with_for_update()  # or it could be sent, without these people, between our look and our commit
        .execution_options(populate_existing=True)
    )
    row = None if entry.called_off else session.scalar(newest)
    if row is None or row.state == State.WAITING or row.content_hash is None:
        return
    at = max(now, (row.claimed_at or row.not_before) + apart)
    same = {name: getattr(row, name) for name in ("subject", "lane", "operation", "content_hash", "repeat", "reach")}
    kept = {"created_at": now, "not_before": at, "expires_at": at + KEPT_FOR, "dated": False}
    counts = {"state": State.WAITING, "attempts": 0, "doubts": 0, "error": "", "route": ""}
    insert_new(session, Delivery, key=f"{entry.event_key}:after:{row.id}", **same, **kept, **counts)
    wake(session, QUEUE)
