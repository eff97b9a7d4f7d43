"""Audiences that the kansli saved by name, and lists of people that were pasted. A list follows its people's keys."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.audiences import PersonIds
from storage.database import Base, insert_all_new, is_id, person_key


class SavedAudience(Base):
    """An audience with a name. Choosing it copies it, so that a later change of it changes nothing already chosen."""

    __tablename__ = "saved_audiences"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    audience: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]


class PeopleList(Base):
    """A list of people, named in an audience by the condition ``list`` and its number."""

    __tablename__ = "people_lists"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


class ListedPerson(Base):
    """A person in a list."""

    __tablename__ = "people_in_lists"

    list_id: Mapped[int] = mapped_column(ForeignKey("people_lists.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True)


def everyone(session: Session) -> Sequence[SavedAudience]:
    """Return the saved audiences by name."""
    return session.scalars(select(SavedAudience).order_by(SavedAudience.name)).all()


def find(session: Session, number: object) -> SavedAudience | None:
    """Return the saved audience with this id, which may come from a client and be anything."""
    return session.get(SavedAudience, number) if is_id(number) else None


def save(session: Session, name: str, audience: dict[str, Any], now: datetime) -> None:
    """Save an audience. One with the same name is replaced."""
    row = session.scalar(select(SavedAudience).where(SavedAudience.name == name))
    if row is None:
        row = SavedAudience(name=name, audience=audience, changed_at=now)
        session.add(row)
    row.audience, row.changed_at = audience, now


def keep_list(session: Session, people: Collection[int], now: datetime) -> int:
    """Store a list of people and return its number."""
    row = PeopleList(created_at=now)
    session.add(row)
    session.flush()
    insert_all_new(session, ListedPerson, [{"list_id": row.id, "person_id": person} for person in sorted(set(people))])
    return row.id


def in_list(number: int) -> PersonIds:
    """Return the people of a list."""
    return select(ListedPerson.person_id).where(ListedPerson.list_id == number)


def size(session: Session, number: int) -> int:
    """Return how many people a list has now."""
    return session.scalar(select(func.count()).where(ListedPerson.list_id == number)) or 0
