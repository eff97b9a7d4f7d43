"""Who the kansli is now: those whom the operator's settings name, and whom it has given the role to.

A given role rests while its holder has left the network's teams; what the operator set does not.
What is due follows from the database alone, so the settings' names are written here at every start.
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
    """Somebody whom ``SEKOM_KANSLI`` names, met or not."""

    __tablename__ = "named_kansli"

    entra_id: Mapped[str] = mapped_column(String(64), primary_key=True)


IS_KANSLI = or_(_GRANTED, Person.entra_id.in_(select(NamedKansli.entra_id)))
"""Whether a row of ``people`` is the kansli now."""


def name(session: Session, entra_ids: Collection[str]) -> None:
    """Make these the ones that the settings name."""
    session.execute(delete(NamedKansli).where(NamedKansli.entra_id.not_in(entra_ids)))
    for entra_id in sorted(entra_ids):
        insert_new(session, NamedKansli, entra_id=entra_id)


def everyone(session: Session) -> Sequence[Person]:
    """The people who are the kansli now, by name."""
    return session.scalars(select(Person).where(IS_KANSLI).order_by(Person.name, Person.id)).all()


def includes(session: Session, person: Person, named: Collection[str]) -> bool:
    """Whether the person is the kansli now; ``named`` is whom the settings name."""
    if person.entra_id in named:
        return True
    return person.left_at is None and roles.has(session, person.id, PersonRole.KANSLI)


def remains(session: Session, named: Collection[str], without: Collection[Person]) -> bool:
    """Whether somebody is the kansli when these are not any more.

    What was given is held until the transaction ends, so that two at once can't each count on the other.
    """
    roles.given(session, lock=True)
    if set(named) - {person.entra_id for person in without}:
        return True
    others = select(Person.id).where(_GRANTED, Person.id.not_in([person.id for person in without]))
    return session.scalar(others.limit(1)) is not None
