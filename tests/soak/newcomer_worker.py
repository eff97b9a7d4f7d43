"""The processes that welcome new members until they are killed, as replicas do, in the bot's working hours."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from functools import partial

from aiohttp import ClientSession

from bot import welcome
from bot.delivery.courier import Courier
from bot.jobs import STILL_WANTED
from bot.swedish import next_open
from bot.teams.connector import Connector
from bot.teams.gate import LocalGate
from bot.teams.messenger import TeamsMessenger
from storage import leases
from storage.database import Database
from tests.soak.announcement_worker import PACE, app_on, now
from tests.soak.teams import GIVES_UP, RATE


def shift() -> float:
    """Return how many seconds the workers' clocks go ahead, so that it is an hour after the bot's opening."""
    opens = next_open(now()) + timedelta(hours=1)
    return (opens - now()).total_seconds()


def serve(url: str, every: float, ahead: float) -> None:
    """Welcome and send until killed."""
    logging.disable()
    asyncio.run(_serve(url, every, timedelta(seconds=ahead)))


async def _serve(url: str, every: float, ahead: timedelta) -> None:
    database = Database(url)
    app = app_on(database)
    if database.sqlite:
        await database.run(lambda: database.play(leases.end_all))  # as at the bot's start

    def clock() -> datetime:
        return now() + ahead

    async def job() -> None:
        while True:
            for step in welcome.run(app, clock):
                await database.run(partial(database.play, step))
            await asyncio.sleep(every)

    async with ClientSession(timeout=GIVES_UP) as session:
        messenger = TeamsMessenger(Connector(session, None, LocalGate().allows), None)
        courier = Courier(database, messenger, clock, rate=RATE, pace=PACE, still_wanted=STILL_WANTED)
        await asyncio.gather(job(), courier.run())
