"""The seats of an event: registering, leaving, the waiting list, and offers of seats that become free.

Every change locks the event's row first, so that two people can't take the last seat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.message import UserError
from bot.register.change import Change
from bot.swedish import STOCKHOLM, date_of, day
from storage import events, registrations
from storage.events import Event, EventState
from storage.registrations import Registration, RegistrationState

MORNING, NIGHT = time(8), time(20)
"""Between night and morning nobody is expected to answer an offer, so its time begins in the morning."""
INVITE = "event_invite"
"""The first word of the subjects of invitations to an event."""
IN_TOUCH = (RegistrationState.REGISTERED, RegistrationState.WAITING, RegistrationState.OFFERED)
"""The states of people whom a change of the event concerns."""

_RANKS = (RegistrationState.REGISTERED, RegistrationState.OFFERED, RegistrationState.WAITING)
"""Places at an event, the best one first."""


@dataclass(frozen=True, slots=True)
class Seating:
    """How many people have a seat, and how many want one."""

    coming: int = 0
    free: int | None = None
    """Seats that anybody may take; None for no limit. A seat that somebody in the queue will be offered is not free."""
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Offers:
    """What became of the seats: new offers, and offers that nobody took in time."""

    begins: datetime
    """When the people hear of the new offers."""
    made: Sequence[Registration] = ()
    lapsed: Sequence[Registration] = ()


def register(
    change: Change, event: Event, person_id: int, *, show_name: bool | None = None, by_mail: bool | None = None
) -> Registration:
    """Give the person a seat or a place in the queue. Raise :class:`UserError` if nobody can register now.

    A person who is registered keeps the seat and changes the choices. None leaves a choice as it is.
    """
    event = _locked(change, event)
    row = registrations.of_person(change.session, event.id, person_id)
    if row is None or row.state != RegistrationState.REGISTERED:
        row = _seated(change, event, person_id, row)
    row.show_name = row.show_name if show_name is None else show_name
    row.by_mail = row.by_mail if by_mail is None else by_mail
    change.session.flush()
    return row


def leave(change: Change, event: Event, person_id: int) -> Registration:
    """Give up the person's seat or place in the queue. Raise :class:`UserError` if they have none."""
    event = _locked(change, event)
    _refuse_over(event, change.now)
    row = registrations.of_person(change.session, event.id, person_id)
    if row is None or row.state not in IN_TOUCH:
        raise UserError("Du är inte anmäld, så det finns inget att avanmäla.")
    return _moved(change, row, RegistrationState.LEFT)


def decline(change: Change, event: Event, person_id: int) -> Registration:
    """Note that the person can't come, and give up their seat if they have one."""
    event = _locked(change, event)
    _refuse_over(event, change.now)
    row = registrations.of_person(change.session, event.id, person_id)
    if row is None:
        return _new(change, event, person_id)
    return _moved(change, row, RegistrationState.LEFT) if row.state in IN_TOUCH else row


def accept(change: Change, event: Event, person_id: int) -> Registration:
    """Take the seat that is offered. Raise :class:`UserError` if the offer is over."""
    _offered(change, event, person_id)
    return register(change, event, person_id)


def pass_on(change: Change, event: Event, person_id: int) -> Registration:
    """Say no to the seat that is offered, and leave the queue."""
    return _moved(change, _offered(change, event, person_id), RegistrationState.LEFT)


def hand_over(
    change: Change, event: Event, person_id: int, successor_id: int, *, given_up: datetime | None = None
) -> Registration | None:
    """Give a person's seat, or place in the queue, to their successor. Return the successor's row.

    Nobody else's place changes, and no seat becomes free in between. A successor who has said no, or has a better place
    already, keeps that. ``given_up`` is when the successor's own place went to this person, which was no *no*. Return
    None if the person has no place, or the event has begun or is cancelled.
    """
    event = _locked(change, event)
    row = registrations.of_person(change.session, event.id, person_id)
    over = event.state != EventState.OPEN or event.starts_at is None or event.starts_at <= change.now
    if row is None or row.state not in IN_TOUCH or over:
        return None
    known = registrations.of_person(change.session, event.id, successor_id)
    own = known or _new(change, event, successor_id)
    worse = own.state in IN_TOUCH and _RANKS.index(own.state) > _RANKS.index(row.state)
    back = own.state == RegistrationState.LEFT and own.since == given_up
    if known is None or worse or back:
        own.state, own.since, own.offered_until = row.state, row.since, row.offered_until
        own.told_start = event.starts_at
    _moved(change, row, RegistrationState.LEFT)
    return own


