"""Rows of buttons that a narrow panel shows whole."""

from __future__ import annotations

from bot.announcements.cards import BUTTON_EDGES, ROW, button_rows
from tests.support.announcements import LINE
from tests.support.chat import Chat, walk


def test_no_row_is_wider_than_a_panel_of_300_pixels(kansli: Chat) -> None:
    kansli.say(LINE)
    seen = 0
    for press in ("", "Skicka nu", "Visa läget", "Ta tillbaka"):
        if press:
            kansli.click(press)
        lines = [part["actions"] for part in [kansli.card, *walk(kansli.card)] if part.get("actions")]
        for line in lines:
            seen += 1
            assert len(line) == 1 or sum(len(action["title"]) + BUTTON_EDGES for action in line) <= ROW, line
    assert seen
    assert button_rows() == []
