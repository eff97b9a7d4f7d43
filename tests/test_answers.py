"""Questions to the knowledge bank, as people ask them."""

from __future__ import annotations

from bot.turn import App
from tests.chat import Chat, Clock


def test_a_known_question_is_answered_with_its_source(chat: Chat) -> None:
    shown = chat.say("Hur blir vår kommun medlem?")

    assert "Kommunfullmäktige eller kommunstyrelsen" in shown
    assert "Kansliet har inte bekräftat det här svaret än." in shown
    assert "Källa: [Medlemskap, sekom.se](https://www.sekom.se/medlemmar/medlemskap/)." in shown
    assert "Granskat den 23 november 2026." in shown
    assert chat.buttons[-2:] == ["Ja", "Nej"]


def test_an_unknown_question_gets_an_honest_no(chat: Chat) -> None:
    shown = chat.say("vilken färg har månens baksida")

    assert shown.startswith("Det vet jag inte")
    assert "kansliet@ekokommuner.example" in shown


def test_an_empty_bank_answers_politely(empty_app: App, clock: Clock) -> None:
    shown = Chat(empty_app, clock).say("Hur blir vår kommun medlem?")

    assert "Kunskapsbanken är tom än så länge." in shown
