"""Figures about the questions to the bank: how many were asked, and how they went. Nothing here points to a person.

The log keeps these for good. What people wrote goes after the retention time, and a vote goes with its person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select
from sqlalchemy.orm import Session

from storage.faq import Entry
from storage.faq_log import FaqQuestion, QuestionOutcome
from storage.faq_votes import Vote

_ANSWERED = FaqQuestion.chosen_id.is_not(None) | (FaqQuestion.outcome == QuestionOutcome.ANSWERED)
_UNKNOWN = ~_ANSWERED & (FaqQuestion.rejected | (FaqQuestion.outcome == QuestionOutcome.UNKNOWN))
_SHOWN = case((FaqQuestion.chosen_id.is_not(None), FaqQuestion.chosen_id), (_ANSWERED, FaqQuestion.entry_id))
"""The entry that was read as the answer; null for a question without one."""


@dataclass(frozen=True, slots=True)
class QuestionTally:
    """How many questions were asked, and how they went."""

    asked: int = 0
    answered: int = 0
    """Got an answer, at once or by a pick under "Menade du …?"."""
    unknown: int = 0
    """Got none, or *Inget av dessa* was pressed."""
    liked: int = 0
    """Votes that an answer helped."""
    disliked: int = 0

    @property
    def unsure(self) -> int:
        """Questions whose "Menade du …?" nobody has answered."""
        return self.asked - self.answered - self.unknown


@dataclass(frozen=True, slots=True)
class EntryUse:
    """How often an entry was read as an answer."""

    entry_id: int
    question: str
    state: str
    times: int
    liked: int
    disliked: int


def by_month(session: Session, starts: Sequence[datetime]) -> list[QuestionTally]:
    """Return the tally of each month. ``starts`` are the moments when the months begin, the oldest first."""
    month = _month(starts)
    rows = session.execute(_counted(select(month), starts[0]).group_by(month))
    asked = {row[0]: (int(row.asked), int(row.answered or 0), int(row.unknown or 0)) for row in rows}
    helped, not_helped = _votes()
    query = select(month, helped, not_helped).join(Vote, Vote.question_id == FaqQuestion.id)
    votes = session.execute(query.where(FaqQuestion.at >= starts[0]).group_by(month))
    voted = {row[0]: (int(row.liked or 0), int(row.disliked or 0)) for row in votes}
    return [QuestionTally(*asked.get(at, (0, 0, 0)), *voted.get(at, (0, 0))) for at in range(len(starts))]


def by_theme(session: Session, since: datetime) -> list[tuple[str, QuestionTally]]:
    """Return the themes of the nearest entries with their tallies, without votes; the theme asked about most first."""
    query = _counted(select(FaqQuestion.theme), since).group_by(FaqQuestion.theme)
    rows = session.execute(query.order_by(func.count().desc(), FaqQuestion.theme))
    return [(row.theme, QuestionTally(int(row.asked), int(row.answered), int(row.unknown))) for row in rows]


def most_read(session: Session, since: datetime, limit: int) -> list[EntryUse]:
    """Return the entries that were most often read as answers, in any state."""
    shown = select(_SHOWN.label("entry_id"), func.count().label("times"))
    uses = shown.where(FaqQuestion.at >= since, _ANSWERED).group_by(_SHOWN).subquery()
    helped, not_helped = _votes()
    votes = select(Vote.entry_id, helped, not_helped).where(Vote.at >= since).group_by(Vote.entry_id).subquery()
    query = (
        select(
            *(Entry.id, Entry.question, Entry.state, uses.c.times),
            *(func.coalesce(votes.c.liked, 0), func.coalesce(votes.c.disliked, 0)),
        )
        .join(uses, uses.c.entry_id == Entry.id)
        .outerjoin(votes, votes.c.entry_id == Entry.id)
    )
    return [EntryUse(*row) for row in session.execute(query.order_by(uses.c.times.desc(), Entry.id).limit(limit))]


def _counted(query: Select[Any], since: datetime) -> Select[Any]:
    """Add the numbers of a tally to ``query``."""
    return query.add_columns(
        func.count().label("asked"),
        func.sum(case((_ANSWERED, 1), else_=0)).label("answered"),
        func.sum(case((_UNKNOWN, 1), else_=0)).label("unknown"),
    ).where(FaqQuestion.at >= since)


def _votes() -> tuple[ColumnElement[int], ColumnElement[int]]:
    return (
        func.sum(case((Vote.helpful, 1), else_=0)).label("liked"),
        func.sum(case((Vote.helpful, 0), else_=1)).label("disliked"),
    )


def _month(starts: Sequence[datetime]) -> ColumnElement[int]:
    """Return the month's place in ``starts``. Comparing works alike on both databases, and keeps Stockholm's months."""
    between = [
        (and_(FaqQuestion.at >= begins, FaqQuestion.at < ends), literal(at))
        for at, (begins, ends) in enumerate(pairwise(starts))
    ]
    return case(*between, else_=literal(len(starts) - 1)) if between else literal(0)
