"""A storm over Graph: mails and notifications from the outbox while it throttles, fails, cuts the line and is slow.

``python -m tests.soak.graph [how many of each] [times faster]``; 2,000 of each, 20 times faster than in life
(Retry-After, Microsoft's limits and the outbox's own waits alike), take some ten minutes; ``test_graph_storm`` runs a
few.

Everything between is the real thing: rows of the outbox, the courier, routes by what people chose, the SDK. At the end
nothing may be lost, and nothing may have come twice that its row does not say.
"""

from __future__ import annotations

import asyncio
import logging
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.delivery.courier import Courier
from bot.delivery.pace import Pace
from bot.delivery.tenant_routes import TenantRoutes
from bot.graph.limits import Tempo
from storage import migrate, outbox
from storage.database import Database
from storage.outbox import Delivery, State
from storage.outgoing import AsMail, Outgoing, Reach, ToPerson
from storage.people import Person
from tests.support.fakes import Trouble
from tests.support.graph import CHAT, Office, office
from tests.support.teams import Teams

THROTTLED, BUSY, CUT, SLOW = 0.30, 0.10, 0.05, 0.10
RATE = 30
"""Messages a second to Teams, as in life; sped up with everything else."""


@dataclass(frozen=True)
class Storm:
    """The result of the storm."""

    rows: list[Delivery]
    arrived: Counter[str]
    answers: Counter[int]
    seconds: float
    waits: dict[str, float]
    most_at_once: int
    violations: list[str]

    @property
    def lost(self) -> list[str]:
        """Messages that neither arrived nor are marked as uncertain."""
        return [row.key for row in self.rows if not self.arrived[row.key] and row.state != State.UNCERTAIN]

    @property
    def unmarked(self) -> list[str]:
        """Messages that arrived more than once without a mark."""
        return [row.key for row in self.rows if self.arrived[row.key] > 1 and not row.doubts]

    @property
    def unknown(self) -> list[str]:
        """Rows with a wrong state: marked as sent but not arrived, or sent by another way than planned."""
        wanted = {"mail": "mail", "ping": "feed"}
        sent = [row for row in self.rows if row.state == State.SENT]
        return [row.key for row in sent if not self.arrived[row.key] or row.route != wanted[row.key.split(":")[0]]]

    @property
    def twice(self) -> int:
        return sum(count > 1 for count in self.arrived.values())


class Weather:
    """What happens to a request: throttled, failed (done or not), cut (always done), or nothing."""

    def __init__(self, seed: int, faster: float) -> None:
        self._dice = random.Random(seed)
        self._faster = faster
        self._until: dict[str, float] = defaultdict(float)
        self.waits: dict[str, float] = defaultdict(float)
        """Seconds in which a call was asked to be left alone; overlapping ones count once."""

    def __call__(self, call: str) -> Trouble | None:
        what = self._dice.random()
        if what < THROTTLED:
            after = self._dice.choice((1, 1, 2, 5, 10, 200)) if self._dice.random() < 0.1 else 1
            return Trouble(status=429, headers=self._after(call, after))
        if what < THROTTLED + BUSY:
            headers = self._after(call, 2) if self._dice.random() < 0.5 else {}
            return Trouble(status=503, headers=headers, arrives=self._dice.random() < 0.5)
        return Trouble(arrives=True) if what < THROTTLED + BUSY + CUT else None

    def _after(self, call: str, seconds: float) -> dict[str, str]:
        scaled, now = seconds / self._faster, time.monotonic()
        self.waits[call] += max(0.0, now + scaled - max(now, self._until[call]))
        self._until[call] = max(self._until[call], now + scaled)
        return {"Retry-After": str(scaled)}


async def storm(desk: Office, database: Database, count: int, faster: float, seed: int = 1) -> Storm:
    """Remind ``count`` people by mail and as many by the feed, through the storm."""
    weather = Weather(seed, faster)
    desk.standin.chaos = weather
    slow = random.Random(seed)
    desk.standin.delays = lambda: 0.05 if slow.random() < SLOW else 0.0
    for start in range(0, count, 100):
        database.play(partial(enqueue, numbers=range(start, min(start + 100, count))))
    usual = Pace()
    waits = ("first_wait", "longest_wait", "last_wait")
    pace = replace(usual, tick=0.05, **{name: getattr(usual, name) / faster for name in waits})
    courier = Courier(
        database,
        Teams({}),
        _now,
        rate=int(RATE * faster),
        pace=pace,
        elsewhere=TenantRoutes(desk.tenant, CHAT, faster=faster),
    )
    began = time.monotonic()
    running = asyncio.create_task(courier.run())
    while await database.run(partial(database.look, _is_open)):  # noqa: ASYNC110 - only the rows know
        await asyncio.sleep(0.05)
    seconds = time.monotonic() - began
    await courier.drain()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    arrived = Counter(str(mail["Subject"]) for mail in desk.standin.state.mails)
    arrived.update(str(body["topic"]["value"]) for _, body in desk.standin.state.pings)
    return Storm(
        rows=database.play(lambda session: list(session.scalars(select(Delivery)))),
        arrived=arrived,
        answers=desk.standin.answers,
        seconds=seconds,
        waits=weather.waits,
        most_at_once=desk.standin.most_at_once,
        violations=desk.standin.violations,
    )


