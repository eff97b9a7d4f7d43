"""Questions close to an entry that it does not answer: another plan, another species, another place, another fact.

``near_misses.tsv`` names for each the bank, and the entry that it is close to. The rows with ``dev`` are about the real
questions in ``FAQ_DATA``; they are tried where those are.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.faq.answers import SURE, UNSURE
from bot.search import encoder
from bot.search.calibration import Learned, calibrate
from bot.search.index import Index
from bot.search.live_bank import LiveBank
from storage.database import Database
from tests.bench import near_misses
from tests.bench.engines import vector
from tests.bench.near_misses import FAR_OUTSIDE
from tests.support.chat import Chat

ENOUGH = 200
DATA = Path(os.environ.get("FAQ_DATA", "../shared/data/retrieval"))
CALIBRATIONS = pytest.mark.parametrize("learnt", [False, True], ids=["shipped", "learnt from the bank"])
SEARCHES = pytest.mark.parametrize(
    "meant",
    [
        pytest.param(False, id="words"),
        pytest.param(
            True,
            id="meaning",
            marks=pytest.mark.skipif(not encoder.is_installed(), reason="the extra semantic is not installed"),
        ),
    ],
)


def test_there_are_enough_pairs_each_once() -> None:
    pairs = near_misses.pairs()

    assert len({pair.question for pair in pairs}) == len(pairs) >= ENOUGH


@CALIBRATIONS
def test_none_is_answered_from_the_starting_content(learnt: bool) -> None:  # noqa: FBT001 - a parameter of the test
    search = near_misses.own_bank().build(learnt=learnt)
    pairs = [pair for pair in near_misses.pairs() if pair.bank != "dev"]

    assert [pair.question for pair in pairs if search(pair.question).probability >= SURE] == []


@CALIBRATIONS
def test_none_is_answered_from_the_real_questions(learnt: bool) -> None:  # noqa: FBT001 - a parameter of the test
    if not (DATA / "evaluate.py").is_file():
        pytest.skip(f"FAQ_DATA: there are no real questions in {DATA}")
    search = near_misses.dev_bank(DATA).build(learnt=learnt)
    pairs = [pair for pair in near_misses.pairs() if pair.bank == "dev"]

    assert [pair.question for pair in pairs if search(pair.question).probability >= SURE] == []


@SEARCHES
@CALIBRATIONS
def test_nothing_is_offered_for_a_question_far_outside_the_bank(filled: Database, learnt: bool, meant: bool) -> None:  # noqa: FBT001 - parameters of the test
    """A new bot changes from one calibration to the other some seconds after its first start."""
    bank = LiveBank(filled)
    bank.rebuild()
    entries = bank._index.entries
    learned = (learnt and calibrate(entries, vector if meant else None)) or Learned()
    index = near_misses.with_meaning(Index(entries, learned.lexical), learned, meant=meant)

    assert [question for question in FAR_OUTSIDE if near_misses.best(index, question).probability >= UNSURE] == []


@pytest.mark.parametrize(
    ("question", "about"),
    [("När är webbinariet om pfas?", "pfas"), ("Kan en skola bli medlem?", "skola")],
)
def test_the_offer_says_what_there_is_no_answer_about(chat: Chat, question: str, about: str) -> None:
    shown = chat.say(question)

    assert shown.startswith("Menade du någon av de här frågorna?")
    assert f"Jag har inget svar om just {about}. Du skrev: ”{question}”" in shown
