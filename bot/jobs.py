"""The clock: which jobs run, how often, and which features may have messages due.

APScheduler only ticks, on every replica, and stores nothing. The due work depends on the database and the time. So a
late tick, a missed one or three replicas' ticks give the same rows.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.orm import Session

from bot import (
    agenda,
    announcements,
    attendance,
    bankcare,
    consultations,
    duties,
    events,
    faq,
    handover,
    matches,
    members,
    news,
    nudges,
    onboarding,
    questions,
    silence,
    statuslists,
    upkeep,
    welcome,
)
from bot.attendance import webinars
from bot.delivery.answers import LOOK_EVERY, AnswerReader
from bot.features import AUDIENCES
from bot.plan import Ahead, Due, Planned, SendingPlan, StillWanted
from bot.ports import TeamDirectory
from bot.privacy import retention
from bot.register import roster_mirror
from bot.tenant import Tenant
from bot.turn import App
from bot.welcome import guests
from storage import copies
from storage.copies import Copies

Clock = Callable[[], datetime]
Work = Callable[[Session], int]

DUE: tuple[Due, ...] = (
    *(*questions.DUE, *upkeep.DUE, *members.DUE, *announcements.DUE, *consultations.DUE, *duties.DUE),
    *(attendance.due(AUDIENCES), *attendance.DUE, *welcome.DUE, *matches.DUE, *bankcare.DUE),
)
"""The features that may have messages due. Each is asked every :data:`PLAN_EVERY`."""
STILL_WANTED: Mapping[str, StillWanted] = {
    **questions.STILL_WANTED,
    **faq.STILL_WANTED,
    **upkeep.STILL_WANTED,
    **nudges.STILL_WANTED,
    **onboarding.STILL_WANTED,
    **agenda.STILL_WANTED,
    **announcements.STILL_WANTED,
    **news.STILL_WANTED,
    **events.STILL_WANTED,
    **consultations.STILL_WANTED,
    **attendance.STILL_WANTED,
    **duties.STILL_WANTED,
    **statuslists.STILL_WANTED,
    **bankcare.STILL_WANTED,
    **welcome.STILL_WANTED,
    **handover.STILL_WANTED,
    **silence.STILL_WANTED,
    **matches.STILL_WANTED,
}
"""Checks just before sending whether a message is still wanted, by the first word of its subject."""

PLAN_EVERY = timedelta(minutes=1)
ANNOUNCE_EVERY = timedelta(seconds=15)
"""Often, because the kansli watches the numbers, and a scheduled announcement goes in its minute."""
WELCOME_EVERY = timedelta(hours=1)
"""Seldom, because it asks for every audience that concerns new members, and nobody waits for it."""
CLEAN_EVERY = timedelta(hours=1)
"""Often, so that each run has little to delete. The first run also makes up for the time a bot was stopped."""
CHUNK = 500
"""Rows planned in one transaction. It takes at most about 50 ms, while turns wait on SQLite."""
PART = 50_000
"""Rows that are read before they are written. Reading them takes about 50 ms."""
MESSAGE = 250
"""As many rows as a message counts in a part, because writing its card and asking for its people takes as long."""


@dataclass(frozen=True, slots=True)
class Job:
    """Work on the database that runs at a regular interval, the first time at once."""

    name: str
    every: timedelta
    run: Callable[[App, Clock], Iterator[Work]]
    """Yields the transactions to play, in order. Each returns how many rows it changed."""
    ahead: Ahead | None = None
    """Foresees what the job is going to send; None for a job that sends nothing."""


def plan(due: Due, app: App, clock: Clock) -> Iterator[Work]:
    """Enqueue the messages that are due, chunk by chunk. Read an iterator of them in parts, until nothing is new."""
    del app
    now, messages, added, more = clock(), list[Planned](), 0, True

    def ask(session: Session) -> int:
        nonlocal added, more
        found = due(session, now)
        messages[:] = _part(found) if isinstance(found, Iterator) else found
        added, more = 0, isinstance(found, Iterator) and _size(messages) >= PART
        return len(messages)

    def write(session: Session, chunk: list[Planned]) -> int:
        nonlocal added
        new = copies.enqueue_all(session, chunk, now)
        added += new
        return new

    yield ask
    while True:
        for chunk in _chunks(messages):
            yield partial(write, chunk=chunk)
        if not (more and added):
            return
        yield ask


def _part(messages: Iterator[Planned]) -> Iterator[Planned]:
    """Yield messages until they are as large as :data:`PART`."""
    size = 0
    while size < PART and (message := next(messages, None)) is not None:
        size += _size([message])
        yield message


def _chunks(messages: Iterable[Planned]) -> Iterator[list[Planned]]:
    """Yield lists that make about :data:`CHUNK` rows each."""
    chunk, rows = list[Planned](), 0
    for message in messages:
        for part in message.parts(CHUNK) if isinstance(message, Copies) else (message,):
            if chunk and rows + _rows(part) > CHUNK:
                yield chunk
                chunk, rows = [], 0
            chunk.append(part)
            rows += _rows(part)
    if chunk:
        yield chunk


def _size(messages: Iterable[Planned]) -> int:
    return sum(MESSAGE + _rows(message) for message in messages)


def _rows(message: Planned) -> int:
    return len(message.people) if isinstance(message, Copies) else 1


JOBS = (
    Job("clean", CLEAN_EVERY, retention.run),
    Job("agenda", PLAN_EVERY, agenda.run, agenda.ahead),
    Job("announcements", ANNOUNCE_EVERY, announcements.run, announcements.ahead),
    Job("news", PLAN_EVERY, news.run, news.ahead),
    Job("newcomers", WELCOME_EVERY, news.tell_newcomers, news.ahead_of_newcomers),
    Job("events", PLAN_EVERY, events.run, events.ahead),
    Job("welcome", PLAN_EVERY, welcome.run, welcome.ahead),
    Job("handovers", PLAN_EVERY, handover.run, handover.ahead),
    Job("silences", WELCOME_EVERY, silence.run, silence.ahead),
    Job("matches", PLAN_EVERY, matches.run, matches.ahead),
    Job("bank care", CLEAN_EVERY, bankcare.run),
)
"""The jobs besides the planning of :data:`DUE` and the outbox's own loop. `clean` only ends cards about the erased."""
PLAN = SendingPlan(DUE, tuple(job.ahead for job in JOBS if job.ahead is not None), STILL_WANTED)
"""All that the bot sends by itself, for the features that look ahead."""


