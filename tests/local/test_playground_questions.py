"""A question's way in Microsoft's own client: asked, answered by somebody else, back to the asker, solved, in the bank.

What is written and clicked in the Playground comes from its current user, so she is the asker and the kansli, and every
step of hers is a real click. The other person's is not: a guest's answer in the thread, and her question later, are
posted as custom activities, as that guest's client would send them.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from playwright.async_api import expect

from bot.local.people import BOT_ID, BOT_NAME, PLAYERS, TENANT
from tests.support.local_run import made_run, missing
from tests.support.playground import Playground, browse, chromium

pytestmark = pytest.mark.clock

TEXT = "Hur renar ni pfas i kommunala brunnen?"
AGAIN = "hur renar man pfas i kommunala brunnar"
CHANNEL = "SEKOM mötesplats - Temagrupp Vatten"


@pytest.mark.costly
async def test_a_question_is_answered_by_another_and_comes_back(tmp_path: Path) -> None:
    reason = missing()
    if reason:
        (pytest.fail if os.environ.get("BROWSER_TEST") == "required" else pytest.skip)(reason)
    program = chromium()
    assert program
    async with made_run(tmp_path) as address, browse(address, program) as teams:
        await teams.open(CHANNEL)
        await expect(teams.cards.first).to_contain_text("Hej")
        await teams.open("Personal Chat")
        await expect(teams.cards.first).to_contain_text("Hej")
        await _ask(teams)

        await teams.open(CHANNEL)
        question = teams.cards.filter(has_text="Fråga till temagruppen Vatten")
        await expect(question).to_contain_text("Väntar på svar.")
        await _press(question, "Jag undrar också")  # her own, so she is told that she need not
        await expect(teams.page.get_by_text("Det är din egen fråga, så du får svaren ändå.")).to_be_visible()
        await _press(question, "Svara")
        form = teams.cards.filter(has_text="Skriv ditt svar")
        await _press(form, "Tillbaka")  # works although the required input is empty
        await _say_as_maja(address, tmp_path, "Vi har kolfilter i vattenverket.", in_question=True)
        await expect(question).to_contain_text("Svar från Maja Lind")

        await teams.open("Personal Chat")
        await expect(teams.cards.last).to_contain_text("Du har fått svar")
        await expect(teams.cards.last).to_contain_text("Vi har kolfilter i vattenverket.")
        await teams.page.screenshot(path=tmp_path / "answer.png")
        await _press(teams.cards.last, "Det löste det")
        await expect(teams.cards.filter(has_text="Vad bra!")).to_be_visible()
        await _publish(teams, tmp_path)
        await teams.open(CHANNEL)
        await expect(question).to_contain_text("Löst.")
        await _say_as_maja(address, tmp_path, AGAIN)
        found = teams.cards.filter(has_text="En liknande fråga")
        await expect(found).to_contain_text("Så gjorde")
        await expect(found.get_by_role("button", name="Läs svaret")).to_be_visible()
        await found.scroll_into_view_if_needed()
        await teams.page.screenshot(path=tmp_path / "bank.png")


async def _publish(teams: Playground, folder: Path) -> None:
    """What the kansli is asked when a question is solved: the draft, looked through, and published."""
    await expect(teams.cards.last).to_contain_text("En fråga är löst. Ska den bli FAQ?")
    await teams.page.screenshot(path=folder / "to_faq.png")
    await _press(teams.cards.last, "Gör till FAQ")
    form = teams.cards.last
    await expect(form).to_contain_text("Sparat som utkast.")
    await teams.page.screenshot(path=folder / "draft.png")
    await _press(form, "Publicera")
    await expect(form).to_contain_text("Medlemmarna hittar svaret nu.")


async def _ask(teams: Playground) -> None:
    unknown = await teams.say(TEXT)
    await expect(unknown).to_contain_text("Det vet jag inte")
    await _press(unknown, "Fråga i Vatten")
    for shows, button in (
        ("Vad ska de andra se om dig?", "Visa mitt namn"),
        ("Ska jag skicka så här?", "Skicka"),
    ):
        await expect(teams.cards.last).to_contain_text(shows)
        await _press(teams.cards.last, button)
    await expect(teams.cards.last).to_contain_text("Din fråga är skickad")


async def _press(card: Any, title: str) -> None:
    await card.get_by_role("button", name=title, exact=True).click()


async def _say_as_maja(address: str, folder: Path, text: str, *, in_question: bool = False) -> None:
    """A new post in the channel, or a reply in the question's thread, to the bot, as Maja's client sends it."""
    maja, tag = PLAYERS["medlem"], f"<at>{BOT_NAME}</at>"
    with sqlite3.connect(folder / "sekom.db") as database:
        sent = "SELECT sent_conversation_id, sent_thread_id FROM deliveries WHERE key = 'question:1:card:1'"
        channel, thread = database.execute(sent).fetchone()
    where = f"{channel};messageid={thread}" if in_question else channel
    activity = {
        "type": "message",
        "id": f"maja-{time.time_ns()}",
        "channelId": "msteams",
        "serviceUrl": f"{address}/_connector",
        "from": {"id": maja.teams_id, "name": maja.name, "aadObjectId": maja.entra_id},
        "recipient": {"id": BOT_ID, "name": BOT_NAME},
        "conversation": {"id": where, "conversationType": "channel", "isGroup": True},
        "channelData": {"tenant": {"id": TENANT}},
        "text": f"{tag} {text}",
        "entities": [{"type": "mention", "text": tag, "mentioned": {"id": BOT_ID, "name": BOT_NAME}}],
    }
    assert re.fullmatch(r"\d+", thread)
    async with (
        ClientSession() as session,
        session.post(f"{address}/_internal/v1/customActivities", json=activity) as it,
    ):
        it.raise_for_status()
