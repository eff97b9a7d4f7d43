"""A storm over Graph: mails and notifications while it throttles, fails, cuts the line and is slow.

``python -m tests.soak.graph [how many of each] [times faster]``; 2,000 of each, 20 times faster than in life
(Retry-After and Microsoft's limits alike), take some six minutes. ``test_graph_storm`` runs a few.

Each message is a row with the outbox's own rules: tried again after TryLater; a try that may have arrived counts as a
doubt, and after two the row is uncertain and a person would decide. At the end nothing may be lost, and nothing may
have come twice that is not marked.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.graph.limits import Tempo
from bot.ports import TryLater, Uncertain
from storage.outbox import MOST_DOUBTS
from tests.fakes import Trouble
from tests.graph_support import PING, Office, letter, office

THROTTLED, BUSY, CUT, SLOW = 0.30, 0.10, 0.05, 0.10
AT_ONCE = 30
"""Deliveries under way at a time, as in :mod:`bot.outbox`."""


@dataclass
class Row:
    """One message, as the outbox keeps it."""

    key: str
    send: Callable[[], Awaitable[object]]
    state: str = "waiting"
    tries: int = 0
    doubts: int = 0


@dataclass(frozen=True)
class Storm:
    """What came of it."""

    rows: list[Row]
    arrived: Counter[str]
    answers: Counter[int]
    seconds: float
    tries: int
    waits: dict[str, float]
    away: int
    """Tries that our own limits sent away, before anything was asked of Graph."""
    most_at_once: int
    violations: list[str]

    @property
    def lost(self) -> list[str]:
        """Neither there nor marked."""
        return [row.key for row in self.rows if not self.arrived[row.key] and row.state != "uncertain"]

    @property
    def unmarked(self) -> list[str]:
        """There more than once, and nobody knows."""
        return [row.key for row in self.rows if self.arrived[row.key] > 1 and not row.doubts]

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
            told = self._dice.random() < 0.5
            headers = self._after(call, 2) if told else {}
            return Trouble(status=503, headers=headers, arrives=not told and self._dice.random() < 0.5)
        return Trouble(arrives=True) if what < THROTTLED + BUSY + CUT else None

    def _after(self, call: str, seconds: float) -> dict[str, str]:
        scaled, now = seconds / self._faster, time.monotonic()
        self.waits[call] += max(0.0, now + scaled - max(now, self._until[call]))
        self._until[call] = max(self._until[call], now + scaled)
        return {"Retry-After": str(scaled)}


async def storm(desk: Office, count: int, faster: float, seed: int = 1) -> Storm:
    """Send ``count`` mails and as many notifications through the storm."""
    weather = Weather(seed, faster)
    desk.standin.chaos = weather
    slow = random.Random(seed)
    desk.standin.delays = lambda: 0.05 if slow.random() < SLOW else 0.0
    rows = [row for number in range(count) for row in (_mail(desk, number), _ping(desk, number))]
    began, away = time.monotonic(), [0]
    slots = asyncio.Semaphore(AT_ONCE)
    await asyncio.gather(*(_deliver(row, slots, faster, away) for row in rows))
    arrived = Counter(str(mail["Subject"]) for mail in desk.standin.state.mails)
    arrived.update(str(body["topic"]["value"]) for _, body in desk.standin.state.pings)
    return Storm(
        rows=rows,
        arrived=arrived,
        answers=desk.standin.answers,
        seconds=time.monotonic() - began,
        tries=sum(row.tries for row in rows),
        waits=weather.waits,
        away=away[0],
        most_at_once=desk.standin.most_at_once,
        violations=desk.standin.violations,
    )


async def _deliver(row: Row, slots: asyncio.Semaphore, faster: float, away: list[int]) -> None:
    dice = random.Random(row.key)
    while row.state == "waiting":
        async with slots:
            wait = await _try(row, away)
        if wait is not None:
            await asyncio.sleep(wait + dice.random() / faster)
        elif row.state == "waiting":
            await asyncio.sleep(min(900.0, 2.0 * 2.0 ** min(row.tries, 8)) * dice.uniform(0.5, 1) / faster)


async def _try(row: Row, away: list[int]) -> float | None:
    """Once; the seconds that were asked for, if any."""
    try:
        row.tries += 1
        await row.send()
    except TryLater as error:
        if error.code == "own_limit":
            row.tries -= 1
            away[0] += 1
        row.doubts += error.doubtful
        row.state = "uncertain" if row.doubts > MOST_DOUBTS else "waiting"
        return error.after
    except Uncertain:
        row.doubts += 1
        row.state = "uncertain" if row.doubts > MOST_DOUBTS else "waiting"
        return None
    row.state = "sent"
    return None


def _mail(desk: Office, number: int) -> Row:
    key = f"mail:{number}"
    written = replace(letter(key), subject=key)
    return Row(key, lambda: desk.tenant.mail.send(written))


def _ping(desk: Office, number: int) -> Row:
    key = f"ping:{number}"
    person = f"11111111-0000-4000-8000-{number:012}"
    ping = replace(PING, topic=key)
    return Row(key, lambda: desk.tenant.feed.notify(person, ping))


def tempo(faster: float) -> Tempo:
    """Microsoft's limits, so many times faster."""
    usual = Tempo()
    return replace(usual, mail=(usual.mail[0], usual.mail[1] / faster), feed=(usual.feed[0], usual.feed[1] / faster))


async def soak(count: int, faster: float) -> int:
    """Run it and print what came of it. 1 where something was lost, unmarked, too fast or not as documented."""
    limits = tempo(faster)
    async with office(limits) as desk:
        seen = await storm(desk, count, faster)
        ways = {"sendMail": limits.mail, "sendActivityNotification": limits.feed}
        fastest = {call: desk.standin.fastest(call, 10 * window) for call, (_, window) in ways.items()}
        requests = {call: len(desk.standin.arrivals[call]) for call in ways}
    print(f"{count} mails and {count} notifications, everything {faster:g} times faster than in life")
    print(f"states {dict(Counter(row.state for row in seen.rows))}; tries {seen.tries}, sent away here {seen.away}")
    print(f"answers {dict(sorted(seen.answers.items()))} (0: the line was cut)")
    print(f"lost {len(seen.lost)}; twice {seen.twice}, of these unmarked {len(seen.unmarked)}")
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
    too_many = seen.most_at_once > limits.outlook
    return 1 if seen.lost or seen.unmarked or seen.violations or too_fast or too_many else 0


if __name__ == "__main__":
    given = [float(argument) for argument in sys.argv[1:]]
    how_many, how_fast = given + [2000.0, 20.0][len(given) :]
    sys.exit(asyncio.run(soak(int(how_many), how_fast)))
