"""The clock: what runs how often, and who may have something due.

APScheduler only ticks, on every replica; it stores nothing. Due work follows from the database and the time, so a
late tick, a missed one or three replicas' ticks give the same rows.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.orm import Session

from bot import members, questions, upkeep
from bot.delivery.courier import StillWanted
from bot.privacy import retention
from bot.turn import App
from storage import outbox
from storage.outgoing import Outgoing

Due = Callable[[Session, datetime], list[Outgoing]]
"""Rows to send by now, planned before or not: the outbox knows the keys it has seen."""
Clock = Callable[[], datetime]
Work = Callable[[Session], int]

DUE: tuple[Due, ...] = (*questions.DUE, *upkeep.DUE, *members.DUE)
"""The features that may have something due. Each is asked every :data:`PLAN_EVERY`."""
STILL_WANTED: Mapping[str, StillWanted] = {**questions.STILL_WANTED, **upkeep.STILL_WANTED}
"""By the first word of a subject: whether its cause still stands, asked just before sending."""

PLAN_EVERY = timedelta(minutes=1)
CLEAN_EVERY = timedelta(hours=1)
"""Often, so that each time there is little to delete; also what a stopped bot missed goes then."""
CHUNK = 200
"""Rows planned in one transaction: at most about 50 ms, in which a turn would wait on SQLite."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something that runs every so often; the first time at once."""

    name: str
    every: timedelta
    run: Callable[[App, Clock], Iterator[Work]]
    """The transactions to play, one after the other; each says how much it did."""


def plan(due: Due, app: App, clock: Clock) -> Iterator[Work]:
    """Enqueue what is due, chunk by chunk."""
    del app
    now = clock()
    found: list[Outgoing] = []

    def ask(session: Session) -> int:
        found[:] = due(session, now)
        return len(found)

    yield ask
    rest = iter(found)
    while chunk := list(islice(rest, CHUNK)):
        yield partial(outbox.enqueue_all, outgoings=chunk, now=now)


JOBS = (Job("clean", CLEAN_EVERY, retention.run),)
"""What runs how often, apart from the planning of :data:`DUE` and the outbox's own loop."""


@dataclass(frozen=True, slots=True)
class Errand:
    """Something that asks the network every so often; the first time at once. It plays its own transactions."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[object]]


@asynccontextmanager
async def ticking(
    app: App,
    clock: Clock,
    jobs: tuple[Job, ...] = JOBS,
    due: tuple[Due, ...] = DUE,
    errands: tuple[Errand, ...] = (),
) -> AsyncIterator[None]:
    """Run the jobs for as long as the block runs. One that raises is logged and runs again at its next time."""
    scheduler = AsyncIOScheduler(timezone=UTC)
    planning = tuple(Job(f"plan {one.__module__}", PLAN_EVERY, partial(plan, one)) for one in due)
    asked = [Errand(job.name, job.every, partial(run, job, app, clock)) for job in (*jobs, *planning)]
    for errand in (*asked, *errands):
        ticks: dict[str, Any] = {"func": errand.run, "name": errand.name, "misfire_grace_time": None}
        every = errand.every.total_seconds()
        scheduler.add_job(**ticks)
        scheduler.add_job(**ticks, trigger="interval", seconds=every, coalesce=True, max_instances=1)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown()


async def run(job: Job, app: App, clock: Clock) -> None:
    """Play a job's transactions, letting turns in between them."""
    for work in job.run(app, clock):
        await app.database.run(partial(app.database.play, work))
