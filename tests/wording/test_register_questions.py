"""The register's sentences: what is understood, and what is left to the knowledge bank. All examples are ours."""

from __future__ import annotations

import csv
import tomllib

import pytest

from bot.wording.register_questions import RegisterQuestion, RegisterTopic, follow_up, questions
from storage import content
from storage.people import PersonRole
from tests.support.paths import ROOT

CONTACT, MEMBER, COUNT, MEMBERS = (
    RegisterTopic.CONTACT,
    RegisterTopic.MEMBER,
    RegisterTopic.COUNT,
    RegisterTopic.MEMBERS,
)
POLITICIAN = PersonRole.POLITICIAN
THE_REGISTERS = {
    "Hur många medlemmar har SEKOM?",
    "hur många kommuner är med",
    "antal medlemmar",
    "Vem är kontaktperson i Östersund?",
}
"""Questions of the bank's list that the register answers: with the day's number, and with the person's name.

While nobody is entered as a member, the bank's answer about the number is given."""
LEFT_TO_THE_BANK = (
    "Vad gör en kontaktperson?",
    "Vilka kommuner har fastighetsnära insamling?",
    "vilka kommuner har solceller på skolorna",
    "Hur blir Eslöv medlem?",
    "hur blir man kontaktperson",
    "måste vi ha en kontaktperson",
    "vem utser kontaktpersonen",
    "vem är kontaktperson",
    "vem är kontaktperson i vår kommun",
    "vem är kontaktperson på kansliet",
    "vem är kontaktperson i styrelsen",
    "vad förväntas av en kontaktpolitiker i Eslöv",
    "kan Eslöv bli medlem",
    "vad kostar det för Eslöv att vara medlem",
    "när är konferensen i Eslöv",
    "är konferensen i Eslöv",
    "är det med lunch i Eslöv",
    "får pensionärsrådet vara med på årsmötet",
    "är regioner med",
    "är alla kommuner med",
    "är det bara kommuner som är medlemmar",
    "hur många nyckeltal är med",
    "vilka nyckeltal är med",
    "hur många är med i temagruppen Vatten",
    "vilka är med i styrelsen",
    "hur många sitter i styrelsen",
    "hur många kontaktpersoner ska vi ha",
    "hur många kommuner har laddstolpar",
    "har någon gjort en naturvårdsplan?",
    "har ni gjort en klimatbudget",
    "hur har ni gjort en dagvattenplan",
    "vem kan hjälpa oss",
    "vem kan hjälpa mig med inloggningen",
    "vem har koll på när rapporteringen öppnar",
    "vem kan jag fråga",
    "vem kan jag fråga om medlemsavgiften",
    "vem svarar på frågor",
    "vem har koll på hur ni gjorde med pfas",
    "jag är ny",
    "jag är ny, var börjar jag",
    "jag är tjänsteperson i Lund",
    "jag är politiker",
    "jag har slutat röka",
    "jag har bytt jobb, vem meddelar jag",
    "vår kontaktperson har slutat",
    "min kollega har slutat på kommunen",
    "jag har slutat, hur tar ni bort mig",
    "jag är kontaktperson men hinner inte med, vad gör jag",
    "är du med",
    "är ni medlemmar i ICLEI",
    "medlem",
    "bli medlem",
    "Hej! Jag vill veta hur många kommuner som är med och som har kommit igång med giftfri förskola",
)


def starting_questions() -> list[str]:
    entries = tomllib.loads(content._read("faq.toml"))["entry"]
    return [text for entry in entries for text in (entry["question"], *entry["phrasings"])]


def real_questions() -> list[str]:
    with (ROOT / "tests/faq/real_questions.tsv").open(encoding="utf-8") as file:
        return [row["question"] for row in csv.DictReader(file, delimiter="\t")]


def test_no_question_of_the_bank_is_taken_but_those_that_are_the_registers() -> None:
    taken = {text for text in (*starting_questions(), *real_questions()) if questions(text)}

    assert taken == THE_REGISTERS


@pytest.mark.parametrize("text", LEFT_TO_THE_BANK)
def test_a_question_that_only_looks_like_the_registers_is_left_to_the_bank(text: str) -> None:
    assert questions(text) == []


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("vem är kontaktperson i Eslöv", RegisterQuestion(CONTACT, "Eslöv")),
        ("Hej! Vem e kontaktpolitiker för Lunds kommun? Tack", RegisterQuestion(CONTACT, "Lunds kommun", POLITICIAN)),
        ("vem är Eslövs kontakttjänsteperson", RegisterQuestion(CONTACT, "Eslövs", PersonRole.OFFICER)),
        ("är vi medlemmar?", RegisterQuestion(MEMBER, own=True)),
        ("är upplands väsby med i nätverket", RegisterQuestion(MEMBER, "upplands väsby")),
        ("är Vara medlem", RegisterQuestion(MEMBER, "Vara")),
        ("hur många e vi", RegisterQuestion(COUNT)),
        ("hur många medlemmar finns i Västra Götalands län", RegisterQuestion(COUNT, "Västra Götalands län")),
        ("vilka kommuner är med", RegisterQuestion(MEMBERS)),
        ("vem kan hjälpa oss med dagvatten", RegisterQuestion(RegisterTopic.HELP, "dagvatten")),
        ("jag har slutat på kommunen", RegisterQuestion(RegisterTopic.LEFT_JOB)),
        ("jag är inte längre kontaktperson för Lund", RegisterQuestion(RegisterTopic.LEFT_SEAT)),
        ("jag är kontaktpolitiker i eslöv", RegisterQuestion(RegisterTopic.NEW_SEAT, "eslöv", POLITICIAN)),
        ("jag är ny kontaktperson", RegisterQuestion(RegisterTopic.NEW_SEAT)),
    ],
)
def test_a_sentence_is_read(text: str, read: RegisterQuestion) -> None:
    assert questions(text) == [read]


def test_two_questions_in_a_message_are_two() -> None:
    both = [RegisterQuestion(MEMBER, "Uppsala"), RegisterQuestion(COUNT)]

    assert questions("är Uppsala medlem, hur många e vi") == both
    assert questions("Är Uppsala medlem? Hur många är vi?") == both
    assert questions("är Uppsala medlem och vad kostar det") == []


@pytest.mark.parametrize(
    ("before", "text", "read"),
    [
        ("är Uppsala medlem?", "och Lund?", RegisterQuestion(MEMBER, "Lund")),
        ("är Uppsala medlem?", "Lund då?", RegisterQuestion(MEMBER, "Lund")),
        ("är Uppsala medlem?", "hur många är det?", RegisterQuestion(COUNT)),
        ("är Lund medlem", "vem är kontaktperson där?", RegisterQuestion(CONTACT, "Lund")),
        ("vem är kontaktperson i Lund", "är de med?", RegisterQuestion(MEMBER, "Lund")),
        ("hur många är med", "och i Skåne?", RegisterQuestion(COUNT, "Skåne")),
        ("hur många är med i Skåne", "vilka är det", RegisterQuestion(MEMBERS, "Skåne")),
        ("är Lund medlem", "och när?", None),
        ("är Lund medlem", "vad kostar det", None),
        ("är Lund medlem", "vad är det för väder", None),
        ("är Lund medlem", "och vem är chef?", None),
        ("vilka är med", "vem är det", None),
        ("Vad kostar medlemskapet?", "och Lund?", None),
        ("jag har slutat på kommunen", "och Lund?", None),
    ],
)
def test_a_short_message_leans_on_the_registers_question_before_it(
    before: str, text: str, read: RegisterQuestion | None
) -> None:
    assert follow_up(text, before) == read
