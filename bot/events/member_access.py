"""Decide which events a member may see, and read what is shown to them. Every member's handler loads its event here.

==========================  ====================================  =======================
what                        may be seen by                        may be changed by
==========================  ====================================  =======================
an open or cancelled event  everybody                             the kansli
a person's own place        the person                            the person
the way to join             people who are registered             the kansli
names of participants       people who are registered, in 1:1     each person their own
questions to the speaker    the organiser and the kansli, in 1:1  nobody
==========================  ====================================  =======================
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.events import access
from bot.events.audience import concerns
from bot.message import UserError
from bot.schedule import entry, seats
from bot.schedule.seats import Seating
from bot.turn import Turn
from storage import appointments, events, invitations, registrations
from storage.events import Event
from storage.registrations import Registration, RegistrationState


@dataclass(frozen=True, slots=True)
class EventView:
    """An event as a card shows it: to everybody, or with ``own`` to one person."""

    event: Event
    seating: Seating
    now: datetime
    own: Registration | None = None
    position: int = 0
    """The person's place in the queue, from 1; 0 for a person who does not stand there."""
    join_url: str = ""
    """Where the person joins; empty for people who are not registered."""
    outside: str = ""
    """Why no invitation from the calendar can reach the person, as :func:`storage.appointments.outside` says."""
    invited: bool = False
    """Whether the event is for the person, who has not answered."""
    alone: bool = False
    """Whether only the person reads the card."""
    questions: int | None = None
    """How many questions to the speaker there are, for people who may read them."""
    manages: bool = False
    """Whether the person may change it, in their own chat."""

    @property
    def coming(self) -> bool:
        """Return whether the person is registered."""
        return self.own is not None and self.own.state == RegistrationState.REGISTERED


def joined(turn: Turn) -> Event:
    """Return the event that a button names, for a person who is registered."""
    event = access.seen(turn)
    own = registrations.of_person(turn.session, event.id, turn.person.id)
    if own is None or own.state != RegistrationState.REGISTERED:
        raise UserError("Det där ser bara de som är anmälda. Anmäl dig först.")
    return event


def concerned(turn: Turn) -> Event:
    """Return the event that a button names, for a person who has answered, or whom the event is for."""
    event = access.seen(turn)
    answered = registrations.of_person(turn.session, event.id, turn.person.id) is not None
    if not answered and not concerns(turn.app, turn.session, event, turn.person.id, turn.now):
        raise UserError("Du är inte inbjuden till mötet, så du behöver inte tacka nej. Vill du komma? Tryck Anmäl mig.")
    return event


def asked(turn: Turn) -> Event:
    """Return the event that a button names, for a person who may read the questions to its speaker."""
    event = access.seen(turn)
    if not _keeps(turn, event):
        raise UserError("Frågorna ser bara kansliet och den som håller i mötet.")
    return event


def to_all(session: Session, event: Event, now: datetime) -> EventView:
    """Return the event as everybody may see it."""
    return EventView(event, seats.seating(session, event), now)


def to_person(turn: Turn, event: Event) -> EventView:
    """Return the event as the turn's person may see it."""
    session = turn.session
    own = registrations.of_person(session, event.id, turn.person.id)
    coming = own is not None and own.state == RegistrationState.REGISTERED
    return EventView(
        event,
        seats.seating(session, event),
        turn.now,
        own,
        seats.position(session, event, turn.person.id),
        entry.join_url(session, event) if coming else "",
        outside=_outside(turn, event),
        invited=own is None and concerns(turn.app, session, event, turn.person.id, turn.now),
        alone=True,
        questions=len(events.questions(session, event)) if turn.personal and _keeps(turn, event) else None,
        manages=turn.personal and turn.kansli,
    )


def _outside(turn: Turn, event: Event) -> str:
    known = appointments.outside(turn.session, event.subject).get(turn.person.id, "")
    return known if turn.person.mail else invitations.NO_ADDRESS


def _keeps(turn: Turn, event: Event) -> bool:
    return turn.person.id == event.organiser_id or turn.kansli
