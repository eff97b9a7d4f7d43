"""What the knowledge bank can grow from: questions it did not answer, wordings it was asked with, solved questions.

Nothing here is about a person: the log keeps wordings apart from who asked, and a decision is kept as the hash of what
was decided about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ForeignKey, String, and_, delete, exists, or_, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from storage.database import Base, insert_new, is_id
from storage.faq import Entry, Phrasing, State
from storage.faq_log import FaqQuestion, Outcome, QuestionText, Vote
from storage.people import Person
from storage.questions import Answer, Question, Status

MOST_ROWS = 5000
"""Questions that are looked at: the newest. Many times what a network asks in vain in three months."""
MOST_SOLVED = 100


class Decision(Base):
    """The kansli has decided: no gap, answered by an entry, no phrasing, no entry of a solved question."""

    __tablename__ = "faq_decisions"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """What it is about; see :func:`gap`, :func:`phrasing` and :func:`solved`."""
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("faq_entries.id", ondelete="CASCADE"), index=True)
    """The entry that was written for a gap, or whose phrasing it would have been."""
    at: Mapped[datetime] = mapped_column(index=True)


def gap(wording: str) -> str:
    """The digest of a question that the bank did not answer."""
    return _digest("gap", wording)


def phrasing(entry_id: int, wording: str) -> str:
    """The digest of a wording as a phrasing of an entry."""
    return _digest("phrasing", str(entry_id), wording)


def solved(question_id: int) -> str:
    """The digest of a question between members that was solved."""
    return _digest("solved", str(question_id))


def decide(session: Session, digests: Iterable[str], now: datetime, entry_id: int | None = None) -> int:
    """Remember a decision about each of these; how many had none before."""
    return sum(insert_new(session, Decision, digest=one, entry_id=entry_id, at=now) for one in dict.fromkeys(digests))


def answer_gaps(session: Session, digests: Iterable[str], entry_id: int, now: datetime) -> None:
    """These gaps are answered by an entry, as soon as it is published; whatever was decided before."""
    wanted = list(dict.fromkeys(digests))
    session.execute(delete(Decision).where(Decision.digest.in_(wanted)))
    decide(session, wanted, now, entry_id)


def decided(session: Session, digests: Collection[str]) -> Mapping[str, Any]:
    """The decisions among these as rows ``digest, entry_id, state`` (the entry's, or null)."""
    query = select(Decision.digest, Decision.entry_id, Entry.state).outerjoin(Entry, Entry.id == Decision.entry_id)
    rows = (row for some in _some(list(digests)) for row in session.execute(query.where(Decision.digest.in_(some))))
    return {row.digest: row for row in rows}


def unanswered(session: Session, since: datetime, ids: Collection[int] | None = None) -> Sequence[Any]:
    """Questions to the bank that had no answer, or one that somebody disliked; newest first.

    Rows ``question_id, text, wording, entry_id, disliked``. A dislike counts for as long as the answer has the wording
    that it was about. ``ids`` are the only ones wanted, if given.
    """
    stands = and_(Entry.state == State.PUBLISHED, or_(Entry.answered_at.is_(None), Vote.at >= Entry.answered_at))
    disliked = exists().where(
        Vote.question_id == FaqQuestion.id, Vote.helpful.is_(False), Entry.id == Vote.entry_id, stands
    )
    query = (
        select(QuestionText.question_id, QuestionText.text, QuestionText.wording, FaqQuestion.entry_id)
        .add_columns(disliked.label("disliked"))
        .join(FaqQuestion, FaqQuestion.id == QuestionText.question_id)
        .where(QuestionText.at >= since, QuestionText.wording != "")
        .where(or_(FaqQuestion.outcome == Outcome.UNKNOWN, FaqQuestion.rejected, disliked))
        .order_by(QuestionText.at.desc(), QuestionText.question_id.desc())
    )
    if ids is not None:
        query = query.where(QuestionText.question_id.in_([one for one in ids if is_id(one)]))
    return session.execute(query.limit(MOST_ROWS)).all()


def picked(session: Session, since: datetime, question_id: object = None) -> Sequence[Any]:
    """Wordings whose asker picked an entry under "Menade du …?", and nobody who wrote so disliked it; newest first.

    Rows ``question_id, text, entry_id, question`` (the entry's); only of published entries. Or only the one of
    ``question_id``, which may come from a client and be anything.
    """
    same = aliased(QuestionText)
    disliked = exists().where(
        same.wording == QuestionText.wording,
        Vote.question_id == same.question_id,
        Vote.entry_id == FaqQuestion.chosen_id,
        Vote.helpful.is_(False),
    )
    query = (
        select(QuestionText.question_id, QuestionText.text, FaqQuestion.chosen_id.label("entry_id"), Entry.question)
        .join(FaqQuestion, FaqQuestion.id == QuestionText.question_id)
        .join(Entry, Entry.id == FaqQuestion.chosen_id)
        .where(QuestionText.at >= since, FaqQuestion.outcome == Outcome.OFFERED, ~disliked)
        .where(Entry.state == State.PUBLISHED)
        .order_by(QuestionText.at.desc(), QuestionText.question_id.desc())
    )
    if question_id is not None:
        query = query.where(QuestionText.question_id == (question_id if is_id(question_id) else 0))
    return session.execute(query.limit(MOST_ROWS)).all()


def phrasings(session: Session, entry_ids: Collection[int]) -> Mapping[int, list[str]]:
    """Every way to ask these entries' questions: the question itself and its phrasings."""
    found: dict[int, list[str]] = {}
    asked = select(Entry.id, Entry.question).where(Entry.id.in_(entry_ids))
    others = select(Phrasing.entry_id, Phrasing.text).where(Phrasing.entry_id.in_(entry_ids))
    for entry_id, text in (*session.execute(asked), *session.execute(others)):
        found.setdefault(entry_id, []).append(text)
    return found


def without_entry(session: Session) -> Sequence[Question]:
    """Solved questions between members that no entry was made of yet, newest first."""
    made = exists().where(Entry.question_id == Question.id)
    answered = exists().where(Answer.question_id == Question.id)
    query = select(Question).where(Question.status == Status.SOLVED, ~made, answered)
    rows = session.scalars(query.order_by(Question.ended_at.desc(), Question.id.desc()).limit(MOST_SOLVED)).all()
    left = decided(session, [solved(row.id) for row in rows])
    return [row for row in rows if solved(row.id) not in left]


def members_named(session: Session, candidates: Collection[str]) -> list[str]:
    """Those of the candidates that are a member's name, as it is written there."""
    found: list[str] = []
    for some in _some(sorted(candidates)):
        found += session.scalars(select(Person.name).where(Person.name.in_(some)).distinct())
    return found


def forget(session: Session, before: datetime, limit: int) -> int:
    """Old decisions; how many went."""
    old = select(Decision.digest).where(Decision.at < before).limit(limit)
    done = session.execute(delete(Decision).where(Decision.digest.in_(old)))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _some(values: list[str], many: int = 500) -> Iterable[list[str]]:
    """In portions, because a statement takes only so many values."""
    return (values[at : at + many] for at in range(0, len(values), many))
