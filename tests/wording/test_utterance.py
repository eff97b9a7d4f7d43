"""What a message asks."""

from __future__ import annotations

import pytest

from bot.wording.follow_ups import holds, leans_on
from bot.wording.utterance import Names, parts, singled_out, without_person, wording

PLACES = Names.of(["Östersund", "Vara", "Mark", "Borås", "Eslöv", "Region Skåne"])


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Vad kostar det?", ["Vad kostar det?"]),
        ("Vad kostar det? Och hur blir vi med?", ["Vad kostar det?", "Och hur blir vi med?"]),
        ("Hej! Vad kostar det?", ["Hej! Vad kostar det?"]),
        ("Vad kostar det?? När då?", ["Vad kostar det??", "När då?"]),
        ("När är mötet?\nVar är det?", ["När är mötet?", "Var är det?"]),
        ("Hur då? Va?", ["Hur då? Va?"]),
        ("Vi undrar en sak. Vad kostar det?", ["Vi undrar en sak. Vad kostar det?"]),
        ("A a? B b? C c? D d?", ["A a? B b? C c? D d?"]),
        ("hur blir man med å va kostar de", ["hur blir man med", "va kostar de"]),
        ("Vilka program har vi, och när de går ut?", ["Vilka program har vi, och när de går ut?"]),
        ("vi är nya och vad gör vi då", ["vi är nya och vad gör vi då"]),
    ],
)
def test_questions_are_told_apart(text: str, asked: list[str]) -> None:
    assert parts(text) == asked


@pytest.mark.parametrize(
    "text",
    [
        "och när?",
        "när?",
        "vad kostar det?",
        "å hur gör man då",
        "hur lång tid tar det?",
        "när är nästa",
        "vem beslutar",
    ],
)
def test_a_follow_up_leans_on_the_question_before(text: str) -> None:
    assert leans_on(text)


@pytest.mark.parametrize(
    "text", ["Vad är gröna nyckeltal?", "Hur blir vår kommun medlem?", "årsmöte", "", "pfas i brunnen", "vad gör ni?"]
)
def test_a_whole_question_does_not(text: str) -> None:
    assert not leans_on(text)


HELD = (
    ("och när?", "Det möts minst fyra gånger per år."),
    ("va kostar de", "Avgiften är 4 000 kronor."),
    ("och vem gör det?", "Kansliet räknar fram beloppet."),
    ("var är det", "Vi ses i Teams."),
    ("hur länge då", "Mötet tar två timmar."),
    ("vilka är de", "De handlar om vatten, mat och natur."),
)
NOT_HELD = (
    ("och när?", "1. Fullmäktige beslutar.\n2. Styrelsen beslutar vid sitt nästa möte."),
    ("vad kostar det?", "Fyra gånger om året."),
    ("hur många då", "1. Skriv till kansliet."),
    ("hur gör vi", "Skriv till kansliet före den 3 mars. Det kostar 4 kr."),
    ("hur länge sitter de", "Årsmötet väljer dem i april eller maj."),
    ("vilka är de", "Planen räknar med 80 kommuner. Fråga kansliet."),
    ("vem är det", "Planen räknar med 80 kommuner. Fråga kansliet."),
    ("hur många är de", "Föreningen bildades 1995."),
)


def test_what_a_follow_up_asks_for_is_in_the_answer_or_not() -> None:
    assert [pair for pair in HELD if not holds(*pair)] == []
    assert [pair for pair in NOT_HELD if holds(*pair)] == []
    assert not holds("vem är det", "Mejla kansliet.", before="Hur når jag kansliet?")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Vem är kontaktperson i Östersund?", "Östersund"),
        ("vem är östersunds kontaktperson", "Östersund"),
        ("hur gör ni i borås", "Borås"),
        ("hur ska det vara", None),
        ("Hur gör Vara?", "Vara"),
        ("räknas kommunens mark", None),
        ("När är konferensen i Eslöv?", None),
        ("gäller det Region Skåne", "Region Skåne"),
        ("Vad tycker Anna Svensson om det?", "Anna Svensson"),
        ("Anna Svensson undrar", None),
        ("vad är SEKOM", None),
    ],
)
def test_a_named_place_or_person_is_noticed(text: str, named: str | None) -> None:
    assert singled_out(text, PLACES, "Konferensen hålls i Eslöv.") == named


def test_what_points_out_a_person_is_left_out_of_the_log() -> None:
    text = "Ring 070-123 45 67 eller 19900101-1234, mejla a.b@c.se om vecka 49 2026"

    assert without_person(text) == "Ring … eller …, mejla … om vecka 49 2026"


def test_wordings_are_compared_without_case_and_punctuation() -> None:
    assert wording("  Vad KOSTAR det?? ") == wording("vad kostar det") == "vad kostar det"
