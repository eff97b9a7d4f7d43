"""Deletes what is old, a chunk at a time, where the tables' own modules don't: each says how many rows it changed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, literal, select, update
from sqlalchemy.orm import Session, aliased

from storage.audit import AuditRow
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
"""Between two runs. A longer one is a clock that is wrong, or a bot that was off; only a person can tell which."""


def last_trusted(session: Session) -> datetime | None:
    """Return when retention last ran, or else when anything was written last; None in an empty database."""
    lease = session.get(Lease, RETENTION)
    if lease is not None:
        return lease.until
    newest = select(func.max(Delivery.created_at)), select(func.max(Conversation.seen_at))
    return max(filter(None, map(session.scalar, newest)), default=None)


def trust(session: Session, now: datetime) -> None:
    """Remember that retention ran at ``now``."""
    if not insert_new(session, Lease, name=RETENTION, holder=RETENTION, until=now):
        session.execute(update(Lease).where(Lease.name == RETENTION).values(until=now))


def forget_dialogs(session: Session, before: datetime, limit: int) -> int:
    """Conversations that were left half-way, as a list that somebody pasted and never saved."""
    old = select(OpenDialog).where(OpenDialog.changed_at < before).limit(limit)
    rows = session.scalars(old).all()
    for row in rows:
        session.delete(row)
    return len(rows)


def forget_contents(session: Session, before: datetime, limit: int) -> int:
    """Take the words off at most ``limit`` rows that ended before ``before``, and drop contents nobody points at.

    Returns how many rows and contents went. The rows stay, because their keys say what was sent.
    """
    old = select(Delivery.id).where(Delivery.settled_at < before, Delivery.content_hash.is_not(None)).limit(limit)
    cleared = session.execute(update(Delivery).where(Delivery.id.in_(old)).values(content_hash=None))
    unused = ~exists().where(Delivery.content_hash == Content.hash)
    orphans = select(Content.hash).where(Content.used_at < before, unused).limit(limit)
    # used_at is asked again outside: a row that was enqueued meanwhile is locked, and newer when the lock is gone
    dropped = session.execute(delete(Content).where(Content.hash.in_(orphans), Content.used_at < before))
    return int(cleared.rowcount + dropped.rowcount)  # type: ignore[attr-defined]


def forget_deliveries(session: Session, before: datetime, limit: int) -> int:
    """The notes that something was sent; not of a message that others are about."""
    targeted = select(_TARGETED.target).where(_TARGETED.target.is_not(None))
    over = Delivery.state.not_in(_UNDECIDED), Delivery.settled_at < before, Delivery.key.not_in(targeted)
    return _changed(session, delete(Delivery).where(Delivery.id.in_(select(Delivery.id).where(*over).limit(limit))))


def forget_replies(session: Session, before: datetime, limit: int) -> int:
    """Delete at most ``limit`` replies that went by the outbox: their keys tell whose chat it was. Return how many."""
    over = Delivery.subject == REPLY, Delivery.state.not_in(_UNDECIDED), Delivery.settled_at < before
    return _changed(session, delete(Delivery).where(Delivery.id.in_(select(Delivery.id).where(*over).limit(limit))))


def forget_invitations(session: Session, limit: int) -> int:
    """Delete at most ``limit`` invitations to appointments whose deliveries are all forgotten. Return how many."""
    there = exists().where(Delivery.lane == literal(ToCalendar("").lane) + Invitation.event_key)
    old = select(Invitation.id).where(~there).limit(limit)
    return _changed(session, delete(Invitation).where(Invitation.id.in_(old)))


def forget_questions(session: Session, before: datetime, limit: int) -> int:
    """Questions between members that ended, or had their last answer, long ago; with their answers.

    None that waits, and not the newest: SQLite would give its number, which deliveries are named after, to another.
    """
    answered = select(func.max(Answer.at)).where(Answer.question_id == Question.id).scalar_subquery()
    over = Question.status != Status.OPEN, func.coalesce(Question.ended_at, answered, Question.waiting_since) < before
    newest = select(func.max(Question.id)).scalar_subquery()
    old = list(session.scalars(select(Question.id).where(*over, Question.id < newest).limit(limit)))
    return _changed(session, delete(Question).where(Question.id.in_(old)))


def forget_former(session: Session, before: date, limit: int) -> int:
    """The names of those whose seats ended long ago; that somebody held them stays."""
    old = select(Contact.id).where(Contact.until < before, Contact.person_id.is_not(None))
    return _changed(session, update(Contact).where(Contact.id.in_(old.limit(limit))).values(person_id=None))


def forget_audit(session: Session, before: datetime, limit: int) -> int:
    """Old changes."""
    old = select(AuditRow.id).where(AuditRow.at < before)
    return _changed(session, delete(AuditRow).where(AuditRow.id.in_(old.limit(limit))))


def _changed(session: Session, statement: Any) -> int:
    done: Any = session.execute(statement, execution_options={"synchronize_session": False})
    return int(done.rowcount)
