"""Measures the cost of Graph: import, memory and CPU, and the turns that run at the same time.

``python -m tests.bench.graph [rounds] [seconds]``. Everything is a process of its own and all modes are interleaved,
since the machine may be shared; figures are medians over the rounds, and are also given as ratios.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.banks import fill, messages
from tests.bench.servers import running
from tests.bench.turns import Bot, Scenario
from tests.bench.wire import Load, Stub, connector, load

MODES = {
    "rest": "at rest",
    "paced": "roster, Microsoft's pace",
    "roster": "roster, without a pause",
    "mail": "mail, four at a time",
    "storm": "a storm over the outbox",
    "naive": "roster by SDK models, same loop",
}
SCENARIOS = (Scenario(1), Scenario(16))
STEPS = ("bot", "graph", "mail", "roster", "models")
NAMES = {
    "bot": "the bot without Graph",
    "graph": "with Graph connected",
    "mail": "after a mail",
    "roster": "after a roster of 5,000",
    "models": "the same by the SDK's models",
}
STEP = """
import asyncio, json, logging, resource, sys, time, warnings
warnings.simplefilter("ignore")
began, cpu = time.perf_counter(), time.process_time()
import app
step = sys.argv[1]
async def main():
    if step == "bot":
        return
    from tests.support.graph import TEAM, connected_to, letter
    from tests.bench.graph_beside import FASTEST, read_with_models
    async with connected_to(sys.argv[2], FASTEST) as graph:
        if step == "mail":
            await graph.tenant.mail.send(letter())
        if step == "roster":
            assert len(await graph.tenant.directory.team_members(TEAM)) == 5000
        if step == "models":
            assert await graph.wire.thread.run(read_with_models(graph)) == 5000
        report()
def report():
    memory = int(open("/proc/self/status").read().partition("VmRSS:")[2].split()[0]) / 1024
    print(json.dumps([time.perf_counter() - began, time.process_time() - cpu, memory]))
asyncio.run(main())
if step == "bot":
    report()
"""


async def cost(step: str, base: str) -> list[float]:
    """Seconds, seconds of CPU and megabytes of a fresh process that goes as far as ``step``."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", STEP, step, base, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    assert process.returncode == 0, step
    found: list[float] = json.loads(told)
    return found


async def costs(rounds: int, base: str) -> None:
    """Print what each step adds."""
    found: dict[str, list[list[float]]] = defaultdict(list)
    for _ in range(rounds):
        for step in STEPS:
            found[step].append(await cost(step, base))
    middle = {step: [median(column) for column in zip(*rows, strict=True)] for step, rows in found.items()}
    print(f"{'a fresh process':32} {'seconds':>8} {'CPU s':>8} {'MB':>8}   ratios to the bot without Graph")
    for step, row in middle.items():
        ratios = "  ".join(f"{value / first:.2f}" for value, first in zip(row, middle["bot"], strict=True))
        print(f"{NAMES[step]:32} {row[0]:8.2f} {row[1]:8.2f} {row[2]:8.0f}   {ratios}")


async def turns(rounds: int, seconds: float, stub: Stub, base: str, stormy: str) -> None:
    """Print the turns while Graph is at work. One bot runs at a time, or they would slow each other down."""
    found: dict[tuple[Scenario, str], list[Load]] = defaultdict(list)
    with TemporaryDirectory() as folder:
        database = f"sqlite:///{Path(folder) / 'bench.db'}"
        questions = fill(database)
        for _ in range(rounds):
            for mode in MODES:
                environ = {"BESIDE": mode, "GRAPH_BASE": stormy if mode == "storm" else base, "DATABASE_URL": database}
                async with running("-W", "ignore", "-m", "tests.bench.graph_beside", **environ) as server:
                    bot = Bot(mode, server, questions, stub.url)
                    await _measured(bot, SCENARIOS[-1], 1.0)  # everybody is greeted, everything imported
                    for scenario in SCENARIOS:
                        found[scenario, mode].append(await _measured(bot, scenario, seconds))
    for scenario in SCENARIOS:
        print(f"\n{f'turns, {scenario}':32} {'p50 ms':>8} {'p99 ms':>8} {'turns/s':>8}   ratios to rest: p50  p99")
        rest = _middle(found[scenario, "rest"])
        for mode, name in MODES.items():
            row = _middle(found[scenario, mode])
            ratios = f"{row[0] / rest[0]:.2f}  {row[1] / rest[1]:.2f}"
            print(f"{name:32} {row[0]:8.1f} {row[1]:8.1f} {row[2]:8.0f}   {ratios}")


async def _measured(bot: Bot, scenario: Scenario, seconds: float) -> Load:
    """Not :func:`tests.bench.turns.measure`: a loop that stands still for seconds replies after its turns."""
    people = [messages(bot.questions, bot.service_url, person) for person in range(scenario.at_once)]
    done = await load(bot.server.port, people, seconds)
    assert not done.failures, f"{bot.name}: {done.failures} of {done.turns} turns were refused"
    return done


def _middle(rounds: list[Load]) -> list[float]:
    figures = [(one.percentile(0.5), one.percentile(0.99), one.turns / one.seconds) for one in rounds]
    return [median(column) for column in zip(*figures, strict=True)]


async def main(rounds: int, seconds: float) -> None:
    """Measure and print."""
    async with (
        running("-W", "ignore", "-m", "tests.bench.graph_beside", "standin") as standin,
        running("-W", "ignore", "-m", "tests.bench.graph_beside", "standin", STORM="1") as stormy,
        connector() as stub,
    ):
        base, storm = (f"http://127.0.0.1:{one.port}/v1.0" for one in (standin, stormy))
        await costs(rounds, base)
        await turns(rounds, seconds, stub, base, storm)


if __name__ == "__main__":
    given = [float(argument) for argument in sys.argv[1:]]
    how_often, how_long = given + [3.0, 3.0][len(given) :]
    asyncio.run(main(int(how_often), how_long))
