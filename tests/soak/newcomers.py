"""Many new members at once under fire: a Connector that throttles and fails, and processes that are killed.

``python -m tests.soak.newcomers [people] [kills] [seed]``; 300 people and 6 kills take about half a minute on each
database. Nobody may be lost, twice may come only what is marked, and the team reads one message with the right number.
What was in flight in three kills ends as uncertain, and the kansli decides. A small
version is in ``tests/welcome/test_kill.py``.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from time import monotonic

from aiohttp import web
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.ports import Listed
from bot.register import rosters as register
from storage import places, rosters
from storage.database import Database
from storage.newcomers import NewMember
from storage.onboardings import Onboarding, Origin
from storage.outbox import MOST_DOUBTS, Delivery, State
from storage.people import Person
from storage.rosters import Readable
from tests.soak.announcement_worker import Workers, now
from tests.soak.newcomer_worker import serve, shift
from tests.soak.outbox import databases
from tests.soak.teams import RATE, REFUSALS, Teams, weather
from tests.support.fakes import Json, Trouble

TEAM = "19:team@thread.tacv2"
OPEN = (State.WAITING, State.SENDING)
CREATED = 201
KNOWN = 20
"""People of the team who were there before, and who must hear nothing."""


class Rooms(Teams):
    """Teams, whose answer about a new chat always has the chat's id. One without it is not documented."""

    def _wrong_with(self, request: web.Request, body: Json) -> Trouble | None:
        trouble = super()._wrong_with(request, body)
        opened = request.path == "/v3/conversations" and trouble is not None and trouble.status == CREATED
        return None if opened else trouble


