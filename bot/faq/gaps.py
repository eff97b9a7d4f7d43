"""Suggestions for the kansli's work on the bank: gaps, and wordings that found their entry only by "Menade du …?"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from bot import swedish
from bot.faq.answers import SURE
from bot.faq.entries import LONGEST_QUESTION
from bot.search import likeness
from bot.turn import Turn
from bot.wording import follow_ups, generalisation, utterance
from bot.wording.generalisation import General, Places
from storage import content, faq_growth
from storage.faq import EntryState

SINCE = timedelta(days=90)
"""How far back we look at questions."""
MOST_DIFFERENT = 500
"""Most different wordings to group: first those asked most often, then the newest. Grouping them takes 15 ms."""
MOST_READ = 600
"""Most different wordings to read for that. Some are answered by now, or ask nothing by themselves."""
MOST_WORDINGS = 200
"""Most different wordings of one gap that a button names."""
MOST_PICKED = 300
"""Most wordings with a picked entry to look at: the newest."""


@dataclass(frozen=True, slots=True)
class BankGap:
    """Questions that are alike and have no good answer."""

    text: str
    """The most frequent wording, without people."""
    ids: list[int]
    """For each of its wordings one question in the log, the most frequent wording first."""
    others: list[str]
    """Its other wordings, without people."""
    times: int
    disliked: int
    """How many of those times an answer did not help."""
    draft_id: int | None
    """The draft that somebody has begun to write about it."""
    shown_id: int | None
    """The entry that did not help."""


@dataclass(frozen=True, slots=True)
class PhrasingSuggestion:
    """A wording that may become a phrasing of the entry that was picked for it."""

    question_id: int
    """The question's row in the log."""
    entry_id: int
    question: str
    """The entry's question."""
    wording: General
    times: int


@dataclass(frozen=True, slots=True)
class _Asked:
    """One wording, with its number of askings and the decision about it."""

    question_id: int
    """The newest question with this wording in the log."""
    wording: str
    times: int
    disliked: int
    disliked_id: int | None
    decision: Any

    @property
    def dismissed(self) -> bool:
        return self.decision is not None and self.decision.entry_id is None

    @property
    def draft_id(self) -> int | None:
        decision = self.decision
        return decision.entry_id if decision is not None and decision.state == EntryState.DRAFT else None


def gaps(turn: Turn) -> Iterator[BankGap]:
    """Return the questions that the bank has not answered well lately, grouped by likeness, most wanted first.

    The iterator searches the bank for each gap again, so take only as many gaps as are shown.
    """
    asked = _asked(turn.session, faq_growth.wordings(turn.session, turn.now - SINCE, MOST_READ))[:MOST_DIFFERENT]
    ids = {number for wording in asked for number in (wording.question_id, wording.disliked_id) if number is not None}
    logged = faq_growth.logged(turn.session, ids)
    groups = likeness.groups([logged[wording.question_id].text for wording in asked])
    wanted = [group for places in groups if (group := _wanted([asked[place] for place in places]))]
    wanted.sort(key=lambda group: (-sum(wording.times for wording in group), -group[0].question_id))
    candidates = (_gap(turn.session, group, logged) for group in wanted)
    return (gap for gap in candidates if gap.disliked or gap.draft_id or not _answered(turn, gap.text))


def of_gap(turn: Turn, ids: Iterable[object]) -> Sequence[Any]:
    """Return the questions in the log that a gap's button names, in its order, except those that are answered now."""
    wanted = [number for number in ids if isinstance(number, int)][:MOST_WORDINGS]
    rows = faq_growth.unanswered(turn.session, turn.now - SINCE, wanted) if wanted else ()
    return sorted(rows, key=lambda row: wanted.index(row.question_id))


def digests(rows: Iterable[Any]) -> list[str]:
    """Return the digests under which decisions about these questions in the log are stored."""
    return [faq_growth.gap(row.wording) for row in rows]


def begun(turn: Turn, entry_id: int, *texts: str) -> None:
    """Record that an entry answers questions with these texts, once it is published."""
    wordings = {utterance.wording(utterance.without_person(text))[:200] for text in texts} - {""}
    faq_growth.answer_gaps(turn.session, map(faq_growth.gap, wordings), entry_id, turn.now)


def phrased(session: Session, texts: Iterable[str]) -> list[General]:
    """Return texts as phrasings, without people and places; each wording once."""
    shortened = (
        General(generalisation.cut(general.text, LONGEST_QUESTION), general.removed)
        for general in _general(session, list(texts))
    )
    return list(
        {utterance.wording(general.text): general for general in shortened if utterance.wording(general.text)}.values()
    )


