"""Measures preparing an announcement to many, as a ratio per recipient, and turns while it is sent.

``python -m tests.bench.announcements [people]``. The rival is a bare insert of as many short rows in chunks of 200,
which no design goes below. Every row of ours also has its key, its content's hash and a look for one with the same key.
The CPU time of the bot's database thread is told too, because a busy machine does not change it much.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, thread_time
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot import announcements, conversation
from bot.conversation import ROUTES
from bot.delivery.courier import Courier
from bot.features import AUDIENCES
from bot.jobs import STILL_WANTED
from bot.message import Incoming, Kind, Message, Place, Scope, Sender
from bot.ports import Posted, Route
from bot.register.target import Target
from bot.search.live_bank import LiveBank
from bot.settings import Settings
from bot.turn import App
from dialogs import DIALOGS
from storage import content, migrate
from storage.announcements import Announcement
from storage.audiences import EVERYBODY
from storage.database import Database
from storage.people import Person
from storage.places import Conversation
from tests.bench.banks import postgresql

TURNS = 200
PLACE = Place("a:asker", Scope.PERSONAL, "https://smba.trafficmanager.net/emea/", "t-1")
ASKER = Sender("29:asker", None, "Asker")


@dataclass
class Nowhere:
    """A messenger that takes everything after 50 ms, and notes when the first message came."""

    first: float = 0.0

    async def open_chat(self, route: Route) -> str:
        return route.conversation_id or "a:x"

    async def send(self, route: Route, message: Message) -> Posted:
        del message
        self.first = self.first or perf_counter()
        await asyncio.sleep(0.05)
        return Posted(route.conversation_id, None, "1")

    async def update(self, route: Route, message: Message) -> Posted:
        return await self.send(route, message)

    async def delete(self, route: Route) -> Posted:
        return Posted(route.conversation_id, None, "1")


def now() -> datetime:
    return datetime.now(UTC)


def begin(session: Session, people: int) -> None:
    moment = now()
    place = {"scope": "personal", "service_url": PLACE.service_url, "tenant_id": "t-1", "seen_at": moment}
    for number in range(1, people + 1):
        session.add(Person(id=number, teams_id=f"29:p{number}", name=f"P{number}", first_seen_at=moment))
    session.add(Person(id=people + 1, teams_id=ASKER.teams_id, name=ASKER.name, first_seen_at=moment))
    session.flush()
    session.add_all(Conversation(id=f"a:p{number}", person_id=number, **place) for number in range(1, people + 1))
    row: dict[str, Any] = {
        "kind": "news",
        "heading": "Nytt",
        "text": "Läs.",
        "created_at": moment,
        "changed_at": moment,
    }
    session.add(Announcement(state="scheduled", send_at=moment, audience=Target(people=EVERYBODY).json, **row))


@dataclass
class Meter:
    """Plays transactions, and adds up the CPU time of the thread they run on."""

    database: Database
    cpu: float = 0.0

    async def play(self, work: Callable[[Session], Any]) -> None:
        await self.database.run(partial(self._play, work))

    def _play(self, work: Callable[[Session], Any]) -> None:
        started = thread_time()
        self.database.play(work)
        self.cpu += thread_time() - started


async def bare(meter: Meter, people: int) -> float:
    """Return the seconds that bare inserts take."""

    def chunk(session: Session, first: int) -> None:
        rows = [{"key": f"announcement:1:person:{first + n}", "body": "x" * 64} for n in range(200)]
        session.execute(text("INSERT INTO bare (key, body) VALUES (:key, :body)"), rows)

    table = text("CREATE TABLE bare (key varchar(200) UNIQUE, body text)")
    await meter.database.run(lambda: meter.database.play(lambda session: session.execute(table)))
    started = perf_counter()
    for first in range(0, people, 200):
        await meter.play(partial(chunk, first=first))
    return perf_counter() - started


async def turns(app: App, numbers: Iterator[int]) -> list[float]:
    """Return how long questions take, one at a time, in milliseconds."""
    times = []
    for _ in range(TURNS):
        asked = Incoming(f"m{next(numbers)}", Kind.MESSAGE, ASKER, PLACE, "Hur blir vår kommun medlem?")
        started = perf_counter()
        await app.database.run(partial(conversation.respond, app, asked, now()))
        times.append((perf_counter() - started) * 1000)
        await asyncio.sleep(0.01)
    return sorted(times)


async def prepare(app: App, meter: Meter) -> None:
    for step in announcements.run(app, now):
        await meter.play(step)


async def measure(name: str, url: str, people: int) -> None:
    database = Database(url)
    migrate.upgrade(database)
    database.play(lambda session: content.load(session, now()))
    database.play(partial(begin, people=people))
    bank = LiveBank(database)
    bank.rebuild()
    settings = Settings.load({})
    app = App(settings=settings, database=database, routes=ROUTES, dialogs=DIALOGS, bank=bank, conditions=AUDIENCES)
    numbers = iter(range(10**6))
    await turns(app, numbers)
    rest = await turns(app, numbers)
    rival, ours = Meter(database), Meter(database)
    floor = await bare(rival, people)

    messenger = Nowhere()
    courier = Courier(database, messenger, now, rate=settings.rate, still_wanted=STILL_WANTED)
    sending = asyncio.create_task(courier.run())
    started = perf_counter()
    during = asyncio.create_task(turns(app, numbers))
    await prepare(app, ours)
    taken = perf_counter() - started
    busy = await during
    await courier.drain()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    print(
        f"{name}: {people} recipients prepared in {taken:.2f} s = {taken / people * 1e6:.0f} µs each, "
        f"{taken / floor:.1f} times a bare insert ({floor / people * 1e6:.0f} µs); "
        f"CPU {ours.cpu / people * 1e6:.0f} µs each, {ours.cpu / rival.cpu:.1f} times a bare insert "
        f"({rival.cpu / people * 1e6:.0f} µs); first message after {messenger.first - started:.2f} s. "
        f"Turns at rest: median {median(rest):.1f} ms, p99 {p99(rest):.1f}; "
        f"while it is prepared and sent: median {median(busy):.1f}, p99 {p99(busy):.1f} "
        f"({p99(busy) / p99(rest):.1f} times)"
    )
    database.close()


def p99(times: list[float]) -> float:
    return times[int(len(times) * 0.99)]


@contextmanager
def sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder)}/bench.db"


async def main(people: int) -> None:
    with sqlite() as url:
        await measure("SQLite", url, people)
    async with postgresql() as address:
        if address is not None:
            await measure("PostgreSQL", address, people)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
