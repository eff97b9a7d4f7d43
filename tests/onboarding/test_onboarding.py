"""A newcomer's start: by buttons, by writing, left and resumed, and everything that can go wrong on the way."""

from __future__ import annotations

from tests.support.chat import Chat
from tests.support.people import know, set_up


def test_by_buttons(chat: Chat) -> None:
    set_up(chat.app.database)
    know(chat, mail="anna@sotenas.se")
    print(chat.click("Kom igång"))
    for title in ("Börja", "Ja", "Kontaktpolitiker", "Fortsätt", "Hoppa över", "Hoppa över", "Ja, gärna", "Klar"):
        print("\n=====", title)
        print(chat.click(title))
    print(chat.text)
    assert 0
