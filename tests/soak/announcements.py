"""An announcement to many under fire: a Connector that fails in every way, and processes that are killed.

``python -m tests.soak.announcements [people] [kills] [seed]``; 10,000 people take about four minutes at 50 messages a
second, and 100 kills on each database about as long. Nobody may be lost, twice may come only what is marked, and the
report names everybody. Small versions are in ``tests/announcements/test_faults.py``.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

from aiohttp import ClientSession, ClientTimeout
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import announcements
from bot.announcements import report_cards
from bot.conversation import ROUTES
from bot.delivery.courier import Courier
from bot.delivery.pace import Pace
from bot.features import AUDIENCES
from bot.jobs import STILL_WANTED
from bot.register.target import Target
from bot.search.live_bank import LiveBank
from bot.settings import Settings
from bot.teams.connector import Connector
from bot.teams.gate import LocalGate
from bot.teams.messenger import TeamsMessenger
from bot.turn import App
from dialogs import DIALOGS
from storage.announcements import Announcement, AnnouncementState
from storage.audiences import EVERYBODY
from storage.database import Database
from storage.outbox import WITHOUT_ID, Delivery, State
from storage.people import Person
from storage.places import Conversation
from tests.soak.outbox import databases
from tests.support.fakes import BLOCKED, FakeConnector, Trouble, refusal

RATE = 50
PACE = Pace(lease=1.0, tick=0.05, first_wait=0.2, longest_wait=2.0, last_wait=1.0, drain=1.0)
GIVES_UP = ClientTimeout(total=1.0, connect=0.5)
REFUSALS = (
    BLOCKED,
    refusal(403, "ForbiddenOperationException"),
    refusal(404, "ConversationNotFound"),
    refusal(413, "MessageSizeTooBig"),
    refusal(403, "BotDisabledByAdmin"),
)
_FORKS = multiprocessing.get_context("forkserver")


def now() -> datetime:
    return datetime.now(UTC)


def serve(url: str) -> None:
    """Prepare and send until killed, as a replica does."""
    logging.disable()
    asyncio.run(_serve(url))


async def _serve(url: str) -> None:
    database = Database(url)
    app = _app(database)

    async def job() -> None:
        while True:
            for step in announcements.run(app, now):
                await database.run(partial(database.play, step))
            await asyncio.sleep(1.0)

    async with ClientSession(timeout=GIVES_UP) as session:
        messenger = TeamsMessenger(Connector(session, None, LocalGate().allows), None)
        courier = Courier(database, messenger, now, rate=RATE, pace=PACE, still_wanted=STILL_WANTED)
        await asyncio.gather(job(), courier.run())


def _app(database: Database) -> App:
    settings = Settings.load({"SEKOM_RATE": str(RATE)})
    bank = LiveBank(database)
    return App(settings=settings, database=database, routes=ROUTES, dialogs=DIALOGS, bank=bank, conditions=AUDIENCES)


def weather(chance: random.Random) -> Trouble | None:
    """One call in twenty goes wrong; one in fifty is answered without an id."""
    arrives, dice = chance.random() < 0.5, chance.random()
    kinds = [
        Trouble(status=429, body={}, headers={"Retry-After": "0.3"}),
        Trouble(status=412, body={}),
        Trouble(status=chance.choice([502, 503, 504]), body={}, arrives=arrives),
        Trouble(arrives=arrives),
        Trouble(arrives=arrives, seconds=1.5),
    ]
    if dice < 0.05:
        return chance.choice(kinds)
    return Trouble(status=201, body={}, arrives=True) if dice < 0.07 else None


@dataclass
class Trial:
    """One announcement to ``people`` on one database."""

    url: str
    people: int
    kills: int
    replicas: int
    chance: random.Random
    memory: list[int] = field(default_factory=list)
    """Megabytes of the first process, sampled."""
    wrong: list[str] = field(default_factory=list)

    async def run(self) -> str:
        """Send it, and return what was seen."""
        database = Database(self.url)
        async with FakeConnector() as connector:
            await database.run(lambda: database.play(partial(self._begin, connector=connector)))
            connector.chaos = partial(weather, self.chance)
            processes = [self._start() for _ in range(self.replicas)]
            started = monotonic()
            try:
                await self._until_sent(database, processes, connector)
            finally:
                for process in processes:
                    os.kill(process.pid, signal.SIGKILL)
                    process.join()
            seconds = monotonic() - started
            rows = await database.run(lambda: database.play(self._rows))
            self.wrong += self._judge(rows, connector)
            lines = await database.run(lambda: database.play(_report))
            self.wrong += [] if len(lines) == self.people else [f"the report names {len(lines)} of {self.people}"]
        database.close()
        tries = sum(row.attempts for row in rows)
        states = dict(Counter(row.state if row.error != WITHOUT_ID else WITHOUT_ID for row in rows))
        memory = f"{self.memory[0]}-{max(self.memory)} MB, at the end {self.memory[-1]}" if self.memory else "?"
        return (
            f"{self.people} recipients, {self.kills} kills, {seconds:.0f} s: {tries / seconds:.1f} tries a second of "
            f"{RATE} allowed ({tries / seconds / RATE:.0%}); memory {memory}; {states}"
        )

    def _begin(self, session: Session, connector: FakeConnector) -> None:
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
        session.add(Announcement(state="scheduled", send_at=moment, audience=audience, **row))

    async def _until_sent(self, database: Database, processes: list[Any], connector: FakeConnector) -> None:
        every = max(0.3, self.people / RATE / max(1, self.kills))
        left, next_kill = self.kills, monotonic() + self.chance.uniform(0, every)
        deadline = monotonic() + self.people / RATE * 3 + 120
        while monotonic() < deadline:
            await asyncio.sleep(0.1)
            connector.calls.clear()
            if left and monotonic() > next_kill:
                at = self.chance.randrange(len(processes))
                os.kill(processes[at].pid, signal.SIGKILL)
                processes[at].join()
                processes[at] = self._start()
                left, next_kill = left - 1, monotonic() + self.chance.uniform(0, 2 * every)
            if not self.kills:
                self.memory += _megabytes(processes[0].pid)
            if await database.run(lambda: database.look(_state)) == AnnouncementState.SENT:
                return
        self.wrong.append("it did not come to rest")

    def _start(self) -> Any:
        process = _FORKS.Process(target=serve, args=(self.url,), daemon=True)
        process.start()
        return process

    def _rows(self, session: Session) -> list[Delivery]:
        return list(session.scalars(select(Delivery).where(Delivery.operation == "person")))

    def _judge(self, rows: list[Delivery], connector: FakeConnector) -> Iterator[str]:
        arrived = Counter(message.conversation for message in connector.sent)
        if Counter(row.person_id for row in rows) != Counter(range(1, self.people + 1)):
            yield f"{len(rows)} rows for {self.people} people"
        for row in rows:
            times = arrived[f"a:p{(row.person_id or 0) - 1}"]
            if times > 1 and not row.doubts:
                yield f"{row.key} came {times} times and is not marked"
            if row.state == State.SENT and not times:
                yield f"{row.key} never came"
            if row.state not in (State.SENT, State.UNREACHABLE, State.FAILED, State.UNCERTAIN):
                yield f"{row.key} is {row.state}"


def _state(session: Session) -> str | None:
    return session.scalar(select(Announcement.state))


def _report(session: Session) -> list[report_cards.Line]:
    return report_cards.lines(session, session.scalars(select(Announcement)).one(), {})


def _megabytes(pid: int) -> list[int]:
    """Return the resident memory of a process, where the system tells it."""
    file = Path(f"/proc/{pid}/statm")
    return [int(file.read_text().split()[1]) * 4096 // 1_000_000] if file.exists() else []


def main() -> int:
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    wrong = 0
    for many in dict.fromkeys((0, kills)):
        with databases() as urls:
            for name, url in urls.items():
                if not many and name != "sqlite":
                    continue
                replicas = 1 if name == "sqlite" else 3
                trial = Trial(url, people if not many else min(people, 3_000), many, replicas, random.Random(seed))
                print(f"{name}, {replicas} replica(s): {asyncio.run(trial.run())}", flush=True)
                print("\n".join(trial.wrong[:20]) or "nobody lost; twice only what is marked; all named in the report")
                wrong += len(trial.wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
