"""The processes that prepare and send announcements until they are killed, as replicas do."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from bot import announcements
from bot.conversation import ROUTES
from bot.delivery.courier import Courier
from bot.delivery.pace import Pace
from bot.features import AUDIENCES, START
from bot.jobs import ANNOUNCE_EVERY, STILL_WANTED
from bot.search.live_bank import LiveBank
from bot.settings import Settings
from bot.teams.connector import Connector
from bot.teams.gate import LocalGate
from bot.teams.messenger import TeamsMessenger
from bot.turn import App
from dialogs import DIALOGS
from storage import leases
from storage.database import Database
from tests.soak.teams import GIVES_UP, RATE

PACE = Pace(lease=1.0, tick=0.05, first_wait=0.2, longest_wait=2.0, last_wait=1.0, drain=1.0)
"""In life the lease is 15 s and the waits are 2 s to 15 minutes. The rate is Teams' own: 50 in a second."""
EVERY = ANNOUNCE_EVERY.total_seconds()
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__])  # a new process takes 20 ms instead of two seconds


def now() -> datetime:
    return datetime.now(UTC)


def app_on(database: Database) -> App:
    settings = Settings.load({"SEKOM_RATE": str(RATE)})
    bank = LiveBank(database)
    return App(
        settings=settings,
        database=database,
        routes=ROUTES,
        dialogs=DIALOGS,
        bank=bank,
        start=START,
        conditions=AUDIENCES,
    )


def serve(url: str, every: float) -> None:
    """Prepare and send until killed."""
    logging.disable()
    asyncio.run(_serve(url, every))


async def _serve(url: str, every: float) -> None:
    database = Database(url)
    app = app_on(database)
    if database.sqlite:
        await database.run(lambda: database.play(leases.end_all))  # as at the bot's start

    async def job() -> None:
        while True:
            for step in announcements.run(app, now):
                await database.run(partial(database.play, step))
            await asyncio.sleep(every)

    async with ClientSession(timeout=GIVES_UP) as session:
        messenger = TeamsMessenger(Connector(session, None, LocalGate().allows), None)
        courier = Courier(database, messenger, now, rate=RATE, pace=PACE, still_wanted=STILL_WANTED)
        await asyncio.gather(job(), courier.run())


class Workers:
    """Some processes; one that is killed is replaced at once."""

    def __init__(self, url: str, number: int, every: float = EVERY, work: Callable[[str, float], None] = serve) -> None:
        """``work`` is what each process does with the database's address and the seconds between its runs."""
        self._url, self._every, self._work = url, every, work
        first = _FORKS.Process(target=now)  # the server of new processes takes seconds to start
        first.start()
        first.join()
        self._running = [self._start() for _ in range(number)]

    @property
    def first(self) -> int:
        """The process id of the first one."""
        return int(self._running[0].pid)

    def kill(self, at: int) -> None:
        at %= len(self._running)
        _end(self._running[at])
        self._running[at] = self._start()

    def close(self) -> None:
        for process in self._running:
            _end(process)

    def _start(self) -> Any:
        process = _FORKS.Process(target=self._work, args=(self._url, self._every), daemon=True)
        process.start()
        return process


def _end(process: Any) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    process.close()


def megabytes(pid: int) -> float:
    """Return the resident memory of a process, where the system tells it; 0 elsewhere."""
    file = Path(f"/proc/{pid}/statm")
    return int(file.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6 if file.exists() else 0.0


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used, where the system tells it; 0 elsewhere."""
    file = Path(f"/proc/{pid}/stat")
    if not file.exists():
        return 0.0
    fields = file.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
