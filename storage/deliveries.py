"""Look up what happened to deliveries, by their subject, by their keys or by their message."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from storage.audiences import PersonIds
from storage.outbox import Delivery, State
from storage.outgoing import Operation
from storage.people import Person

_LATER = aliased(Delivery)
_ARRIVED = (State.SENT, State.UNCERTAIN)


def about(session: Session, subjects: Collection[str]) -> Mapping[str, Sequence[Delivery]]:
    """Return all deliveries with these subjects, oldest first, by subject. A subject without any has an empty list."""
    by_subject: dict[str, list[Delivery]] = {subject: [] for subject in subjects}
    rows = select(Delivery).where(Delivery.subject.in_(by_subject)).order_by(Delivery.id)
    for row in session.scalars(rows) if by_subject else ():
        by_subject[row.subject].append(row)
    return by_subject


def told_since(session: Session, subjects: Collection[str], since: datetime) -> set[tuple[str, int]]:
    """Return the subjects and people of the messages with these subjects that went after ``since``, or will go.

    A cancelled message counts as not told. One that waits for the end of a pause counts however old it is.
    """
    late = or_(func.coalesce(Delivery.claimed_at, Delivery.created_at) > since, Delivery.state == State.WAITING)
    told = select(Delivery.subject, Delivery.person_id).where(
        Delivery.subject.in_(list(subjects)), late, Delivery.state != State.CANCELLED
    )
    return {(subject, person_id) for subject, person_id in session.execute(told) if person_id is not None}


def ended(session: Session, keys: Collection[str]) -> Sequence[Delivery]:
    """Return the deliveries with these keys that have ended, in any way."""
    over = Delivery.state.not_in([State.WAITING, State.SENDING])
    return session.scalars(select(Delivery).where(Delivery.key.in_(list(keys)), over)).all() if keys else ()


def waiting(session: Session, until: datetime) -> Sequence[Delivery]:
    """Return the waiting messages whose turn comes before ``until``, oldest first. A change of a card is no message."""
    these = Delivery.state == State.WAITING, Delivery.not_before < until
    change = Delivery.operation.in_([Operation.UPDATE, Operation.DELETE])
    return session.scalars(select(Delivery).where(*these, ~change).order_by(Delivery.id)).all()


def channels(session: Session, subject: str) -> Sequence[str]:
    """Return the channels where threads about ``subject`` were started or will be, the newest last."""
    rows = select(Delivery.conversation_id).where(Delivery.subject == subject, Delivery.operation == Operation.THREAD)
    return [channel for channel in session.scalars(rows.order_by(Delivery.id)) if channel]


def in_lane(session: Session, lane: str) -> Delivery | None:
    """Return the newest delivery in a lane."""
    return session.scalar(select(Delivery).where(Delivery.lane == lane).order_by(Delivery.id.desc()).limit(1))


def told(subjects: Collection[str], stem: str, still: str = "") -> PersonIds:
    """Return the people who have a message with these subjects whose key begins with ``stem``, sent or not.

    With ``still``, a message that has not arrived counts only if its key begins with ``still``: it is still right.
    """
    query = select(Delivery.person_id).where(Delivery.subject.in_(list(subjects)))
    query = query.where(Delivery.key.startswith(stem, autoescape=True))
    counts = or_(Delivery.state.in_(_ARRIVED), Delivery.key.startswith(still, autoescape=True))
    return query.where(counts) if still else query


def told_before(session: Session, subjects: Collection[str], moment: datetime) -> set[int]:
    """Return the people to whom a message with these subjects went by ``moment``."""
    went = Delivery.state.in_(_ARRIVED), Delivery.not_before <= moment
    query = select(Delivery.person_id).where(Delivery.subject.in_(list(subjects)), *went)
    return {person_id for person_id in session.scalars(query) if person_id is not None}


def was_told(session: Session, subjects: Collection[str], person_id: int) -> bool:
    """Return whether the person has a message with one of these subjects that went, or will go."""
    rows = exists().where(Delivery.subject.in_(list(subjects)), Delivery.person_id == person_id)
    return bool(session.scalar(select(rows.where(Delivery.state != State.CANCELLED))))


def addressed(session: Session, person_id: int, conversation_id: str, activity_id: str) -> bool:
    """Return whether this message was sent to this person, in their own chat or with a mention in a thread."""
    row = sent_as(session, conversation_id, activity_id)
    return row is not None and row.person_id == person_id


def sent_as(session: Session, conversation_id: str, activity_id: str) -> Delivery | None:
    """Return the delivery that became this message in Teams; None if the outbox did not send it."""
    where = {"sent_conversation_id": conversation_id, "sent_activity_id": activity_id}
    return session.query(Delivery).filter_by(**where).order_by(Delivery.id).first()


def refusals(session: Session, errors: Collection[str], routes: Collection[str]) -> dict[int, str]:
    """Return, by person, which of ``errors`` ended the last message to them, if they are still closed to the bot.

    A person is open again after a later message arrived by one of ``routes``, or after being active.
    """
    arrived = exists().where(
        _LATER.person_id == Delivery.person_id,
        _LATER.settled_at > Delivery.settled_at,
        _LATER.route.in_(routes),  # only sent rows have one; with the state, PostgreSQL would search by that first
    )
    silent = or_(Person.last_active_at.is_(None), Person.last_active_at < Delivery.settled_at)
    refused = select(Delivery.person_id, Delivery.error).join(Person, Person.id == Delivery.person_id)
    refused = refused.where(Delivery.state == State.UNREACHABLE, Delivery.error.in_(errors), silent, ~arrived)
    return {person: error for person, error in session.execute(refused.order_by(Delivery.settled_at)) if person}


def people(session: Session, rows: Iterable[Delivery]) -> Sequence[Person]:
    """Return the people whom the rows go to."""
    return session.scalars(select(Person).where(Person.id.in_({row.person_id for row in rows if row.person_id}))).all()
