"""Measures a whole FAQ answer through ``/api/messages``, compared with bare echo bots on Microsoft's own libraries.

``python -m tests.bench.turns [rounds] [seconds]``. Ours: token or local gate, database, search, card, reply sent, reply
marked as sent. Theirs: the text sent back. The rounds of all bots are interleaved, since the machine may be shared;
every figure is the median over the rounds, and is also given as a ratio.
"""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.banks import SIZE, fill, messages, postgresql
from tests.bench.servers import Server, running
from tests.bench.wire import Stub, connector, load
from tests.support.edge import APP_ID, TEAMS_URL, TENANT
from tests.support.fakes import FakeIdentityProvider

STOCK, SDK = "stock CloudAdapter, echo", "Teams SDK, echo"
OURS = "this bot, FAQ answer"


@dataclass(frozen=True)
class Scenario:
    """How many ask at a time, and how slow the Connector is."""

    at_once: int
    delay: float = 0.0

    def __str__(self) -> str:
        return f"{self.at_once} at a time" + (f", Connector takes {self.delay * 1000:.0f} ms" if self.delay else "")


SCENARIOS = (Scenario(1), Scenario(32), Scenario(32, 0.1), Scenario(64, 0.1))


@dataclass(frozen=True)
class Bot:
    """One of the bots that are compared."""

    name: str
    server: Server
    questions: list[str]
    service_url: str
    token: str = ""


@dataclass(frozen=True)
class Measured:
    """One bot, one scenario, one round."""

    rate: float
    """Turns a second."""
    cpu: float
    """Milliseconds of the bot's process for a turn."""
    p50: float
    p99: float


@asynccontextmanager
async def bots(stub: Stub) -> AsyncIterator[list[Bot]]:
    """Yield all of them, listening."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        local, signed = f"sqlite:///{folder}/local.db", f"sqlite:///{folder}/signed.db"
        questions = fill(local)
        fill(signed)
        provider = await stack.enter_async_context(FakeIdentityProvider(APP_ID))
        environ = {
            "MicrosoftAppId": APP_ID,
            "MicrosoftAppTenantId": TENANT,
            "MicrosoftAppPassword": "of nothing",
            "SEKOM_CONTACT": "kansliet@sekom.example",
            "SIGNED_KEYS": provider.metadata_url,
            "SIGNED_CONNECTOR": stub.url,
        }
        rivals = [
            (STOCK, await stack.enter_async_context(running("-m", "tests.bench.rivals.cloud_adapter"))),
            (SDK, await stack.enter_async_context(running("-m", "tests.bench.rivals.teams_sdk"))),
        ]
        found = [Bot(name, server, questions, stub.url) for name, server in rivals]
        ours = await stack.enter_async_context(running("app.py", DATABASE_URL=local))
        found.append(Bot(OURS, ours, questions, stub.url))
        ours = await stack.enter_async_context(running("-m", "tests.bench.signed", DATABASE_URL=signed, **environ))
        found.append(Bot(f"{OURS}, tokens checked", ours, questions, TEAMS_URL, provider.token(TEAMS_URL)))
        url = await stack.enter_async_context(postgresql())
        if url is not None:
            fill(url)
            ours = await stack.enter_async_context(running("app.py", DATABASE_URL=url))
            found.append(Bot(f"{OURS}, PostgreSQL", ours, questions, stub.url))
        yield found


async def measure(bot: Bot, stub: Stub, scenario: Scenario, seconds: float) -> Measured:
    """One round. Raises :class:`AssertionError` where a turn failed or a reply did not come."""
    stub.delay = scenario.delay
    people = [messages(bot.questions, bot.service_url, person, bot.token) for person in range(scenario.at_once)]
    cpu, replies = bot.server.cpu, stub.replies
    done = await load(bot.server.port, people, seconds)
    assert not done.failures, f"{bot.name}: {done.failures} of {done.turns} turns were refused"
    assert stub.replies - replies >= done.turns, f"{bot.name}: a turn was not replied to"
    cpu = (bot.server.cpu - cpu) * 1000 / done.turns
    return Measured(done.turns / done.seconds, cpu, done.percentile(0.5), done.percentile(0.99))


async def compare(rounds: int, seconds: float) -> None:
    """Measure and print."""
    async with connector() as stub, bots(stub) as compared:
        for bot in compared:  # everybody is greeted and everything imported before the watch is started
            await measure(bot, stub, SCENARIOS[-1], 1.0)
            await measure(bot, stub, Scenario(1), 0.5)
        found: dict[Scenario, dict[str, list[Measured]]] = defaultdict(lambda: defaultdict(list))
        for _ in range(rounds):
            for scenario in SCENARIOS:
                for bot in compared:
                    found[scenario][bot.name].append(await measure(bot, stub, scenario, seconds))
        print(f"Turns through /api/messages; a bank of {SIZE} entries; medians of {rounds} rounds of {seconds:g} s")
        for scenario in SCENARIOS:
            _table(scenario, {name: _middle(rounds_of) for name, rounds_of in found[scenario].items()})


def _middle(rounds: list[Measured]) -> Measured:
    return Measured(*(median(getattr(one, name) for one in rounds) for name in ("rate", "cpu", "p50", "p99")))


def _table(scenario: Scenario, found: dict[str, Measured]) -> None:
    print(f"\n{scenario}")
    print(f"{'':40}{'turns/s':>9}{'CPU ms':>8}{'p50 ms':>8}{'p99 ms':>8}{'x stock':>9}{'x SDK':>7}{'CPU/stock':>11}")
    stock, sdk = found[STOCK], found[SDK]
    for name, one in found.items():
        print(
            f"{name:40}{one.rate:9.0f}{one.cpu:8.2f}{one.p50:8.1f}{one.p99:8.1f}"
            f"{one.rate / stock.rate:9.2f}{one.rate / sdk.rate:7.2f}{one.cpu / stock.cpu:11.2f}"
        )


if __name__ == "__main__":
    given = [float(argument) for argument in sys.argv[1:]]
    rounds, seconds = [*given, *(5.0, 2.0)[len(given) :]]
    asyncio.run(compare(int(rounds), seconds))
