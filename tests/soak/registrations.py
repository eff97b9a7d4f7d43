"""A webinar under fire: people register and leave, it is moved twice and called off, while processes are killed.

``python -m tests.soak.registrations [people] [kills] [seed]``; 240 people and 40 kills on each database take about two
minutes. Time runs :data:`FASTER` times as fast as in life. Graph throttles the mailbox, fails, cuts the line after
the request was carried out, and people forward the invitation at random moments, also between our reading and writing.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic
from typing import TypeVar

from sqlalchemy.orm import Session

from storage import appointments, outbox
from storage.database import Database
from storage.outbox import Delivery, State
from storage.outgoing import AsAppointment, Outgoing, ToCalendar
from storage.people import Person
from tests.soak.appointments import misbehave
from tests.soak.outbox import databases
from tests.soak.outbox_worker import Workers, now
from tests.support.fakes import Trouble
from tests.support.graph_standin import GraphStandIn

T = TypeVar("T")

FASTER = 60
APART = appointments.APART / FASTER
BETWEEN = 0.08
"""The longest pause in seconds between two people: 240 of them take ten minutes in life, on average."""
LEAVES, RETURNS, FORWARDS = 0.25, 0.3, 0.4
"""How probable it is that somebody leaves, or returns, when a person registers; that somebody forwards as we write."""
STARTS = datetime(2027, 3, 30, 7, 0, tzinfo=UTC)
MOVED_BY = timedelta(hours=1)
WITHIN = 90.0
"""Seconds to come to rest after the last kill."""


@dataclass
class Result:
    """What happened in a trial, and what was wrong."""

    joined: int = 0
    left: int = 0
    forwarded: int = 0
    moved: int = 0
    kills: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    mails: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def changes(self) -> int:
        """How many changes of the entry were asked for, also in vain."""
        return self.asked["updateEvent"]

    def __str__(self) -> str:
        return (
            f"{self.joined} registrations, {self.left} leave, {self.forwarded} forwardings, moved {self.moved} times, "
            f"called off, {self.kills} kills; rows {dict(self.rows)}; requests {dict(self.asked)}; "
            f"answers {dict(sorted(self.answers.items()))} (0: the line was cut); mails {dict(self.mails)}"
        )


class Webinar:
    """The people of one event, and what the calendar must show in the end."""

    def __init__(self, standin: GraphStandIn, database: Database, name: str, seed: int) -> None:
        self.result = Result()
        self._standin, self._database, self._key, self._name = standin, database, f"{name}event", f"{name}person"
        self._chance = random.Random(seed)
        self._mails: dict[int, str] = {}
        self._there: set[int] = set()
        self._gone: set[int] = set()
        self._forwarded: set[str] = set()
        self._versions = 0
        self._plan = AsAppointment("Skyfall", STARTS, STARTS + timedelta(hours=1), "Välkommen!")
        self._misbehaves: Callable[[str], Trouble | None] = standin.chaos
        standin.chaos = self._chaos

    async def begin(self, people: int) -> list[int]:
        """Make the people and plan the event. Return the people's ids."""

        def work(session: Session) -> list[int]:
            rows = [
                Person(name=f"Anna {n}", mail=f"{self._name}-{n}@tranemo.example", guest=True, first_seen_at=now())
                for n in range(people)
            ]
            session.add_all(rows)
            session.flush()
            self._mails = {row.id: str(row.mail) for row in rows}
            return [row.id for row in rows]

        ids = await self._play(work)
        await self._enqueue(self._plan)
        return ids

    async def register(self, person: int) -> None:
        """Let a person register, and perhaps somebody else leave or return."""
        joins, leaves = {person}, set[int]()
        if self._there and self._chance.random() < LEAVES:
            leaves = {self._chance.choice(sorted(self._there))}
        if self._gone and self._chance.random() < RETURNS:
            joins.add(self._chance.choice(sorted(self._gone)))
        for number in sorted(leaves):  # each in a turn of their own
            await self._play(partial(self._attend, leaves={number}))
        for number in sorted(joins):
            await self._play(partial(self._attend, joins={number}))
        self._there = (self._there | joins) - leaves
        self._gone = (self._gone | leaves) - joins
        self.result.joined += len(joins)
        self.result.left += len(leaves)

    async def move(self) -> None:
        """Move the event by an hour, after it has come into the calendar: so each trial has a change of the entry."""
        async with asyncio.timeout(WITHIN):
            while not self._standin.state.events:  # noqa: ASYNC110 - another process makes the entry
                await asyncio.sleep(0.01)
        self._plan = replace(self._plan, starts=self._plan.starts + MOVED_BY, ends=self._plan.ends + MOVED_BY)
        self.result.moved += 1
        await self._enqueue(self._plan)

    async def call_off(self) -> None:
        await self._enqueue(None)

    def _attend(self, session: Session, joins: set[int] = frozenset(), leaves: set[int] = frozenset()) -> None:  # type: ignore[assignment]
        appointments.attend(session, self._key, now(), joins=joins, leaves=leaves, apart=APART)

    def _chaos(self, call: str) -> Trouble | None:
        """Before Graph carries out a change, somebody may forward the invitation: after we have read the list.

        Somebody forwards it before the first change, however few changes there are.
        """
        entry = next(iter(self._standin.state.events.values()), None)
        forwards = not self._forwarded or self._chance.random() < FORWARDS
        if call == "updateEvent" and entry is not None and forwards:
            self.result.forwarded += 1
            self._forwarded.add(mail := f"vidare-{self.result.forwarded}@lund.example")
            self._standin.state.forward(entry.id, mail)
        return self._misbehaves(call)

    async def _enqueue(self, plan: AsAppointment | None) -> None:
        self._versions += 1
        key = f"{self._key}:v{self._versions}"
        row = Outgoing(key, self._key, ToCalendar(self._key), "" if plan else "Inställt.", appointment=plan)
        assert await self._play(lambda session: outbox.enqueue(session, row, now()))

    async def _play(self, work: Callable[[Session], T]) -> T:
        return await self._database.run(lambda: self._database.play(work))

    # what came of it

    def judge_while_it_stands(self) -> None:
        """Compare the entry, and what everybody was told last, with what was planned."""
        wrong, events = self.result.wrong, list(self._standin.state.events.values())
        if len(events) != 1 or len(self._standin.state.created) != 1:
            wrong.append(f"{len(events)} entries, made {self._standin.state.created}")
            return
        local = (self._plan.starts + timedelta(hours=2)).replace(tzinfo=None).isoformat()  # summer time
        wanted = {self._mails[number] for number in self._there} | self._forwarded
        listed = [attendee["emailAddress"]["address"] for attendee in events[0].now["attendees"]]
        if events[0].now["start"]["dateTime"] != local:
            wrong.append(f"the entry is at {events[0].now['start']} and not at {local}")
        if len(listed) != len(set(listed)) or set(listed) != wanted:
            wrong.append(f"the entry has {len(listed)}: not {wanted - set(listed)}, but {set(listed) - wanted}")
        shown = {mail: start["dateTime"] for mail, start in self._standin.state.calendars.items()}
        if shown != dict.fromkeys(wanted, local):
            old = {mail: start for mail, start in shown.items() if start != local}
            wrong.append(f"told an old time last: {old}; no entry: {wanted - set(shown)}; left: {set(shown) - wanted}")

    def judge(self, rows: list[Delivery]) -> None:
        """Judge everything that was told, and the rows, after the event was called off."""
        self.result.wrong += [*self._wrong_in(rows), *self._wrongly_told(), *self._standin.violations]
        self.result.rows.update(row.state for row in rows)
        self.result.mails.update(why.partition(":")[0] for _, why in self._standin.state.told)
        self.result.asked.update(asked.call for asked in self._standin.asked)
        self.result.answers.update(self._standin.answers)

    def _wrong_in(self, rows: list[Delivery]) -> Iterator[str]:
        for row in rows:
            over = (row.state, row.error) == (State.CANCELLED, "superseded")
            if (row.state != State.SENT and not over) or row.doubts:
                yield f"{row.key}: {row.state} {row.error}, doubts {row.doubts}"
        if self._standin.state.events or self._standin.state.calendars:
            yield f"called off, but still there: {sorted(self._standin.state.calendars)}"

    def _wrongly_told(self) -> Iterator[str]:
        told = defaultdict[str, list[str]](list)
        for mail, why in self._standin.state.told:
            told[mail].append(why.partition(":")[0])
        for mail, reasons in told.items():
            there = mail in self._forwarded
            for why in reasons:
                if there == (why == "invited"):
                    yield f"{mail} was {why} while {'' if there else 'not '}invited: {reasons}"
                there = why != "called off"
            if reasons.count("changed") > self.result.moved:
                yield f"{mail} was told of {reasons.count('changed')} changes: {reasons}"


