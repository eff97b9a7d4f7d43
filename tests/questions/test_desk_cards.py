"""Cards that ask the kansli or a moderator to do something change when it is done."""

from __future__ import annotations

import pytest

from storage.questions import Status
from tests.support.chat import Chat, Clock, words
from tests.support.questions import TEXT, VATTEN, ask, row, texts

PRIVATE = "Kan ni skicka ett intyg?"


@pytest.fixture
def karl(chat: Chat, kansli: Chat) -> Chat:
    """Return the chat of another person at the kansli."""
    karl = chat.as_("Karl Kansli")
    kansli.say("roller")
    kansli.click("Sök person", name="Karl", role="kansli")
    kansli.click("Karl Kansli")
    return karl


def at_kansli(chat: Chat) -> None:
    ask(chat, PRIVATE, "Vet inte – till kansliet")


def posted(chat: Chat, number: int = -1) -> list[str]:
    """Return the lines of a card that was sent to this chat."""
    return words(chat.shown[number].message.card or {}).split("\n")


def test_an_answer_shows_on_everybody_s_card(chat: Chat, kansli: Chat, karl: Chat) -> None:
    at_kansli(chat)
    assert "Besvara" in karl.buttons
    kansli.click("Besvara")
    kansli.click("Skicka svaret", answer="Det kommer i dag.")

    for desk in (kansli, karl):
        assert posted(desk)[:2] == ["Frågan har fått svar", PRIVATE]
        assert "Det kommer i dag." in posted(desk)
        assert desk.buttons == ["Visa frågan", "Öppna frågor"]
    karl.click("Visa frågan")
    assert "Stäng med orsak" in karl.buttons


@pytest.mark.parametrize(
    ("ends", "title"),
    [("withdrawn", "Den som frågade har dragit tillbaka frågan."), ("closed", "Frågan är stängd")],
)
def test_an_ended_question_asks_nobody_any_more(chat: Chat, kansli: Chat, karl: Chat, ends: str, title: str) -> None:
    at_kansli(chat)
    if ends == "withdrawn":
        chat.click("Dra tillbaka frågan")
    else:
        kansli.click("Stäng med orsak")
        kansli.click("Stäng frågan", reason="Dubblett.")
    assert posted(karl)[0] == title
    assert karl.buttons == ["Öppna frågor"]
    assert row(chat).status in (Status.WITHDRAWN, Status.CLOSED)


def test_a_solved_and_a_reopened_question_show_so(chat: Chat, kansli: Chat, karl: Chat) -> None:
    at_kansli(chat)
    kansli.click("Besvara")
    kansli.click("Skicka svaret", answer="Det kommer i dag.")
    chat.click("Det löste det")
    first = texts(karl).index("Frågan är löst")
    chat.click("Behöver mer hjälp")
    chat.click("Öppna frågan igen", more="När då?")
    assert posted(karl, first)[0] == "Fråga till kansliet"
    assert "Besvara" in posted(karl, first)


def test_who_is_writing_an_answer_keeps_the_form(chat: Chat, kansli: Chat, karl: Chat, clock: Clock) -> None:
    at_kansli(chat)
    karl.click("Besvara")
    kansli.click("Besvara")
    kansli.click("Skicka svaret", answer="Det kommer i dag.")
    assert karl.text.startswith("Skriv ditt svar")
    karl.click("Skicka svaret", answer="Jag har skickat det.")
    assert posted(karl)[0] == "Frågan har fått 2 svar"

    clock.forward(minutes=20)
    chat.deliver()
    assert posted(karl)[0] == "Frågan har fått 2 svar", "no older state comes after it"


def test_a_form_that_is_left_open_gives_way_after_a_while(chat: Chat, kansli: Chat, karl: Chat, clock: Clock) -> None:
    at_kansli(chat)
    karl.click("Besvara")
    kansli.click("Besvara")
    kansli.click("Skicka svaret", answer="Det kommer i dag.")
    clock.forward(minutes=16)
    chat.deliver()
    assert posted(karl)[0] == "Frågan har fått svar"


def test_reminders_and_wrong_group_cards_change_too(chat: Chat, kansli: Chat) -> None:
    ask(chat)
    bo = chat.as_("Bo Ek").in_channel(VATTEN)
    bo.click("Fel grupp")
    bo.click("Ja, säg till")
    assert kansli.buttons[0] == "Flytta"
    chat.clock.forward(days=7)
    chat.tick()
    assert "Besvara" in kansli.buttons
    bo.click("Tillbaka")
    bo.click("Svara")
    bo.click("Skicka svaret", answer="Kolfilter.")
    waits = [one for one in kansli.shown if one.message.card and "Väntar på svar." in words(one.message.card)]
    assert waits == []
    assert texts(kansli).count("Frågan har fått svar") == len(("the wrong group", "the reminder"))


def test_a_moved_question_is_looked_after_elsewhere(chat: Chat, kansli: Chat) -> None:
    bo = chat.as_("Bo Ek")
    bo.say("hej")
    kansli.say("temagrupper")
    ask(chat)
    there = chat.as_("Cecilia").in_channel(VATTEN)
    there.click("Fel grupp")
    there.click("Ja, säg till")
    chat.in_channel(VATTEN).click("Fel grupp")
    chat.in_channel(VATTEN).click("Flytta frågan", to="klimat")
    assert posted(kansli)[:2] == ["Fråga till temagruppen Klimat", TEXT]
