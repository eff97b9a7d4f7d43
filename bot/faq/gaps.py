"""What the kansli can write for the bank: gaps in it, and wordings that found their entry only by a detour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from bot.faq.answers import SURE
from bot.faq.entries import LONGEST_QUESTION
from bot.search import likeness
from bot.turn import Turn
from bot.wording import follow_ups, generalisation, utterance
from bot.wording.generalisation import General, Places
from storage import content, faq_growth
from storage.faq import State

SINCE = timedelta(days=90)
"""How far back questions are looked at."""
MOST_DIFFERENT = 500
"""Different wordings that are grouped: those asked most often, then the newest. Grouping that many takes 15 ms."""
MOST_READ = 600
"""Different wordings that are read for that, because some are answered by now or ask nothing by themselves."""
MOST_WORDINGS = 200
"""Different wordings of one gap that a button names."""
MOST_PICKED = 300
"""Wordings looked at that an entry was picked for: the newest."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that are alike and have no good answer."""

    text: str
    """As it is asked most often, without persons."""
    ids: list[int]
    """Of each of its wordings one question in the log, what is asked most often first."""
    others: list[str]
    """Its other wordings, without persons."""
    times: int
    disliked: int
    """How many of those times there was an answer that did not help."""
    draft_id: int | None
    """The entry that somebody has begun to write about it."""
    shown_id: int | None
    """The entry that did not help."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A wording that may become a phrasing of the entry that was picked for it."""

    question_id: int
    """Its row in the log."""
    entry_id: int
    question: str
    """The entry's."""
    wording: General
    times: int


@dataclass(frozen=True, slots=True)
class _Asked:
    """One wording, with how often it was asked and what has been decided about it."""

    question_id: int
    """The newest one in the log."""
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
        return decision.entry_id if decision is not None and decision.state == State.DRAFT else None


def gaps(turn: Turn) -> Iterator[Gap]:
    """What the bank has not answered well lately, grouped by likeness, most wanted first.

    Each is looked up in the bank once more when it is asked for, so ask for no more than are shown.
    """
    asked = _asked(turn.session, faq_growth.wordings(turn.session, turn.now - SINCE, MOST_READ))[:MOST_DIFFERENT]
    ids = {number for one in asked for number in (one.question_id, one.disliked_id) if number is not None}
    logged = faq_growth.logged(turn.session, ids)
    groups = likeness.groups([logged[one.question_id].text for one in asked])
    wanted = [group for places in groups if (group := _wanted([asked[place] for place in places]))]
    wanted.sort(key=lambda group: (-sum(one.times for one in group), -group[0].question_id))
    found = (_gap(turn.session, group, logged) for group in wanted)
    return (gap for gap in found if gap.disliked or not _answered(turn, gap.text))


def of_gap(turn: Turn, ids: Iterable[object]) -> Sequence[Any]:
    """The questions in the log that a gap's button names, in its order, but for those that are a gap no longer."""
    wanted = [one for one in ids if isinstance(one, int)][:MOST_WORDINGS]
    rows = faq_growth.unanswered(turn.session, turn.now - SINCE, wanted) if wanted else ()
    return sorted(rows, key=lambda row: wanted.index(row.question_id))


def digests(rows: Iterable[Any]) -> list[str]:
    """What decisions about these questions in the log are kept as."""
    return [faq_growth.gap(row.wording) for row in rows]


def begun(turn: Turn, entry_id: int, *texts: str) -> None:
    """What was asked in these words is answered by an entry, as soon as it is published."""
    wordings = {utterance.wording(utterance.without_person(text))[:200] for text in texts} - {""}
    faq_growth.answer_gaps(turn.session, map(faq_growth.gap, wordings), entry_id, turn.now)


def phrased(session: Session, texts: Iterable[str]) -> list[General]:
    """Texts without whom and which place they are about, as phrasings; each wording once."""
    found = (
        General(generalisation.cut(one.text, LONGEST_QUESTION), one.removed) for one in _general(session, list(texts))
    )
    return list({utterance.wording(one.text): one for one in found if utterance.wording(one.text)}.values())


