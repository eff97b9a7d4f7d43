"""The people who are the kansli now: those named in the operator's settings, and those who were given the role.

A given role rests while its holder has left the network's teams. A role from the settings does not rest.
Scheduled work reads the database only, so every start writes the names in the settings to this table.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import String, and_, delete, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage import roles
from storage.database import Base, insert_new
from storage.people import Person, PersonRole
from storage.roles import Grant

_GRANTED = and_(Person.left_at.is_(None), Person.id.in_(select(Grant.person_id).where(Grant.role == PersonRole.KANSLI)))


class NamedKansli(Base):
    """A person named in ``SEKOM_KANSLI``, whether the bot has met them or not."""

    __tablename__ = "named_kansli"

    entra_id: Mapped[str] = mapped_column(String(64), primary_key=True)


IS_KANSLI = or_(_GRANTED, Person.entra_id.in_(select(NamedKansli.entra_id)))
"""Whether a row of ``people`` is the kansli now."""


def name(session: Session, entra_ids: Collection[str]) -> None:
    """Replace the stored ids by those that the settings name."""
    session.execute(delete(NamedKansli).where(NamedKansli.entra_id.not_in(entra_ids)))
    for entra_id in sorted(entra_ids):
        insert_new(session, NamedKansli, entra_id=entra_id)


def everyone(session: Session) -> Sequence[Person]:
    """Return the people who are the kansli now, by name."""
    return session.scalars(select(Person).where(IS_KANSLI).order_by(Person.name, Person.id)).all()


def includes(session: Session, person: Person, named: Collection[str]) -> bool:
    """Return whether the person has the kansli role now. ``named`` holds the ids from the settings."""
    if person.entra_id in named:
        return True
    return person.left_at is None and roles.has(session, person.id, PersonRole.KANSLI)


def at_desk(session: Session, person_id: int | None, named: Collection[str]) -> list[int]:
    """Return the person, if they have the kansli role now; else everybody who has it."""
    person = session.get(Person, person_id) if person_id else None
    if person is not None and includes(session, person, named):
        return [person.id]
    return [colleague.id for colleague in everyone(session)]


def remains(session: Session, named: Collection[str], without: Collection[Person]) -> bool:
    """Return whether anybody has the kansli role once the people in ``without`` have lost it.

    Locks the given roles until the transaction ends, so that two people who leave at once can't count on each other.
    """
    roles.given(session, lock=True)
    if set(named) - {person.entra_id for person in without}:
        return True
    others = select(Person.id).where(_GRANTED, Person.id.not_in([person.id for person in without]))
    return session.scalar(others.limit(1)) is not None
