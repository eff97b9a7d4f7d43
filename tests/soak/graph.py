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
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.graph.limits import MARGIN, Tempo
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
    send: Callable[[], Awaitable[None]]
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


def weather(seed: int, faster: float) -> Callable[[str], Trouble | None]:
    """What happens to a request: throttled, failed (done or not), cut (always done), slow, or nothing."""
    dice = random.Random(seed)

    def next_trouble(_: str) -> Trouble | None:
        what = dice.random()
        if what < THROTTLED:
            after = dice.choice((1, 1, 2, 5, 10, 200)) if dice.random() < 0.1 else 1
            return Trouble(status=429, headers={"Retry-After": str(after / faster)})
        if what < THROTTLED + BUSY:
            told = dice.random() < 0.5
            headers = {"Retry-After": str(2 / faster)} if told else {}
            return Trouble(status=503, headers=headers, arrives=not told and dice.random() < 0.5)
        if what < THROTTLED + BUSY + CUT:
            return Trouble(arrives=True)
        return None

    return next_trouble


async def storm(desk: Office, count: int, faster: float, seed: int = 1) -> Storm:
    """Send ``count`` mails and as many notifications through the storm."""
    desk.standin.chaos = weather(seed, faster)
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
    """Run it and print what came of it. 1 where something was lost, unmarked or not as documented."""
    limits = tempo(faster)
    async with office(limits) as desk:
        seen = await storm(desk, count, faster)
        windows = (
            desk.standin.fastest("sendMail", limits.mail[1]),
            desk.standin.fastest("sendActivityNotification", 20 * limits.feed[1]),
        )
    least = count * limits.mail[1] / limits.mail[0]
    states = Counter(row.state for row in seen.rows)
    print(f"{count} mails and {count} notifications, everything {faster:g} times faster than in life")
    print(f"states {dict(states)}; tries {seen.tries}, sent away by our own limits {seen.away}")
    print(f"answers {dict(sorted(seen.answers.items()))} (0: the line was cut)")
    print(f"lost {len(seen.lost)}; twice {seen.twice}, of these unmarked {len(seen.unmarked)}")
    print(f"at most {seen.most_at_once} Outlook requests at a time (limit {limits.outlook})")
    print(f"mails in one window: at most {windows[0]} (limit {limits.mail[0]})")
    print(f"notifications in twenty windows: at most {windows[1]} (limit {20 * limits.feed[0]})")
    print(f"{seen.seconds:.0f} s; the mail limit's own minimum {least:.0f} s, with our margin {least * MARGIN:.0f} s")
    print(f"in life: {seen.seconds * faster / 60:.0f} min against {least * faster / 60:.0f} min")
    wrong = seen.lost or seen.unmarked or seen.violations or seen.most_at_once > limits.outlook
    print(*seen.violations[:5], sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    given = [float(argument) for argument in sys.argv[1:]]
    how_many, how_fast = given + [2000.0, 20.0][len(given) :]
    sys.exit(asyncio.run(soak(int(how_many), how_fast)))