def suggestions(turn: Turn, question_id: object = None) -> list[Suggestion]:
    """Wordings worth adding to the entries that were picked for them, most frequent first; or the one of a question."""
    rows = faq_growth.picked(turn.session, turn.now - SINCE, question_id)[:MOST_PICKED]
    rows = [row for row in rows if not follow_ups.leans_on(row.wording)]
    known = {
        entry_id: {utterance.wording(text) for text in texts}
        for entry_id, texts in faq_growth.phrasings(turn.session, {row.entry_id for row in rows}).items()
    }
    grouped: dict[str, list[tuple[Any, General]]] = {}
    for row, general in zip(rows, _general(turn.session, [row.text for row in rows]), strict=True):
        one = General(generalisation.cut(general.text, LONGEST_QUESTION), general.removed)
        wording = utterance.wording(one.text)
        if wording and wording not in known[row.entry_id]:
            grouped.setdefault(faq_growth.phrasing(row.entry_id, wording), []).append((row, one))
    decided = faq_growth.decided(turn.session, list(grouped))
    left = [of for digest, of in grouped.items() if digest not in decided]
    left.sort(key=len, reverse=True)
    return [Suggestion(row.question_id, row.entry_id, row.question, one, len(of)) for of in left for row, one in of[:1]]


def digest(suggestion: Suggestion) -> str:
    """What a decision about a suggestion is kept as."""
    return faq_growth.phrasing(suggestion.entry_id, utterance.wording(suggestion.wording.text))


@cache
def places() -> Places:
    """Every municipality and region."""
    return Places.of(content.municipalities())


def _asked(session: Session, rows: Sequence[Any]) -> list[_Asked]:
    """The wordings, what is asked most often first; without what has been answered since."""
    asking = [row for row in rows if not follow_ups.leans_on(row.wording)]  # "och när?" asks nothing by itself
    by_digest = {faq_growth.gap(row.wording): row for row in asking}
    decisions = faq_growth.decided(session, by_digest.keys())
    found = [_left(row, decisions.get(digest)) for digest, row in by_digest.items()]
    return sorted((one for one in found if one.times), key=lambda one: -one.times)


def _left(row: Any, decision: Any) -> _Asked:
    """Where an entry was published for a wording, only those whom even that did not help."""
    answered = decision is not None and decision.state == State.PUBLISHED
    newest, times = (row.disliked_id, row.disliked) if answered else (row.newest_id, row.times)
    return _Asked(newest, row.wording, times, row.disliked, row.disliked_id, decision)


def _wanted(group: Sequence[_Asked]) -> list[_Asked]:
    """What of a group is a gap: nothing while most of it has been dismissed."""
    dismissed = sum(one.times for one in group if one.dismissed)
    wanted = [one for one in group if not one.dismissed]
    return wanted if sum(one.times for one in wanted) > dismissed else []


def _gap(session: Session, group: Sequence[_Asked], logged: Mapping[int, Any]) -> Gap:
    asked = [logged[one.question_id].text for one in group[:4]]
    texts = [one.text for one in _general(session, asked, keep_places=True)]
    return Gap(
        text=texts[0],
        ids=[one.question_id for one in group[:MOST_WORDINGS]],
        others=texts[1:],
        times=sum(one.times for one in group),
        disliked=sum(one.disliked for one in group),
        draft_id=next((one.draft_id for one in group if one.draft_id), None),
        shown_id=next((logged[one.disliked_id].entry_id for one in group if one.disliked_id), None),
    )


def _general(session: Session, texts: Sequence[str], *, keep_places: bool = False) -> list[General]:
    """Each text without whom it is about; members' names are known, however they are spelt."""
    members = faq_growth.members_named(session, {name for text in texts for name in generalisation.candidates(text)})
    return [generalisation.general(text, places(), (), members, keep_places=keep_places) for text in texts]


def _answered(turn: Turn, text: str) -> bool:
    """Whether the bank knows by now."""
    hits = turn.app.bank.search(text, 1)
    return bool(hits) and hits[0].probability >= SURE
