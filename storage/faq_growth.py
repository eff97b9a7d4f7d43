"""What the knowledge bank can grow from: questions it did not answer, wordings it was asked with, solved questions.

Nothing here is about a person: the log keeps wordings apart from who asked, and a decision is kept as the hash of what
was decided about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar

from sqlalchemy import ForeignKey, Select, String, and_, case, delete, exists, func, or_, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from storage.database import Base, insert_new, is_id
from storage.faq import Entry, Phrasing, State
from storage.faq_log import FaqQuestion, Outcome, QuestionText, Vote
from storage.people import Person
from storage.questions import Answer, Question, Status

T = TypeVar("T")

MOST_ROWS = 5000
"""Picked wordings that are looked at: the newest."""
MOST_SOLVED = 100


class Decision(Base):
    """The kansli has decided: no gap, answered by an entry, no phrasing, no entry of a solved question."""

    __tablename__ = "faq_decisions"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """What it is about; see :func:`gap`, :func:`phrasing` and :func:`solved`."""
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("faq_entries.id", ondelete="CASCADE"), index=True)
    """The entry that was written for a gap, or whose phrasing it would have been."""
    at: Mapped[datetime] = mapped_column(index=True)


_STANDS = and_(Entry.state == State.PUBLISHED, or_(Entry.answered_at.is_(None), Vote.at >= Entry.answered_at))
_DISLIKED = FaqQuestion.id.in_(
    select(Vote.question_id).join(Entry, Entry.id == Vote.entry_id).where(Vote.helpful.is_(False), _STANDS)
)
"""Asked of all votes at once: looked up for each question in the log it took five times as long."""


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


def unanswered(session: Session, since: datetime, ids: Collection[int]) -> Sequence[Any]:
    """Those of these questions to the bank that had no answer, or one that somebody disliked.

    Rows ``question_id, text, wording``. A dislike counts for as long as the answer has the wording that it was about.
    """
    wanted = QuestionText.question_id.in_([one for one in ids if is_id(one)])
    query = select(QuestionText.question_id, QuestionText.text, QuestionText.wording)
    return session.execute(_in_vain(query, since).where(wanted)).all()


def wordings(session: Session, since: datetime, limit: int) -> Sequence[Any]:
    """At most ``limit`` different wordings of all such questions, most frequent first.

    Rows ``wording, times, disliked`` (how many of those times), ``newest_id, disliked_id`` (the newest of each in the
    log).
    """
    number = QuestionText.question_id
    times, newest = func.count().label("times"), func.max(number).label("newest_id")
    against = func.count(case((_DISLIKED, 1))).label("disliked")
    newest_disliked = func.max(case((_DISLIKED, number))).label("disliked_id")
    query = _in_vain(select(QuestionText.wording, times, newest, against, newest_disliked), since)
    query = query.group_by(QuestionText.wording).order_by(times.desc(), newest.desc())
    return session.execute(query.limit(limit)).all()


def logged(session: Session, ids: Collection[int]) -> Mapping[int, Any]:
    """Of these questions in the log ``text`` and ``entry_id`` (the entry shown), by id."""
    query = select(QuestionText.question_id, QuestionText.text, FaqQuestion.entry_id)
    query = query.join(FaqQuestion, FaqQuestion.id == QuestionText.question_id)
    parts = (session.execute(query.where(QuestionText.question_id.in_(some))) for some in _some(sorted(ids)))
    return {row.question_id: row for rows in parts for row in rows}


def picked(session: Session, since: datetime, question_id: object = None) -> Sequence[Any]:
    """Wordings whose asker picked an entry under "Menade du …?", and nobody who wrote so disliked it; newest first.

    Rows ``question_id, text, wording, entry_id, question`` (the entry's); only of published entries. Or only the one of
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
        select(
            *(QuestionText.question_id, QuestionText.text, QuestionText.wording),
            *(FaqQuestion.chosen_id.label("entry_id"), Entry.question),
        )
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


def _in_vain(query: Select[*tuple[Any, ...]], since: datetime) -> Select[*tuple[Any, ...]]:
    """By the log's own time: by that of the texts SQLite would read every text to throw most of them away."""
    return (
        query.join_from(FaqQuestion, QuestionText, FaqQuestion.id == QuestionText.question_id)
        .where(FaqQuestion.at >= since, QuestionText.wording != "")
        .where(or_(FaqQuestion.outcome == Outcome.UNKNOWN, FaqQuestion.rejected, _DISLIKED))
    )


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _some(values: list[T], many: int = 500) -> Iterable[list[T]]:
    """In portions, because a statement takes only so many values."""
    return (values[at : at + many] for at in range(0, len(values), many))
