"""Measures planning of what goes out before events: per recipient, how it grows, and turns beside it.

``python -m tests.bench.events``, or with events and people (``1000 10000``) one size on SQLite. *First* is the planning
of an invitation to everybody, whose rows are all new. *Again* is what a tick costs each minute when nothing is new, and
*quiet* the same for the job that keeps cards and seats. The *floor* is a bare insert of the very rows that were planned
into the same table, with its indexes and as many rows in each transaction. CPU time is told, because a busy machine
does not change it much; on PostgreSQL it leaves out the server's. The collector of garbage is set as in ``app.py``.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot import attendance, conversation, events, jobs, memory
from bot.conversation import ROUTES
from bot.features import AUDIENCES
from bot.message import Incoming, Kind
from bot.register.audience import to_json
from bot.search.live_bank import LiveBank
from bot.settings import Settings
from bot.turn import App
from dialogs import DIALOGS
from storage import content, migrate
from storage.audiences import EVERYBODY
from storage.database import Database, table_of
from storage.events import Event
from storage.outbox import Delivery
from storage.people import Person
from tests.bench.announcements import ASKER, PLACE, Meter, p99, sqlite
from tests.bench.banks import postgresql

SIZES = ((10, 100), (10, 1_000), (10, 10_000), (100, 1_000), (1_000, 100), (100, 10_000))
"""Events, and people whom each of them invites."""
NOW = datetime(2027, 2, 2, 9, 0, tzinfo=UTC)
TURNS = 200
SAMPLE = 100_000
"""The most rows that the floor is measured with."""


def begin(session: Session, meetings: int, people: int) -> None:
    """Replace the people, the events and the outbox by so many people and events to which all are invited."""
    for table in (Delivery, Event, Person):
        session.execute(delete(table))
    session.add(Person(teams_id=ASKER.teams_id, name=ASKER.name, first_seen_at=NOW, left_at=NOW))
    session.add_all(Person(teams_id=f"29:p{n}", name=f"P{n}", first_seen_at=NOW) for n in range(people))
    common = {"kind": "webinar", "text": "Så gjorde vi.", "state": "open", "published_at": NOW, "created_at": NOW}
    for number in range(meetings):
        starts = NOW + timedelta(days=30, minutes=number)
        times = {"starts_at": starts, "ends_at": starts + timedelta(hours=1), "changed_at": NOW}
        session.add(Event(title=f"Möte {number}", audience=to_json(EVERYBODY), **common, **times))


async def plan(app: App, meter: Meter, at: datetime) -> None:
    """Plan once, as each minute's tick does."""
    for step in jobs.plan(attendance.due(AUDIENCES), app, lambda: at):
        await meter.play(step)


async def spread(app: App, meter: Meter, at: datetime) -> None:
    """Run the job that keeps events' cards, calendar entries and seats up to date."""
    for step in events.run(app, lambda: at):
        await meter.play(step)


async def turns(app: App, numbers: Iterator[int], until: asyncio.Task[None] | None = None) -> list[float]:
    """Return how long questions take, one at a time, in milliseconds; for as long as the task takes if there is one."""
    times: list[float] = []
    while len(times) < TURNS if until is None else not until.done():
        asked = Incoming(f"m{next(numbers)}", Kind.MESSAGE, ASKER, PLACE, "Hur blir vår kommun medlem?")
        started = perf_counter()
        await app.database.run(partial(conversation.respond, app, asked, NOW))
        times.append((perf_counter() - started) * 1000)
        await asyncio.sleep(0.01)
    return sorted(times)


async def floor(meter: Meter) -> float:
    """Insert rows that were planned again, as bare as can be. Return the seconds that a row takes."""
    columns = [column.name for column in table_of(Delivery).columns if column.name != "id"]
    mark = "?" if meter.database.sqlite else "%s"
    insert = f"INSERT INTO deliveries ({', '.join(columns)}) VALUES ({', '.join([mark] * len(columns))})"  # noqa: S608 - names of ours
    rows: list[tuple[Any, ...]] = []

    def take(session: Session) -> None:
        chosen = f"SELECT {', '.join(columns)} FROM deliveries ORDER BY id LIMIT {SAMPLE}"  # noqa: S608 - as above
        rows.extend(tuple(row) for row in session.connection().exec_driver_sql(chosen))
        session.connection().exec_driver_sql("DELETE FROM deliveries")

    def put(session: Session, first: int) -> None:
        session.connection().exec_driver_sql(insert, rows[first : first + jobs.CHUNK])

    await Meter(meter.database).play(take)
    started = perf_counter()
    for first in range(0, len(rows), jobs.CHUNK):
        await meter.play(partial(put, first=first))
    meter.cpu /= len(rows)
    return (perf_counter() - started) / len(rows)


async def measure(name: str, url: str, sizes: Sequence[tuple[int, int]] = SIZES) -> None:
    """Measure on one database, and print."""
    database = Database(url)
    migrate.upgrade(database)
    database.play(lambda session: content.load(session, NOW))
    bank = LiveBank(database)
    bank.rebuild()
    loaded = Settings.load({})
    app = App(settings=loaded, database=database, routes=ROUTES, dialogs=DIALOGS, bank=bank, conditions=AUDIENCES)
    numbers = iter(range(10**6))
    memory.spare()
    await turns(app, numbers)
    for meetings, people in sizes:
        database.play(partial(begin, meetings=meetings, people=people))
        rest = await turns(app, numbers)
        first, again, quiet, bare = Meter(database), Meter(database), Meter(database), Meter(database)
        started = perf_counter()
        planning = asyncio.create_task(plan(app, first, NOW))
        busy = await turns(app, numbers, planning)
        await planning
        rows = meetings * people
        taken = (perf_counter() - started) / rows
        await plan(app, Meter(database), NOW + timedelta(minutes=1))
        await plan(app, again, NOW + timedelta(minutes=2))
        for minute in (1, 2):  # in the first one the entries in the calendar are made, in the second nothing is left
            await spread(app, Meter(database), NOW + timedelta(minutes=minute))
        await spread(app, quiet, NOW + timedelta(minutes=3))
        least = await floor(bare)
        print(
            f"{name}: {meetings} events x {people} people: first {first.cpu / rows * 1e6:.1f} µs of CPU a recipient, "
            f"{first.cpu / rows / bare.cpu:.2f} times the floor ({bare.cpu * 1e6:.1f}); {taken * 1e6:.1f} µs in all, "
            f"{taken / least:.2f} times ({least * 1e6:.1f}). Again {again.cpu * 1000:.1f} ms, "
            f"quiet {quiet.cpu * 1000:.1f} ms. Turns at rest: p50 {median(rest):.1f}, p99 {p99(rest):.0f} ms; "
            f"beside: p50 {median(busy):.1f}, p99 {p99(busy):.0f} ms ({len(busy)} turns). "
            f"Load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
    database.close()


async def main(sizes: Sequence[tuple[int, int]]) -> None:
    """Measure on both databases; if sizes are named, on SQLite only."""
    with sqlite() as url:
        await measure("SQLite", url, sizes or SIZES)
    if sizes:
        return
    async with postgresql() as address:
        if address is not None:
            await measure("PostgreSQL", address)


if __name__ == "__main__":
    asked = [int(argument) for argument in sys.argv[1:]]
    asyncio.run(main([(asked[0], asked[1])] if asked else ()))
