"""Sources for new entries of the knowledge bank: unanswered questions, new wordings, and solved questions.

Nothing here is about a person. The log keeps wordings apart from their askers, and a decision is stored under a hash of
the thing it is about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar

from sqlalchemy import ForeignKey, Select, String, and_, case, delete, exists, func, or_, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from storage.database import Base, insert_new, is_id
from storage.faq import Entry, EntryState, Phrasing
from storage.faq_log import FaqQuestion, QuestionOutcome, QuestionText
from storage.faq_votes import Vote
from storage.people import Person
from storage.questions import Answer, Question, Status

T = TypeVar("T")

MOST_ROWS = 5000
"""Most picked wordings that are looked at: the newest ones."""
MOST_SOLVED = 100


class Decision(Base):
    """A decision of the kansli: no gap, answered by an entry, no phrasing, or no entry for a solved question."""

    __tablename__ = "faq_decisions"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The thing that was decided about; see :func:`gap`, :func:`phrasing` and :func:`solved`."""
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("faq_entries.id", ondelete="CASCADE"), index=True)
    """The entry that was written for a gap, or the entry that would have got the phrasing."""
    at: Mapped[datetime] = mapped_column(index=True)


_STANDS = and_(Entry.state == EntryState.PUBLISHED, or_(Entry.answered_at.is_(None), Vote.at >= Entry.answered_at))
_DISLIKED = FaqQuestion.id.in_(
    select(Vote.question_id).join(Entry, Entry.id == Vote.entry_id).where(Vote.helpful.is_(False), _STANDS)
)
"""Reads all votes at once. Looking them up for each question in the log took five times as long."""


def gap(wording: str) -> str:
    """Return the digest of a question that the bank did not answer."""
    return _digest("gap", wording)


def phrasing(entry_id: int, wording: str) -> str:
    """Return the digest of a wording as a phrasing of an entry."""
    return _digest("phrasing", str(entry_id), wording)


def solved(question_id: int) -> str:
    """Return the digest of a question between members that was solved."""
    return _digest("solved", str(question_id))


def decide(session: Session, digests: Iterable[str], now: datetime, entry_id: int | None = None) -> int:
    """Store a decision about each of these. Return how many had no decision before."""
    return sum(
        insert_new(session, Decision, digest=digest, entry_id=entry_id, at=now) for digest in dict.fromkeys(digests)
    )


def answer_gaps(session: Session, digests: Iterable[str], entry_id: int, now: datetime) -> None:
    """Record that an entry answers these gaps once it is published. Replace earlier decisions."""
    wanted = list(dict.fromkeys(digests))
    session.execute(delete(Decision).where(Decision.digest.in_(wanted)))
    decide(session, wanted, now, entry_id)


def decided(session: Session, digests: Collection[str]) -> Mapping[str, Any]:
    """Return the decisions about these, as rows ``digest, entry_id, state`` (of the entry, or null)."""
    query = select(Decision.digest, Decision.entry_id, Entry.state).outerjoin(Entry, Entry.id == Decision.entry_id)
    rows = (
        row for portion in _some(list(digests)) for row in session.execute(query.where(Decision.digest.in_(portion)))
    )
    return {row.digest: row for row in rows}


def written_for(session: Session, entry_ids: Collection[int]) -> set[int]:
    """Return those of these entries that a decision about a gap or a wording names."""
    found = session.scalars(select(Decision.entry_id).where(Decision.entry_id.in_(entry_ids)).distinct())
    return {entry_id for entry_id in found if entry_id is not None}


def unanswered(session: Session, since: datetime, ids: Collection[int]) -> Sequence[Any]:
    """Return the questions among ``ids`` that got no answer, or an answer that somebody disliked.

    Rows ``question_id, text, wording, disliked``. A dislike counts until the answer gets a new wording.
    """
    wanted = QuestionText.question_id.in_([number for number in ids if is_id(number)])
    query = select(QuestionText.question_id, QuestionText.text, QuestionText.wording, _DISLIKED.label("disliked"))
    return session.execute(_in_vain(query, since).where(wanted)).all()


def wordings(session: Session, since: datetime, limit: int) -> Sequence[Any]:
    """Return at most ``limit`` different wordings of questions without a good answer, most frequent first.

    Rows ``wording, times, disliked`` (how many of those times), ``newest_id, disliked_id`` (the newest question of each
    kind in the log).
    """
    number = QuestionText.question_id
    times, newest = func.count().label("times"), func.max(number).label("newest_id")
    against = func.count(case((_DISLIKED, 1))).label("disliked")
    newest_disliked = func.max(case((_DISLIKED, number))).label("disliked_id")
    query = _in_vain(select(QuestionText.wording, times, newest, against, newest_disliked), since)
    query = query.group_by(QuestionText.wording).order_by(times.desc(), newest.desc())
    return session.execute(query.limit(limit)).all()


