"""The whole way, as a newcomer goes it: ``make run``'s command, Microsoft's own client, a real browser."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.local.run import PLAYGROUND
from tests.dates import environment
from tests.network import free_port
from tests.playground import browse, chromium

pytestmark = pytest.mark.clock

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "tests" / "screenshots" / "conversation.png"
"""What the README shows; taken anew with ``SCREENSHOT=1 make test TESTS=tests/test_playground.py``."""


def missing() -> str:
    """Why the browser test can't run here."""
    if shutil.which("node") is None or not PLAYGROUND.joinpath("node_modules").exists():
        return "Node 18 or the Playground is not installed (make test installs the latter)"
    if chromium() is None:
        return "neither Chromium nor Playwright's own browser is installed"
    return ""


@asynccontextmanager
async def made_run(folder: Path, port: int = 0) -> AsyncIterator[str]:
    """``make run`` with a database of its own; the address that it says to open. ``port`` is the bot's own."""
    environ = {name: value for name, value in os.environ.items() if not name.upper().startswith(("SEKOM", "MICROSOFT"))}
    environ |= {"PORT": str(port or free_port()), **environment()}
    environ |= {"DATABASE_URL": f"sqlite:///{folder}/sekom.db"}
    log = (folder / "log").open("wb")
    run = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run", "--playground-port", "0"),
        cwd=folder,  # a developer's own .env is not read
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=log,
    )
    try:
        assert run.stdout
        address, said = None, ""
        async with asyncio.timeout(60):
            while not address and (line := (await run.stdout.readline()).decode()):
                said += line
                address = re.search(r"http://localhost:\d+", line)
        assert address, f"{said}\n{(folder / 'log').read_text('utf-8')}"
        yield address[0]
    finally:
        if run.returncode is None:
            run.send_signal(signal.SIGINT)
        async with asyncio.timeout(20):
            await run.wait()
        log.close()
    assert run.returncode == 0, (folder / "log").read_text("utf-8")


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

        honest = await teams.say("Vad kostar en liter mjölk på Mars?")
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
