"""Who the kansli is: the people it has given the role to, and those whom the operator's settings name.

What is due follows from the database alone, so the settings' names are written here at every start.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import String, delete, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert_new
from storage.people import Person, PersonRole
from storage.roles import Grant


class NamedKansli(Base):
    """Somebody whom ``SEKOM_KANSLI`` names, met or not."""

    __tablename__ = "named_kansli"

    entra_id: Mapped[str] = mapped_column(String(64), primary_key=True)


def name(session: Session, entra_ids: Collection[str]) -> None:
    """Make these the ones that the settings name."""
    session.execute(delete(NamedKansli).where(NamedKansli.entra_id.not_in(entra_ids)))
    for entra_id in sorted(entra_ids):
        insert_new(session, NamedKansli, entra_id=entra_id)


def everyone(session: Session) -> Sequence[Person]:
    """The people who are the kansli now and can be written to, by name."""
    granted = select(Grant.person_id).where(Grant.role == PersonRole.KANSLI)
    named = select(NamedKansli.entra_id)
    who = or_(Person.id.in_(granted), Person.entra_id.in_(named))
    return session.scalars(select(Person).where(who).order_by(Person.name, Person.id)).all()
