"""Bring a calendar entry to the current state of its appointment, in steps that can all be repeated.

The entry is found by its key and compared with the appointment each time. So a lost answer, a killed process or two
senders at a time leave one entry, and nobody gets two mails about the same change. A change of an entry that somebody
else has changed since we read it, such as by forwarding the invitation, is refused, and we read it again.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol, TypeVar

from sqlalchemy.orm import Session

from bot.delivery.invitation import shown_of
from bot.mail_address import reachable
from bot.ports import Failed, Posted
from bot.tenant import MOST_ATTENDEES, Appointment, Attendee, Booked, Calendar, StaleEntry
from storage import calendar_entries, invitations
from storage.invitations import Invitation, OutlookAnswer
from storage.outbox import Delivery
from storage.outgoing import AsAppointment, Operation, ToCalendar

T = TypeVar("T")
LONGEST_ID, LONGEST_URL = 200, 1000
"""The most characters that the database stores of an entry's id and of its meeting's address."""
MOST_READINGS = 3
"""How often an entry is read in one try before the delivery waits: somebody else changes it all the time."""

logger = logging.getLogger(__name__)


class Play(Protocol):
    """Run a function in a transaction, off the event loop."""

    def __call__(self, work: Callable[[Session], T]) -> Awaitable[T]:
        """Return what ``work`` returns."""


@dataclass(frozen=True, slots=True)
class Guests:
    """The people to invite, and the marks of all addresses that we have ever written in the entry."""

    attendees: Sequence[Attendee]
    ours: frozenset[str]
    seen: frozenset[int]
    """The rows of the people when we read them. People who came later go with the next delivery."""


async def bring_up_to_date(calendar: Calendar, row: Delivery, body: Mapping[str, Any], play: Play) -> Posted:
    """Write or cancel the entry, as the row says. Raise as :class:`bot.ports.Messenger` does."""
    key = ToCalendar.of_lane(row.lane).event_key
    booked = await calendar.find(key)
    if row.operation == Operation.CALL_OFF:
        if booked is not None:
            await calendar.cancel(booked.id, body.get("text", ""))
        return Posted("", activity_id=_entry_id(booked) if booked else None)
    if "appointment" not in body:
        raise Failed("text_forgotten")
    appointment = shown_of(key, AsAppointment.from_body(body["appointment"]))
    for left in reversed(range(MOST_READINGS)):
        try:
            return await _bring(calendar, booked, appointment, row, play)
        except StaleEntry:
            if not left:
                raise
            booked = await calendar.find(key)
    raise AssertionError("unreachable")


async def _bring(
    calendar: Calendar, booked: Booked | None, appointment: Appointment, row: Delivery, play: Play
) -> Posted:
    """Bring the entry from the state that was read to the appointment's. Raise :class:`StaleEntry`."""
    key, now = appointment.key, row.claimed_at or row.created_at
    guests = await play(partial(_guests, key=key))
    if booked is None:
        booked = await calendar.create(appointment, guests.attendees[:MOST_ATTENDEES])
    if booked.shown != appointment.shown:
        await calendar.update(booked, appointment)
        booked = await calendar.find(key)
        if booked is None:
            raise StaleEntry
    listed = _merged(key, booked.attendees, guests)
    if listed[:MOST_ATTENDEES] != list(booked.attendees):
        await calendar.invite(booked, listed[:MOST_ATTENDEES])
    await play(partial(_record, key=key, booked=booked, guests=guests, listed=listed, now=now))
    return Posted("", activity_id=_entry_id(booked), join_url=_link(booked))


def read_back(session: Session, key: str, booked: Booked, now: datetime) -> None:
    """Store what the entry says: the answers in Outlook, and where to join."""
    calendar_entries.hold(session, key)
    calendar_entries.note(session, key, _link(booked), now)
    invitations.record(session, key, (), _answers(key, booked), now)


def _record(
    session: Session, *, key: str, booked: Booked, guests: Guests, listed: Sequence[Attendee], now: datetime
) -> None:
    """Store the entry's state after we wrote it, and which invited people it does not have."""
    calendar_entries.hold(session, key)
    calendar_entries.note(session, key, _link(booked), now)
    wanted = {invitations.mark(key, attendee.mail) for attendee in guests.attendees}
    invitations.record(session, key, guests.ours - wanted, _answers(key, booked), now)
    full = {invitations.mark(key, attendee.mail) for attendee in listed[MOST_ATTENDEES:]}
    for invitation, person in invitations.of_event(session, key):
        if person is not None and invitation.id in guests.seen:
            unreached = "" if invitation.mark in wanted else invitations.NO_ADDRESS
            invitation.outside = invitations.FULL if invitation.mark in full else unreached
    if full:
        told = {"appointment": key, "people": len(full)}
        logger.warning("an entry holds no more attendees; the last ones are left out", extra=told)


def _answers(key: str, booked: Booked) -> dict[str, OutlookAnswer]:
    return {
        invitations.mark(key, attendee.mail): OutlookAnswer(attendee.answer, attendee.answered_at)
        for attendee in booked.attendees
    }


def _link(booked: Booked) -> str | None:
    return booked.join_url if booked.join_url and len(booked.join_url) <= LONGEST_URL else None


def _entry_id(booked: Booked) -> str | None:
    return booked.id if len(booked.id) <= LONGEST_ID else None


def _guests(session: Session, key: str) -> Guests:
    """Return the invited people's addresses. Store their marks before the addresses are written in the entry."""
    calendar_entries.hold(session, key)
    attendees, ours, seen = [], set[str](), set[int]()
    for row, person in invitations.of_event(session, key):
        ours.add(row.mark)
        seen.add(row.id)
        attendee = Attendee(person.mail, person.name) if person and person.mail and not person.left_at else None
        for spelt in reachable([attendee] if attendee else [], key):
            attendees.append(spelt)
            mark = invitations.mark(key, spelt.mail)
            if row.mark not in ("", mark):  # the person has another address now
                session.add(Invitation(event_key=key, person_id=None, mark=row.mark))
            row.mark = mark
            ours.add(mark)
    return Guests(reachable(attendees, key), frozenset(ours), frozenset(seen))


def _merged(key: str, listed: Sequence[Attendee], guests: Guests) -> list[Attendee]:
    """Return the list to write: everybody listed now except the people we no longer invite, then the new ones."""
    wanted = {attendee.mail.casefold(): attendee for attendee in guests.attendees}
    there = {attendee.mail.casefold() for attendee in listed}
    stay = [
        guest
        for guest in listed
        if guest.mail.casefold() in wanted or invitations.mark(key, guest.mail) not in guests.ours
    ]
    return stay + [attendee for mail, attendee in wanted.items() if mail not in there]
