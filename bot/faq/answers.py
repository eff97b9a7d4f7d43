"""The rules of answering: when to give an answer, when to offer questions, and when to admit not knowing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from bot.ports import Hit
from bot.swedish import date_of
from bot.turn import Turn
from bot.wording import follow_ups, utterance
from bot.wording.utterance import Names
from storage import content, faq, faq_log
from storage.faq import EntryKind
from storage.faq_log import QuestionOutcome

SURE = 0.80
"""Lowest probability for giving an answer directly (reference/retrieval.md)."""
UNSURE = 0.20
"""Lowest probability for asking "Menade du …?"."""
NEARLY = 0.50
"""Lowest probability of an entry that lacks what decides for saying in the offer what that is."""
OFFERED = 3
"""Most questions that "Menade du …?" shows."""
RELATED = 2
"""Most related questions under an answer."""
LOOKED_AT = 5
"""Hits to read: those that can be shown, and two more in case some have just been taken out of the bank."""
NEAR = 0.35
"""Lowest share of the best hit's score for showing another entry with it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One question with its outcome."""

    text: str
    outcome: QuestionOutcome
    probability: float = 0.0
    entries: Sequence[Any] = ()
    """Rows of ``faq_entries``: the answer followed by related entries, or the entries to offer."""
    about: str = ""
    """A place, a person or the word that decides, which the nearest entry does not mention."""
    remembered: bool = False
    """Whether the answer is the entry that was picked under "Menade du …?" the last time."""
    whole: str = ""
    """For a follow-up that means nothing alone: the question before it and the follow-up together."""
    question_id: int = 0
    """The question's row in the log."""

    @property
    def asked(self) -> str:
        """The question in a form that can be understood alone."""
        return self.whole or self.text


def answer(turn: Turn) -> list[Judged]:
    """Search for the questions in the message and log them. Return each with its outcome; there is at least one."""
    text = turn.incoming.text
    where = turn.person.id, turn.incoming.place.conversation_id
    before = None if follow_ups.is_bare(turn.found.asked or "") else turn.found.asked
    asked = utterance.parts(text)
    judged = [_judge(turn, part, asked[at - 1] if at else before) for at, part in enumerate(asked)]
    if len(judged) > 1 and not any(result.outcome is QuestionOutcome.ANSWERED for result in judged):
        judged = [
            _judge(turn, text, before)
        ]  # no answer to any of them, so perhaps it is one question in two sentences
    judged = [_logged(turn, result) for result in judged]
    if before and follow_ups.leans_on(text):  # the next follow-up leans on what both are about
        text = before if follow_ups.is_bare(text) else follow_ups.together(before, text)
    faq_log.keep_recent(
        turn.session,
        *where,
        text=text,
        question_id=judged[-1].question_id,
        now=turn.now,
        thread_id=turn.incoming.place.thread_id,
        private=turn.incoming.private,
    )
    return judged


def _judge(turn: Turn, text: str, before: str | None) -> Judged:
    hits = _search(turn, text)
    if before and follow_ups.leans_on(text):
        answered_before = next((hit.entry_id for hit in _search(turn, before, 1)), None)
        follow_up = _follow_up(turn, text, before, answered_before)
        repeated = follow_up.outcome is QuestionOutcome.ANSWERED and follow_up.entries[0].id == answered_before
        bare = follow_ups.is_bare(text) and (repeated or not _is_about(turn, hits, before))
        if not hits or hits[0].probability < SURE or bare or not _has_kind(turn, hits, text, before):
            return follow_up
    return _weighed(turn, Judged(text, QuestionOutcome.UNKNOWN), hits)


def _is_about(turn: Turn, hits: Sequence[Hit], before: str) -> bool:
    """Return whether the best hit is about what the question before names, too: the members' fee, not any price."""
    rows = _shown(turn, [hit.entry_id for hit in hits[:1]])
    return any(follow_ups.share_word(before, row.question) for row in rows.values())


def _has_kind(turn: Turn, hits: Sequence[Hit], text: str, before: str) -> bool:
    """Return whether the best hit has the kind of fact that the question before asks for, and so the follow-up too."""
    kind, rows = follow_ups.carried(before, text), _shown(turn, [hit.entry_id for hit in hits[:1]])
    return kind is None or any(kind.is_in(row.answer) for row in rows.values())


