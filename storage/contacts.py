"""Contact persons of municipalities, present and past, and proposals that wait for the kansli."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, delete, exists, func, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from storage.database import Base, insert_new, is_id, person_key
from storage.municipalities import MemberState, Municipality
from storage.people import Person

_CURRENT = text("until IS NULL")


class Contact(Base):
    """A person who holds a seat (one of :data:`storage.people.SEATS`) of a municipality for a time."""

    __tablename__ = "contacts"
    __table_args__ = (
        Index(
            "ix_contacts_current",
            "municipality_code",
            "seat",
            "person_id",
            unique=True,
            sqlite_where=_CURRENT,
            postgresql_where=_CURRENT,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipalities.code", ondelete="CASCADE"), index=True)
    seat: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    """Null after the person was erased. The row still says that somebody held the seat."""
    since: Mapped[date]
    until: Mapped[date | None]
    """The last day; null while the person holds the seat."""
    person: Mapped[Person | None] = relationship()

    @property
    def gone(self) -> bool:
        """Return whether the person has left the network's teams, so that nobody really fills the seat."""
        return self.person is not None and self.person.left_at is not None


class ProposalKind(StrEnum):
    """The kind of a member's proposal."""

    SEAT = "seat"
    """To hold a seat, usually as the successor of another person."""
    BELONGS = "belongs"
    """To speak for a municipality, when the mail address does not prove it."""
    LEAVES = "leaves"
    """To speak for a municipality no more; with a ``seat``, only to hold no seat there any more."""


class Proposal(Base):
    """A member's statement about themselves that the kansli has to confirm. Deleted when it is decided."""

    __tablename__ = "proposals"
    __table_args__ = (Index("ix_proposals_once", "person_id", "kind", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    person_id: Mapped[int] = person_key(on_erase="delete", index=False)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipalities.code", ondelete="CASCADE"))
    seat: Mapped[str] = mapped_column(String(20), default="")
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="SET NULL"))
    """The contact whose seat they take over; null if the seat is empty."""
    created_at: Mapped[datetime]
    person: Mapped[Person] = relationship()
    municipality: Mapped[Municipality] = relationship()
    replaces: Mapped[Contact | None] = relationship()


WANTS_TO_LEAVE = exists().where(Proposal.person_id == Person.id, Proposal.kind == ProposalKind.LEAVES)
"""Whether a person has said that they leave, and the kansli has not decided yet; for a query of people."""


def current(session: Session, code: str | None = None) -> Sequence[Contact]:
    """Return the present contact persons of one municipality or of all, by seat and name."""
    statement = (
        select(Contact)
        .outerjoin(Contact.person)
        .options(joinedload(Contact.person))
        .where(Contact.until.is_(None))
        .order_by(Contact.municipality_code, Contact.seat, Person.name, Contact.id)
    )
    return session.scalars(statement if code is None else statement.where(Contact.municipality_code == code)).all()


def everybody(session: Session, code: str | None = None) -> Sequence[Contact]:
    """Return the contact persons of one municipality or of all, present and past, in the order they came."""
    query = select(Contact).options(joinedload(Contact.person)).order_by(Contact.since, Contact.id)
    return session.scalars(query if code is None else query.where(Contact.municipality_code == code)).all()


def lacking(session: Session, seats: Collection[str]) -> int:
    """Return how many members lack somebody in one of these seats. A person who has left fills no seat."""
    filled = [
        exists()
        .where(Contact.municipality_code == Municipality.code, Contact.until.is_(None), Contact.seat == seat)
        .where(Contact.person_id == Person.id, Person.left_at.is_(None))
        for seat in seats
    ]
    query = select(func.count()).select_from(Municipality).where(Municipality.state == MemberState.MEMBER)
    return session.scalar(query.where(or_(*(~seat for seat in filled)))) or 0


def past(session: Session, code: str, limit: int) -> Sequence[Contact]:
    """Return the past contact persons, the latest first."""
    statement = (
        select(Contact)
        .options(joinedload(Contact.person))
        .where(Contact.municipality_code == code, Contact.until.is_not(None))
        .order_by(Contact.until.desc(), Contact.id.desc())
    )
    return session.scalars(statement.limit(limit)).all()


def working_in(session: Session, codes: Collection[str]) -> Sequence[Person]:
    """Return the people who work for one of these municipalities and are still in the network, by name."""
    here = Person.municipality_code.in_(codes), Person.left_at.is_(None)
    return session.scalars(select(Person).where(*here).order_by(Person.name, Person.id)).all()


def held_by(session: Session, person_id: int) -> Sequence[Contact]:
    """Return the seats that a person holds now."""
    return session.scalars(select(Contact).where(Contact.person_id == person_id, Contact.until.is_(None))).all()


def find(session: Session, contact_id: object) -> Contact | None:
    """Return the contact with this id, which may come from a client and be anything."""
    return session.get(Contact, contact_id) if is_id(contact_id) else None


def propose(
    session: Session,
    kind: ProposalKind,
    person_id: int,
    code: str,
    now: datetime,
    *,
    seat: str = "",
    replaces_id: int | None = None,
) -> Proposal:
    """Store a proposal. It replaces the person's earlier proposal of this kind, unless both say the same."""
    content = {"municipality_code": code, "seat": seat, "replaces_id": replaces_id}
    this = select(Proposal).where(Proposal.person_id == person_id, Proposal.kind == kind).with_for_update()
    row: Proposal | None = None
    while row is None:  # between the two statements, the kansli may decide and so delete the row
        insert_new(session, Proposal, person_id=person_id, kind=kind, created_at=now, **content)
        row = session.scalar(this.execution_options(populate_existing=True))
    if any(getattr(row, name) != value for name, value in content.items()):
        session.execute(update(Proposal).where(Proposal.id == row.id).values(created_at=now, **content))
        session.refresh(row)
    return row


def withdraw(session: Session, kind: ProposalKind, person_id: int) -> None:
    """Delete a person's proposal of this kind, if there is one."""
    session.execute(delete(Proposal).where(Proposal.person_id == person_id, Proposal.kind == kind))


def proposals(session: Session) -> Sequence[Proposal]:
    """Return all proposals that wait for the kansli, oldest first."""
    statement = select(Proposal).options(joinedload(Proposal.person), joinedload(Proposal.municipality))
    return session.scalars(statement.order_by(Proposal.created_at, Proposal.id)).all()


def proposed_by(session: Session, person_id: int) -> Sequence[Proposal]:
    """Return a person's waiting proposals."""
    return session.scalars(select(Proposal).where(Proposal.person_id == person_id)).all()


def waiting(session: Session) -> int:
    """Return how many proposals wait."""
    return session.scalar(select(func.count()).select_from(Proposal)) or 0


def find_proposal(session: Session, proposal_id: object) -> Proposal | None:
    """Lock the proposal with this id (which may be anything) until the transaction ends and return it."""
    return session.get(Proposal, proposal_id, with_for_update=True) if is_id(proposal_id) else None
