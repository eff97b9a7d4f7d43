"""Replays the questions that got no answer, to tell how many of them one more entry would have answered."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import TypeVar

from sqlalchemy.orm import Session

from bot.cards import below, label, one_line, small
from bot.message import Reply
from bot.ports import ExtendedBank
from bot.search.scorer import SearchEntry
from bot.swedish import count, date_of
from bot.turn import App, Turn
from bot.wording import follow_ups, next_step, utterance
from bot.wording.next_step import NextStep
from bot.wording.utterance import Names
from storage import content, faq_growth
from storage.database import Database
from storage.faq import Entry, EntryKind, EntryState

T = TypeVar("T")

SINCE = timedelta(days=90)
"""How far back we look, as for gaps."""
MOST = 1000
"""Most different wordings to replay: those asked most often, then the newest."""
LONGEST = 1.7
"""Seconds that a replay may take. It stops there and says so, because a person waits for the form."""
STRETCH, PAUSE = 0.005, 0.01
"""Seconds of work between two pauses, and of a pause, in which turns go on. A turn that works at the same time waits up
to 5 ms for the interpreter after each statement to the database."""
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
    """False if more may have been answered: the time ran out, or an encoder might have found them."""


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


def in_vain(database: Database, now: datetime) -> list[InVain]:
    """Return the wordings without an answer, those asked most often first.

    Leave out what asks nothing by itself, and errands to the kansli, as the list of gaps does.
    """
    logged = database.look(partial(_logged, now=now))
    return [each for wording, each in _unhurried(logged) if not (follow_ups.leans_on(wording) or _is_errand(each.text))]


def run(bank: ExtendedBank, entry: SearchEntry, asked: Sequence[InVain], sure: float, today: date) -> Replayed:
    """Return how many of ``asked`` the entry would have answered in ``bank``, to which it is added."""
    answers = partial(_answers, bank, f"{entry.question} {entry.answer}", sure, today)
    return _tally(asked, ((each, answers(each.text)) for each in _unhurried(asked)), time.monotonic() + LONGEST)


def sentence(replayed: Replayed) -> str:
    """Return what the kansli reads; empty if nobody asked in vain."""
    if not replayed.asked:
        return ""
    questions = f"de senaste 90 dagarnas {count(replayed.asked, 'obesvarade fråga', 'obesvarade frågor')}"
    if replayed.answered:
        least = "" if replayed.whole else "minst "
        return f"Med det här svaret hade {least}{replayed.answered} av {questions} fått svar."
    perhaps = "" if replayed.whole else "kanske "
    return f"Med det här svaret hade {perhaps}ingen av {questions} fått svar."


def _finish(app: App, reply: Reply, entry: SearchEntry, sure: float, now: datetime) -> Reply:
    asked = in_vain(app.database, now)
    replayed = run(app.bank.with_entry(entry), entry, asked, sure, date_of(now))
    replayed = replace(replayed, whole=replayed.whole and app.bank.scorer == "lexical")
    said = sentence(replayed)
    if not said or reply.state is None:
        return replace(reply, later=None)
    quoted = ", ".join(f"”{one_line(text, 80)}”" for text in replayed.examples)
    shown = [label(said), *([small(f"Till exempel: {quoted}")] if quoted else [])]
    return replace(reply, state=below(reply.state, *shown), later=None)


def _unhurried(work: Iterable[T]) -> Iterator[T]:
    """Yield these with a pause after each stretch of work on them."""
    since = time.monotonic()
    for each in work:
        yield each
        if time.monotonic() - since > STRETCH:
            time.sleep(PAUSE)
            since = time.monotonic()


def _tally(asked: Sequence[InVain], tried: Iterable[tuple[InVain, bool]], until: float) -> Replayed:
    answered, examples, whole, left = 0, list[str](), True, len(asked)
    for each, answers in tried:
        left -= 1
        answered += each.times if answers else 0
        if answers and len(examples) < EXAMPLES:
            examples.append(each.text)
        if left and time.monotonic() > until:
            whole = False
            break
    return Replayed(sum(each.times for each in asked), answered, tuple(examples), whole)


def _answers(bank: ExtendedBank, said: str, sure: float, today: date, text: str) -> bool:
    """Return whether the entry is the answer to a question: the rule of ``bot.faq.answers``."""
    return bank.answers(text, sure, today) and not utterance.singled_out(text, _names(), said)


def _logged(session: Session, now: datetime) -> list[tuple[str, InVain]]:
    """Return each wording as it was written, and the question that was understood."""
    rows = faq_growth.wordings(session, now - SINCE, MOST)
    logged = faq_growth.logged(session, [row.newest_id for row in rows])
    known = (row for row in rows if row.newest_id in logged)
    return [(row.wording, InVain(logged[row.newest_id].text, row.times)) for row in known]


def _is_errand(text: str) -> bool:
    likely = next_step.likely(text)
    return likely.clear and likely.step is not NextStep.PEERS


@cache
def _names() -> Names:
    return Names.of(row["namn"] for row in content.municipalities())
