"""Reporting duties: what membership asks of each municipality in a year, and how far each one has come.

A duty without ``due`` has no date yet: it is shown, and reminds nobody. A municipality without a row has not started.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert_new, is_id, person_key


class DutyKind(StrEnum):
    """What sort of duty it is; the kind decides how a municipality's state can follow from other facts."""

    KEY_FIGURES = "key_figures"
    """*Gröna nyckeltal*, through Miljöbarometern."""
    SURVEY = "survey"
    """The yearly survey."""
    ANNUAL_MEETING = "annual_meeting"
    """Done when a politician and a civil servant are registered for the duty's event."""
    NEWSLETTER = "newsletter"
    """Done when somebody pressed *Delat hos oss* on each newsletter of the year."""
    PROGRAMME = "programme"
    """Done when the sustainability programme is in force."""
    OTHER = "other"


class DutyState(StrEnum):
    """How far a municipality has come with a duty.

    ::

        not started ──▶ in progress | help wanted | postponed ──▶ says done ──a list──▶ confirmed
        exempt: the duty does not concern it
    """

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    HELP_WANTED = "help_wanted"
    POSTPONED = "postponed"
    """To ``until``, with a reason."""
    SAYS_DONE = "says_done"
    """Somebody there pressed *Klart*. No list has confirmed it yet."""
    CONFIRMED = "confirmed"
    """A list, the kansli, or a fact that the bot knows says so."""
    EXEMPT = "exempt"


ENDED = (DutyState.SAYS_DONE, DutyState.CONFIRMED, DutyState.EXEMPT)
"""The states in which nobody is reminded."""


class DutySource(StrEnum):
    """Where a state comes from. A later one in this order outranks an earlier one."""

    CLICK = "click"
    KANSLI = "kansli"
    LIST = "list"
    FACT = "fact"
    """Follows from registrations, presses or the register."""


class Duty(Base):
    """One duty of one year. Its texts are reviewed, so erasing a person never rewrites them."""

    __tablename__ = "duties"
    __table_args__ = ({"sqlite_autoincrement": True},)
    """The outbox's keys have its number, so no other duty may ever get it."""

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    year: Mapped[int] = mapped_column(index=True)
    title: Mapped[str] = mapped_column(String(200))
    why: Mapped[str] = mapped_column(Text, default="")
    """Why it matters, in one or two sentences."""
    how: Mapped[str] = mapped_column(Text, default="")
    """How it is done, in Teams Markdown."""
    link: Mapped[str] = mapped_column(String(1000), default="")
    minutes: Mapped[int | None]
    """How long it takes, about; null if nobody knows."""
    opens: Mapped[date | None]
    """The first day on which it can be done."""
    due: Mapped[date | None]
    """The last day; null: *datum inte satt*."""
    seats: Mapped[list[str]] = mapped_column(default=list)
    """The seats that do it (:data:`storage.people.SEATS`): the first one that a municipality has."""
    ladder: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """The rungs: ``days`` after the last day (negative: before) and ``to``, the seats that are told."""
    audience: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Whom it concerns: ``codes``, ``counties`` and ``size_groups`` of members; empty means every member."""
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id", ondelete="SET NULL"), index=True)
    """The annual meeting whose registrations decide."""
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("duties.id", ondelete="SET NULL"), index=True)
    """The same duty a year earlier."""
    source: Mapped[str | None] = mapped_column(String(60), unique=True)
    """The name of a duty of the starting content, so that it is loaded once."""
    version: Mapped[int] = mapped_column(default=1)
    """Goes up with every change. Buttons of the kansli carry it, so an old card changes nothing."""
    changed_by_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    """When the kansli closed it. Nobody is reminded after that, and nobody changes a state."""

    @property
    def subject(self) -> str:
        """Return the outbox subject of what is sent about it."""
        return f"duty:{self.id}"


class DutyStatus(Base):
    """How far one municipality has come with one duty."""

    __tablename__ = "duty_statuses"

    duty_id: Mapped[int] = mapped_column(ForeignKey("duties.id", ondelete="CASCADE"), primary_key=True)
    municipality_code: Mapped[str] = mapped_column(
        ForeignKey("municipalities.code", ondelete="CASCADE"), primary_key=True, index=True
    )
    state: Mapped[str] = mapped_column(String(20), default=DutyState.NOT_STARTED)
    source: Mapped[str] = mapped_column(String(10), default=DutySource.CLICK)
    since: Mapped[datetime]
    until: Mapped[date | None]
    """The day to which it is postponed."""
    reason: Mapped[str] = mapped_column(Text, default="")
    due: Mapped[date | None]
    """The municipality's own last day, if the kansli extended it."""
    by_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    """The person who set it."""
    thanked_at: Mapped[datetime | None]
    """When the municipality was thanked, so that it is thanked once."""
    doubted_at: Mapped[datetime | None]
    """When somebody was asked about a list that contradicts *Klart*, so that it is asked once."""


