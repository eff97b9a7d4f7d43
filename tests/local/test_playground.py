"""The whole way, as a newcomer goes it: ``make run``'s command, Microsoft's own client, a real browser."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.bench.near_misses import FAR_OUTSIDE
from tests.support.local_run import made_run, missing
from tests.support.paths import ROOT
from tests.support.playground import browse, chromium

pytestmark = pytest.mark.clock

PICTURE = ROOT / "tests" / "screenshots" / "conversation.png"
"""What the README shows; taken anew with ``SCREENSHOT=1 make test TESTS=tests/local/test_playground.py``."""


@pytest.mark.costly
async def test_a_newcomer_asks_in_the_browser(tmp_path: Path) -> None:
    reason = missing()
    if reason:
        (pytest.fail if os.environ.get("BROWSER_TEST") == "required" else pytest.skip)(reason)
    program = chromium()
    assert program
    async with made_run(tmp_path) as address, browse(address, program) as teams:
        await teams.open("Personal Chat")
        await expect(teams.cards.first).to_contain_text("Hej")  # the greeting

        answer = await teams.say("Hur blir vår kommun medlem?")
        await expect(answer).to_contain_text("medlem")
        await teams.page.screenshot(path=picture(tmp_path))
        await answer.get_by_role("button", name="Ja", exact=True).click()
        await expect(teams.page.get_by_text("Tack")).to_be_visible()

        honest = await teams.say(FAR_OUTSIDE[0])
        await expect(honest).to_contain_text("vet jag inte")

        await teams.open("SEKOM mötesplats - Temagrupp Vatten")
        await expect(teams.cards).to_contain_text("Hej")
        await teams.post("Kan en region bli medlem?", mention="SEKOM-boten")
        await expect(teams.cards.filter(has_text="Kan en region bli medlem?")).to_be_visible()


def picture(folder: Path) -> Path:
    """Where the screenshot goes: among the committed ones only when asked."""
    if not os.environ.get("SCREENSHOT"):
        return folder / "conversation.png"
    PICTURE.parent.mkdir(exist_ok=True)
    return PICTURE
