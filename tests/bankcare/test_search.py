"""`faq sök`: the kansli finds every entry by words, and moderators find what is published in their theme."""

from __future__ import annotations

import pytest

from storage.faq import EntryState
from tests.support.bankcare import TEXTILE, moderate, write
from tests.support.chat import Chat


def test_entries_in_every_state_are_found_by_words_and_open_their_form(kansli: Chat) -> None:
    write(kansli, state=EntryState.DRAFT)
    write(kansli, "Var lämnar vi kläder?", "Textilier lämnas i kassen.", state=EntryState.ARCHIVED)
    write(kansli, "Vad gör vi med gardiner?", phrasings=("textilinsamling",))

    shown = kansli.say("faq sök textil")
    assert "3 svar om ”textil”" in shown
    assert shown.index(TEXTILE) < shown.index("gardiner") < shown.index("kläder")
    assert "Utkast." in shown
    assert "Arkiverat." in shown
    opened = kansli.press("faq.edit", {"entry": write(kansli, "Tar ni emot skor?")})
    assert opened.startswith("Tar ni emot skor?")


def test_all_words_must_be_there_and_the_form_searches_again(kansli: Chat) -> None:
    write(kansli)
    assert "0 svar om ”textil båtar”" in kansli.say("faq sök textil båtar")
    assert "Pröva med färre ord" in kansli.text
    assert TEXTILE in kansli.click("Sök", words="sortera textil")


def test_a_long_list_is_turned_page_by_page(kansli: Chat) -> None:
    for number in range(10):
        write(kansli, f"Hur sorterar vi textil nummer {number}?")

    assert "Sida 1 av 2" in kansli.say("faq sök textil")
    assert "Sida 2 av 2" in kansli.click("Nästa")
    assert "nummer 9" in kansli.text


@pytest.mark.parametrize("text", ["faq sök", "faq sök ?", "faq sök %_'\";--", "faq sök " + "x" * 1400])
def test_odd_words_find_nothing_and_break_nothing(kansli: Chat, text: str) -> None:
    assert kansli.say(text).startswith("Sök i kunskapsbanken")


def test_a_moderator_finds_what_is_published_in_their_theme(chat: Chat, kansli: Chat) -> None:
    write(kansli)
    write(kansli, "Hur sorterar vi textil i skolan?", theme="skola")
    write(kansli, "Hur sorterar vi textil på jobbet?", state=EntryState.DRAFT)
    moderate(chat)

    shown = chat.say("faq sök textil")
    assert TEXTILE in shown
    assert "1 svar" in shown
    assert "I en egen kasse." in chat.click(TEXTILE)
    assert "Stämmer fortfarande" in chat.buttons


def test_a_member_is_told_to_ask_instead(chat: Chat) -> None:
    assert "Skriv din fråga till mig som den är" in chat.say("faq sök textil")
    assert "Skriv din fråga" in chat.press("care.search", {"words": "textil"})
