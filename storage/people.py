"""People: who has met the bot."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert_new


class Person(Base):
    """Somebody who has written to the bot or was added where it is."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    teams_id: Mapped[str] = mapped_column(String(200), unique=True)
    """Teams' id for the person towards this bot, ``29:…``."""
    entra_id: Mapped[str | None] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(200))
    first_seen_at: Mapped[datetime]
    greeted_at: Mapped[datetime | None]
    """When the bot said hello; set at most once."""


def meet(session: Session, teams_id: str, entra_id: str | None, name: str, now: datetime) -> Person:
    """The person with this Teams id, made if new. Keeps name and Entra id as last seen."""
    person = find(session, teams_id)
    if person is None:
        insert_new(session, Person, teams_id=teams_id, entra_id=entra_id, name=name[:200], first_seen_at=now)
        person = session.query(Person).filter_by(teams_id=teams_id).one()
    if name and person.name != name[:200]:
        person.name = name[:200]
    if entra_id and person.entra_id != entra_id:
        person.entra_id = entra_id
    return person


def find(session: Session, teams_id: str) -> Person | None:
    """The person with this Teams id."""
    return session.query(Person).filter_by(teams_id=teams_id).one_or_none()


def greet(session: Session, person: Person, now: datetime) -> bool:
    """Mark the person greeted; True exactly once, also when several transactions try at the same time."""
    statement = update(Person).where(Person.id == person.id, Person.greeted_at.is_(None)).values(greeted_at=now)
    return bool(session.execute(statement).rowcount)  # type: ignore[attr-defined]
