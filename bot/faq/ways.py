"""The ways on from a question that has no sure answer: the likeliest first. And the drafts that will answer it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.faq import gaps
from bot.faq.answers import Judged
from bot.message import Scope
from bot.search import peers, themes
from bot.turn import Turn
from bot.wording import next_step, utterance
from bot.wording.next_step import Likely, NextStep
from storage import faq, faq_growth, faq_log, groups
from storage.faq import DraftTexts, EntryKind
from storage.faq_log import QuestionOutcome

ALIKE = 0.75
"""Lowest likeness to a draft's question for saying that its answer is not ready, although the bank has an answer. Above
the likeness of two questions with one word in common and one different (0.71 or 0.5)."""
ALIKE_UNSURE = 0.6
"""The same where the bank is unsure: below two words of three in common (0.67)."""


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways on from one question."""

    text: str
    """The question, which goes along; empty if it is not the reader's own."""
    quoted: str
    """What the reader wrote. A follow-up's question says more."""
    likely: Likely
    contact: str
    theme: str = ""
    """The theme word of the likeliest group; empty if nothing speaks for one."""
    group: str = ""
    """The group's name."""
    reason: str = ""
    here: bool = False
    """Whether this is the group's own channel, so that one press asks there."""


def of(turn: Turn, text: str, *, quoted: str, openly: bool = False) -> Ways:
    """Return the ways on from a question, with the likeliest group. ``quoted`` is what the reader wrote.

    ``openly`` says that a question was asked in this channel for everybody to read, though the press is private.
    """
    contact, place = turn.app.settings.contact, turn.incoming.place
    taking = groups.taking_questions(turn.session)
    public = place.scope is Scope.CHANNEL and (openly or not turn.incoming.private)
    here = [group for group in taking if public and group.conversation_id == place.conversation_id]
    near = peers.suggestions(turn.session, turn.app.bank, text, here or taking) if text else []
    best = near[0] if near and (near[0].reason or here) else None
    likely = next_step.likely(text, themed=bool(best and best.reason))
    if best is None:
        return Ways(text, quoted, likely, contact)
    name = next(group.name for group in taking if group.theme == best.theme)
    return Ways(text, quoted, likely, contact, best.theme, name, best.reason, here=bool(here))


def reasonable(ways: Ways, entries: Sequence[Any]) -> list[Any]:
    """Return the entries that are worth offering.

    If the words say that the question is for colleagues, only what colleagues have answered is.
    """
    if not ways.likely.clear:
        return list(entries)
    return [entry for entry in entries if ways.likely.step is NextStep.PEERS and entry.kind == EntryKind.TESTIMONY]


def is_errand(turn: Turn, judged: Judged) -> bool:
    """Return whether an answered question asks the kansli to do something, and is no wording of the answer itself."""
    likely = next_step.likely(judged.asked)
    if likely.step is not NextStep.KANSLI or not likely.clear:
        return False
    shown = judged.entries[0].id
    return _wording(judged.asked) not in map(_wording, faq_growth.phrasings(turn.session, [shown])[shown])


def unfinished(turn: Turn, judged: Judged) -> DraftTexts | None:
    """Return the draft that the question asks for, if no published answer is as near. Record that it is wanted."""
    drafts = ((_likeness(judged.asked, draft.wordings), -draft.id, draft) for draft in faq.unfinished(turn.session))
    near, _, draft = max(drafts, default=(0.0, 0, None))
    answered = judged.outcome is QuestionOutcome.ANSWERED
    if draft is None or _names_code(judged.asked, draft) or near < (ALIKE if answered else ALIKE_UNSURE):
        return None
    if answered:
        shown = judged.entries[0].id
        if _likeness(judged.asked, faq_growth.phrasings(turn.session, [shown])[shown]) >= near:
            return None
    correct(turn, judged, QuestionOutcome.UNKNOWN)
    gaps.begun(turn, draft.id, judged.text)
    return draft


def _names_code(text: str, draft: DraftTexts) -> bool:
    """Return whether the text is about an indicator that the draft says nothing of."""
    known = utterance.fold(" ".join((*draft.wordings, draft.answer)))
    return any(code not in known for code in utterance.CODE.findall(utterance.fold(text)))


def correct(turn: Turn, judged: Judged, outcome: QuestionOutcome) -> None:
    """Log how the question really went: what the search found was not shown, or not as the answer."""
    logged = faq_log.find(turn.session, judged.question_id)
    if logged is not None:
        logged.outcome = outcome


def _likeness(text: str, wordings: Sequence[str]) -> float:
    """Return how alike the text and the nearest wording are; more than 1 for the same words in the same order."""
    same = _wording(text)
    return max(1.1 if _wording(other) == same else themes.likeness(text, other) for other in wordings)


def _wording(text: str) -> str:
    return utterance.wording(text)
