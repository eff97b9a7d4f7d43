"""Bring a calendar entry to the current state of its appointment, in steps that can all be repeated.

The entry is found by its key and compared with the appointment each time. So a lost answer, a killed process or two
senders at a time leave one entry, and nobody gets two mails about the same change.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

from sqlalchemy.orm import Session

from bot.delivery.mail import html_of
from bot.mail_address import reachable
from bot.ports import Failed, Posted
from bot.tenant import Appointment, Attendee, Booked, Calendar
from storage import invitations
from storage.invitations import Invitation
from storage.outbox import Delivery
from storage.outgoing import AsAppointment, Operation, ToCalendar

T = TypeVar("T")
LONGEST_ID, LONGEST_URL = 200, 1000
"""The most characters that the database stores of an entry's id and of its meeting's address."""


class Play(Protocol):
    """Run a function in a transaction, off the event loop."""

    def __call__(self, work: Callable[[Session], T]) -> Awaitable[T]:
        """Return what ``work`` returns."""


@dataclass(frozen=True, slots=True)
class Guests:
    """The people to invite, and the marks of all addresses that we have ever written in the entry."""

    attendees: Sequence[Attendee]
    ours: frozenset[str]


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
    appointment = _appointment(key, AsAppointment.from_body(body["appointment"]))
    guests = await play(partial(_guests, key=key))
    if booked is None:
        booked = await calendar.create(appointment, guests.attendees)
    if booked.shown != appointment.shown:
        await calendar.update(booked, appointment)
    listed = _merged(key, booked.attendees, guests)
    if listed != list(booked.attendees):
        await calendar.invite(booked.id, listed)
    wanted = {invitations.mark(key, attendee.mail) for attendee in guests.attendees}
    answers = {invitations.mark(key, attendee.mail): attendee.answer for attendee in booked.attendees}
    await play(partial(invitations.record, event_key=key, removed=guests.ours - wanted, answers=answers))
    link = booked.join_url if booked.join_url and len(booked.join_url) <= LONGEST_URL else None
    return Posted("", activity_id=_entry_id(booked), join_url=link)


def _entry_id(booked: Booked) -> str | None:
    return booked.id if len(booked.id) <= LONGEST_ID else None


def _appointment(key: str, stored: AsAppointment) -> Appointment:
    return Appointment(
        key=key,
        title=stored.title,
        starts=stored.starts,
        ends=stored.ends,
        text=stored.text,
        html=html_of(stored.text),
        online=stored.online,
        place=stored.place,
    )


def _guests(session: Session, key: str) -> Guests:
    """Return the invited people's addresses. Store their marks before the addresses are written in the entry."""
    attendees, ours = [], set[str]()
    for row, person in invitations.of_event(session, key):
        ours.add(row.mark)
        attendee = Attendee(person.mail, person.name) if person and person.mail and not person.left_at else None
        for spelt in reachable([attendee] if attendee else [], key):
            attendees.append(spelt)
            mark = invitations.mark(key, spelt.mail)
            if row.mark not in ("", mark):  # the person has another address now
                session.add(Invitation(event_key=key, person_id=None, mark=row.mark))
            row.mark = mark
            ours.add(mark)
    return Guests(reachable(attendees, key), frozenset(ours))


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
