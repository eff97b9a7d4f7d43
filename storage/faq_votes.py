"""What people thought of the bank's answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ForeignKey, String, case, distinct, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert_new, person_key
from storage.faq import Entry

MOST_OPINIONS = 10
"""Answers whose votes are shown; a card holds no more."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What readers thought of an entry, without who."""

    entry_id: int
    question: str
    helpful: int
    unhelpful: int
    reasons: list[str] = field(default_factory=list)
    """What they missed, newest first."""


class Vote(Base):
    """What a person thought of an answer: one for each of their questions, and one for each entry otherwise."""

    __tablename__ = "faq_votes"

    question_id: Mapped[int] = mapped_column(ForeignKey("faq_questions.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("faq_entries.id", ondelete="CASCADE"), index=True)
    helpful: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime]


def vote(
    session: Session, question_id: int, person_id: int, entry_id: int, *, own: bool, helpful: bool, now: datetime
) -> Vote:
    """Keep the person's vote on an answer. A second one changes the first, and a changed one loses its reason.

    A question that is not known to be their ``own`` gives no vote of its own: it changes the latest on the entry.
    """
    if not own:
        earlier = select(Vote.question_id).where(Vote.person_id == person_id, Vote.entry_id == entry_id)
        latest = session.scalar(earlier.order_by(Vote.at.desc(), Vote.question_id.desc()).limit(1))
        question_id = question_id if latest is None else latest
    fresh = {"entry_id": entry_id, "helpful": helpful, "at": now}
    insert_new(session, Vote, question_id=question_id, person_id=person_id, reason="", **fresh)
    row = session.get_one(Vote, (question_id, person_id), with_for_update=True)
    if (row.helpful, row.entry_id) != (helpful, entry_id):
        row.helpful, row.entry_id, row.at, row.reason = helpful, entry_id, now, ""
    return row


def opinions(session: Session) -> Sequence[Opinion]:
    """Return how many people liked and disliked each answer, the least liked first; no entry without a vote."""
    against = func.count(distinct(case((Vote.helpful.is_(False), Vote.person_id))))
    query = (
        select(Entry.id, Entry.question, func.count(distinct(case((Vote.helpful, Vote.person_id)))), against)
        .join(Vote, Vote.entry_id == Entry.id)
        .group_by(Entry.id, Entry.question)
        .order_by(against.desc(), Entry.id)
        .limit(MOST_OPINIONS)
    )
    rows = [Opinion(*row) for row in session.execute(query)]
    reasons = select(Vote.entry_id, Vote.reason).where(Vote.reason != "").order_by(Vote.at.desc())
    for entry_id, reason in session.execute(reasons.where(Vote.entry_id.in_([row.entry_id for row in rows]))):
        next(row for row in rows if row.entry_id == entry_id).reasons.append(reason)
    return rows


def missed(session: Session, entry: Entry, limit: int) -> Sequence[str]:
    """Return what readers have missed in an entry since its answer was written, the newest first."""
    query = select(Vote.reason).where(Vote.entry_id == entry.id, Vote.reason != "")
    if entry.answered_at is not None:
        query = query.where(Vote.at > entry.answered_at)
    return session.scalars(query.order_by(Vote.at.desc()).limit(limit)).all()
