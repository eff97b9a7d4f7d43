"""The 66 questions that members might really ask, put to the product's own bank (reference/domain.md §5.1).

F: the bank can answer. P: a matter for colleagues. K: a matter for the kansli. Each gets an outcome to stand by.
"""

from __future__ import annotations

import csv
import tomllib
from functools import cache
from pathlib import Path

import pytest

from bot.faq.answers import SURE, UNSURE
from bot.help import smalltalk
from bot.search import encoder
from bot.search.calibration import Learned, calibrate
from bot.search.index import Index, SearchEntry
from storage import content
from tests.bench.engines import vector
from tests.bench.near_misses import with_meaning
from tests.support.chat import Chat

MEANT = ", with the encoder"
HELD = {
    8: "Vilka temagrupper finns?",
    9: "Vilka temagrupper finns?",
    57: "Vad kostar medlemskapet?",
    59: "Vår kontaktperson har slutat. Vad gör vi?",
    60: "Hur fungerar kontaktpersonsmatchning?",
    64: "När är kemikaliekonferensen i Eslöv?",
    53: "Vad ingår i nyckeltalet för tjänsteresor (9b)?",
}
"""F questions whose answer, or the nearest to one, is published."""
NOT_HELD = {
    13: "the bank says nothing of MSC fish; colleagues know",
    51: "the last day to report is a draft until the kansli fills it in",
    61: "no entry speaks of recordings",
}
"""F questions that the bank can't answer yet, and why."""


def rows(*marks: str) -> list[tuple[int, str]]:
    with Path(__file__).with_name("real_questions.tsv").open(encoding="utf-8") as file:
        found = csv.DictReader(file, delimiter="\t")
        return [(int(row["number"]), row["question"]) for row in found if row["mark"] in marks]


@cache
def index(calibration: str) -> Index:
    """The starting content's published entries, searched as ``calibration`` says."""
    entries = [
        SearchEntry(number, given["question"], given["answer"], tuple(given["phrasings"]), given["theme"])
        for number, given in enumerate(tomllib.loads(content._read("faq.toml"))["entry"], 1)
        if "draft" not in given
    ]
    meant = calibration.endswith(MEANT)
    learned = (not calibration.startswith("shipped") and calibrate(entries, vector if meant else None)) or Learned()
    return with_meaning(Index(entries, learned.lexical), learned, meant=meant)


def found(calibration: str, question: str) -> list[tuple[str, float]]:
    """The questions of the hits, with how likely each is."""
    built = index(calibration)
    questions = {entry.id: entry.question for entry in built.entries}
    return [(questions[hit.entry_id], hit.probability) for hit in built.search(question, 3, encode=vector)]


def offers(calibration: str) -> list[int]:
    """The questions for colleagues for which the bank offers something, which can only be irrelevant."""
    hits = {number: found(calibration, question) for number, question in rows("P")}
    return [number for number, nearest in hits.items() if nearest and nearest[0][1] >= UNSURE]


WORDS = ["shipped", "learnt from the bank"]
MEANING = [f"{calibration}{MEANT}" for calibration in WORDS]
NEEDS_ENCODER = pytest.mark.skipif(not encoder.is_installed(), reason="the extra semantic is not installed")
CALIBRATIONS = pytest.mark.parametrize(
    "calibration", [*WORDS, *(pytest.param(name, marks=NEEDS_ENCODER) for name in MEANING)]
)


def test_all_66_are_here_and_every_f_is_spoken_for() -> None:
    assert [number for number, _ in rows("F", "P", "K", "F+P", "-")] == list(range(1, 67))
    assert {number for number, _ in rows("F", "F+P")} == HELD.keys() | NOT_HELD.keys()


@CALIBRATIONS
@pytest.mark.parametrize(("number", "question"), rows("P"))
def test_what_colleagues_know_is_never_answered_from_the_bank(calibration: str, number: int, question: str) -> None:
    hits = found(calibration, question)

    assert not hits or hits[0][1] < SURE, f"{number}: {hits[0]}"


@CALIBRATIONS
@pytest.mark.parametrize(("number", "question"), rows("K"))
def test_the_kanslis_own_matters_are_never_answered_from_the_bank(calibration: str, number: int, question: str) -> None:
    hits = found(calibration, question)

    assert not hits or hits[0][1] < SURE, f"{number}: {hits[0]}"


@NEEDS_ENCODER
@pytest.mark.parametrize(("words", "meaning"), [*zip(WORDS, MEANING, strict=True)])
def test_with_meaning_fewer_questions_for_colleagues_are_offered_something(words: str, meaning: str) -> None:
    assert len(offers(meaning)) < len(offers(words))


@pytest.mark.parametrize("calibration", [*WORDS, pytest.param(MEANING[1], marks=NEEDS_ENCODER)])
@pytest.mark.parametrize(("number", "question"), rows("F", "F+P"))
def test_what_the_bank_holds_is_answered_or_offered(calibration: str, number: int, question: str) -> None:
    hits = found(calibration, question)

    if number in NOT_HELD:
        assert not hits or hits[0][1] < SURE, NOT_HELD[number]
    else:
        assert HELD[number] in [text for text, _ in hits]
        assert hits[0][1] >= UNSURE


def test_thanks_end_the_conversation(chat: Chat) -> None:
    (thanks,) = rows("-")

    assert chat.say(thanks[1]) == smalltalk.THANKS


def test_a_question_about_a_contact_person_is_the_registers(chat: Chat) -> None:
    shown = chat.say(dict(rows("K"))[58])

    assert "Ingen är anmäld som kontaktperson för Östersunds kommun." in shown
    assert "Hjälpte svaret?" not in shown
