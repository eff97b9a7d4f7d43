"""People who have a question's answer form open: an update of the card takes the form away, with their text."""

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
"""How long somebody who says nothing more counts as writing."""


class AnswerForm(Base):
    """Somebody who has pressed *Svara*, and neither sent nor left the form yet."""

    __tablename__ = "answer_forms"

    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True)
    until: Mapped[datetime]


def begin(session: Session, question_id: int, person_id: int, now: datetime) -> None:
    """The form is open."""
    end(session, question_id, person_id)
    insert_new(session, AnswerForm, question_id=question_id, person_id=person_id, until=now + LASTS)


def end(session: Session, question_id: int, person_id: int) -> bool:
    """It is no longer; False where it was not."""
    mine = AnswerForm.question_id == question_id, AnswerForm.person_id == person_id
    return bool(session.execute(delete(AnswerForm).where(*mine)).rowcount)  # type: ignore[attr-defined]


def others_until(session: Session, question_id: int, person_id: int | None, now: datetime) -> datetime | None:
    """Until when others than this person, or with None anybody, count as writing; None where nobody does."""
    theirs = AnswerForm.question_id == question_id, AnswerForm.person_id != person_id, AnswerForm.until > now
    return session.scalar(select(func.max(AnswerForm.until)).where(*theirs))


def hold(session: Session, lanes: Collection[str], now: datetime) -> None:
    """What waits in cards' lanes for somebody else's writing waits for one more; in all at most twice :data:`LASTS`."""
    until = now + LASTS
    younger = Delivery.created_at > now - LASTS, Delivery.not_before < until
    outbox.reschedule(session, and_(_held(lanes, now), *younger), until)


def show_now(session: Session, lanes: Collection[str], now: datetime) -> None:
    """What waits in cards' lanes for the end of the writing goes now; not what Teams has asked to wait with."""
    outbox.reschedule(session, _held(lanes, now), now)


def _held(lanes: Collection[str], now: datetime) -> ColumnElement[bool]:
    return and_(Delivery.lane.in_(lanes), Delivery.not_before > now, Delivery.operation == Operation.UPDATE)


def forget_old(session: Session, now: datetime, limit: int) -> int:
    """Forms that were left open; how many went."""
    old = select(AnswerForm.question_id, AnswerForm.person_id).where(AnswerForm.until <= now).limit(limit)
    return sum(end(session, *row) for row in session.execute(old).all())
