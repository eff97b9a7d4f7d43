"""Points of view on consultations: what members write before the last day, and on whose behalf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, delete, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage import copies, privacy
from storage.announcements import Announcement, AnnouncementMark, AnnouncementState
from storage.database import Base, insert_new, person_key
from storage.erasure import texts
from storage.municipalities import Municipality
from storage.outbox import Delivery, State
from storage.outgoing import Operation
from storage.people import Person

KIND = "consultation"
"""The kind of the announcements that gather points of view."""
GOING = (AnnouncementState.SENDING, AnnouncementState.SENT)


class Behalf(StrEnum):
    """On whose behalf a person writes."""

    OWN = "own"
    MUNICIPALITY = "town"
    """The municipality that the person speaks for, according to the register."""


class Viewpoint(Base):
    """What one person thinks about one consultation.

    Erasing a person deletes their own view (:func:`forget_person`). A municipality's view is not about the person who
    sent it, and the association still has to weigh it. So it stays, without the person, and their name is removed from
    the text.
    """

    __tablename__ = "viewpoints"
    __table_args__ = (UniqueConstraint("announcement_id", "person_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcements.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    municipality_code: Mapped[str | None] = mapped_column(ForeignKey("municipalities.code", ondelete="SET NULL"))
    """The person's municipality when they wrote."""
    behalf: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    """As it was written, to be shown letter by letter."""
    at: Mapped[datetime]
    changed_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Submitted:
    """A point of view with the facts about its writer, for the kansli."""

    text: str
    behalf: str
    at: datetime
    changed_at: datetime
    name: str
    """With the person's key; empty if they were erased."""
    role: str
    municipality: str
    """The full name; empty if the register had none."""


def of_person(session: Session, announcement_id: int, person_id: int) -> Viewpoint | None:
    """Return what this person has written about a consultation."""
    mine = Viewpoint.announcement_id == announcement_id, Viewpoint.person_id == person_id
    return session.scalars(select(Viewpoint).where(*mine)).one_or_none()


def save(
    session: Session, announcement_id: int, person: Person, behalf: Behalf, text: str, *, now: datetime
) -> Viewpoint:
    """Store what a person thinks, in place of what they wrote before. The same once more changes nothing."""
    written: dict[str, Any] = {"municipality_code": person.municipality_code, "behalf": behalf, "text": text}
    mine = {"announcement_id": announcement_id, "person_id": person.id}
    insert_new(session, Viewpoint, **mine, **written, at=now, changed_at=now)
    row = session.scalars(select(Viewpoint).filter_by(**mine)).one()
    if any(getattr(row, name) != value for name, value in written.items()):
        for name, value in written.items():
            setattr(row, name, value)
        row.changed_at = now
        session.flush()
    return row


def take_back(session: Session, announcement_id: int, person_id: int) -> bool:
    """Delete what a person has written about a consultation. Return False if there was nothing."""
    row = of_person(session, announcement_id, person_id)
    if row is not None:
        session.delete(row)
        session.flush()
    return row is not None


def count(session: Session, announcement_id: int) -> int:
    """Return how many points of view have come."""
    rows = select(func.count()).select_from(Viewpoint).where(Viewpoint.announcement_id == announcement_id)
    return session.scalar(rows) or 0


def silent(session: Session, row: Announcement, before: datetime) -> Sequence[int]:
    """Return the people who got it before a time, have pressed and answered nothing, and have not left the network."""
    pressed = exists().where(
        AnnouncementMark.announcement_id == row.id, AnnouncementMark.person_id == Delivery.person_id
    )
    answered = exists().where(Viewpoint.announcement_id == row.id, Viewpoint.person_id == Delivery.person_id)
    got = Delivery.subject == row.subject, Delivery.operation == Operation.PERSON, Delivery.state == State.SENT
    rows = select(Person.id).join(Delivery, Delivery.person_id == Person.id)
    rows = rows.where(*got, Delivery.settled_at <= before, ~pressed, ~answered, Person.left_at.is_(None))
    return session.scalars(rows.order_by(Person.id)).all()


def submitted(session: Session, announcement_id: int) -> list[Submitted]:
    """Return all points of view on a consultation, the first one first."""
    query = (
        select(Viewpoint, Person, Municipality.full_name)
        .outerjoin(Person, Person.id == Viewpoint.person_id)
        .outerjoin(Municipality, Municipality.code == Viewpoint.municipality_code)
        .where(Viewpoint.announcement_id == announcement_id)
        .order_by(Viewpoint.id)
    )
    return [
        Submitted(
            row.text,
            row.behalf,
            row.at,
            row.changed_at,
            person.called if person else "",
            person.role if person else "",
            town or "",
        )
        for row, person, town in session.execute(query)
    ]


def sent(session: Session, today: date) -> Sequence[Announcement]:
    """Return the consultations that are out and not over on this day, the nearest last day first."""
    out = Announcement.kind == KIND, Announcement.state.in_(GOING)
    rows = session.scalars(select(Announcement).where(*out).order_by(Announcement.last_date, Announcement.id))
    return [row for row in rows if row.last_date is None or row.last_date >= today]


def ended(session: Session, first: date, last: date) -> Sequence[Announcement]:
    """Return the consultations that are out and whose last day is between these days."""
    over = Announcement.last_date >= first, Announcement.last_date <= last
    out = Announcement.kind == KIND, Announcement.state.in_(GOING)
    return session.scalars(select(Announcement).where(*out, *over).order_by(Announcement.id)).all()


def reached(session: Session, row: Announcement, person_id: int) -> bool:
    """Return whether a consultation went to this person, or to a channel that members read."""
    return bool(row.audience.get("channels")) or copies.of_person(session, row.subject, person_id)


def forget_person(session: Session, person_id: int) -> None:
    """Delete a person's own views, and take their names and addresses out of what they wrote for a municipality."""
    theirs = Viewpoint.person_id == person_id
    session.execute(delete(Viewpoint).where(theirs, Viewpoint.behalf == Behalf.OWN))
    person = session.get_one(Person, person_id)
    traces = texts.known(session, privacy.same_person(session, person)).traces
    for row in session.scalars(select(Viewpoint).where(theirs)):
        row.text = traces.out_of(row.text)
    session.flush()


def forget_old(session: Session, before: datetime, limit: int) -> int:
    """Delete at most ``limit`` points of view that were last changed before ``before``. Return how many."""
    old = select(Viewpoint.id).where(Viewpoint.changed_at < before).limit(limit)
    done = session.execute(delete(Viewpoint).where(Viewpoint.id.in_(old)))
    return int(done.rowcount)  # type: ignore[attr-defined]
