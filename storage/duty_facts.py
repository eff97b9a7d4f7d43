"""What decides about duties and is kept elsewhere: facts that make one done, who can do it, and who was reminded.

Everything here answers for many municipalities at once, in columns and without objects: planning reads it each minute.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from storage.announcements import Announcement, AnnouncementMark, AnnouncementState, Mark
from storage.contacts import Contact
from storage.duties import Duty, DutyHand, DutyStatus
from storage.events import Event
from storage.municipalities import MemberState, Municipality
from storage.outbox import Delivery, State
from storage.outgoing import Operation, Reach
from storage.people import Person
from storage.registrations import Registration, RegistrationState


class MemberPlace(NamedTuple):
    """A member of the association, with what decides which duties concern it."""

    code: str
    full_name: str
    county: str
    size_group: str
    programme_until: int | None


class Holder(NamedTuple):
    """A person who holds a seat and has not left the network."""

    code: str
    seat: str
    person_id: int
    paused_until: date | None


class Hand(NamedTuple):
    """A person who said *Inte jag*, and the person they named, if that one has not left."""

    duty_id: int
    code: str
    person_id: int
    instead_id: int | None
    instead_works_in: str | None
    instead_paused_until: date | None


class StatusColumns(NamedTuple):
    """What a row says about a municipality's state."""

    duty_id: int
    code: str
    state: str
    until: date | None
    due: date | None


def places(session: Session) -> Sequence[MemberPlace]:
    """Return the members of the association, by code."""
    columns = Municipality.code, Municipality.full_name, Municipality.county, Municipality.size_group
    rows = select(*columns, Municipality.programme_until).where(Municipality.state == MemberState.MEMBER)
    return [MemberPlace(*row) for row in session.execute(rows.order_by(Municipality.code))]


def statuses(session: Session, duty_ids: Collection[int]) -> Sequence[StatusColumns]:
    """Return what the rows of these duties say."""
    columns = DutyStatus.duty_id, DutyStatus.municipality_code, DutyStatus.state, DutyStatus.until, DutyStatus.due
    rows = session.execute(select(*columns).where(DutyStatus.duty_id.in_(duty_ids)))
    return [StatusColumns(*row) for row in rows]


def taking_part(session: Session, event_ids: Collection[int]) -> set[tuple[int, str, str]]:
    """Return event, municipality and role of the people who are registered, by their seat or by what they say.

    A person who left the network after the event began took part.
    """
    here = or_(Person.left_at.is_(None), Person.left_at >= Event.starts_at)
    who, where = Person.id == Registration.person_id, Event.id == Registration.event_id
    own = select(Registration.event_id, Person.municipality_code, Person.role).select_from(Registration)
    own = own.join(Person, who).join(Event, where)
    seated = select(Registration.event_id, Contact.municipality_code, Contact.seat).select_from(Registration)
    seated = seated.join(Person, who).join(Event, where).join(Contact, Contact.person_id == Person.id)
    seated = seated.where(Contact.until.is_(None))
    there = Registration.event_id.in_(event_ids), Registration.state == RegistrationState.REGISTERED, here
    rows = [*session.execute(own.where(*there)), *session.execute(seated.where(*there))] if event_ids else []
    return {(event_id, code, role) for event_id, code, role in rows if code}


def newsletters(session: Session, since: datetime, before: datetime) -> Sequence[int]:
    """Return the newsletters that went out in this time and were not stopped or taken back."""
    out = Announcement.state.in_([AnnouncementState.SENDING, AnnouncementState.SENT])
    rows = select(Announcement.id).where(Announcement.kind == "newsletter", out)
    rows = rows.where(Announcement.sent_at >= since, Announcement.sent_at < before)
    return session.scalars(rows.order_by(Announcement.id)).all()


def shared(session: Session, numbers: Collection[int]) -> set[tuple[int, str]]:
    """Return which municipalities have said *Delat hos oss* about which of these announcements."""
    marks = AnnouncementMark.announcement_id.in_(numbers), AnnouncementMark.mark == Mark.SHARED
    own = select(AnnouncementMark.announcement_id, Person.municipality_code).join(Person).where(*marks)
    seats = select(AnnouncementMark.announcement_id, Contact.municipality_code)
    seats = seats.join(Contact, Contact.person_id == AnnouncementMark.person_id).where(*marks, Contact.until.is_(None))
    rows = [*session.execute(own), *session.execute(seats)] if numbers else []
    return {(number, code) for number, code in rows if code}


def holders(session: Session) -> Sequence[Holder]:
    """Return everybody who holds a seat and is in the network, by municipality and in the order they came."""
    columns = Contact.municipality_code, Contact.seat, Person.id, Person.paused_until
    rows = select(*columns).join(Person, Person.id == Contact.person_id)
    rows = rows.where(Contact.until.is_(None), Person.left_at.is_(None))
    return [Holder(*row) for row in session.execute(rows.order_by(Contact.municipality_code, Contact.id))]


def hands(session: Session, duty_ids: Collection[int]) -> Sequence[Hand]:
    """Return who said *Inte jag* about these duties."""
    columns = DutyHand.duty_id, DutyHand.municipality_code, DutyHand.person_id
    there = (Person.id == DutyHand.instead_id) & Person.left_at.is_(None)
    rows = select(*columns, Person.id, Person.municipality_code, Person.paused_until).outerjoin(Person, there)
    return [Hand(*row) for row in session.execute(rows.where(DutyHand.duty_id.in_(duty_ids)))]


def reminded(session: Session, duties: Collection[Duty]) -> dict[tuple[str, int], int]:
    """Return how many reminders each person has had, or may get, by the subject of the duty and the person."""
    rows = select(Delivery.subject, Delivery.person_id, func.count()).where(
        Delivery.subject.in_([duty.subject for duty in duties]),
        Delivery.operation == Operation.PERSON,
        Delivery.reach == Reach.REMINDER,
        Delivery.state.in_([State.WAITING, State.SENDING, State.SENT, State.UNCERTAIN]),
    )
    counted = session.execute(rows.group_by(Delivery.subject, Delivery.person_id))
    return {(subject, person_id): number for subject, person_id, number in counted if person_id is not None}