def settle(change: Change, event: Event, hold: timedelta) -> Offers:
    """End the offers that are too old, and offer the free seats to the first in the queue, for ``hold`` at most.

    Nothing is offered after the start. An offer is open for at most half of the time that is left until then.
    """
    event = _locked(change, event)
    starts, now = event.starts_at, change.now
    if event.state != EventState.OPEN or starts is None or starts <= now:
        return Offers(now)
    held = registrations.of_event(change.session, event.id, [RegistrationState.OFFERED])
    lapsed = [row for row, _ in held if row.offered_until is not None and row.offered_until <= now]
    for row in lapsed:  # offered_until stays: it says that they have had their turn
        row.state, row.since = RegistrationState.WAITING, now
    change.session.flush()
    queue = _queue(change.session, event.id)
    unclaimed = _unclaimed(change.session, event)
    made = queue if unclaimed is None else queue[: max(0, unclaimed)]
    morning = _morning(now)
    begins = morning if morning < starts else now
    for row in made:
        row.state, row.since = RegistrationState.OFFERED, now
        row.offered_until = begins + min(hold, (starts - begins) / 2)
    change.session.flush()
    return Offers(begins, made, lapsed)


def seating(session: Session, event: Event) -> Seating:
    """Return how full the event is."""
    counts = registrations.counts(session, [event.id])[event.id]
    queue, unclaimed = len(_queue(session, event.id)), _unclaimed(session, event)
    free = None if unclaimed is None else max(0, unclaimed - queue)
    return Seating(counts[RegistrationState.REGISTERED], free, counts[RegistrationState.WAITING])


def position(session: Session, event: Event, person_id: int) -> int:
    """Return the person's place in the queue, from 1; 0 for a person who has none or let an offer pass."""
    queue = [row.person_id for row in _queue(session, event.id)]
    return queue.index(person_id) + 1 if person_id in queue else 0


def closed(event: Event, now: datetime) -> str:
    """Return why nobody new can register; empty if they can."""
    if event.state == EventState.CANCELLED:
        return "Mötet är inställt."
    if event.state != EventState.OPEN:
        return "Mötet är inte utlagt än."
    if event.starts_at is None:
        return "Mötet har inget datum än, så det går inte att anmäla sig. Titta igen senare."
    if event.starts_at <= now:
        return "Mötet har redan börjat, så anmälan är stängd."
    if event.register_by is not None and event.register_by < date_of(now):
        return f"Sista dagen att anmäla sig var {day(event.register_by)}. Fråga kansliet om det finns plats."
    return ""


def _seated(change: Change, event: Event, person_id: int, row: Registration | None) -> Registration:
    """Move a person without a seat to one, or to the queue."""
    in_queue = row is not None and row.state in IN_TOUCH
    why = closed(event, change.now)
    if why and not (in_queue and event.state == EventState.OPEN and event.starts_at and event.starts_at > change.now):
        raise UserError(why)  # the last day to register is for people who do not wait already
    unclaimed, queue = _unclaimed(change.session, event), [one.person_id for one in _queue(change.session, event.id)]
    ahead = queue.index(person_id) if person_id in queue else len(queue)
    row = row or _new(change, event, person_id)
    row.told_start = event.starts_at
    if row.state == RegistrationState.OFFERED or unclaimed is None or unclaimed > ahead:
        return _moved(change, row, RegistrationState.REGISTERED)
    return row if person_id in queue else _moved(change, row, RegistrationState.WAITING)


def _new(change: Change, event: Event, person_id: int) -> Registration:
    """Return a row of a person who has not said yes."""
    row = Registration(event_id=event.id, person_id=person_id, state=RegistrationState.DECLINED, since=change.now)
    row.show_name = row.by_mail = False
    change.session.add(row)
    change.session.flush()
    return row


def _moved(change: Change, row: Registration, state: RegistrationState) -> Registration:
    row.state, row.since, row.offered_until = state, change.now, None
    change.session.flush()
    return row


def _offered(change: Change, event: Event, person_id: int) -> Registration:
    event = _locked(change, event)
    _refuse_over(event, change.now)
    row = registrations.of_person(change.session, event.id, person_id)
    if row is None or row.state != RegistrationState.OFFERED:
        raise UserError("Platsen är inte reserverad för dig längre. Tryck Öppna mötet för att se hur det ser ut nu.")
    return row


def _refuse_over(event: Event, now: datetime) -> None:
    if event.state == EventState.CANCELLED:
        raise UserError("Mötet är inställt, så du behöver inte göra något.")
    if event.starts_at is not None and event.starts_at <= now:
        raise UserError("Mötet har redan börjat.")


def _locked(change: Change, event: Event) -> Event:
    """Return the event as it is now, its row locked."""
    locked = events.lock(change.session, event.id)
    if locked is None:
        raise UserError("Det mötet finns inte längre.")
    return locked


def _queue(session: Session, event_id: int) -> list[Registration]:
    """Return the people who wait and have not had an offer, in their order."""
    rows = registrations.of_event(session, event_id, [RegistrationState.WAITING])
    return [row for row, _ in rows if row.offered_until is None]


def _unclaimed(session: Session, event: Event) -> int | None:
    """Return how many seats nobody has and nobody is offered; None for no limit."""
    if event.seats is None:
        return None
    return event.seats - registrations.taken(session, event.id)


def _morning(now: datetime) -> datetime:
    """Return ``now`` by day; at night the next morning."""
    local = now.astimezone(STOCKHOLM)
    if MORNING <= local.time() < NIGHT:
        return now
    on = local.date() + timedelta(days=local.time() >= NIGHT)
    return datetime.combine(on, MORNING, STOCKHOLM).astimezone(now.tzinfo)
