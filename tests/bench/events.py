"""Measures planning of what goes out before events: per recipient, how it grows, and turns beside it.

``python -m tests.bench.events``. *First* is the planning of an invitation to everybody, whose rows are all new. *Again*
is what a tick costs each minute when nothing is new. CPU time is told, because a busy machine does not change it much.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median
from time import perf_counter

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot import attendance, conversation, events, jobs
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
from storage.database import Database
from storage.events import Event
from storage.outbox import Delivery
from storage.people import Person
from tests.bench.announcements import ASKER, PLACE, Meter, p99, sqlite
from tests.bench.banks import postgresql

SIZES = ((10, 100), (10, 1_000), (100, 100), (1, 10_000), (1_000, 10))
"""Events, and people whom each of them invites."""
NOW = datetime(2027, 2, 2, 9, 0, tzinfo=UTC)
TURNS = 200


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


async def measure(name: str, url: str) -> None:
    """Measure on one database, and print."""
    database = Database(url)
    migrate.upgrade(database)
    database.play(lambda session: content.load(session, NOW))
    bank = LiveBank(database)
    bank.rebuild()
    loaded = Settings.load({})
    app = App(settings=loaded, database=database, routes=ROUTES, dialogs=DIALOGS, bank=bank, conditions=AUDIENCES)
    numbers = iter(range(10**6))
    await turns(app, numbers)
    for meetings, people in SIZES:
        database.play(partial(begin, meetings=meetings, people=people))
        rest = await turns(app, numbers)
        first, again, cards = Meter(database), Meter(database), Meter(database)
        started = perf_counter()
        planning = asyncio.create_task(plan(app, first, NOW))
        busy = await turns(app, numbers, planning)
        await planning
        taken = perf_counter() - started
        await plan(app, Meter(database), NOW + timedelta(minutes=1))
        await plan(app, again, NOW + timedelta(minutes=2))
        await spread(app, Meter(database), NOW + timedelta(minutes=1))
        await spread(app, cards, NOW + timedelta(minutes=2))
        rows = meetings * people
        print(
            f"{name}: {meetings} events x {people} people: first {first.cpu / rows * 1e6:.1f} µs of CPU a recipient "
            f"({taken:.2f} s); again {again.cpu * 1000:.1f} ms ({again.cpu / rows * 1e6:.2f} µs a recipient), "
            f"cards and seats {cards.cpu * 1000:.0f} ms; turns' p99 at rest {p99(rest):.0f} ms, "
            f"beside the first planning {p99(busy):.0f} ms (median {median(busy):.0f})",
            flush=True,
        )
    database.close()


async def main() -> None:
    with sqlite() as url:
        await measure("SQLite", url)
    async with postgresql() as address:
        if address is not None:
            await measure("PostgreSQL", address)


if __name__ == "__main__":
    asyncio.run(main())
