"""Measures the time from the start to the first answered question, and memory, compared with the imports alone.

``python -m tests.bench.start [rounds]``. A question is answered when its reply has come to the Connector and the
POST has its answer. Rounds are interleaved; medians.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import defaultdict
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.banks import SIZE, fill, messages
from tests.bench.servers import running
from tests.bench.wire import Stub, call, connector, load
from tests.support.paths import ROOT

IMPORTS = "import app; print(open('/proc/self/status').read().partition('VmRSS:')[2].split()[0])"
IMPORTS_ALONE = "this bot, the imports alone"
TURNS = 20
"""Seconds of turns after which memory is looked at again."""


async def imports() -> tuple[float, float]:
    """Seconds and megabytes."""
    start = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", IMPORTS, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    written, _ = await process.communicate()
    return time.perf_counter() - start, int(written) / 1024


async def first_answer(stub: Stub, question: str, *command: str, url: str = "", **environ: str) -> tuple[float, float]:
    """Seconds and megabytes of a bot that is started, asked once, and ended."""
    environ |= {"DATABASE_URL": url} if url else {}
    async with running(*command, **environ) as server:
        caller, before = await call(server.port), stub.replies
        answer = await caller.post(next(messages([question], stub.url, 1)))
        seconds = time.perf_counter() - server.started
        assert answer.startswith(b"HTTP/1.1 20")
        assert stub.replies > before
        return seconds, server.megabytes


async def main(rounds: int) -> None:
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    with TemporaryDirectory() as folder:
        kept = f"sqlite:///{folder}/kept.db"
        question = fill(kept)[0]
        async with connector() as stub:
            for number in range(rounds + 1):
                row = {
                    IMPORTS_ALONE: await imports(),
                    f"this bot, {SIZE} entries": await first_answer(stub, question, "app.py", url=kept),
                    "this bot, the very first start": await first_answer(
                        stub, question, "app.py", url=f"sqlite:///{Path(folder) / str(number)}.db"
                    ),
                    "stock CloudAdapter, echo": await first_answer(
                        stub, question, "-m", "tests.bench.rivals.cloud_adapter"
                    ),
                    "Teams SDK, echo": await first_answer(stub, question, "-m", "tests.bench.rivals.teams_sdk"),
                }
                for name, one in row.items() if number else ():  # the first round only warms the disk's cache
                    found[name].append(one)
            worked = await after_work(stub, kept, question)
    print(f"From the start of the process to the first answer; medians of {rounds} rounds")
    print(f"{'':36}{'seconds':>9}{'x imports':>11}{'MB':>6}{'x imports':>11}")
    floor = [median(column) for column in zip(*found[IMPORTS_ALONE], strict=True)]
    for name, rows in found.items():
        seconds, megabytes = (median(column) for column in zip(*rows, strict=True))
        print(f"{name:36}{seconds:9.2f}{seconds / floor[0]:11.2f}{megabytes:6.0f}{megabytes / floor[1]:11.2f}")
    print(f"{f'this bot, after {worked[0]} turns':36}{'':20}{worked[1]:6.0f}{worked[1] / floor[1]:11.2f}")


async def after_work(stub: Stub, url: str, question: str) -> tuple[int, float]:
    """Return turns, 32 at a time, and megabytes of a bot that learns from its bank at the same time."""
    async with running("app.py", DATABASE_URL=url) as server:
        people = [messages([question], stub.url, person) for person in range(32)]
        done = await load(server.port, people, TURNS)
        return done.turns, server.megabytes


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 7))
