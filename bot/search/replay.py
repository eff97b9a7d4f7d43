"""Replays the questions that got no answer, to tell how many of them one more entry would have answered."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, partial

from sqlalchemy.orm import Session

from bot.cards import below, label, one_line, small
from bot.message import Reply
from bot.ports import Searchable
from bot.search.scorer import SearchEntry
from bot.swedish import count, date_of
from bot.turn import App, Turn
from bot.wording import follow_ups, next_step, utterance
from bot.wording.next_step import NextStep
from bot.wording.utterance import Names
from storage import content, faq_growth
from storage.faq import Entry, EntryKind, EntryState

SINCE = timedelta(days=90)
"""How far back we look, as for gaps."""
MOST = 1000
"""Most different wordings to replay: those asked most often, then the newest."""
LONGEST = 1.7
"""Seconds that a replay may take. It stops there and says so, because a person waits for the form."""
PAUSE = 0.0
"""Seconds between two searches, where turns go on. Half a millisecond made previews slower and turns no faster."""
EXAMPLES = 3
"""Wordings that are shown."""
NEW = -1
"""The id of an entry that is not saved yet."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many of the questions without an answer an entry would have answered."""

    asked: int
    answered: int
    examples: tuple[str, ...] = ()
    """Wordings that it would have answered, those asked most often first."""
    whole: bool = True
    """False if the time ran out before all were tried."""


@dataclass(frozen=True, slots=True)
class InVain:
    """A wording that got no answer."""

    text: str
    times: int


def previewed(turn: Turn, reply: Reply, entry: SearchEntry | None, sure: float) -> Reply:
    """Return the reply, whose card will also say what the entry would have answered. None: it is no answer at all.

    The turn itself is over before that is worked out. ``sure`` is the lowest probability of an answer.
    """
    if entry is None or reply.state is None:
        return reply
    return replace(reply, later=partial(_finish, turn.app, reply, entry, sure, turn.now))


def trial(entry: Entry) -> SearchEntry | None:
    """Return an entry as it would be searched; None if it is published already, or is never given as an answer."""
    if entry.state == EntryState.PUBLISHED or entry.kind != EntryKind.FACT:
        return None
    phrasings = tuple(phrasing.text for phrasing in entry.phrasings)
    return SearchEntry(entry.id, entry.question, entry.answer, phrasings, entry.theme, entry.valid_until)


def in_vain(session: Session, now: datetime) -> list[InVain]:
    """Return the wordings without an answer, those asked most often first.

    Leave out what asks nothing by itself, and errands to the kansli, as the list of gaps does.
    """
    rows = faq_growth.wordings(session, now - SINCE, MOST)
    logged = faq_growth.logged(session, [row.newest_id for row in rows])
    asked = [
        InVain(logged[row.newest_id].text, row.times)
        for row in rows
        if row.newest_id in logged and not follow_ups.leans_on(row.wording)
    ]
    return [each for each in asked if not _is_errand(each.text)]


def run(bank: Searchable, entry: SearchEntry, asked: Sequence[InVain], sure: float, today: date) -> Replayed:
    """Return how many of ``asked`` the entry would have answered in ``bank``, which holds it."""
    answers = partial(_answers, bank, entry, sure, today)
    return _tally(asked, ((each, answers(each.text)) for each in asked), time.monotonic() + LONGEST)


def sentence(replayed: Replayed) -> str:
    """Return what the kansli reads; empty if nobody asked in vain."""
    if not replayed.asked:
        return ""
    least = "" if replayed.whole else "minst "
    questions = f"de senaste 90 dagarnas {count(replayed.asked, 'obesvarade fråga', 'obesvarade frågor')}"
    if not replayed.answered:
        return f"Med det här svaret hade ingen av {questions} fått svar."
    return f"Med det här svaret hade {least}{replayed.answered} av {questions} fått svar."


def _finish(app: App, reply: Reply, entry: SearchEntry, sure: float, now: datetime) -> Reply:
    asked = app.database.look(lambda session: in_vain(session, now))
    replayed = run(app.bank.with_entry(entry), entry, asked, sure, date_of(now)) if asked else Replayed(0, 0)
    said = sentence(replayed)
    if not said or reply.state is None:
        return replace(reply, later=None)
    quoted = ", ".join(f"”{one_line(text, 80)}”" for text in replayed.examples)
    shown = [label(said), *([small(f"Till exempel: {quoted}")] if quoted else [])]
    return replace(reply, state=below(reply.state, *shown), later=None)


def _tally(asked: Sequence[InVain], tried: Iterable[tuple[InVain, bool]], until: float) -> Replayed:
    answered, examples, whole, left = 0, list[str](), True, len(asked)
    for each, answers in tried:
        left -= 1
        answered += each.times if answers else 0
        if answers and len(examples) < EXAMPLES:
            examples.append(each.text)
        time.sleep(PAUSE)
        if left and time.monotonic() > until:
            whole = False
            break
    return Replayed(sum(each.times for each in asked), answered, tuple(examples), whole)


def _answers(bank: Searchable, entry: SearchEntry, sure: float, today: date, text: str) -> bool:
    """Return whether the entry is the answer to a question: the rule of ``bot.faq.answers``."""
    hits = bank.search(text, 1, today)
    if not hits or hits[0].entry_id != entry.id or hits[0].probability < sure:
        return False
    return not utterance.singled_out(text, _names(), f"{entry.question} {entry.answer}")


def _is_errand(text: str) -> bool:
    likely = next_step.likely(text)
    return likely.clear and likely.step is not NextStep.PEERS


@cache
def _names() -> Names:
    return Names.of(row["namn"] for row in content.municipalities())
