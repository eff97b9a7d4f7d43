from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

import app
from bot.local.chat import chat
from bot.local.people import BOT_ID, BOT_NAME, KANSLI, PLAYERS, TENANT
from bot.local.render import Button, Field, render
from bot.local.run import run
from bot.message import Json
from bot.settings import Settings
from tests.support.paths import ROOT

pytestmark = pytest.mark.clock


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[str]:
    """The address of a running bot."""
    settings = Settings.load({"DATABASE_URL": f"sqlite:///{tmp_path}/sekom.db", "SEKOM_KANSLI": KANSLI.entra_id})
    async with app.build(settings) as application, TestServer(application) as server:
        yield str(server.make_url("")).rstrip("/")


async def typed(bot: str, *lines: str, player: str = "medlem") -> list[str]:
    """The terminal's lines when a person types ``lines`` and then closes it."""
    shown: list[str] = []
    typing: Iterator[str] = iter(lines)

    def ask(prompt: str) -> str:
        shown.append(prompt)
        line = next(typing, None)
        if line is None:
            raise EOFError
        return line

    assert await asyncio.to_thread(chat, bot, PLAYERS[player], ask, shown.append) == 0
    return "\n".join(shown).splitlines()


async def test_a_conversation_in_the_terminal(bot: str) -> None:
    screen = await typed(bot, "Hur blir vår kommun medlem?", "/quit")
    assert screen[0].startswith("Du är Maja Lind.")
    assert any(line.startswith("│ Hej Maja!") for line in screen)
    asked = screen[screen.index("> ") :]
    assert "│ Hur blir vår kommun medlem?" in asked
    assert any(re.fullmatch(r"│ \[\d\] Ja", line) for line in asked)


async def test_a_number_presses_a_button(bot: str) -> None:
    screen = await typed(bot, "1", "99", "'2")
    asked = screen[screen.index("> ") :]
    assert any("beslutar att" in line for line in asked), "the greeting's first example is answered"
    assert "Det finns ingen knapp 99." in asked
    assert "> " in asked[-1], "a number after ' is written to the bot, and the end of the input ends the talk"


async def test_without_a_bot_the_terminal_says_how_to_start_one() -> None:
    shown: list[str] = []
    assert await asyncio.to_thread(chat, "http://127.0.0.1:9", KANSLI, input, shown.append) == 1
    assert shown == ["Ingen bot svarar på http://127.0.0.1:9. Starta den med `make run` i ett annat fönster."]


async def test_run_tells_of_a_taken_port(bot: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert await run(Settings.load({"PORT": bot.rpartition(":")[2]}), {}) == 1
    assert "är upptagen" in capsys.readouterr().out


def test_a_card_as_text() -> None:
    choices = [{"title": "Röd", "value": "r"}, {"title": "Blå", "value": "b"}]
    card: Json = {
        "type": "AdaptiveCard",
        "body": [
            {"type": "TextBlock", "text": "**Hej** [länk](https://a.example) 1\\. \\*"},
            {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "a"}, "b"]},
            {"type": "FactSet", "facts": [{"title": "När", "value": "**nu**"}]},
            {"type": "Container", "items": [{"type": "Image", "url": "x", "altText": "ett träd"}]},
            {"type": "Input.ChoiceSet", "id": "colour", "label": "Färg", "choices": choices, "value": "r"},
            {"type": "Input.Toggle", "id": "sure", "title": "Säker?"},
            {"type": "ActionSet", "actions": [{"type": "Action.OpenUrl", "title": "Läs", "url": "https://b.example"}]},
        ],
        "actions": [
            {"type": "Action.Execute", "title": "Spara", "verb": "x.save", "data": {"id": 1}},
            {"type": "Action.Execute", "title": "Avbryt", "verb": "x.no", "associatedInputs": "none"},
        ],
    }
    shown = render(card)
    assert shown.lines == ("Hej länk <https://a.example> 1. *", "ab", "När: nu", "[bild: ett träd]")
    assert shown.buttons == (
        Button("Läs", url="https://b.example"),
        Button("Spara", "x.save", {"id": 1}),
        Button("Avbryt", "x.no", with_inputs=False),
    )
    assert shown.fields == (
        Field("colour", "Färg", "r", (("Röd", "r"), ("Blå", "b"))),
        Field("sure", "Säker?", "", (("Ja", "true"), ("Nej", "false"))),
    )


def test_the_playground_knows_the_same_people() -> None:
    pretended = (ROOT / ".m365agentsplayground.yml").read_text("utf-8")
    people = [(player.teams_id, player.entra_id, player.name) for player in PLAYERS.values()]
    for known in (TENANT, BOT_ID, BOT_NAME, *(word for person in people for word in person)):
        assert re.search(rf": {re.escape(known)}$", pretended, re.MULTILINE), known
    assert re.search(rf"^currentUser:\n  id: {KANSLI.teams_id}$", pretended, re.MULTILINE)
