"""What the kansli chose about the decisions that were prepared for it: done, or put off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert_new, person_key


class AgendaChoice(Base):
    """One choice about one prepared decision. ``outcome`` never holds a name or an address."""

    __tablename__ = "agenda_choices"
    __table_args__ = (UniqueConstraint("week", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    week: Mapped[str] = mapped_column(String(8))
    """The ISO week in which it was chosen: ``2026-W49``."""
    key: Mapped[str] = mapped_column(String(120))
    """The decision, as :class:`bot.desk.PreparedDecision` names it."""
    outcome: Mapped[str] = mapped_column(String(300), default="")
    """What happened, in Swedish; empty for a decision that was put off."""
    by_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    at: Mapped[datetime] = mapped_column(index=True)


def choose(session: Session, week: str, key: str, *, outcome: str, by: int, now: datetime) -> bool:
    """Keep a choice. Return False if somebody has chosen about this decision this week."""
    return insert_new(session, AgendaChoice, week=week, key=key, outcome=outcome[:300], by_id=by, at=now)


def chosen(session: Session, since: datetime) -> set[str]:
    """Return the keys of the decisions that were done or put off after ``since``."""
    return set(session.scalars(select(AgendaChoice.key).where(AgendaChoice.at > since)))


def of_week(session: Session, week: str) -> Sequence[AgendaChoice]:
    """Return the week's choices, oldest first."""
    return session.scalars(select(AgendaChoice).where(AgendaChoice.week == week).order_by(AgendaChoice.id)).all()


def newest(session: Session, key: object) -> AgendaChoice | None:
    """Return the newest choice about a decision; ``key`` comes from a client and may be anything."""
    if not isinstance(key, str):
        return None
    return session.scalars(select(AgendaChoice).where(AgendaChoice.key == key).order_by(AgendaChoice.id.desc())).first()


def forget_old(session: Session, before: datetime, limit: int) -> int:
    """Delete at most ``limit`` choices made before ``before``. Return how many were deleted."""
    old = select(AgendaChoice.id).where(AgendaChoice.at < before).limit(limit)
    done = session.execute(delete(AgendaChoice).where(AgendaChoice.id.in_(old)))
    return int(done.rowcount)  # type: ignore[attr-defined]
