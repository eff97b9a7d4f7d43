"""The people who registered for an event, wait for a seat, or said that they can't come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.audiences import PersonIds, without_nulls
from storage.database import Base, person_key
from storage.people import Person


class RegistrationState(StrEnum):
    """Where a person stands with an event.

    ::

        registered ◀──▶ left
        waiting ──a seat is freed──▶ offered ──accepts──▶ registered
           ▲                           └──too late──▶ waiting, last
        declined: invited, and said no
    """

    REGISTERED = "registered"
    WAITING = "waiting"
    OFFERED = "offered"
    """A freed seat is held for them until ``offered_until``."""
    LEFT = "left"
    DECLINED = "declined"


TAKES_SEAT = (RegistrationState.REGISTERED, RegistrationState.OFFERED)
"""The states that count against the seats."""


class Registration(Base):
    """A person's place at an event. Registering again changes the row."""

    __tablename__ = "event_registrations"
    __table_args__ = (Index("ix_event_registrations_queue", "event_id", "state", "since"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True)
    state: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime]
    """When they came to that state. It is the order of the waiting list."""
    offered_until: Mapped[datetime | None]
    show_name: Mapped[bool] = mapped_column(default=False)
    """Whether other participants may see the name. The person says so; nobody is shown without it."""
    by_mail: Mapped[bool] = mapped_column(default=False)
    """Whether they want an ``.ics`` file by mail in place of an invitation from the calendar."""
    told_start: Mapped[datetime | None]
    """The start that they were last told, so that a moved event is told once; null: they are to be told its time."""


def of_person(session: Session, event_id: int, person_id: int) -> Registration | None:
    """Return a person's row at an event."""
    return session.get(Registration, (event_id, person_id), populate_existing=True)


def of_event(
    session: Session, event_id: int, states: Collection[str] = (RegistrationState.REGISTERED,)
) -> Sequence[tuple[Registration, Person]]:
    """Return the rows in these states with their people who have not left the network, in the order they came."""
    query = select(Registration, Person).join(Person)
    query = query.where(Registration.event_id == event_id, Registration.state.in_(states), Person.left_at.is_(None))
    rows = session.execute(query.order_by(Registration.since, Registration.person_id)).all()
    return [(registration, person) for registration, person in rows]


def mine(session: Session, person_id: int) -> dict[int, Registration]:
    """Return a person's rows by event."""
    rows = session.scalars(select(Registration).where(Registration.person_id == person_id))
    return {row.event_id: row for row in rows}


def counts(session: Session, event_ids: Collection[int]) -> dict[int, Counter[str]]:
    """Return how many people are in each state, by event. People who left the network do not count."""
    query = select(Registration.event_id, Registration.state, func.count()).join(Person)
    query = query.where(Registration.event_id.in_(event_ids), Person.left_at.is_(None))
    by_event: dict[int, Counter[str]] = {event_id: Counter() for event_id in event_ids}
    for event_id, state, number in session.execute(query.group_by(Registration.event_id, Registration.state)):
        by_event[event_id][state] = number
    return by_event


def tally(session: Session, event_id: int) -> Counter[str]:
    """Return how many people are in each state. People who left the network do not count."""
    return counts(session, [event_id])[event_id]


def taken(session: Session, event_id: int) -> int:
    """Return how many people take a seat: registered, or offered one."""
    states = tally(session, event_id)
    return sum(states[state] for state in TAKES_SEAT)


def ids(session: Session, event_id: int, states: Collection[str] = (RegistrationState.REGISTERED,)) -> list[int]:
    """Return the ids of the people in these states who have not left the network, in order."""
    query = select(Registration.person_id).join(Person).where(Registration.event_id == event_id)
    query = query.where(Registration.state.in_(states), Person.left_at.is_(None))
    return list(session.scalars(query.order_by(Registration.person_id)))


def untell(session: Session, event_id: int) -> None:
    """Note that nobody has been told the event's time as it is now."""
    session.execute(update(Registration).where(Registration.event_id == event_id).values(told_start=None))


def in_states(event_id: int, states: Collection[str]) -> PersonIds:
    """Return the people in these states, for an audience."""
    return select(Registration.person_id).where(Registration.event_id == event_id, Registration.state.in_(states))


def answered(event_id: int) -> PersonIds:
    """Return everybody who has said yes or no, or waits."""
    return select(Registration.person_id).where(Registration.event_id == event_id)


def coming_since(session: Session, event_id: int, since: datetime, without: PersonIds) -> list[int]:
    """Return the ids of the registered people who registered by ``since`` and are not in ``without``, in order."""
    query = select(Registration.person_id).join(Person).where(Registration.event_id == event_id)
    query = query.where(Registration.state == RegistrationState.REGISTERED, Registration.since <= since)
    query = query.where(Person.left_at.is_(None), Person.id.not_in(without_nulls(without)))
    return list(session.scalars(query.order_by(Registration.person_id)))