async def trial(url: str, *, replicas: int, people: int, kills: int, seed: int) -> Result:
    """Run one event from its first plan to its end."""
    database, chance = Database(url), random.Random(seed)
    async with GraphStandIn() as standin:
        misbehave(standin, random.Random(seed))
        webinar = Webinar(standin, database, f"r{seed}-", seed)
        ids = await webinar.begin(people)
        workers = await asyncio.to_thread(Workers, url, standin.base, replicas)
        moves, deaths = {people // 3, 2 * people // 3}, set(chance.sample(range(people), kills))
        try:
            for number, person in enumerate(chance.sample(ids, len(ids))):
                await asyncio.sleep(chance.uniform(0, 2 * BETWEEN))
                await webinar.register(person)
                if number in moves:
                    await webinar.move()
                if number in deaths:
                    await asyncio.to_thread(workers.kill, chance)
                    webinar.result.kills += 1
            await _at_rest(database, webinar.result)
            webinar.judge_while_it_stands()
            await webinar.call_off()
            webinar.judge(await _at_rest(database, webinar.result))
        finally:
            workers.close()
    await database.run(lambda: database.play(lambda session: session.query(Delivery).delete()))
    database.close()
    return webinar.result


async def _at_rest(database: Database, result: Result) -> list[Delivery]:
    """Return the rows when nothing waits any more."""
    end = monotonic() + WITHIN
    while True:
        rows = await database.run(lambda: database.play(lambda session: session.query(Delivery).all()))
        moving = [row for row in rows if row.state in (State.WAITING, State.SENDING)]
        if not moving:
            return rows
        if monotonic() > end:
            result.wrong += [f"{row.key} ({row.state} {row.error}): not before {row.not_before}" for row in moving]
            return rows
        await asyncio.sleep(0.1)


def main() -> int:
    people, kills, seed = [int(argument) for argument in sys.argv[1:]] + [240, 40, 1][len(sys.argv) - 1 :]
    wrong = 0
    with databases() as urls:
        for name, url in urls.items():
            replicas, started = 1 if name == "sqlite" else 3, monotonic()
            result = asyncio.run(trial(url, replicas=replicas, people=people, kills=kills, seed=seed))
            print(f"{name}, {replicas} replica(s), seed {seed}, {monotonic() - started:.0f} s: {result}")
            print("\n".join(result.wrong) or "one entry throughout, nobody invited twice, nobody told an old time last")
            wrong += len(result.wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