class DutyChange(Base):
    """One change of a municipality's state: the history."""

    __tablename__ = "duty_changes"
    __table_args__ = (Index("ix_duty_changes_status", "duty_id", "municipality_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    duty_id: Mapped[int] = mapped_column(ForeignKey("duties.id", ondelete="CASCADE"))
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipalities.code", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(Text, default="")
    """Why: the reason that was given, or the name of the list."""
    by_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    at: Mapped[datetime] = mapped_column(index=True)


class DutyHand(Base):
    """A person who said *Inte jag* about a duty of their municipality, and whom they named."""

    __tablename__ = "duty_hands"
    __table_args__ = (UniqueConstraint("duty_id", "municipality_code", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    duty_id: Mapped[int] = mapped_column(ForeignKey("duties.id", ondelete="CASCADE"))
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipalities.code", ondelete="CASCADE"))
    person_id: Mapped[int] = person_key(on_erase="delete")
    instead_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    """The person who does it instead; null if they only said that it is not they."""
    at: Mapped[datetime]


def lock(session: Session, number: object) -> Duty | None:
    """Return the duty with this number, its row locked; None if there is none. ``number`` may be anything."""
    if not is_id(number):
        return None
    statement = select(Duty).where(Duty.id == number).with_for_update()
    return session.scalar(statement, execution_options={"populate_existing": True})


def find(session: Session, number: object) -> Duty | None:
    """Return the duty with this number, which may come from a client and be anything, without locking it."""
    return session.get(Duty, number) if is_id(number) else None


def of_year(session: Session, year: int) -> Sequence[Duty]:
    """Return the duties of a year, the nearest last day first and those without a date last."""
    rows = select(Duty).where(Duty.year == year)
    return session.scalars(rows.order_by(Duty.due.is_(None), Duty.due, Duty.id)).all()


def running(session: Session) -> Sequence[Duty]:
    """Return the duties that have a last day and are not closed."""
    rows = select(Duty).where(Duty.due.is_not(None), Duty.closed_at.is_(None))
    return session.scalars(rows.order_by(Duty.due, Duty.id)).all()


def unclosed(session: Session) -> Sequence[Duty]:
    """Return the duties that are not closed, the latest year first."""
    rows = select(Duty).where(Duty.closed_at.is_(None))
    return session.scalars(rows.order_by(Duty.year.desc(), Duty.id)).all()


def status(session: Session, duty_id: int, code: str) -> DutyStatus | None:
    """Return how far a municipality has come; None if it has not started."""
    return session.get(DutyStatus, (duty_id, code), populate_existing=True)


def statuses(session: Session, duty_ids: Collection[int]) -> Mapping[tuple[int, str], DutyStatus]:
    """Return the rows of these duties, by duty and municipality."""
    rows = session.scalars(select(DutyStatus).where(DutyStatus.duty_id.in_(duty_ids)))
    return {(row.duty_id, row.municipality_code): row for row in rows}


def history(session: Session, duty_id: int, code: str) -> Sequence[DutyChange]:
    """Return the changes of a municipality's state, oldest first."""
    rows = select(DutyChange).where(DutyChange.duty_id == duty_id, DutyChange.municipality_code == code)
    return session.scalars(rows.order_by(DutyChange.id)).all()


def hand_over(
    session: Session, duty: Duty, code: str, person_id: int, *, instead_id: int | None, now: datetime
) -> None:
    """Keep that a person does not do a duty, and who does it instead. Saying it again changes the row."""
    key = {"duty_id": duty.id, "municipality_code": code, "person_id": person_id}
    insert_new(session, DutyHand, **key, at=now)
    row = session.query(DutyHand).filter_by(**key).with_for_update().populate_existing().one()
    row.instead_id, row.at = instead_id, now
    session.flush()


def take_back(session: Session, duty: Duty, code: str, person_id: int) -> None:
    """Forget that a person said that they do not do a duty."""
    session.query(DutyHand).filter_by(duty_id=duty.id, municipality_code=code, person_id=person_id).delete()


def handed_over(session: Session, duty: Duty, code: str) -> set[int]:
    """Return the people of a municipality who said that they do not do a duty."""
    rows = select(DutyHand.person_id).where(DutyHand.duty_id == duty.id, DutyHand.municipality_code == code)
    return set(session.scalars(rows))


class ChangedState(NamedTuple):
    """A change of a municipality's state, in columns."""

    code: str
    state: str
    at: datetime


def changes(session: Session, duty_id: int, since: datetime | None = None) -> Sequence[ChangedState]:
    """Return the changes of all municipalities' states, oldest first, from ``since`` on."""
    rows = select(DutyChange.municipality_code, DutyChange.state, DutyChange.at).where(DutyChange.duty_id == duty_id)
    if since is not None:
        rows = rows.where(DutyChange.at >= since)
    return [ChangedState(*row) for row in session.execute(rows.order_by(DutyChange.id))]
