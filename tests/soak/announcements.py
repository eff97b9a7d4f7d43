"""An announcement to many under fire: a Connector that fails in every way, and processes that are killed.

``python -m tests.soak.announcements [people] [kills] [seed]``; 10,000 people take about four minutes at 50 messages a
second, and 100 kills on each database about two. Nobody may be lost, twice may come only what is marked, and the
report names everybody. The rate is that of the requests, from the first one until everybody was tried. Small versions
are in ``tests/announcements/test_faults.py`` and ``test_kill.py``.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from time import monotonic

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.announcements import outcomes
from bot.register.target import Target
from storage.announcements import Announcement, AnnouncementState
from storage.audiences import EVERYBODY
from storage.database import Database
from storage.outbox import WITHOUT_ID, Delivery, State
from storage.people import Person
from storage.places import Conversation
from tests.soak.announcement_worker import EVERY, Workers, cpu_seconds, megabytes, now
from tests.soak.outbox import databases
from tests.soak.teams import RATE, REFUSALS, Teams, simplest, weather
from tests.support.fakes import Sent

GOAL = 0.98
SENDER = 2
"""The person of the kansli who gets the card with the numbers."""


@dataclass
class Trial:
    """One announcement to ``people`` on one database."""

    url: str
    people: int
    kills: int
    replicas: int
    chance: random.Random
    every: float = EVERY
    """Seconds between the job's runs."""
    memory: list[float] = field(default_factory=list)
    """Megabytes of the first process after each thousand requests; without kills."""
    gaps: list[float] = field(default_factory=list)
    """Seconds from each kill to the next request."""
    killed: int = 0
    wrong: list[str] = field(default_factory=list)
    rate: float = 0.0
    """Requests a second."""

    async def run(self) -> str:
        """Send it, and return what was seen."""
        database = Database(self.url)
        async with Teams() as connector:
            await database.run(lambda: database.play(partial(self.begin, connector=connector)))
            connector.chaos = partial(weather, self.chance)
            workers = await asyncio.to_thread(Workers, self.url, self.replicas, self.every)
            started, used = monotonic(), cpu_seconds(workers.first)
            try:
                await self._until_sent(database, workers, connector)
                used = cpu_seconds(workers.first) - used
            finally:
                await asyncio.to_thread(workers.close)
            rows = await database.run(lambda: database.play(_rows))
            self.wrong += self._judge(rows, connector)
            lines = await database.run(lambda: database.play(_report))
            self.wrong += [] if len(lines) == self.people else [f"the report names {len(lines)} of {self.people}"]
        database.close()
        return "; ".join(self._seen(rows, connector, started, used))

    def _seen(self, rows: list[Delivery], connector: Teams, started: float, used: float) -> Iterator[str]:
        times, tried = connector.times, max(connector.first.values())
        until = sum(time <= tried for time in times)
        self.rate = (until - 1) / (tried - times[0])
        states = dict(Counter(row.state if row.error != WITHOUT_ID else WITHOUT_ID for row in rows))
        yield f"{self.people} recipients, {self.killed} kills"
        yield f"{self.rate:.2f} requests taken a second of {RATE} allowed ({self.rate / RATE:.1%})"
        yield f"first request after {times[0] - started:.1f} s, everybody tried after {tried - started:.0f} s"
        yield f"last request after {times[-1] - started:.0f} s, {len(times)} taken, {len(connector.over)} over a limit"
        if self.killed:
            ninth = sorted(self.gaps)[int(len(self.gaps) * 0.9)]
            yield f"after a kill nothing came for {median(self.gaps):.2f} s (median), {ninth:.2f} s (nine in ten)"
        else:
            yield f"{used / len(times) * 1000:.1f} ms of CPU a request"
            yield f"memory after each 1,000 requests: {', '.join(f'{size:.0f}' for size in self.memory)} MB"
        yield str(states)

    def begin(self, session: Session, connector: Teams) -> None:
        """Store the people, of whom one in fifty refuses everything, and an announcement that is due."""
        moment = now()
        for number in range(self.people):
            session.add(Person(id=number + 1, teams_id=f"29:p{number}", name=f"P{number}", first_seen_at=moment))
        session.flush()
        for number in range(self.people):
            place = {"scope": "personal", "service_url": connector.url, "tenant_id": "t-1", "seen_at": moment}
            session.add(Conversation(id=f"a:p{number}", person_id=number + 1, **place))
            if number % 50 == 0:
                for start in ("a", "29"):
                    connector.refuses[f"{start}:p{number}"] = self.chance.choice(REFUSALS)
        row = {"kind": "news", "heading": "Nytt", "text": "Läs.", "created_at": moment, "changed_at": moment}
        audience = Target(people=EVERYBODY).json
        session.add(Announcement(state="scheduled", send_at=moment, sender_id=SENDER, audience=audience, **row))

    async def _until_sent(self, database: Database, workers: Workers, connector: Teams) -> None:
        every = self.people / RATE / max(1, self.kills)
        next_kill, killed_at = monotonic() + self.chance.uniform(0, 2 * every), 0.0
        deadline = monotonic() + self.people / RATE * 3 + 120
        while monotonic() < deadline:
            await asyncio.sleep(0.02)
            connector.calls.clear()
            if killed_at and connector.times and connector.times[-1] > killed_at:
                self.gaps.append(connector.times[-1] - killed_at)
                killed_at = 0.0
            if self.killed < self.kills and monotonic() > next_kill and not killed_at:
                await asyncio.to_thread(workers.kill, self.chance.randrange(self.replicas))
                self.killed, killed_at = self.killed + 1, monotonic()
                next_kill = killed_at + self.chance.uniform(0, 2 * every)
            if not self.kills and len(connector.times) // 1000 > len(self.memory):
                self.memory.append(megabytes(workers.first))
            if await database.run(lambda: database.look(_state)) == AnnouncementState.SENT:
                return
        self.wrong.append("it did not come to rest")

    def _judge(self, rows: list[Delivery], connector: Teams) -> Iterator[str]:
        arrived = Counter(message.conversation for message in connector.sent if is_announcement(message))
        if Counter(row.person_id for row in rows) != Counter(range(1, self.people + 1)):
            yield f"{len(rows)} rows for {self.people} people"
        if self.killed < self.kills:
            yield f"only {self.killed} of {self.kills} kills"
        for row in rows:
            times = arrived[f"a:p{(row.person_id or 0) - 1}"]
            if times > 1 + row.doubts:
                yield f"{row.key} came {times} times and is marked {row.doubts} times"
            if row.state == State.SENT and not times:
                yield f"{row.key} never came"
            if row.state not in (State.SENT, State.UNREACHABLE, State.FAILED, State.UNCERTAIN):
                yield f"{row.key} is {row.state}"


