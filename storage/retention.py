"""Delete old rows, a chunk at a time, for tables whose own modules don't. Each function returns how many it changed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, literal, select, update
from sqlalchemy.orm import Session, aliased

from storage import calendar_entries
from storage.audit import AuditRow
from storage.calendar_entries import CalendarEntry
from storage.contacts import Contact
from storage.contents import Content
from storage.database import insert_new
from storage.dialogs import OpenDialog
from storage.invitations import Invitation
from storage.leases import RETENTION, Lease
from storage.outbox import REPLY, Delivery, State
from storage.outgoing import ToCalendar
from storage.places import Conversation
from storage.questions import Answer, Question, Status

_TARGETED = aliased(Delivery)
_UNDECIDED = (State.WAITING, State.SENDING, State.UNCERTAIN)


LONGEST_GAP = timedelta(days=60)
"""The longest time between two runs. After a longer one the clock is wrong or the bot was off; ask a person."""


def last_trusted(session: Session) -> datetime | None:
    """Return when retention last ran; else when anything was last written; None in an empty database."""
    lease = session.get(Lease, RETENTION)
    if lease is not None:
        return lease.until
    newest = select(func.max(Delivery.created_at)), select(func.max(Conversation.seen_at))
    return max(filter(None, map(session.scalar, newest)), default=None)


def trust(session: Session, now: datetime) -> None:
    """Remember that retention ran at ``now``."""
    if not insert_new(session, Lease, name=RETENTION, holder=RETENTION, until=now):
        session.execute(update(Lease).where(Lease.name == RETENTION).values(until=now))


def _lasts(before: datetime) -> ColumnElement[bool]:
    """Return the condition that a row is about an appointment that ends after ``before``."""
    lane = literal(ToCalendar("").lane) + CalendarEntry.event_key
    return exists().where(Delivery.lane == lane, CalendarEntry.ends_at >= before)


def forget_dialogs(session: Session, before: datetime, limit: int) -> int:
    """Delete unfinished dialogs, such as a list that somebody pasted but never saved."""
    old = select(OpenDialog).where(OpenDialog.changed_at < before).limit(limit)
    rows = session.scalars(old).all()
    for row in rows:
        session.delete(row)
    return len(rows)


def forget_contents(session: Session, before: datetime, limit: int) -> int:
    """Remove the content of at most ``limit`` rows that ended before ``before``, and delete unused contents.

    Return how many rows and contents changed. The rows stay, because their keys say what was sent. An appointment's
    content stays until the appointment has ended, because a registration sends it again.
    """
    old = select(Delivery.id).where(Delivery.settled_at < before, Delivery.content_hash.is_not(None))
    old = old.where(~_lasts(before)).limit(limit)
    cleared = session.execute(update(Delivery).where(Delivery.id.in_(old)).values(content_hash=None))
    unused = ~exists().where(Delivery.content_hash == Content.hash)
    orphans = select(Content.hash).where(Content.used_at < before, unused).limit(limit)
    # check used_at again outside: a row enqueued in between is locked, and newer once the lock is released
    dropped = session.execute(delete(Content).where(Content.hash.in_(orphans), Content.used_at < before))
    return int(cleared.rowcount + dropped.rowcount)  # type: ignore[attr-defined]


def forget_deliveries(session: Session, before: datetime, limit: int) -> int:
    """Delete rows of sent messages, except messages that other rows are about and appointments that last."""
    targeted = select(_TARGETED.target).where(_TARGETED.target.is_not(None))
    ended = Delivery.state.not_in(_UNDECIDED), Delivery.settled_at < before
    over = *ended, Delivery.key.not_in(targeted), ~_lasts(before)
    return _changed(session, delete(Delivery).where(Delivery.id.in_(select(Delivery.id).where(*over).limit(limit))))


def forget_replies(session: Session, before: datetime, limit: int) -> int:
    """Delete at most ``limit`` replies that went by the outbox: their keys tell whose chat it was. Return how many."""
    over = Delivery.subject == REPLY, Delivery.state.not_in(_UNDECIDED), Delivery.settled_at < before
    return _changed(session, delete(Delivery).where(Delivery.id.in_(select(Delivery.id).where(*over).limit(limit))))


def forget_appointments(session: Session, before: datetime, limit: int) -> int:
    """Delete at most ``limit`` appointments that ended before ``before``, then invitations to deleted appointments.

    Return how many rows were deleted.
    """
    old = select(CalendarEntry.event_key).where(calendar_entries.is_over(before)).limit(limit)
    over = _changed(session, delete(CalendarEntry).where(CalendarEntry.event_key.in_(old)))
    there = exists().where(CalendarEntry.event_key == Invitation.event_key)
    without = select(Invitation.id).where(~there).limit(limit)
    return over + _changed(session, delete(Invitation).where(Invitation.id.in_(without)))


def forget_questions(session: Session, before: datetime, limit: int) -> int:
    """Delete questions that ended, or had their last answer, long ago, with their answers.

    Keep questions that wait. Keep the newest question too: SQLite would reuse its number, which names deliveries.
    """
    answered = select(func.max(Answer.at)).where(Answer.question_id == Question.id).scalar_subquery()
    over = Question.status != Status.OPEN, func.coalesce(Question.ended_at, answered, Question.waiting_since) < before
    newest = select(func.max(Question.id)).scalar_subquery()
    old = list(session.scalars(select(Question.id).where(*over, Question.id < newest).limit(limit)))
    return _changed(session, delete(Question).where(Question.id.in_(old)))


def forget_former(session: Session, before: date, limit: int) -> int:
    """Remove the names of people whose seats ended long ago. Keep the fact that somebody held the seat."""
    old = select(Contact.id).where(Contact.until < before, Contact.person_id.is_not(None))
    return _changed(session, update(Contact).where(Contact.id.in_(old.limit(limit))).values(person_id=None))


def forget_audit(session: Session, before: datetime, limit: int) -> int:
    """Delete old rows of the audit log."""
    old = select(AuditRow.id).where(AuditRow.at < before)
    return _changed(session, delete(AuditRow).where(AuditRow.id.in_(old.limit(limit))))


def _changed(session: Session, statement: Any) -> int:
    done: Any = session.execute(statement, execution_options={"synchronize_session": False})
    return int(done.rowcount)