def logged(session: Session, ids: Collection[int]) -> Mapping[int, Any]:
    """Return ``text`` and ``entry_id`` (the entry shown) of these questions in the log, by id."""
    query = select(QuestionText.question_id, QuestionText.text, FaqQuestion.entry_id)
    query = query.join(FaqQuestion, FaqQuestion.id == QuestionText.question_id)
    parts = (session.execute(query.where(QuestionText.question_id.in_(portion))) for portion in _some(sorted(ids)))
    return {row.question_id: row for rows in parts for row in rows}


def picked(session: Session, since: datetime, question_id: object = None) -> Sequence[Any]:
    """Return wordings whose asker picked an entry under "Menade du …?", newest first.

    Leaves out wordings where somebody disliked the entry, and entries that are not published. Rows ``question_id, text,
    wording, entry_id, question`` (the entry's). With ``question_id``, which may be anything from a client, return only
    that question's wording.
    """
    same = aliased(QuestionText)
    disliked = exists().where(
        same.wording == QuestionText.wording,
        Vote.question_id == same.question_id,
        Vote.entry_id == FaqQuestion.chosen_id,
        Vote.helpful.is_(False),
    )
    query = (
        select(
            *(QuestionText.question_id, QuestionText.text, QuestionText.wording),
            *(FaqQuestion.chosen_id.label("entry_id"), Entry.question),
        )
        .join(FaqQuestion, FaqQuestion.id == QuestionText.question_id)
        .join(Entry, Entry.id == FaqQuestion.chosen_id)
        .where(QuestionText.at >= since, FaqQuestion.outcome == QuestionOutcome.OFFERED, ~disliked)
        .where(Entry.state == EntryState.PUBLISHED)
        .order_by(QuestionText.at.desc(), QuestionText.question_id.desc())
    )
    if question_id is not None:
        query = query.where(QuestionText.question_id == (question_id if is_id(question_id) else 0))
    return session.execute(query.limit(MOST_ROWS)).all()


def phrasings(session: Session, entry_ids: Collection[int]) -> Mapping[int, list[str]]:
    """Return every way to ask these entries' questions: the question itself and its phrasings."""
    texts: dict[int, list[str]] = {}
    asked = select(Entry.id, Entry.question).where(Entry.id.in_(entry_ids))
    others = select(Phrasing.entry_id, Phrasing.text).where(Phrasing.entry_id.in_(entry_ids))
    for entry_id, text in (*session.execute(asked), *session.execute(others)):
        texts.setdefault(entry_id, []).append(text)
    return texts


def without_entry(session: Session) -> Sequence[Question]:
    """Return solved questions between members that have no entry and no decision yet, newest first."""
    made = exists().where(Entry.question_id == Question.id)
    answered = exists().where(Answer.question_id == Question.id)
    query = select(Question).where(Question.status == Status.SOLVED, ~made, answered)
    rows = session.scalars(query.order_by(Question.ended_at.desc(), Question.id.desc()).limit(MOST_SOLVED)).all()
    left = decided(session, [solved(row.id) for row in rows])
    return [row for row in rows if solved(row.id) not in left]


def members_named(session: Session, candidates: Collection[str]) -> list[str]:
    """Return the candidates that are a member's name, spelt as in the people table."""
    names: list[str] = []
    for portion in _some(sorted(candidates)):
        names += session.scalars(select(Person.name).where(Person.name.in_(portion)).distinct())
    return names


def forget(session: Session, before: datetime, limit: int) -> int:
    """Delete at most ``limit`` decisions before ``before``. Return how many were deleted."""
    old = select(Decision.digest).where(Decision.at < before).limit(limit)
    done = session.execute(delete(Decision).where(Decision.digest.in_(old)))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _in_vain(query: Select[*tuple[Any, ...]], since: datetime) -> Select[*tuple[Any, ...]]:
    """Limit ``query`` to questions without a good answer.

    Compares the log's own time: with the time of the texts, SQLite would read every text and drop most of them.
    """
    return (
        query.join_from(FaqQuestion, QuestionText, FaqQuestion.id == QuestionText.question_id)
        .where(FaqQuestion.at >= since, QuestionText.wording != "")
        .where(or_(FaqQuestion.outcome == QuestionOutcome.UNKNOWN, FaqQuestion.rejected, _DISLIKED))
    )


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _some(values: list[T], many: int = 500) -> Iterable[list[T]]:
    """Return the values in portions, because a statement takes only so many values."""
    return (values[at : at + many] for at in range(0, len(values), many))