def is_announcement(message: Sent) -> bool:
    """Return whether it is an announcement and not the kansli's card with the numbers."""
    return "announcements.report" not in str(message.versions[:1] or message.activity)


def _rows(session: Session) -> list[Delivery]:
    ours = Delivery.operation == "person", Delivery.subject.startswith("announcement:")
    return list(session.scalars(select(Delivery).where(*ours)))


def _state(session: Session) -> str | None:
    return session.scalar(select(Announcement.state))


def _report(session: Session) -> list[outcomes.Line]:
    return outcomes.lines(session, session.scalars(select(Announcement)).one(), {})


async def once(name: str, url: str, people: int, kills: int, seed: int) -> int:
    """Send one announcement with the simplest sender before and after it. Return how much was wrong."""
    chaos, messages = partial(weather, random.Random(seed)), min(500, people)
    trial = Trial(url, people, kills, 1 if name == "sqlite" else 3, random.Random(seed))
    floors = [await simplest(messages, chaos)]
    seen = await trial.run()
    floors.append(await simplest(messages, chaos))
    print(f"{name}, {trial.replicas} replica(s): {seen}")
    print(f"the simplest sender before and after: {', '.join(f'{rate / RATE:.1%}' for rate in floors)} of the allowed")
    if not kills:
        beside = trial.rate / (sum(floors) / 2)
        print(f"the rate is {beside:.1%} of the simplest sender's; at least {GOAL:.0%} of the allowed is the goal")
    print("\n".join(trial.wrong[:20]) or "nobody lost; twice only what is marked; all named in the report", flush=True)
    return len(trial.wrong)


def main() -> int:
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    wrong = 0
    for many in dict.fromkeys((0, kills)):
        with databases() as urls:
            for name, url in urls.items():
                if many or name == "sqlite":
                    wrong += asyncio.run(once(name, url, min(people, 3_000) if many else people, many, seed))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
