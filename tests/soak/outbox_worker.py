"""The processes that deliver until they are killed."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import random
import signal
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientSession, ClientTimeout

from bot.delivery.courier import Courier
from bot.delivery.pace import Pace
from bot.delivery.tenant_routes import TenantRoutes
from bot.graph import calendar, feed, mail, rosters, webinars, wire  # noqa: F401 - so that a new process has them
from bot.teams.connector import Connector
from bot.teams.gate import LocalGate
from bot.teams.messenger import TeamsMessenger
from storage.database import Database
from tests.support.graph import CHAT, FAST, connected_to

PACE = Pace(lease=0.3, tick=0.05, first_wait=0.1, longest_wait=0.4, last_wait=0.4, drain=1.0)
GIVES_UP = ClientTimeout(total=0.4, connect=0.2)
"""A worker's patience; the Connector's silences are longer."""
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__, "tests.soak.outbox"])  # a new process takes 20 ms instead of a second


def now() -> datetime:
    return datetime.now(UTC)


def serve(url: str, graph: str) -> None:
    """Deliver until killed."""
    logging.disable()
    asyncio.run(_serve(url, graph))


async def _serve(url: str, base: str) -> None:
    async with ClientSession(timeout=GIVES_UP) as session, connected_to(base, FAST) as graph:
        messenger = TeamsMessenger(Connector(session, None, LocalGate().allows), None)
        routes = TenantRoutes(graph.tenant, CHAT, faster=20)
        await Courier(Database(url), messenger, now, rate=25, pace=PACE, elsewhere=routes).run()


class Workers:
    """Some processes that deliver; one that is killed is replaced at once."""

    def __init__(self, url: str, graph: str, number: int) -> None:
        self._url, self._graph = url, graph
        first = _FORKS.Process(target=now)  # the server of new processes takes seconds to start
        first.start()
        first.join()
        self._running = [self._start() for _ in range(number)]

    def kill(self, chance: random.Random) -> None:
        victim = chance.randrange(len(self._running))
        _end(self._running[victim])
        self._running[victim] = self._start()

    def close(self) -> None:
        for process in self._running:
            _end(process)

    def _start(self) -> Any:
        process = _FORKS.Process(target=serve, args=(self._url, self._graph), daemon=True)
        process.start()
        return process


def _end(process: Any) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    process.close()
