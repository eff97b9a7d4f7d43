"""Suggestions for the kansli's work on the bank: gaps, and wordings that found their entry only by "Menade du …?"."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy.orm import Session

from bot import swedish
from bot.bank.entries import LONGEST_ANSWER, LONGEST_QUESTION, MOST_PHRASINGS, EntryContent
from bot.faq.answers import SURE
from bot.ports import Bank
from bot.register import anonymity
from bot.search import likeness
from bot.turn import Turn
from bot.wording import follow_ups, generalisation, next_step, utterance
from bot.wording.generalisation import General
from bot.wording.next_step import NextStep
from storage import faq, faq_growth, faq_log
from storage.faq import Entry, EntryState

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
    draft: Entry | None
    """The draft that answers it: one that was begun for it, or one about the same question."""
    digest: str
    """Names the gap, as long as its most frequent wording stays the same."""
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


def gaps(bank: Bank, session: Session, now: datetime) -> Iterator[BankGap]:
    """Return the questions that the bank has not answered well lately, grouped by subject, most wanted first.

    The iterator searches the bank for each gap again, so take only as many gaps as are shown.
    """
    asked = _asked(session, faq_growth.wordings(session, now - SINCE, MOST_READ))[:MOST_DIFFERENT]
    ids = {number for wording in asked for number in (wording.question_id, wording.disliked_id) if number is not None}
    logged = faq_growth.logged(session, ids)
    asked = [wording for wording in asked if not _is_for_kansli(logged[wording.question_id].text)]
    groups = likeness.groups([logged[wording.question_id].text for wording in asked])
    wanted = [group for places in groups if (group := _wanted([asked[place] for place in places]))]
    wanted.sort(key=lambda group: (-sum(wording.times for wording in group), -group[0].question_id))
    drafts, today = _Drafts.of(session), swedish.date_of(now)
    candidates = (_gap(session, group, logged, drafts) for group in wanted)
    return (gap for gap in candidates if gap.disliked or gap.draft or not _answered(bank, gap.text, today))


def like(session: Session, question: str, but: int | None = None) -> Entry | None:
    """Return the entry, published or a draft, that answers a question already. ``but`` is the id of its own entry."""
    states = (EntryState.PUBLISHED, EntryState.DRAFT)
    entries = [entry for state in states for entry in faq.by_state(session, state) if entry.id != but]
    place = likeness.nearest(question, [entry.question for entry in entries])
    return None if place is None else entries[place]


def answered_by(session: Session, entry_ids: Collection[int]) -> set[int]:
    """Return those of these entries that were written for a gap."""
    return faq_growth.written_for(session, entry_ids)


def of_gap(turn: Turn, ids: Iterable[object], *, lock: bool = False) -> Sequence[Any]:
    """Return the questions in the log that a gap's button names, in its order, except those that are answered now.

    With ``lock``, answers to the same gap come one after another.
    """
    wanted = [number for number in ids if isinstance(number, int)][:MOST_WORDINGS]
    if lock and wanted:
        faq_log.lock(turn.session, min(wanted))
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


def content(session: Session, rows: Sequence[Any]) -> tuple[EntryContent, tuple[str, ...]]:
    """Return what the form for a gap's answer holds from the start, and the words that were taken out of it."""
    asked = phrased(session, [row.text for row in rows])[:MOST_PHRASINGS]
    lengths = accumulate(len(general.text) + 1 for general in asked)
    fitting = [general for general, length in zip(asked, lengths, strict=True) if length <= LONGEST_ANSWER]
    question = generalisation.as_question(asked[0].text, LONGEST_QUESTION) if asked else ""
    removed = tuple(dict.fromkeys(gone for general in fitting for gone in general.removed))
    return EntryContent(question, "", tuple(general.text for general in fitting)), removed


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


@dataclass(frozen=True, slots=True)
class _Drafts:
    """The drafts, and every way to ask their questions."""

    by_id: Mapping[int, Entry]
    texts: Sequence[str]
    owners: Sequence[Entry]
    """The draft of each text."""

    @classmethod
    def of(cls, session: Session) -> _Drafts:
        drafts = faq.by_state(session, EntryState.DRAFT)
        asked = [(text, draft) for draft in drafts for text in (draft.question, *(p.text for p in draft.phrasings))]
        return cls({draft.id: draft for draft in drafts}, [text for text, _ in asked], [draft for _, draft in asked])

    def answering(self, group: Sequence[_Asked], text: str) -> Entry | None:
        """Return the draft that was begun for one of these wordings, or the one that asks the same."""
        begun = next((wording.draft_id for wording in group if wording.draft_id), None)
        if begun is not None:
            return self.by_id.get(begun)
        place = likeness.nearest(text, self.texts)
        return None if place is None else self.owners[place]


def _is_for_kansli(text: str) -> bool:
    """Return whether a text is an errand, which the kansli has on its desk, or English: no answer is missing for it."""
    likely = next_step.likely(text)
    return likely.clear and likely.step is not NextStep.PEERS


def _gap(session: Session, group: Sequence[_Asked], logged: Mapping[int, Any], drafts: _Drafts) -> BankGap:
    asked = [logged[wording.question_id].text for wording in group[:4]]
    texts = [wording.text for wording in _general(session, asked, keep_places=True)]
    return BankGap(
        text=texts[0],
        ids=[wording.question_id for wording in group[:MOST_WORDINGS]],
        others=texts[1:],
        times=sum(wording.times for wording in group),
        disliked=sum(wording.disliked for wording in group),
        draft=drafts.answering(group, texts[0]),
        digest=faq_growth.gap(group[0].wording)[:24],
        shown_id=next((logged[wording.disliked_id].entry_id for wording in group if wording.disliked_id), None),
    )


def _general(session: Session, texts: Sequence[str], *, keep_places: bool = False) -> list[General]:
    """Return each text without people. Members' names are removed however they are spelt."""
    members = faq_growth.members_named(session, {name for text in texts for name in generalisation.candidates(text)})
    return [generalisation.general(text, anonymity.places(), (), members, keep_places=keep_places) for text in texts]


def _answered(bank: Bank, text: str, today: date) -> bool:
    """Return whether the bank has a sure answer by now."""
    hits = bank.search(text, 1, today)
    return bool(hits) and hits[0].probability >= SURE