def _search(turn: Turn, text: str, limit: int = LOOKED_AT) -> Sequence[Hit]:
    return turn.app.bank.search(text, limit, date_of(turn.now))


def _follow_up(turn: Turn, text: str, before: str, answered_before: int | None) -> Judged:
    """Search for the follow-up together with the question before it.

    Give the answer to that question (``answered_before``) again only if it has what the follow-up asks for.
    """
    asked = Judged(text, QuestionOutcome.UNKNOWN, whole=follow_ups.together(before, text))
    judged = _weighed(turn, asked, _search(turn, asked.whole))
    if judged.outcome is not QuestionOutcome.ANSWERED or judged.entries[0].id != answered_before:
        return judged
    repeated, *others = judged.entries
    if follow_ups.holds(text, repeated.answer, before):
        return judged
    return (
        replace(judged, outcome=QuestionOutcome.OFFERED, entries=others)
        if others
        else replace(asked, entries=[repeated])
    )


def _weighed(turn: Turn, asked: Judged, hits: Sequence[Hit]) -> Judged:
    """Return the question with the outcome that its hits allow."""
    rows = _shown(turn, [hit.entry_id for hit in hits])
    hits = [hit for hit in hits if hit.entry_id in rows]  # the index may be a moment behind the database
    if not hits:
        return asked
    asked = replace(asked, probability=hits[0].probability)
    near = [rows[hit.entry_id] for hit in hits if hit.probability >= NEAR * hits[0].probability]
    best = near[0]
    if hits[0].probability < UNSURE:
        return replace(asked, entries=[best])
    about = utterance.singled_out(asked.asked, _names(), f"{best.question} {best.answer}") or ""
    if hits[0].probability >= SURE and not about and best.kind == EntryKind.FACT:
        return replace(asked, outcome=QuestionOutcome.ANSWERED, entries=near[: 1 + RELATED])
    held = () if about else {hit.entry_id for hit in hits if not hit.missing}
    if hits[0].probability >= NEARLY and hits[0].matters:
        about = about or _named(hits[0].missing)
    return _offered(turn, replace(asked, about=about), near, held)


def _named(missing: str) -> str:
    """Return what is missing as a person would name it: "priset" for "kostar"."""
    form = follow_ups.form(missing)
    return form.name if form else missing


def _shown(turn: Turn, ids: Sequence[int]) -> dict[int, Any]:
    """Return the published and valid entries among ``ids`` by id. Read them only if the index's rows are older."""
    rows, today = turn.app.bank.shown(turn.found.bank), date_of(turn.now)
    if rows is None:
        return faq.shown(turn.session, ids, today)
    return {at: rows[at] for at in ids if at in rows and faq.is_valid(rows[at], today)}


def _offered(turn: Turn, asked: Judged, near: Sequence[Any], held: Collection[int]) -> Judged:
    """Return an offer, "Menade du …?", or the entry that was picked before when this wording was asked.

    A picked entry counts only for a wording that can be understood alone, if it is a fact among those that hold every
    word that decides (``held``).
    """
    alone = held and not follow_ups.leans_on(asked.text)
    picked = faq_log.remembered(turn.session, wording(asked.text)) if alone else None
    entry = _shown(turn, [picked]).get(picked) if picked and picked in held else None
    if entry is not None and entry.kind == EntryKind.FACT:
        others = [row for row in near if row.id != picked][:RELATED]
        return replace(asked, outcome=QuestionOutcome.ANSWERED, entries=[entry, *others], remembered=True)
    return replace(asked, outcome=QuestionOutcome.OFFERED, entries=near[:OFFERED])


def _logged(turn: Turn, judged: Judged) -> Judged:
    nearest = judged.entries[0] if judged.entries else None
    question_id = faq_log.log(
        turn.session,
        text=utterance.without_person(judged.asked),
        wording=wording(judged.text),
        outcome=judged.outcome,
        probability=judged.probability,
        entry_id=nearest.id if nearest else None,
        theme=nearest.theme if nearest else "",
        now=turn.now,
    )
    return replace(judged, question_id=question_id)


def wording(text: str) -> str:
    """Return the wording by which equal questions are recognised, without anything that points out a person."""
    return utterance.wording(utterance.without_person(text))


@cache
def _names() -> Names:
    return Names.of(row["namn"] for row in content.municipalities())