@dataclass(frozen=True, slots=True)
class Errand:
    """Work with the network that runs at a regular interval, the first time at once. It plays its own transactions."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[object]]


def errands(
    app: App, clock: Clock, teams: TeamDirectory, tenant: Tenant | None, *, in_graph: bool
) -> tuple[Errand, ...]:
    """Return the regular readings of Teams and Graph. On a laptop the tenant is files, which have no rosters."""
    rosters = roster_mirror.Mirror(app, clock, teams, tenant.directory if tenant and in_graph else None)
    invited = guests.GuestReader(app, clock, tenant.directory if tenant and in_graph else None)
    meetings = webinars.WebinarReader(app, clock, tenant.webinars if tenant and in_graph else None)
    return (
        Errand("rosters", roster_mirror.EVERY, rosters.run),
        Errand("answers", LOOK_EVERY, AnswerReader(app.database, tenant, clock).run),
        Errand("guests", guests.EVERY, invited.run),
        Errand("webinars", webinars.EVERY, meetings.run),
    )


@asynccontextmanager
async def ticking(
    app: App,
    clock: Clock,
    jobs: tuple[Job, ...] = JOBS,
    due: tuple[Due, ...] = DUE,
    errands: Sequence[Errand] = (),
) -> AsyncIterator[None]:
    """Run the jobs while the block runs. If one raises, log it and run it again at its next time."""
    scheduler = AsyncIOScheduler(timezone=UTC)
    planning = tuple(Job(f"plan {feature.__module__}", PLAN_EVERY, partial(plan, feature)) for feature in due)
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
    """Play a job's transactions. Let turns in between them."""
    for work in job.run(app, clock):
        await app.database.run(partial(app.database.play, work))
