"""The register in Microsoft's own client: a gap found and filled, a contact person replaced, and somebody erased.

Every step of the kansli's is a real click in the Playground, whose current user she is. The two guests, who come and go
as contact persons, speak to the same bot over HTTP, as ``make chat`` does; theirs are presses without a click.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from playwright.async_api import Locator, expect

from bot.local.people import PLAYERS
from bot.local.talk import Talk, talk
from tests.support.chat import actions
from tests.support.local_run import made_run, missing
from tests.support.network import free_port
from tests.support.playground import browse, chromium

pytestmark = pytest.mark.clock

LARS, MAJA = PLAYERS["politiker"], PLAYERS["medlem"]
MAILS = {LARS: "lars@sotenas.se", MAJA: "maja@sotenas.se"}


@dataclass
class Guest:
    """Somebody in a chat of their own, with what stands on their screen."""

    talk: Talk
    seen: list[Any] = field(default_factory=list)

    async def say(self, text: str) -> str:
        return self._shown(await self.talk.say(text))

    async def hear(self, text: str) -> None:
        """Wait for something that the bot says of its own accord."""
        while text not in str(self.seen):
            await asyncio.sleep(0.05)
            self.seen += self.talk.pending()

    async def press(self, title: str) -> str:
        message, action = self._find(title)
        return self._shown(await self.talk.press(message["id"], action["verb"], action.get("data", {})))

    async def fetch(self, title: str) -> str:
        _, action = self._find(title)
        async with ClientSession() as session, session.post(action["url"]) as file:
            return (await file.read()).decode()

    def _shown(self, messages: list[Any]) -> str:
        self.seen += messages
        return str(messages)

    def _find(self, title: str) -> tuple[Any, Any]:
        """The newest button with this title."""
        for message in reversed(self.seen):
            for part in message.get("attachments") or ():
                for action in actions(part.get("content") or {}):
                    if action["title"] == title:
                        return message, action
        raise AssertionError(f"no button {title!r}")


@pytest.mark.costly
async def test_a_contact_person_comes_is_replaced_and_is_erased(tmp_path: Path) -> None:
    reason = missing()
    if reason:
        (pytest.fail if os.environ.get("BROWSER_TEST") == "required" else pytest.skip)(reason)
    program, port = chromium(), free_port()
    assert program
    bot = f"http://127.0.0.1:{port}"
    async with (
        made_run(tmp_path, port) as address,
        browse(address, program) as teams,
        talk(bot, LARS) as first,
        talk(bot, MAJA) as second,
    ):
        lars, maja = Guest(first), Guest(second)
        await teams.open("Personal Chat")
        await expect(teams.cards.first).to_contain_text("Hej")
        for guest in (lars, maja):
            await guest.talk.arrive()
        _as_the_roster_would(tmp_path)

        await teams.say("medlemmar")
        await _press(teams.cards.last, "Saknar kontaktpolitiker (1)", "Medlem, saknar kontaktpolitiker (1)")
        await _press(teams.cards.last, "Sotenäs", "Saknas: kontaktpolitiker, tjänsteperson")
        await _press(teams.cards.last, "Lägg till kontaktperson", "Ny kontaktperson för Sotenäs kommun")
        for label, text in (("Namn", LARS.name), ("Mejladress", MAILS[LARS])):
            await teams.cards.last.get_by_label(label, exact=True).fill(text)
        await _press(teams.cards.last, "Spara", f"{LARS.name} är nu kontaktperson.")
        await expect(teams.cards.last).not_to_contain_text("Saknas: kontaktpolitiker")

        await maja.say("jag har tagit över efter Lars-Göran")
        await maja.press("Ja, skicka förslaget")
        await expect(teams.cards.last).to_contain_text("Ny kontaktperson?")
        await _press(teams.cards.last, "Bekräfta", "Bekräftat av Karin Ekström.")
        async with asyncio.timeout(10):
            await lars.hear("Ditt uppdrag har gått vidare")
            await maja.hear("Kansliet har bekräftat")

        await maja.say("mina uppgifter")
        assert MAILS[MAJA] in await maja.press("Läs allt")
        await maja.press("Tillbaka")
        await maja.press("Hämta som fil")
        assert MAILS[MAJA] in await maja.fetch("Hämta som JSON")
        await maja.press("Tillbaka")
        for title in ("Ta bort mig", "Ja, gå vidare", "Ta bort mina uppgifter"):
            await maja.press(title)
        await expect(teams.cards.filter(has_text="Bekräftat av")).to_contain_text("[borttagen person]")
        await teams.say("visa kommun Sotenäs")
        await expect(teams.cards.last).to_contain_text("Saknas: kontaktpolitiker, tjänsteperson")
    assert _traces(tmp_path, MAJA.name, "Maja", MAILS[MAJA], MAJA.entra_id, MAJA.teams_id) == []


async def _press(card: Locator, title: str, then: str) -> None:
    await card.get_by_role("button", name=title, exact=True).click()
    await expect(card).to_contain_text(then)


def _as_the_roster_would(folder: Path) -> None:
    """Mail addresses, which the roster job would read a minute later; and Sotenäs as the only member."""
    with sqlite3.connect(folder / "sekom.db", timeout=10) as database:
        for guest, mail in MAILS.items():
            whose = "UPDATE people SET mail = ?, guest = 1, municipality_code = '1427' WHERE teams_id = ?"
            database.execute(whose, (mail, guest.teams_id))
        database.execute("DELETE FROM contacts")
        database.execute("UPDATE municipalities SET state = iif(code = '1427', 'member', 'unknown')")


def _traces(folder: Path, *words: str) -> list[str]:
    """Where any of these stands: every column of every table, and the log."""
    with sqlite3.connect(folder / "sekom.db") as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {table: str(database.execute(f'SELECT * FROM "{table}"').fetchall()) for table in tables}  # noqa: S608
    texts = {**rows, "log": (folder / "log").read_text("utf-8")}
    return [f"{word} in {name}" for name, text in texts.items() for word in words if word.casefold() in text.casefold()]