@dataclass
class Trial:
    """One batch of new members on one database."""

    url: str
    people: int
    kills: int
    replicas: int
    chance: random.Random
    every: float = 0.3
    """Seconds between the job's runs. In life they are a minute apart."""
    ahead: float = field(default_factory=shift)
    killed: int = 0
    wrong: list[str] = field(default_factory=list)

    async def run(self) -> str:
        """Let the bot see them, and return what happened."""
        database = Database(self.url)
        async with Rooms() as connector:
            await database.run(lambda: database.play(partial(self.begin, connector=connector)))
            connector.chaos = partial(weather, self.chance)
            work = partial(serve, ahead=self.ahead)
            workers = await asyncio.to_thread(Workers, self.url, self.replicas, self.every, work)
            started = monotonic()
            try:
                await self._until_rest(database, workers, connector)
            finally:
                await asyncio.to_thread(workers.close)
            self.wrong += await database.run(
                lambda: database.play(lambda session: list(self._judge(session, connector)))
            )
            states = await database.run(lambda: database.play(_states))
        database.close()
        return (
            f"{self.people} new members, {self.killed} kills, at rest after {monotonic() - started:.0f} s; "
            f"{len(connector.times)} requests taken, {len(connector.over)} over a limit of {RATE} a second; {states}"
        )

    def begin(self, session: Session, connector: Teams) -> None:
        """Store what a reading of the roster gives: new members of whom one in fifty refuses everything."""
        moment = now() + timedelta(seconds=self.ahead)
        team = Readable(TEAM, TEAM, connector.url)
        where = {"scope": "channel", "service_url": connector.url, "tenant_id": "t-1", "team_id": TEAM}
        places.remember_conversation(session, TEAM, person_id=None, now=moment, **where)  # type: ignore[arg-type]
        names = [f"p{number}" for number in range(self.people + KNOWN)]
        listed = [Listed(f"29:{name}", None, name.title(), f"{name}@sotenas.se", False, None) for name in names]
        register.keep(session, team, listed, moment)
        rosters.done(session, TEAM, moment)
        ids = session.scalars(select(Person.id).order_by(Person.id)).all()
        for person_id in ids[self.people :]:
            facts = {"origin": Origin.BEFORE, "begun_at": moment, "answers": {}}
            session.add(Onboarding(person_id=person_id, **facts))
        for number in range(0, self.people, 50):
            connector.refuses[f"29:p{number}"] = self.chance.choice(REFUSALS)

    async def _until_rest(self, database: Database, workers: Workers, connector: Teams) -> None:
        every = self.people / RATE * 2 / max(1, self.kills)
        next_kill = monotonic() + self.chance.uniform(0.2, 2 * every)
        deadline = monotonic() + 120 + self.people / RATE * 6
        while monotonic() < deadline:
            await asyncio.sleep(0.02)
            if self.killed < self.kills and monotonic() > next_kill:
                await asyncio.to_thread(workers.kill, self.chance.randrange(self.replicas))
                self.killed, next_kill = self.killed + 1, monotonic() + self.chance.uniform(0.2, 2 * every)
            if self.killed >= self.kills and await database.run(lambda: database.look(self._at_rest)):
                return
            connector.calls.clear()
        self.wrong.append("it did not come to rest")

    def _at_rest(self, session: Session) -> bool:
        done = session.scalar(select(func.count()).select_from(NewMember).where(NewMember.told_on.is_not(None)))
        moving = session.scalar(select(func.count()).select_from(Delivery).where(Delivery.state.in_(OPEN), _first()))
        return done == self.people and not moving

    def _judge(self, session: Session, connector: Teams) -> Iterator[str]:
        rows = {row.key: row for row in session.scalars(select(Delivery).where(_first()))}
        arrived = Counter(message.conversation.partition(";")[0] for message in connector.sent)
        to_team = [row for row in rows.values() if row.conversation_id == TEAM]
        if len(to_team) != 1 or not 1 <= arrived[TEAM] <= 1 + to_team[0].doubts:
            yield f"the team was told {len(to_team)} times, and read it {arrived[TEAM]} times"
        told = str([message.activity for message in connector.sent if message.conversation.startswith(TEAM)])
        if f"{self.people} nya medlemmar" not in told:
            yield f"the team was told another number: {told[:500]}"
        if self.killed < self.kills:
            yield f"only {self.killed} of {self.kills} kills"
        for number in range(self.people + KNOWN):
            yield from self._judge_one(session, number, rows, arrived[f"a:1:1-with-29:p{number}"])

    def _judge_one(self, session: Session, number: int, rows: dict[str, Delivery], times: int) -> Iterator[str]:
        person = session.scalars(select(Person).where(Person.teams_id == f"29:p{number}")).one()
        row = rows.get(f"welcome:{person.id}")
        if number >= self.people:
            if row is not None or times:
                yield f"p{number} was known, and was welcomed"
            return
        if row is None or person.greeted_at is None:
            yield f"p{number} is lost"
        elif times > 1 + row.doubts:
            yield f"p{number} was welcomed {times} times and is marked {row.doubts} times"
        elif row.state == State.SENT and not times:
            yield f"p{number} never got it"
        elif row.state == State.UNCERTAIN and row.doubts >= MOST_DOUBTS:
            pass  # several processes in a row were killed while they sent it; the kansli sees it and decides
        elif row.state not in (State.SENT, State.UNREACHABLE, State.FAILED):
            yield f"p{number} is {row.state}"


def _first() -> ColumnElement[bool]:
    return Delivery.operation.in_(["person", "thread"])


def _states(session: Session) -> dict[str, int]:
    rows = select(Delivery.state, func.count()).where(_first()).group_by(Delivery.state)
    return {str(row[0]): int(row[1]) for row in session.execute(rows)}


async def once(name: str, url: str, people: int, kills: int, seed: int) -> int:
    """Welcome one batch. Return how much was wrong."""
    trial = Trial(url, people, kills, 1 if name == "sqlite" else 3, random.Random(seed))
    print(f"{name}, {trial.replicas} replica(s): {await trial.run()}")
    print("\n".join(trial.wrong[:20]) or "nobody twice but marked, nobody lost, one message to the team", flush=True)
    return len(trial.wrong)


def main() -> int:
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 6
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    wrong = 0
    for many in dict.fromkeys((0, kills)):
        with databases() as urls:
            for name, url in urls.items():
                wrong += asyncio.run(once(name, url, people, many, seed))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
