"""People who have a question's answer form open. An update of the card would remove the form and their text."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, and_, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage import outbox
from storage.database import Base, insert_new, person_key
from storage.outbox import Delivery
from storage.outgoing import Operation

LASTS = timedelta(minutes=15)
"""How long a person counts as writing after opening the form."""


class AnswerForm(Base):
    """A person who has pressed *Svara* and has neither sent nor left the form yet."""

    __tablename__ = "answer_forms"

    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True)
    until: Mapped[datetime]


def begin(session: Session, question_id: int, person_id: int, now: datetime) -> None:
    """Store that the form is open."""
    end(session, question_id, person_id)
    insert_new(session, AnswerForm, question_id=question_id, person_id=person_id, until=now + LASTS)


def end(session: Session, question_id: int, person_id: int) -> bool:
    """Store that the form is closed. Return False if it was not open."""
    mine = AnswerForm.question_id == question_id, AnswerForm.person_id == person_id
    return bool(session.execute(delete(AnswerForm).where(*mine)).rowcount)  # type: ignore[attr-defined]


def others_until(session: Session, question_id: int, person_id: int | None, now: datetime) -> datetime | None:
    """Return until when people other than this one (None: anybody) count as writing; None if nobody does."""
    theirs = AnswerForm.question_id == question_id, AnswerForm.person_id != person_id, AnswerForm.until > now
    return session.scalar(select(func.max(AnswerForm.until)).where(*theirs))


def until(session: Session, question_id: int, person_id: int | None, now: datetime) -> datetime | None:
    """Return until when this person counts as writing; None if they do not."""
    theirs = AnswerForm.question_id == question_id, AnswerForm.person_id == person_id, AnswerForm.until > now
    return session.scalar(select(AnswerForm.until).where(*theirs))


def hold(session: Session, lanes: Collection[str], now: datetime) -> None:
    """Delay the cards' updates that wait for writers by :data:`LASTS` from now, because one more has begun.

    An update waits at most twice :data:`LASTS` in all.
    """
    until = now + LASTS
    younger = Delivery.created_at > now - LASTS, Delivery.not_before < until
    outbox.reschedule(session, and_(_held(lanes, now), *younger), until)


def show_now(session: Session, lanes: Collection[str], now: datetime) -> None:
    """Send the cards' updates that wait for writers now, but not those that wait because Teams asked for it."""
    outbox.reschedule(session, _held(lanes, now), now)


def _held(lanes: Collection[str], now: datetime) -> ColumnElement[bool]:
    return and_(Delivery.lane.in_(lanes), Delivery.not_before > now, Delivery.operation == Operation.UPDATE)


def forget_old(session: Session, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` forms that were left open too long. Return how many."""
    old = select(AnswerForm.question_id, AnswerForm.person_id).where(AnswerForm.until <= now).limit(limit)
    return sum(end(session, *row) for row in session.execute(old).all())