def suggestions(turn: Turn, question_id: object = None) -> list[PhrasingSuggestion]:
    """Return wordings worth adding to the entries that were picked for them, most frequent first.

    With ``question_id``, only the wording of that question.
    """
    rows = faq_growth.picked(turn.session, turn.now - SINCE, question_id)[:MOST_PICKED]
    rows = [row for row in rows if not follow_ups.leans_on(row.wording)]
    known = {
        entry_id: {utterance.wording(text) for text in texts}
        for entry_id, texts in faq_growth.phrasings(turn.session, {row.entry_id for row in rows}).items()
    }
    grouped: dict[str, list[tuple[Any, General]]] = {}
    for row, general in zip(rows, _general(turn.session, [row.text for row in rows]), strict=True):
        shortened = General(generalisation.cut(general.text, LONGEST_QUESTION), general.removed)
        wording = utterance.wording(shortened.text)
        if wording and wording not in known[row.entry_id]:
            grouped.setdefault(faq_growth.phrasing(row.entry_id, wording), []).append((row, shortened))
    decided = faq_growth.decided(turn.session, list(grouped))
    left = [askings for digest, askings in grouped.items() if digest not in decided]
    left.sort(key=len, reverse=True)
    return [
        PhrasingSuggestion(row.question_id, row.entry_id, row.question, shortened, len(askings))
        for askings in left
        for row, shortened in askings[:1]
    ]


def digest(suggestion: PhrasingSuggestion) -> str:
    """Return the digest under which a decision about a suggestion is stored."""
    return faq_growth.phrasing(suggestion.entry_id, utterance.wording(suggestion.wording.text))


@cache
def places() -> Places:
    """Return every municipality and region."""
    return Places.of(content.municipalities())


def _asked(session: Session, rows: Sequence[Any]) -> list[_Asked]:
    """Return the wordings, the most frequent first, without those that have been answered since."""
    asking = [row for row in rows if not follow_ups.leans_on(row.wording)]  # "och när?" asks nothing by itself
    by_digest = {faq_growth.gap(row.wording): row for row in asking}
    decisions = faq_growth.decided(session, by_digest.keys())
    wordings = [_left(row, decisions.get(digest)) for digest, row in by_digest.items()]
    return sorted((wording for wording in wordings if wording.times), key=lambda wording: -wording.times)


def _left(row: Any, decision: Any) -> _Asked:
    """Return a wording. If an entry was published for it, count only the people whom the entry did not help."""
    answered = decision is not None and decision.state == EntryState.PUBLISHED
    newest, times = (row.disliked_id, row.disliked) if answered else (row.newest_id, row.times)
    return _Asked(newest, row.wording, times, row.disliked, row.disliked_id, decision)


def _wanted(group: Sequence[_Asked]) -> list[_Asked]:
    """Return the wordings of a group that are a gap. Empty while most of the group has been dismissed."""
    dismissed = sum(wording.times for wording in group if wording.dismissed)
    wanted = [wording for wording in group if not wording.dismissed]
    return wanted if sum(wording.times for wording in wanted) > dismissed else []


def _gap(session: Session, group: Sequence[_Asked], logged: Mapping[int, Any]) -> BankGap:
    asked = [logged[wording.question_id].text for wording in group[:4]]
    texts = [wording.text for wording in _general(session, asked, keep_places=True)]
    return BankGap(
        text=texts[0],
        ids=[wording.question_id for wording in group[:MOST_WORDINGS]],
        others=texts[1:],
        times=sum(wording.times for wording in group),
        disliked=sum(wording.disliked for wording in group),
        draft_id=next((wording.draft_id for wording in group if wording.draft_id), None),
        shown_id=next((logged[wording.disliked_id].entry_id for wording in group if wording.disliked_id), None),
    )


def _general(session: Session, texts: Sequence[str], *, keep_places: bool = False) -> list[General]:
    """Return each text without people. Members' names are removed however they are spelt."""
    members = faq_growth.members_named(session, {name for text in texts for name in generalisation.candidates(text)})
    return [generalisation.general(text, places(), (), members, keep_places=keep_places) for text in texts]


def _answered(turn: Turn, text: str) -> bool:
    """Return whether the bank has a sure answer by now."""
    hits = turn.app.bank.search(text, 1, swedish.date_of(turn.now))
    return bool(hits) and hits[0].probability >= SURE
