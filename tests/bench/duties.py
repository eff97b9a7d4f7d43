"""Measures planning one day's reminders of duties, per recipient.

``python -m tests.bench.duties``: 300 municipalities with five duties, and a hundred times as many recipients (500
duties). Every municipality is on a rung, so nothing is skipped. The goal is 20 µs per recipient, and linear. That is
the list of messages. Writing their rows is told too: each municipality has a card of its own. CPU time is told.
"""

from __future__ import annotations

import asyncio
import gc
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from statistics import median
from time import thread_time

from sqlalchemy.orm import Session

from bot import memory
from bot.duties import reminders
from bot.jobs import CHUNK
from storage import content, migrate, municipalities, outbox
from storage.contacts import Contact
from storage.database import Database
from storage.duties import DutySource, DutyState, DutyStatus
from storage.municipalities import MemberState
from storage.outgoing import Outgoing
from storage.people import Person
from tests.bench.banks import postgresql
from tests.support.duties import OFFICER, POLITICIAN, REPORTER, make_duty

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
MUNICIPALITIES, DUTIES, TIMES = 300, 5, 100
REPEATS = 3
WRITTEN = 10_000
"""The most rows that are written."""
DAYS_LEFT = (30, 14, 3, -1, -7)
"""How far away the last days are: each duty is on another rung."""


def fill(session: Session) -> None:
    """Add the members, each with a reporter, a civil servant and a politician."""
    content.load_municipalities(session)
    for number, place in enumerate(municipalities.everyone(session)[:MUNICIPALITIES]):
        place.state = MemberState.MEMBER
        for at, seat in enumerate((REPORTER, OFFICER, POLITICIAN)):
            person = Person(name=f"P{number}", mail=f"p{number}.{at}@kommun.se", first_seen_at=NOW, guest=True)
            session.add(person)
            session.flush()
            session.add(Contact(municipality_code=place.code, seat=seat, person_id=person.id, since=date(2026, 1, 1)))


def add(session: Session, number: int) -> None:
    """Add duties. Every third municipality has said that it has begun, so that there are rows to read."""
    codes = [place.code for place in municipalities.in_state(session, MemberState.MEMBER)]
    for at in range(number):
        due = NOW.date() + timedelta(days=DAYS_LEFT[at % len(DAYS_LEFT)])
        duty = make_duty(session, title=f"Uppgift {at}", due=due)
        begun = {"state": DutyState.IN_PROGRESS, "source": DutySource.CLICK, "since": NOW}
        session.add_all(DutyStatus(duty_id=duty.id, municipality_code=code, **begun) for code in codes[::3])


def measure(database: Database) -> tuple[list[Outgoing], float]:
    """Return a day's messages, and the seconds of CPU that planning them took: the median of some runs."""
    times, messages = [], list[Outgoing]()
    memory.spare()  # as app.py does
    for _ in range(REPEATS):
        messages = []
        gc.collect()
        start = thread_time()
        messages = database.look(lambda session: reminders.due(session, NOW))
        times.append(thread_time() - start)
    return messages, median(times)


def write(database: Database, messages: list[Outgoing]) -> float:
    """Write the rows of messages. Return the seconds of CPU."""
    start = thread_time()
    for first in range(0, len(messages), CHUNK):
        chunk = messages[first : first + CHUNK]
        database.play(partial(outbox.enqueue_all, outgoings=chunk, now=NOW))
    return thread_time() - start


def run(name: str, database: Database) -> Iterator[str]:
    """Yield a line for each size."""
    database.play(fill)
    for duties, more in ((DUTIES, DUTIES), (DUTIES * TIMES, DUTIES * (TIMES - 1))):
        database.play(partial(add, number=more))
        messages, seconds = measure(database)
        each = seconds / len(messages) * 1e6
        sample = messages[-WRITTEN:]
        written = write(database, sample) / len(sample) * 1e6
        yield (
            f"{name}: {duties} duties, {len(messages)} recipients: {seconds:.3f} s, {each:.1f} µs each; "
            f"{written:.0f} µs more to write each row ({len(sample)} rows). Load {os.getloadavg()[0]:.1f}"
        )


async def main() -> None:
    """Measure on both databases."""
    with tempfile.TemporaryDirectory() as folder:
        async with postgresql() as url:
            for name, address in (("SQLite", f"sqlite:///{folder}/bot.db"), ("PostgreSQL", url)):
                if address is None:
                    continue
                database = Database(address)
                migrate.upgrade(database)
                for line in run(name, database):
                    print(line, flush=True)
                database.close()


if __name__ == "__main__":
    asyncio.run(main())
