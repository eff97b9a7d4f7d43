"""The rules of answering: what is sure enough to say, what to offer, and what to admit not knowing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from bot.ports import Hit
from bot.turn import Turn
from bot.wording import follow_ups, utterance
from bot.wording.utterance import Names
from storage import content, faq, faq_log
from storage.faq_log import Outcome

SURE = 0.80
"""Probability from which an answer is given as one (reference/retrieval.md)."""
UNSURE = 0.20
"""Probability from which "Menade du …?" is worth asking."""
OFFERED = 3
"""Questions that "Menade du …?" shows at most."""
RELATED = 2
"""Related questions under an answer at most."""
LOOKED_AT = 5
"""Hits looked at: what can be shown, and two that may just have been taken out of the bank."""
NEAR = 0.35
"""Share of the best hit's score that makes another entry worth showing beside it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """How one question went."""

    text: str
    outcome: Outcome
    probability: float = 0.0
    entries: Sequence[Any] = ()
    """Rows of ``faq_entries``: the answer first and what is related to it, or what to offer."""
    about: str = ""
    """A place or person that was asked about and that the nearest entry says nothing of."""
    remembered: bool = False
    """Whether the answer is what was picked under "Menade du …?" the last time."""
    whole: str = ""
    """A follow-up with the question before it, where it says nothing without."""
    question_id: int = 0
    """Its row in the log."""

    @property
    def asked(self) -> str:
        """What was asked, as others understand it too."""
        return self.whole or self.text


def answer(turn: Turn) -> list[Judged]:
    """Search for what the message asks, log it, and say how each of its questions went; at least one."""
    text = turn.incoming.text
    where = turn.person.id, turn.incoming.place.conversation_id
    before = None if follow_ups.is_bare(turn.found.asked or "") else turn.found.asked
    asked = utterance.parts(text)
    judged = [_judge(turn, part, asked[at - 1] if at else before) for at, part in enumerate(asked)]
    if len(judged) > 1 and not any(one.outcome is Outcome.ANSWERED for one in judged):
        judged = [_judge(turn, text, before)]  # not two questions that we know, so perhaps one in two sentences
    judged = [_logged(turn, one) for one in judged]
    if before and follow_ups.leans_on(text):  # the next follow-up leans on what both are about
        text = before if follow_ups.is_bare(text) else follow_ups.together(before, text)
    faq_log.keep_recent(turn.session, *where, text=text, question_id=judged[-1].question_id, now=turn.now)
    return judged


def _judge(turn: Turn, text: str, before: str | None) -> Judged:
    hits = turn.app.bank.search(text, LOOKED_AT)
    if before and follow_ups.leans_on(text):
        said = next((hit.entry_id for hit in turn.app.bank.search(before, 1)), None)
        found = _follow_up(turn, text, before, said)
        again = found.outcome is Outcome.ANSWERED and found.entries[0].id == said
        if not hits or hits[0].probability < SURE or (again and follow_ups.is_bare(text)):
            return found
    return _weighed(turn, Judged(text, Outcome.UNKNOWN), hits)


def _follow_up(turn: Turn, text: str, before: str, said: int | None) -> Judged:
    """Search with the question before too. Its answer, ``said``, is given again only where that has what is asked."""
    asked = Judged(text, Outcome.UNKNOWN, whole=follow_ups.together(before, text))
    found = _weighed(turn, asked, turn.app.bank.search(asked.whole, LOOKED_AT))
    if found.outcome is not Outcome.ANSWERED or found.entries[0].id != said:
        return found
    again, *others = found.entries
    if follow_ups.holds(text, again.answer, before):
        return found
    return replace(found, outcome=Outcome.OFFERED, entries=others) if others else replace(asked, entries=[again])


def _weighed(turn: Turn, asked: Judged, hits: Sequence[Hit]) -> Judged:
    """What the hits are good for."""
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
    if hits[0].probability >= SURE and not about:
        return replace(asked, outcome=Outcome.ANSWERED, entries=near[: 1 + RELATED])
    return _offered(turn, replace(asked, about=about), near)


def _shown(turn: Turn, ids: Sequence[int]) -> dict[int, Any]:
    """The published entries among ``ids``: the index's own rows where it is as new as the database, else read."""
    rows = turn.app.bank.shown(turn.found.bank)
    return faq.shown(turn.session, ids) if rows is None else {at: rows[at] for at in ids if at in rows}


def _offered(turn: Turn, asked: Judged, near: Sequence[Any]) -> Judged:
    """Either "Menade du …?", or the entry that was picked when this wording, which says it all, was asked before."""
    alone = not asked.about and not follow_ups.leans_on(asked.text)
    picked = faq_log.remembered(turn.session, _wording(asked.text)) if alone else None
    entry = _shown(turn, [picked]).get(picked) if picked else None
    if entry is not None:
        others = [row for row in near if row.id != picked][:RELATED]
        return replace(asked, outcome=Outcome.ANSWERED, entries=[entry, *others], remembered=True)
    return replace(asked, outcome=Outcome.OFFERED, entries=near[:OFFERED])


def _logged(turn: Turn, one: Judged) -> Judged:
    nearest = one.entries[0] if one.entries else None
    question_id = faq_log.log(
        turn.session,
        text=utterance.without_person(one.asked),
        wording=_wording(one.text),
        outcome=one.outcome,
        probability=one.probability,
        entry_id=nearest.id if nearest else None,
        theme=nearest.theme if nearest else "",
        now=turn.now,
    )
    return replace(one, question_id=question_id)


def _wording(text: str) -> str:
    """What equal questions have in common, without what points out a person."""
    return utterance.wording(utterance.without_person(text))


@cache
def _names() -> Names:
    return Names.of(row["namn"] for row in content.municipalities())
