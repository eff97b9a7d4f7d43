"""The audit log: each change by the kansli, with person and time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, person_key


class AuditRow(Base):
    """One change. ``what`` and ``about`` never hold a name or address: rows stay after the people are erased."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    by_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    """The person who made the change; null for an operator's command, and for an erased person."""
    what: Mapped[str] = mapped_column(String(300))
    """In Swedish, as the kansli reads it: "Medlemsstatus: medlem"."""
    about: Mapped[str] = mapped_column(String(60), index=True)
    """The changed row: ``municipality:1427``, ``person:88``."""
    person_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    """The person whom the change concerned, if any."""


def record(
    session: Session, by: int | None, what: str, about: str, now: datetime, *, person_id: int | None = None
) -> None:
    """Write down a change. ``by`` is a person's id, or None for an operator's command."""
    session.add(AuditRow(by_id=by, what=what[:300], about=about[:60], at=now, person_id=person_id))


def latest(session: Session, about: str, limit: int) -> Sequence[AuditRow]:
    """Return the newest changes of one row."""
    statement = select(AuditRow).where(AuditRow.about == about).order_by(AuditRow.at.desc(), AuditRow.id.desc())
    return session.scalars(statement.limit(limit)).all()


def newest(session: Session, limit: int | None = None) -> Sequence[AuditRow]:
    """Return the newest changes in the whole log; without ``limit`` all of them."""
    return session.scalars(select(AuditRow).order_by(AuditRow.at.desc(), AuditRow.id.desc()).limit(limit)).all()
