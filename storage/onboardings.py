"""Where new members are in their introduction to the network, and what they have answered so far."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert_new, person_key
from storage.people import Person


class Origin(StrEnum):
    """How a person's introduction began."""

    MET = "met"
    """The bot saw them for the first time and welcomed them."""
    ASKED = "asked"
    """They wrote *kom igång*."""
    BEFORE = "before"
    """They were here before the bot welcomed anybody, so it does not begin by itself."""


class Onboarding(Base):
    """A person's introduction: at most one for each."""

    __tablename__ = "onboardings"

    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True, index=False)
    origin: Mapped[str] = mapped_column(String(10))
    begun_at: Mapped[datetime] = mapped_column(index=True)
    """Day 0 of the timed steps."""
    team_id: Mapped[str | None] = mapped_column(String(300))
    """The team in which they were first seen; null for a person who asked."""
    answers: Mapped[dict[str, Any]]
    """What they have answered in the dialog, also when they left it, so that it can go on days later."""
    answered_at: Mapped[datetime | None]
    """When they last answered a step; null if they never did."""
    finished_at: Mapped[datetime | None] = mapped_column(index=True)


def of_person(session: Session, person_id: int) -> Onboarding | None:
    """Return a person's introduction."""
    return session.get(Onboarding, person_id)


def begin(session: Session, person_id: int, origin: Origin, now: datetime, team_id: str | None = None) -> bool:
    """Begin a person's introduction. Return False if it has begun already, also in another transaction."""
    values = {"origin": origin, "begun_at": now, "team_id": team_id, "answers": {}, "answered_at": None}
    return insert_new(session, Onboarding, person_id=person_id, finished_at=None, **values)


def keep(session: Session, person_id: int, answers: dict[str, Any], now: datetime) -> None:
    """Keep what a person has answered so far."""
    this = update(Onboarding).where(Onboarding.person_id == person_id)
    session.execute(this.values(answers=answers, answered_at=now))


def finish(session: Session, person_id: int, answers: dict[str, Any], now: datetime) -> None:
    """Keep the last answers. The time of the first finish stays, also when somebody goes through it again."""
    keep(session, person_id, answers, now)
    this = update(Onboarding).where(Onboarding.person_id == person_id, Onboarding.finished_at.is_(None))
    session.execute(this.values(finished_at=now))


def everyone(session: Session) -> Sequence[tuple[Onboarding, Person]]:
    """Return all introductions of people who have not left the network, the latest begun first."""
    query = select(Onboarding, Person).join(Person).where(Person.left_at.is_(None))
    rows = session.execute(query.order_by(Onboarding.begun_at.desc(), Onboarding.person_id)).all()
    return [(onboarding, person) for onboarding, person in rows]
