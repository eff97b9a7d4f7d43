"""Handovers: which contact took over from which, and how far that has come.

A row is made once for each contact. The contacts that stood in the register before the bot handed anything over have
one too, so that nobody is taken for a successor years later.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, String, and_, delete, or_, select, update
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column

from storage.contacts import Contact
from storage.database import Base, insert_new
from storage.duties import Duty, DutyHand, DutySource, DutyState, DutyStatus
from storage.events import Event, EventState
from storage.people import Person
from storage.questions import Question, QuestionFollower, Status
from storage.registrations import Registration, RegistrationState


class HandoverState(StrEnum):
    """How far a handover has come.

    ::

        found ──▶ done | dropped: the seat was theirs no more before anything was handed over
        nobody: nobody held the seat before
    """

    FOUND = "found"
    DONE = "done"
    DROPPED = "dropped"
    NOBODY = "nobody"


class Handover(Base):
    """The handover to the holder of a seat, from the person who held it before."""

    __tablename__ = "handovers"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)
    before_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="SET NULL"), index=True)
    """The contact that they took over from; null if there was none."""
    state: Mapped[str] = mapped_column(String(10), index=True)
    found_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


def unseen(session: Session) -> Sequence[Contact]:
    """Return the contacts without a row, oldest first."""
    query = select(Contact).outerjoin(Handover, Handover.contact_id == Contact.id)
    rows = query.options(joinedload(Contact.person)).where(Handover.contact_id.is_(None))
    return session.scalars(rows.order_by(Contact.id)).all()


def add(session: Session, contact_id: int, before_id: int | None, state: HandoverState, now: datetime) -> bool:
    """Store a handover. Return False if the contact has one already, also from another transaction."""
    values = {"before_id": before_id, "state": state, "found_at": now, "done_at": None}
    return insert_new(session, Handover, contact_id=contact_id, **values)


def waiting(session: Session) -> Sequence[tuple[Handover, Contact]]:
    """Return the handovers that are found and not carried out, oldest first."""
    query = select(Handover, Contact).join(Contact, Contact.id == Handover.contact_id)
    query = query.options(joinedload(Contact.person)).where(Handover.state == HandoverState.FOUND)
    return [(row, contact) for row, contact in session.execute(query.order_by(Handover.contact_id)).all()]


def lock(session: Session, contact_id: int) -> Handover | None:
    """Return a contact's handover, its row locked."""
    return session.get(Handover, contact_id, with_for_update=True, populate_existing=True)


def of(session: Session, contact_id: int) -> Handover | None:
    """Return a contact's handover without locking it."""
    return session.get(Handover, contact_id)


def of_seat(session: Session, code: str, seat: str) -> Sequence[tuple[Contact, Handover | None]]:
    """Return everybody who holds or held a seat, with the handover to them, in the order they came."""
    query = select(Contact, Handover).outerjoin(Handover, Handover.contact_id == Contact.id)
    query = query.options(joinedload(Contact.person))
    rows = query.where(Contact.municipality_code == code, Contact.seat == seat)
    return [(contact, row) for contact, row in session.execute(rows.order_by(Contact.id)).all()]


# what moves with a seat


def seats_ahead(session: Session, person_id: int, states: Collection[str], now: datetime) -> Sequence[Event]:
    """Return the open events to come at which the person is in one of these states, the nearest first."""
    query = select(Event).join(Registration, Registration.event_id == Event.id)
    query = query.where(Registration.person_id == person_id, Registration.state.in_(states))
    query = query.where(Event.state == EventState.OPEN, Event.starts_at > now)
    return session.scalars(query.order_by(Event.starts_at, Event.id)).all()


def coming_from(session: Session, code: str, now: datetime) -> Mapping[Event, list[int]]:
    """Return the open events to come with the people of a municipality who are registered, the nearest first."""
    from_here = or_(_works_in(code), _seated_in(code))
    query = select(Event, Registration.person_id).join(Registration, Registration.event_id == Event.id)
    query = query.where(Registration.state == RegistrationState.REGISTERED, Event.state == EventState.OPEN)
    query = query.where(Event.starts_at > now, from_here)
    found: dict[Event, list[int]] = {}
    for event, person_id in session.execute(query.order_by(Event.starts_at, Event.id, Registration.person_id)):
        found.setdefault(event, []).append(person_id)
    return found


def asked_for(session: Session, code: str, limit: int) -> Sequence[Question]:
    """Return a municipality's questions in theme groups that are not over, the newest first.

    A question to the kansli is not among them: its asker was promised that nobody else reads it.
    """
    live = Question.status.not_in([Status.WITHDRAWN, Status.CLOSED]), Question.group_id.is_not(None)
    query = select(Question).where(Question.municipality_code == code, *live)
    return session.scalars(query.order_by(Question.id.desc()).limit(limit)).all()


def concerning(session: Session, person_id: int | None, code: str) -> Sequence[Question]:
    """Return a municipality's questions in theme groups that a person asked or follows and that are live, locked.

    None stands for people who were erased.
    """
    live = Question.status.in_([Status.OPEN, Status.ANSWERED]), Question.group_id.is_not(None)
    followed = select(QuestionFollower.question_id).where(QuestionFollower.person_id == person_id)
    own = or_(Question.asker_id == person_id, Question.id.in_(followed))
    whose = Question.asker_id.is_(None) if person_id is None else own
    query = select(Question).where(Question.municipality_code == code, whose, *live).order_by(Question.id)
    return session.scalars(query.with_for_update()).all()


def postponed_by(session: Session, person_id: int | None, code: str) -> Sequence[tuple[Duty, DutyStatus]]:
    """Return the duties that a person of a municipality postponed with a click and that are not closed.

    None stands for people who were erased.
    """
    whose = DutyStatus.by_id.is_(None) if person_id is None else DutyStatus.by_id == person_id
    query = select(Duty, DutyStatus).join(DutyStatus, DutyStatus.duty_id == Duty.id)
    query = query.where(DutyStatus.municipality_code == code, DutyStatus.state == DutyState.POSTPONED, whose)
    query = query.where(DutyStatus.source == DutySource.CLICK, Duty.closed_at.is_(None)).order_by(Duty.id)
    return [(duty, row) for duty, row in session.execute(query).all()]


def take_hands(session: Session, code: str, before_id: int | None, after_id: int) -> None:
    """Let the successor do what others had left to the person before, and forget their own *Inte jag* here."""
    here = DutyHand.municipality_code == code
    session.execute(delete(DutyHand).where(here, DutyHand.person_id == after_id))
    if before_id is not None:
        named = update(DutyHand).where(here, DutyHand.instead_id == before_id)
        session.execute(named.values(instead_id=after_id))


def _works_in(code: str) -> ColumnElement[bool]:
    return Registration.person_id.in_(select(Person.id).where(Person.municipality_code == code))


def _seated_in(code: str) -> ColumnElement[bool]:
    here = and_(Contact.municipality_code == code, Contact.until.is_(None))
    return Registration.person_id.in_(select(Contact.person_id).where(here, Contact.person_id.is_not(None)))
