"""How new members say that it goes, a month and three months after they came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert_new, is_id, person_key
from storage.people import Person

LOW = 2
"""The highest answer that the kansli is told of."""


class CheckIn(Base):
    """A person's answer on a scale from 1 to 5, so many days after they came."""

    __tablename__ = "check_ins"
    __table_args__ = (UniqueConstraint("person_id", "day"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = person_key(on_erase="delete", index=False)
    day: Mapped[int]
    stars: Mapped[int]
    comment: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    """When the kansli wrote to the person, or put the answer aside."""


def answer(session: Session, person_id: int, day: int, stars: int, now: datetime) -> CheckIn:
    """Keep an answer; a later one replaces it, and the kansli sees it again if it is low."""
    insert_new(session, CheckIn, person_id=person_id, day=day, stars=stars, comment="", at=now, settled_at=None)
    row = session.scalars(
        select(CheckIn).where(CheckIn.person_id == person_id, CheckIn.day == day).with_for_update()
    ).one()
    if row.stars != stars:
        row.stars, row.at, row.settled_at = stars, now, None
    return row


def of_person(session: Session, person_id: int, day: int) -> CheckIn | None:
    """Return a person's answer so many days after they came."""
    return session.scalar(select(CheckIn).where(CheckIn.person_id == person_id, CheckIn.day == day))


def find(session: Session, check_in_id: object) -> CheckIn | None:
    """Return the answer with this id, which may come from a client and be anything."""
    return session.get(CheckIn, check_in_id, with_for_update=True) if is_id(check_in_id) else None


def low(session: Session) -> Sequence[tuple[CheckIn, Person]]:
    """Return the low answers that the kansli has not settled, the oldest first, of people who are still here."""
    rows = select(CheckIn, Person).join(Person)
    rows = rows.where(CheckIn.stars <= LOW, CheckIn.settled_at.is_(None), Person.left_at.is_(None))
    return [(row, person) for row, person in session.execute(rows.order_by(CheckIn.at, CheckIn.id)).all()]


def everyone(session: Session) -> Sequence[CheckIn]:
    """Return all answers."""
    return session.scalars(select(CheckIn).order_by(CheckIn.id)).all()
