"""A message with a dialog open: taken as its answer, asked about, or answered while the dialog waits."""

from __future__ import annotations

import pytest

from bot.message import Json
from bot.wording import utterance
from storage.questions import Question
from tests.support.chat import Chat
from tests.support.questions import TEXT, newest

FORM = "Vad vill du fråga kollegorna?"
WHICH = "Ska det här till kollegorna, eller frågar du mig?"


def asked(chat: Chat) -> int:
    """Return how many questions colleagues have got."""
    return chat.app.database.play(lambda session: session.query(Question).count())


def test_what_looks_like_a_new_question_is_asked_about(chat: Chat) -> None:
    chat.say("fråga kollegor")
    assert chat.say("När är årsmötet?") == f"{WHICH}\nNär är årsmötet?\nTill kollegorna\nJag frågar dig"
    shown = chat.click("Jag frågar dig")
    assert shown.startswith("Du frågade mig: När är årsmötet?")
    assert "Din fråga till kollegorna ligger kvar." in shown
    assert asked(chat) == 0
    assert chat.click("Fortsätt").startswith(FORM)
    assert chat.buttons == ["Fortsätt", "Avbryt"]


def test_a_question_for_colleagues_goes_on_in_the_dialog(chat: Chat) -> None:
    chat.say("fråga kollegor")
    chat.say(TEXT)
    assert chat.click("Till kollegorna").startswith("Vilken temagrupp ska få frågan?")
    chat.click("Vatten")
    chat.click("Visa mitt namn")
    chat.click("Skicka")
    assert newest(chat).text == TEXT


def test_what_is_no_question_is_taken_and_the_form_is_not_shown_after_every_message(chat: Chat) -> None:
    chat.say("fråga kollegor")
    assert chat.say("Vi har pfas i en brunn.").startswith("Vilken temagrupp ska få frågan?")
    first, second, third = (chat.say(text) for text in ("Kan en region bli medlem?", "tack!", "vad kostar det?"))
    assert first.endswith("Din fråga till kollegorna ligger kvar.\nFortsätt\nAvbryt")
    assert "temagrupp ska få" not in first + second + third
    assert "ligger kvar" not in second + third
    assert chat.say("Vatten").startswith("Vad ska de andra se om dig?")
    assert "ligger kvar" in chat.say("Kan en region bli medlem?"), "told again after the dialog went on"


def test_the_kept_dialog_can_be_cancelled_where_it_is_told_of(chat: Chat) -> None:
    chat.say("fråga kollegor")
    chat.say("tack!")
    assert chat.click("Avbryt") == "Avbrutet. Inget är sparat."
    assert "redan klart eller avbrutet" in chat.press("dialog.continue", {})


def test_a_choice_is_taken_at_once_also_when_it_reads_as_a_question(chat: Chat) -> None:
    chat.say("fråga kollegor")
    chat.click("Fortsätt", answer=TEXT)
    assert WHICH not in chat.say("Kan en region bli medlem?")
    assert chat.say("Vatten").startswith("Vad ska de andra se om dig?")


def test_a_question_that_is_too_long_for_its_step_is_refused_as_before(kansli: Chat) -> None:
    kansli.say("nytt svar")
    assert "Frågan är" in kansli.say("Hur " + "väldigt " * 40 + "långt?")


@pytest.mark.parametrize("data", [{}, {"text": "  "}, {"text": 7}])
def test_a_press_without_words_is_no_question(chat: Chat, data: Json) -> None:
    shown = chat.press("chat.ask", data)
    assert "Skriv din fråga till mig." in shown or "Du frågade mig: 7" in shown


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("När är årsmötet?", True),
        ("hur blir man medlem", True),
        ("har någon en cykelplan", True),
        ("Vi har pfas i en brunn.", False),
        ("Kan lämnas senast den 1 maj.", False),
        ("Teams", False),
        ("Hur då?\nVi har provat filter.", False),
        ("vatten", False),
        ("Vad " * 100 + "?", False),
    ],
)
def test_the_form_of_a_question(text: str, *, is_one: bool) -> None:
    assert utterance.is_question(text) is is_one
