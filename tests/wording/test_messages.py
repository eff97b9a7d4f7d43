"""Where a question belongs, what is said of an answer, blanks in answers, and wrong spellings."""

from __future__ import annotations

import tomllib

import pytest

from bot.wording import blanks, feedback, next_step, typos
from bot.wording.feedback import Feedback
from bot.wording.next_step import Likely, NextStep
from storage import content

PEERS, KANSLI = NextStep.PEERS, NextStep.KANSLI


@pytest.mark.parametrize(
    ("text", "likely"),
    [
        ("har någon gjort en cykelplan?", Likely(PEERS, clear=True)),
        ("hur gör ni med fakturor på papper", Likely(PEERS, clear=True)),
        ("hur gör ni med nyckeltal", Likely(PEERS)),
        ("äger ni stolparna eller leasar", Likely(PEERS, clear=True)),
        ("har ni en logga i vektorformat", Likely(KANSLI, clear=True)),
        ("Jag vill prata med nån på kansliet", Likely(KANSLI, clear=True, bare=True)),
        ("jag vill prata med nån i en kommun som vår", Likely(KANSLI)),
        ("kan ni hjälpa oss med fakturan", Likely(KANSLI, clear=True)),
        ("kan ni hjälpa oss med medlemsavgiften", Likely(KANSLI)),
        ("när kommer nästa nyhetsbrev", Likely(KANSLI)),
        ("jag vill ha hjälp", Likely(KANSLI)),
        ("pfas", Likely(PEERS)),
        ("can i write in english", Likely(NextStep.ENGLISH, clear=True)),
    ],
)
def test_where_a_question_belongs(text: str, likely: Likely) -> None:
    assert next_step.likely(text) == likely


def test_a_wish_about_a_groups_theme_is_for_its_peers() -> None:
    assert next_step.likely("jag behöver en dagvattentaxa", themed=True) == Likely(PEERS)
    assert next_step.likely("jag behöver en dagvattentaxa") == Likely(KANSLI)


@pytest.mark.parametrize("text", ["hej", "vad är iso", "is", "do re mi", "PFAS", "what är sekom"])
def test_swedish_is_not_taken_for_english(text: str) -> None:
    assert not next_step.is_english(text)


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("det stämmer inte det du skrev om 8a", Feedback.WRONG),
        ("Siffran stämmer inte längre.", Feedback.WRONG),
        ("fel svar", Feedback.WRONG),
        ("stämmer det inte att regioner får vara med?", None),
        ("vad gör ni när mätvärdet är fel", None),
        ("tack men det var inte svar på frågan", Feedback.MISSED),
        ("du svarade inte på min fråga", Feedback.MISSED),
        ("tack, det löste sig", Feedback.SOLVED),
        ("Tack! Det löste sig, Hudiksvall hade en mall", Feedback.SOLVED),
        ("det löste sig inte", None),
        ("det löste sig för oss när vi bytte pumpen i brunnen", None),
        ("tack", None),
        ("", None),
        ("det stämmer inte " + "ord " * 25, None),
    ],
)
def test_what_is_said_of_an_answer(text: str, about: Feedback | None) -> None:
    assert feedback.about(text) is about


def test_what_a_complaint_is_about() -> None:
    assert feedback.subject("det stämmer inte det du skrev om 8a.") == "8a"
    assert feedback.subject("det stämmer inte") == ""


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("Ja. Anmälan: {{länk}}. Välkommen!", "Ja. Välkommen!"),
        ("Mejla {{kansli_epost}}.", "Mejla a@b.se."),
        ("1. Ring {{nummer}}.\n2. Skriv.", "2. Skriv."),
        ("Sista dag är {{dag}}.", ""),
        ("Datum: {{dag", ""),
        ("Rad ett.\n\nRad två: {{x}}. Slut.", "Rad ett.\n\nSlut."),
    ],
)
def test_sentences_with_an_unfilled_blank_are_left_out(answer: str, shown: str) -> None:
    assert blanks.filled(answer, {"kansli_epost": "a@b.se"}) == shown
    assert blanks.is_ready(answer) == bool(shown)
    assert blanks.missing(answer) == ("{{kansli_epost}}" not in answer)


def test_the_starting_answers_are_ready_but_for_two_that_say_why() -> None:
    entries = tomllib.loads(content._read("faq.toml"))["entry"]

    assert [entry["code"] for entry in entries if "draft" in entry] == ["F17", "F25"]
    for entry in entries:
        shown = blanks.filled(entry["answer"], {"kansli_epost": "a@b.se"})
        assert "{{" not in shown
        assert shown or "draft" in entry, entry["code"]


@pytest.mark.parametrize(
    ("text", "phrase", "alike"),
    [
        ("hjäp", "hjälp", True),
        ("hjläp", "hjälp", True),
        ("minkommun", "min kommun", True),
        ("Fråga kolegor!", "fråga kollegor", True),
        ("fråga kolegr", "fråga kollegor", True),
        ("tacka", "backa", False),
        ("nya", "nytt", False),
        ("solceller", "roller", False),
        ("", "hjälp", False),
    ],
)
def test_a_wrong_spelling_is_recognised(text: str, phrase: str, alike: bool) -> None:  # noqa: FBT001
    assert typos.alike(text, phrase) is alike