def enqueue(session: Session, numbers: range) -> None:
    """A guest who wants mail, and a member of the tenant who has no chat with the bot, each with a reminder."""
    met = {"first_seen_at": _now(), "name": "Anna Öberg"}
    for number in numbers:
        guest = Person(mail=f"anna{number}@tranemo.example", guest=True, remind_by="mail", **met)
        member = Person(entra_id=f"11111111-0000-4000-8000-{number:012}", guest=False, **met)
        session.add_all([guest, member])
        session.flush()
        outbox.enqueue_all(session, [_reminder(f"mail:{number}", guest), _reminder(f"ping:{number}", member)], _now())


def _reminder(key: str, person: Person) -> Outgoing:
    said = AsMail(subject=key, text="Nyckeltalen saknas än.", why="Du får mejlet för att …")
    late = _now() + timedelta(days=30)
    to = ToPerson(person.id)
    return Outgoing(key, "storm", to, text="Nyckeltalen saknas än.", expires_at=late, reach=Reach.REMINDER, mail=said)


def _is_open(session: Session) -> bool:
    return bool(session.scalar(select(exists().where(Delivery.state.in_([State.WAITING, State.SENDING])))))


def _now() -> datetime:
    return datetime.now(UTC)


def tempo(faster: float) -> Tempo:
    """Microsoft's limits, so many times faster."""
    usual = Tempo()
    return replace(usual, mail=(usual.mail[0], usual.mail[1] / faster), feed=(usual.feed[0], usual.feed[1] / faster))


async def soak(count: int, faster: float) -> int:
    """Run it and print what came of it. 1 where something was lost, unmarked, too fast or not as documented."""
    limits = tempo(faster)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/storm.db")
        migrate.upgrade(database)
        async with office(limits) as desk:
            seen = await storm(desk, database, count, faster)
            ways = {"sendMail": limits.mail, "sendActivityNotification": limits.feed}
            fastest = {call: desk.standin.fastest(call, 10 * window) for call, (_, window) in ways.items()}
            requests = {call: len(desk.standin.arrivals[call]) for call in ways}
        database.close()
    print(f"{count} mails and {count} notifications from the outbox, everything {faster:g} times faster than in life")
    states = Counter(f"{row.state} {row.route}".strip() for row in seen.rows)
    print(f"rows {dict(states)}; tries {sum(row.attempts for row in seen.rows)}")
    print(f"answers {dict(sorted(seen.answers.items()))} (0: the line was cut)")
    print(
        f"lost {len(seen.lost)}; twice {seen.twice}, of these unmarked {len(seen.unmarked)}; untrue {len(seen.unknown)}"
    )
    print(f"at most {seen.most_at_once} Outlook requests at a time (limit {limits.outlook})")
    for call, (most, window) in ways.items():
        print(f"{call}: at most {fastest[call]} requests in ten windows (limit {10 * most})")
        print(f"  {requests[call]} requests take {requests[call] * window / most:.0f} s at the limit;", end=" ")
        print(f"Graph asked to be left alone for {seen.waits[call]:.0f} s")
    usual = count * limits.mail[1] / limits.mail[0]
    print(f"{seen.seconds:.0f} s; {count} mails without any trouble take {usual:.0f} s at the limit.", end=" ")
    print(f"In life {seen.seconds * faster / 60:.0f} min against {usual * faster / 60:.0f} min")
    print(*seen.violations[:5], sep="\n")
    too_fast = any(fastest[call] > 10 * most for call, (most, _) in ways.items())
    wrong = seen.lost or seen.unmarked or seen.unknown or seen.violations
    return 1 if wrong or too_fast or seen.most_at_once > limits.outlook else 0


if __name__ == "__main__":
    logging.disable()
    given = [float(argument) for argument in sys.argv[1:]]
    how_many, how_fast = given + [2000.0, 20.0][len(given) :]
    sys.exit(asyncio.run(soak(int(how_many), how_fast)))
