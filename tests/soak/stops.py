"""The running bot stopped again and again under load, while transactions commit.

``python -m tests.soak.stops [stops]``: 200 stops on each database take a few minutes; ``test_stops`` makes 4.
Every stop must end, and the slowest is printed.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import random
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from itertools import count
from unittest.mock import patch

import aiohttp
from sqlalchemy.orm import Session

import app
from bot.settings import Settings
from storage import faq, outbox
from storage.database import Database, wake
from storage.outgoing import Outgoing, ToChannel
from tests.soak.outbox import databases
from tests.support.edge import activity
from tests.support.fakes import FakeConnector
from tests.support.network import free_port
from tests.support.outbox import CHANNEL, hear

CLIENTS = 4
"""People who write without a pause."""
RUNS = (0.1, 0.4)
"""Seconds under load before a stop, at least and at most."""
LONGEST = 30.0
"""Seconds after which a stop counts as one that hangs."""
BETWEEN = 0.001
"""Seconds between two commits: several fall into the time that a stop takes."""
ENQUEUES = 20
"""Every so many commits enqueue a delivery. The others only wake the bot, or the queue would grow for ever."""

_numbers = count(1)


async def stop_often(url: str, stops: int, seed: int) -> list[float]:
    """Start the bot on ``url``, put it under load and stop it, ``stops`` times. Return how long each stop took.

    Raises :class:`TimeoutError` at the first stop that takes longer than :data:`LONGEST`.
    """
    chance = random.Random(seed)
    async with FakeConnector() as teams:
        return [await _stop_once(url, teams, chance) for _ in range(stops)]


async def _stop_once(url: str, teams: FakeConnector, chance: random.Random) -> float:
    port, stop = free_port(), asyncio.Event()
    settings = Settings.load({"DATABASE_URL": url, "PORT": str(port)})
    opened: list[Database] = []
    open_database = app._open

    def keep(settings: Settings) -> Database:
        opened.append(open_database(settings))
        return opened[0]

    with patch.object(app, "_open", keep):
        serving = asyncio.create_task(app.serve(settings, stop))
        address = f"http://127.0.0.1:{port}"
        await _until_healthy(address, serving)
    async with _writing(f"{address}/api/messages", teams.url):
        with _committing(opened[0], teams.url):
            await asyncio.sleep(chance.uniform(*RUNS))
            started = time.perf_counter()
            stop.set()
            async with asyncio.timeout(LONGEST):
                await serving
            return time.perf_counter() - started


async def _until_healthy(address: str, serving: asyncio.Task[None]) -> None:
    async with aiohttp.ClientSession() as client, asyncio.timeout(LONGEST):
        while not serving.done():
            with suppress(aiohttp.ClientConnectionError):
                async with client.get(f"{address}/healthz"):
                    return
            await asyncio.sleep(0.02)
    await serving


@asynccontextmanager
async def _writing(address: str, service_url: str) -> AsyncIterator[None]:
    """Have people write to the bot for as long as the block runs."""

    async def write(client: aiohttp.ClientSession) -> None:
        while True:
            try:
                async with client.post(address, json=activity(service_url, text="Hur blir vår kommun medlem?")):
                    pass
            except aiohttp.ClientConnectionError:  # it has stopped
                await asyncio.sleep(0.01)

    async with aiohttp.ClientSession() as client:
        clients = [asyncio.create_task(write(client)) for _ in range(CLIENTS)]
        try:
            yield
        finally:
            for task in clients:
                task.cancel()
            await asyncio.wait(clients)


@contextmanager
def _committing(database: Database, service_url: str) -> Iterator[None]:
    """Commit from a thread for as long as the block runs. Each commit wakes the bot."""
    ended = threading.Event()

    def commit(session: Session) -> None:
        number, now = next(_numbers), datetime.now(UTC)
        hear(session, CHANNEL, service_url, now)
        if number % ENQUEUES == 0:
            outbox.enqueue(session, Outgoing(f"stop:{number}", "stop:1", ToChannel(CHANNEL), text="hej"), now)
            faq.touch(session)
        wake(session, outbox.QUEUE)

    def commit_often() -> None:
        while not ended.is_set():
            database.play(commit)
            time.sleep(BETWEEN)

    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(commit_often)
        try:
            yield
        finally:
            ended.set()
            work.result()
            database.close()  # the thread opened connections after the bot had closed its own
            gc.unfreeze()  # each start of the bot freezes what the last one left, with its connections
            gc.collect()


def main() -> int:
    logging.disable()
    stops = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with databases() as urls:
        for name, url in urls.items():
            seconds = asyncio.run(stop_often(url, stops, seed=1))
            typical = sorted(seconds)[len(seconds) // 2]
            print(f"{name}: {len(seconds)} stops under load, slowest {max(seconds):.2f} s, half within {typical:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
