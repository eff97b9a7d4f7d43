"""What tells that an entry of the knowledge bank needs care: votes, rejected offers, and when it was last used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from storage.faq import Entry, EntryState
from storage.faq_log import FaqQuestion, QuestionOutcome
from storage.faq_votes import Vote


def published(session: Session) -> Sequence[Entry]:
    """Return the published entries, the oldest review first."""
    query = select(Entry).where(Entry.state == EntryState.PUBLISHED)
    return session.scalars(query.order_by(Entry.reviewed_on, Entry.id)).all()


def drafts(session: Session) -> Sequence[Entry]:
    """Return the drafts, oldest first."""
    return session.scalars(select(Entry).where(Entry.state == EntryState.DRAFT).order_by(Entry.id)).all()


def searchable(session: Session) -> Sequence[Entry]:
    """Return every entry in any state, with its phrasings, by theme and age."""
    query = select(Entry).options(selectinload(Entry.phrasings))
    return session.scalars(query.order_by(Entry.theme, Entry.id)).all()


def disliked(session: Session, since: datetime) -> Sequence[Any]:
    """Return ``entry_id, person_id, at`` of each vote after ``since`` that an answer did not help."""
    query = select(Vote.entry_id, Vote.person_id, Vote.at).where(Vote.helpful.is_(False), Vote.at > since)
    return session.execute(query).all()


def rejected(session: Session, since: datetime) -> Sequence[Any]:
    """Return ``entry_id, at`` of each question after ``since`` where "Inget av dessa" was pressed.

    The entry is the one that was offered first.
    """
    query = select(FaqQuestion.entry_id, FaqQuestion.at).where(FaqQuestion.rejected, FaqQuestion.at > since)
    return session.execute(query.where(FaqQuestion.entry_id.is_not(None))).all()


def used(session: Session, since: datetime) -> set[int]:
    """Return the ids of the entries that answered a question after ``since``, or were picked for one."""
    answered = FaqQuestion.outcome == QuestionOutcome.ANSWERED
    query = select(FaqQuestion.entry_id, FaqQuestion.chosen_id, answered).where(
        FaqQuestion.at > since, or_(answered, FaqQuestion.chosen_id.is_not(None))
    )
    found: set[int] = set()
    for entry_id, chosen_id, was_answer in session.execute(query.distinct()):
        found |= {number for number in (entry_id if was_answer else None, chosen_id) if number is not None}
    return found


def asked_before(session: Session, moment: datetime) -> bool:
    """Return whether the log goes back to before ``moment``. Without that, nothing says that an entry is unused."""
    first = session.scalar(select(FaqQuestion.at).order_by(FaqQuestion.id).limit(1))
    return first is not None and first < moment
