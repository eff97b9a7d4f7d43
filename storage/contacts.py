"""Contact persons: whom a municipality has appointed, now and before, and proposals that wait for the kansli."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, delete, func, select, text, update
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from storage.database import Base, insert_new, is_id, person_key
from storage.municipalities import Municipality
from storage.people import Person

_CURRENT = text("until IS NULL")


class Contact(Base):
    """A person in a seat (one of :data:`storage.people.SEATS`) of a municipality, for a time."""

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
    """Null when the person was erased: that somebody held the seat remains."""
    since: Mapped[date]
    until: Mapped[date | None]
    """The last day; null while they hold it."""
    person: Mapped[Person | None] = relationship()

    @property
    def gone(self) -> bool:
        """Whether they have left the network's teams, so that nobody fills the seat."""
        return self.person is not None and self.person.left_at is not None


class ProposalKind(StrEnum):
    """What a member proposes."""

    SEAT = "seat"
    """To hold a seat, usually after somebody."""
    BELONGS = "belongs"
    """To speak for a municipality, where the mail address does not show it."""


class Proposal(Base):
    """What a member says of themselves and the kansli confirms; the row goes when it is decided."""

    __tablename__ = "proposals"
    __table_args__ = (Index("ix_proposals_once", "person_id", "kind", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    person_id: Mapped[int] = person_key(on_erase="delete", index=False)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipalities.code", ondelete="CASCADE"))
    seat: Mapped[str] = mapped_column(String(20), default="")
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="SET NULL"))
    """The contact they take over from; null where the seat is empty."""
    created_at: Mapped[datetime]
    person: Mapped[Person] = relationship()
    municipality: Mapped[Municipality] = relationship()
    replaces: Mapped[Contact | None] = relationship()


def current(session: Session, code: str | None = None) -> Sequence[Contact]:
    """Those who hold a seat now, by seat and name; of one municipality or of all."""
    statement = (
        select(Contact)
        .outerjoin(Contact.person)
        .options(joinedload(Contact.person))
        .where(Contact.until.is_(None))
        .order_by(Contact.municipality_code, Contact.seat, Person.name, Contact.id)
    )
    return session.scalars(statement if code is None else statement.where(Contact.municipality_code == code)).all()


def past(session: Session, code: str, limit: int) -> Sequence[Contact]:
    """Those who held a seat before, the latest first."""
    statement = (
        select(Contact)
        .options(joinedload(Contact.person))
        .where(Contact.municipality_code == code, Contact.until.is_not(None))
        .order_by(Contact.until.desc(), Contact.id.desc())
    )
    return session.scalars(statement.limit(limit)).all()


def held_by(session: Session, person_id: int) -> Sequence[Contact]:
    """The seats that a person holds now."""
    return session.scalars(select(Contact).where(Contact.person_id == person_id, Contact.until.is_(None))).all()


def find(session: Session, contact_id: object) -> Contact | None:
    """The contact with this id, which may come from a client and be anything."""
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
    """Keep a proposal; an earlier one of this kind by the same person is replaced, one that says the same stays."""
    said = {"municipality_code": code, "seat": seat, "replaces_id": replaces_id}
    this = select(Proposal).where(Proposal.person_id == person_id, Proposal.kind == kind).with_for_update()
    row: Proposal | None = None
    while row is None:  # between the two, the kansli may decide the one that is there
        insert_new(session, Proposal, person_id=person_id, kind=kind, created_at=now, **said)
        row = session.scalar(this.execution_options(populate_existing=True))
    if any(getattr(row, name) != value for name, value in said.items()):
        session.execute(update(Proposal).where(Proposal.id == row.id).values(created_at=now, **said))
        session.refresh(row)
    return row


def withdraw(session: Session, kind: ProposalKind, person_id: int) -> None:
    """Take a person's proposal of this kind away, if there is one."""
    session.execute(delete(Proposal).where(Proposal.person_id == person_id, Proposal.kind == kind))


def proposals(session: Session) -> Sequence[Proposal]:
    """Everything that waits for the kansli, oldest first."""
    statement = select(Proposal).options(joinedload(Proposal.person), joinedload(Proposal.municipality))
    return session.scalars(statement.order_by(Proposal.created_at, Proposal.id)).all()


def proposed_by(session: Session, person_id: int) -> Sequence[Proposal]:
    """What a person has proposed and still waits."""
    return session.scalars(select(Proposal).where(Proposal.person_id == person_id)).all()


def waiting(session: Session) -> int:
    """How many proposals wait."""
    return session.scalar(select(func.count()).select_from(Proposal)) or 0


def find_proposal(session: Session, proposal_id: object) -> Proposal | None:
    """The proposal with this id (which may be anything), held until the transaction ends."""
    return session.get(Proposal, proposal_id, with_for_update=True) if is_id(proposal_id) else None
