"""Municipalities and regions: official facts, and the kansli's own data about each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert_all_new


class MemberState(StrEnum):
    """A municipality's relation to the association. Only the kansli sets it."""

    MEMBER = "member"
    PROSPECT = "prospect"
    FORMER = "former"
    UNKNOWN = "unknown"
    """Not yet set. No public list of members exists, so all municipalities start here."""


class Municipality(Base):
    """A municipality or region. The first columns are official and loaded at every start; the rest is the kansli's."""

    __tablename__ = "municipalities"

    code: Mapped[str] = mapped_column(String(4), primary_key=True)
    """Statistics Sweden's code with its zeros: four digits for a municipality, two for a region."""
    name: Mapped[str] = mapped_column(String(60))
    full_name: Mapped[str] = mapped_column(String(60))
    """The name in running text: "Falu kommun"."""
    county: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(10))
    """``kommun`` or ``region``."""
    size_group: Mapped[str] = mapped_column(String(2))
    """SKR's group of 2023, A1–C9; empty for a region."""
    size_group_name: Mapped[str] = mapped_column(String(60))
    aliases: Mapped[list[str]] = mapped_column(default=list)

    state: Mapped[str] = mapped_column(String(10), default=MemberState.UNKNOWN, index=True)
    state_since: Mapped[datetime | None]
    """When the kansli set the state; null for what was set before this was kept."""
    programme_url: Mapped[str] = mapped_column(String(500), default="")
    """The sustainability programme in force."""
    programme_until: Mapped[int | None]
    """The last year that the programme is in force."""
    mail_domains: Mapped[list[str]] = mapped_column(default=list)
    changed_at: Mapped[datetime | None]
    """When the kansli last changed anything here."""


def load(session: Session, official: Iterable[Mapping[str, object]]) -> int:
    """Update the official columns only. Return how many rows were new or changed."""
    known = {row.code: row for row in session.scalars(select(Municipality))}
    new, done = [], 0
    for facts in official:
        row = known.get(str(facts["code"]))
        if row is None:
            new.append(facts)
        elif any(getattr(row, name) != value for name, value in facts.items()):
            for name, value in facts.items():
                setattr(row, name, value)
            done += 1
    return done + insert_all_new(session, Municipality, new)


def everyone(session: Session) -> Sequence[Municipality]:
    """Return all municipalities and regions by name, without regard to Swedish order."""
    return session.scalars(select(Municipality).order_by(Municipality.name)).all()


def in_state(session: Session, state: MemberState) -> Sequence[Municipality]:
    """Return the municipalities and regions with this relation to the association, by code."""
    return session.scalars(select(Municipality).where(Municipality.state == state).order_by(Municipality.code)).all()


def find(session: Session, code: object) -> Municipality | None:
    """Return the municipality with this code, which may come from a client and be anything."""
    return session.get(Municipality, code) if isinstance(code, str) and code.isdecimal() else None


def require(session: Session, code: str) -> Municipality:
    """Return the municipality with a code that comes from the database, and so must exist."""
    return session.get_one(Municipality, code)


def lock(session: Session, code: str) -> Municipality:
    """Lock the municipality until the transaction ends and return it. Concurrent changes then wait for each other."""
    return session.get_one(Municipality, code, with_for_update=True, populate_existing=True)


def lock_first(session: Session) -> None:
    """Lock the row that :func:`lock_all` locks first, so that only one transaction at a time adds people.

    Call it before :func:`lock`: the same order everywhere prevents deadlocks.
    """
    session.scalar(select(Municipality.code).order_by(Municipality.code).limit(1).with_for_update())


def lock_all(session: Session) -> Mapping[str, Municipality]:
    """Lock every municipality until the transaction ends and return them by code."""
    statement = select(Municipality).order_by(Municipality.code).with_for_update()
    return {row.code: row for row in session.scalars(statement.execution_options(populate_existing=True))}
