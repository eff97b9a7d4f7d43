"""A bot that is killed between the commit and the reply: the repeat gets the reply."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest

from storage import content
from storage.database import Database
from storage.faq import Entry
from tests.support.chat import Clock
from tests.support.dates import environment
from tests.support.edge import activity, press
from tests.support.fakes import FakeConnector
from tests.support.network import free_port
from tests.support.paths import ROOT

pytestmark = pytest.mark.clock
LONG = 60.0
"""Seconds that the Connector keeps a reply waiting: longer than any test."""


@pytest.mark.costly
async def test_what_a_killed_bot_committed_is_sent_with_the_repeat(database_url: str, clock: Clock) -> None:
    entry = _fill(database_url, clock)
    async with FakeConnector() as teams:
        message = activity(teams.url, text="Vad är gröna nyckeltal?")
        async with _bot(database_url) as (bot, url):
            await _post(url, activity(teams.url, text="Kan en region bli medlem?"))
            data = {"question": 1, "entry": entry, "helpful": True, "related": []}
            vote = press(teams.url, "faq.vote", data, replyToId=teams.sent[-1].id)
            before = len(teams.calls)
            teams.delay = LONG
            cut = [asyncio.create_task(_post(url, body)) for body in (message, vote)]
            await _until(lambda: len(teams.calls) == before + 2)
            os.kill(bot.pid, signal.SIGKILL)
            assert [await one for one in cut] == [None, None]
        teams.delay = 0
        async with _bot(database_url) as (_, url):
            for _ in range(2):
                await _post(url, message)
            bodies = [await _post(url, vote), await _post(url, vote)]

        greeting, first, second = teams.sent
        assert "SEKOM-boten" in str(greeting.card)
        assert "Tack! Du har svarat att det hjälpte." in str(first.card)
        assert "gemensamma mått" in str(second.card)
    assert bodies[0] == bodies[1]
    assert "Du har svarat att det hjälpte" in str(bodies[0])


def _fill(database_url: str, clock: Clock) -> int:
    """Load the starting content; the entry that the first question is answered with."""
    database = Database(database_url)
    database.play(lambda session: content.load(session, clock.now))
    asked = "Kan en region bli medlem?"
    entry: int = database.play(lambda session: session.query(Entry.id).filter_by(question=asked).one()[0])
    database.close()
    return entry


@asynccontextmanager
async def _bot(database_url: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The real bot in local mode, as a process of its own; ended by its id."""
    port = free_port()
    environ = {"PATH": os.environ["PATH"], "DATABASE_URL": database_url, "PORT": str(port), **environment()}
    bot = await asyncio.create_subprocess_exec(
        sys.executable, "app.py", cwd=ROOT, env=environ, stderr=asyncio.subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        await _until_ready(url)
        yield bot, url
    finally:
        if bot.returncode is None:
            bot.terminate()
        await bot.wait()


async def _post(url: str, body: dict[str, object]) -> object:
    """The answer's body, or None where the bot died before it."""
    async with aiohttp.ClientSession() as client:
        try:
            async with client.post(f"{url}/api/messages", json=body) as response:
                assert response.status < 300
                return await response.json() if response.content_type == "application/json" else await response.text()
        except aiohttp.ClientConnectionError:
            return None


async def _until_ready(url: str) -> None:
    async with aiohttp.ClientSession() as client, asyncio.timeout(30):
        while True:
            try:
                async with client.get(f"{url}/readyz") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.05)


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not true():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.02)
