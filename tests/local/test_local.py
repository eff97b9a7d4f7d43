from __future__ import annotations

import asyncio
import re
import tomllib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

import app
from bot.faq.cards import UNCONFIRMED
from bot.local.chat import chat
from bot.local.people import BOT_ID, BOT_NAME, KANSLI, PLAYERS, TENANT
from bot.local.render import BOLD, PLAIN, Button, Field, render
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
    screen = await typed(bot, "2", "99", "'2")
    asked = screen[screen.index("> ") :]
    assert any("hållbarhetsprogram" in line for line in asked), "the greeting's first example is answered"
    assert "Det finns ingen knapp 99." in asked
    assert "> " in asked[-1], "a number after ' is written to the bot, and the end of the input ends the talk"


async def test_bold_words_are_bold_and_buttons_stand_where_the_card_has_them(bot: str) -> None:
    shown: list[str] = []

    def leave(_: str) -> str:
        raise EOFError

    assert await asyncio.to_thread(lambda: chat(bot, PLAYERS["medlem"], leave, shown.append, bold=True)) == 0
    screen = "\n".join(shown)
    assert "│ \x1b[1mHej\x1b[0m \x1b[1mMaja!\x1b[0m" in screen
    places = [
        screen.index(part) for part in ("│ [1] ", "Prova", "│ [2] ", "│ [4] ", "\x1b[1mhjälp\x1b[0m när du vill se")
    ]
    assert places == sorted(places)


async def test_the_first_examples_have_confirmed_answers(bot: str) -> None:
    for number, player in zip("234", PLAYERS, strict=True):  # each is greeted once
        asked = "\n".join(await typed(bot, number, player=player)).partition("> ")[2]
        assert "│ Källa" in asked
        assert UNCONFIRMED not in " ".join(asked.replace("│", "").split())


async def test_a_laptop_shows_two_members_and_a_gap(bot: str) -> None:
    kansli = "\n".join(await typed(bot, "medlemmar", player="kansli"))
    assert "Saknar kontaktpolitiker (1)" in kansli
    member = "\n".join(await typed(bot, "min kommun"))
    assert "Sundsvall" in member
    assert "Lars-Göran Öhman" in member


async def test_the_next_start_greets_again(tmp_path: Path) -> None:
    chosen = Settings.load({"DATABASE_URL": f"sqlite:///{tmp_path}/sekom.db", "SEKOM_KANSLI": KANSLI.entra_id})
    for _ in range(2):
        async with app.build(chosen) as application, TestServer(application) as server:
            address = str(server.make_url("")).rstrip("/")
            assert "│ Hej Maja!" in "\n".join(await typed(address)), "each start is a new installation"
            assert "│ Hej Maja!" not in "\n".join(await typed(address)), "within one it is said once"


async def test_without_a_bot_the_terminal_says_how_to_start_one() -> None:
    shown: list[str] = []
    assert await asyncio.to_thread(chat, "http://127.0.0.1:9", KANSLI, input, shown.append) == 1
    assert shown == ["Ingen bot svarar på http://127.0.0.1:9. Starta den med `PORT=9 make run` i ett annat fönster."]


async def test_run_tells_of_a_taken_port(bot: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert await run(Settings.load({"PORT": bot.rpartition(":")[2]}), {}) == 1
    taken = capsys.readouterr().out
    assert "is taken" in taken
    assert re.search(r"start a second: DATABASE_URL=sqlite:///\S+ PORT=\d+ make run$", taken, re.MULTILINE)


def test_a_card_as_text() -> None:
    choices = [{"title": "Röd", "value": "r"}, {"title": "Blå", "value": "b"}]
    card: Json = {
        "type": "AdaptiveCard",
        "body": [
            {"type": "TextBlock", "text": "En rubrik", "weight": "Bolder"},
            {"type": "TextBlock", "text": "**Hej** [länk](https://a.example) 1\\. \\*"},
            {"type": "RichTextBlock", "inlines": ["a", {"type": "TextRun", "text": "b", "weight": "Bolder"}]},
            {"type": "FactSet", "facts": [{"title": "När", "value": "**nu**"}]},
            {"type": "Container", "items": [{"type": "Image", "url": "x", "altText": "ett träd"}]},
            {"type": "Input.ChoiceSet", "id": "colour", "label": "Färg", "choices": choices, "value": "r"},
            {"type": "Input.Toggle", "id": "sure", "title": "Säker?"},
            {"type": "ActionSet", "actions": [{"type": "Action.OpenUrl", "title": "Läs", "url": "https://b.example"}]},
            {"type": "TextBlock", "text": "Sist i kortet"},
        ],
        "actions": [
            {"type": "Action.Execute", "title": "Spara", "verb": "x.save", "data": {"id": 1}},
            {"type": "Action.Execute", "title": "Avbryt", "verb": "x.no", "associatedInputs": "none"},
        ],
    }
    shown = render(card)
    colour = Field("colour", "Färg", "r", (("Röd", "r"), ("Blå", "b")))
    sure = Field("sure", "Säker?", "", (("Ja", "true"), ("Nej", "false")))
    assert shown.parts == (
        *(f"{BOLD}En{PLAIN} {BOLD}rubrik{PLAIN}", f"{BOLD}Hej{PLAIN} länk <https://a.example> 1. *"),
        *(f"a{BOLD}b{PLAIN}", f"{BOLD}När{PLAIN}: {BOLD}nu{PLAIN}", "[bild: ett träd]"),
        *(colour, sure, Button("Läs", url="https://b.example"), "Sist i kortet"),
        *(Button("Spara", "x.save", {"id": 1}), Button("Avbryt", "x.no", with_inputs=False)),
    )
    assert shown.fields == (colour, sure)


def test_the_playground_knows_the_same_people() -> None:
    pretended = (ROOT / ".m365agentsplayground.yml").read_text("utf-8")
    people = [(player.teams_id, player.entra_id, player.name) for player in PLAYERS.values()]
    for known in (TENANT, BOT_ID, BOT_NAME, *(word for person in people for word in person)):
        assert re.search(rf": {re.escape(known)}$", pretended, re.MULTILINE), known
    members = tomllib.loads((ROOT / "storage/content/sample_members.toml").read_text("utf-8"))["municipality"]
    for sample in (sample for member in members for sample in member["person"]):
        for word in ("teams_id", "entra_id", "name", "mail"):
            assert re.search(rf": {re.escape(sample[word])}$", pretended, re.MULTILINE), sample[word]
    assert re.search(rf"^currentUser:\n  id: {KANSLI.teams_id}$", pretended, re.MULTILINE)
