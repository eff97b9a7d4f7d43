"""Roles that the kansli gives: the kansli's own and the board's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import String, bindparam, delete, exists, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from storage.database import Base, insert_new, person_key, table_of
from storage.people import Person, PersonRole


class Grant(Base):
    """A person who has a role now. The audit log says when it was given or taken."""

    __tablename__ = "roles"

    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True, index=False)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    given_at: Mapped[datetime]
    given_by_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    person: Mapped[Person] = relationship(foreign_keys=[person_id])


_GRANTS = table_of(Grant)
_HAS = select(exists().where(_GRANTS.c.person_id == bindparam("person"), _GRANTS.c.role == bindparam("role")))


def has(session: Session, person_id: int, role: PersonRole) -> bool:
    """Return whether the person has this given role. A role that rests while they have left counts too."""
    return bool(session.scalar(_HAS, {"person": person_id, "role": role}))


def given(session: Session, *, lock: bool = False) -> Sequence[Grant]:
    """Return all given roles, by the person's name. ``lock`` locks the rows until the transaction ends."""
    statement = select(Grant).join(Grant.person).options(joinedload(Grant.person)).order_by(Person.name, Grant.role)
    return session.scalars(statement.with_for_update(of=Grant) if lock else statement).all()


def give(session: Session, person_id: int, role: PersonRole, by: int | None, now: datetime) -> bool:
    """Give a role. Return False if the person has it already."""
    return insert_new(session, Grant, person_id=person_id, role=role, given_at=now, given_by_id=by)


def take(session: Session, person_id: int, role: PersonRole) -> bool:
    """Take a role away. Return False if the person did not have it."""
    done = session.execute(delete(Grant).where(Grant.person_id == person_id, Grant.role == role))
    return bool(done.rowcount)  # type: ignore[attr-defined]
