"""The bot stops when it is asked to, also when a transaction commits at that moment.

The long run is ``tests.soak.stops``.
"""

from __future__ import annotations

import asyncio

import pytest

from bot.search.live_bank import LiveBank
from storage.database import Database
from tests.soak.stops import stop_often
from tests.support.chat import Clock
from tests.support.outbox import desk

pytestmark = pytest.mark.clock

SOON = 3.0
"""Seconds: longer than the pause after which the loops look by themselves."""


@pytest.mark.costly
async def test_stops_under_load_all_end(database_url: str) -> None:
    assert len(await stop_often(database_url, stops=4, seed=1)) == 4


async def test_a_commit_in_the_tick_of_the_stop_does_not_keep_the_courier(database: Database, clock: Clock) -> None:
    async with desk(database, clock) as it:
        running = asyncio.create_task(it.courier.run())
        await cancel_as_it_is_woken(running, it.courier._woken)


async def test_a_commit_in_the_tick_of_the_stop_does_not_keep_the_index(database: Database) -> None:
    bank = LiveBank(database)
    await cancel_as_it_is_woken(asyncio.create_task(bank.follow()), bank._changed)


async def cancel_as_it_is_woken(task: asyncio.Task[None], event: asyncio.Event) -> None:
    async with asyncio.timeout(10):
        while not event._waiters:  # noqa: ASYNC110 - an event does not tell who waits
            await asyncio.sleep(0.01)
    event.set()
    task.cancel()
    await asyncio.wait({task}, timeout=SOON)
    stopped = task.done()
    task.cancel()  # a failing test leaves nothing behind
    await asyncio.wait({task})
    assert stopped
