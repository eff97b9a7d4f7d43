"""The people who came to events, and what they say of them afterwards."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ForeignKey, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.audiences import PersonIds, without_nulls
from storage.database import Base, person_key
from storage.people import Person
from storage.registrations import Registration, RegistrationState


class ParticipationSource(StrEnum):
    """How it is known whether a person came."""

    SELF = "self"
    """The person said so."""
    LIST = "list"
    """The kansli's list."""
    GRAPH = "graph"
    """Teams' attendance report."""


class Participation(Base):
    """Whether a person came to an event."""

    __tablename__ = "event_participations"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True)
    came: Mapped[bool]
    """False: the person said that they missed it."""
    source: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]


class EventRating(Base):
    """A person's answer to *Var det värt din tid?*. It is shown only together with others', without names."""

    __tablename__ = "event_ratings"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True)
    stars: Mapped[int]
    """1 to 5; 5 is best."""
    comment: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]


class Presence(NamedTuple):
    """A person who came to an event."""

    event_id: int
    person_id: int
    municipality_code: str | None


def of_person(session: Session, event_id: int, person_id: int) -> Participation | None:
    """Return what is known of a person's presence at an event."""
    return session.get(Participation, (event_id, person_id), populate_existing=True)


def mine(session: Session, person_id: int) -> dict[int, Participation]:
    """Return what is known of a person's presence, by event."""
    rows = session.scalars(select(Participation).where(Participation.person_id == person_id))
    return {row.event_id: row for row in rows}


def note(session: Session, event_id: int, people: Collection[int], source: ParticipationSource, now: datetime) -> int:
    """Store that these people came. Return for how many that is new: known to have come stays as it is known."""
    rows = select(Participation).where(Participation.event_id == event_id, Participation.person_id.in_(people))
    known = {row.person_id: row for row in session.scalars(rows)}
    new = 0
    for person_id in sorted(set(people)):
        row = known.get(person_id)
        if row is None:
            row = Participation(event_id=event_id, person_id=person_id, came=False)
            session.add(row)
        if not row.came:
            row.came, row.source, row.at = True, source, now
            new += 1
    session.flush()
    return new


def listed(session: Session, event_id: int) -> bool:
    """Return whether the kansli has given a list of the people who came."""
    row = {"event_id": event_id, "source": ParticipationSource.LIST}
    return session.query(Participation).filter_by(**row).first() is not None


def miss(session: Session, event_id: int, person_id: int, now: datetime) -> None:
    """Store that a person says they missed an event, unless a list or a report says that they came."""
    row = of_person(session, event_id, person_id)
    if row is None:
        row = Participation(event_id=event_id, person_id=person_id)
        session.add(row)
    elif row.source != ParticipationSource.SELF:
        return
    row.came, row.source, row.at = False, ParticipationSource.SELF, now
    rating = rating_of(session, event_id, person_id)
    if rating is not None:
        session.delete(rating)
    session.flush()


def rating_of(session: Session, event_id: int, person_id: int) -> EventRating | None:
    """Return a person's rating of an event."""
    return session.get(EventRating, (event_id, person_id), populate_existing=True)


def rate(session: Session, event_id: int, person_id: int, stars: int, now: datetime) -> None:
    """Store a person's rating. A new one replaces the number; the line stays."""
    row = rating_of(session, event_id, person_id)
    if row is None:
        row = EventRating(event_id=event_id, person_id=person_id, comment="")
        session.add(row)
    row.stars, row.at = stars, now
    session.flush()


def answered(event_id: int) -> PersonIds:
    """Return the people who need not be asked: they have rated the event, or said that they missed it."""
    missed = select(Participation.person_id).where(Participation.event_id == event_id, ~Participation.came)
    return select(EventRating.person_id).where(EventRating.event_id == event_id).union(missed)


def to_ask(session: Session, event_id: int, without: PersonIds) -> list[int]:
    """Return the ids of the registered people who have not answered and are not in ``without``, in order."""
    query = select(Registration.person_id).join(Person).where(Registration.event_id == event_id)
    query = query.where(Registration.state == RegistrationState.REGISTERED, Person.left_at.is_(None))
    query = query.where(Person.id.not_in(without_nulls(answered(event_id))), Person.id.not_in(without_nulls(without)))
    return list(session.scalars(query.order_by(Registration.person_id)))


def involved(session: Session, event_id: int, without: PersonIds) -> list[int]:
    """Return the ids of the people who had to do with an event and are not in ``without``, in order.

    They answered the invitation in any way, or came.
    """
    answers = select(Registration.person_id).where(Registration.event_id == event_id)
    came = select(Participation.person_id).where(Participation.event_id == event_id)
    query = select(Person.id).where(Person.id.in_(answers.union(came)), Person.left_at.is_(None))
    return list(session.scalars(query.where(Person.id.not_in(without_nulls(without))).order_by(Person.id)))


def came(session: Session, event_ids: Collection[int]) -> Sequence[Presence]:
    """Return the people who came to these events, also those who have left the network since."""
    query = select(Participation.event_id, Person.id, Person.municipality_code).join(Person)
    query = query.where(Participation.event_id.in_(event_ids), Participation.came)
    return [Presence(*row) for row in session.execute(query.order_by(Participation.event_id, Person.id))]


def stars(session: Session, event_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return the sum and the number of the ratings, by event. An event without ratings is left out."""
    query = select(EventRating.event_id, func.sum(EventRating.stars), func.count())
    query = query.where(EventRating.event_id.in_(event_ids)).group_by(EventRating.event_id)
    return {event_id: (int(total), number) for event_id, total, number in session.execute(query)}


def comments(session: Session, event_id: int) -> Sequence[str]:
    """Return the lines that people wrote, in an order that does not tell when each was written."""
    query = select(EventRating.comment).where(EventRating.event_id == event_id, EventRating.comment != "")
    return session.scalars(query.order_by(EventRating.comment)).all()
