"""A reply that quotes an announcement in the 1:1 chat is a question to the kansli about it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.announcements import LINE, follow
from tests.support.chat import Chat, seen
from tests.support.people import know, person


@pytest.mark.usefixtures("post")
def test_a_quoted_announcement_makes_a_question_to_the_kansli(kansli: Chat) -> None:
    anna, bo = kansli.as_("Anna Andersson"), kansli.as_("Bo Ek")
    know(anna, mail="anna@sotenas.se")
    follow(kansli, person(anna).id)
    before = anna.shown[-1].id
    kansli.say(LINE)
    kansli.click("Skicka nu")
    copy = anna.shown[-1].id

    def quote(chat: Chat, text: str, message: str) -> str:
        return seen(chat.send(replace(chat.message(text), quotes=message)))

    for chat, text, message in (
        (anna, "Hur blir vi medlem?", before),  # another message of the bot
        (bo, "Hur blir vi medlem?", copy),  # a message in somebody else's chat
        (anna, "tack!", copy),
        (anna, "utskick", copy),
    ):
        assert "Vad ska de andra se om dig?" not in quote(chat, text, message), text
    assert "Vad ska de andra se om dig?" in quote(anna, "Får regioner söka?", copy)
    anna.click("Visa mitt namn")
    anna.click("Skicka")
    assert "Får regioner söka?" in kansli.text
    assert "(Gäller utskicket ”Ny utlysning om dagvatten”.)" in kansli.text
