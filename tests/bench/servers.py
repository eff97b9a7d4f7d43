"""The bots that are measured, each a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.wire import call
from tests.support.network import free_port
from tests.support.paths import ROOT

UNLIMITED = {"SEKOM_SENDER_RATE": "100000"}
"""One person asks more in a second than a bot answers a person in a minute; what is over that costs hardly anything."""
STARTS_WITHIN = 300
"""Seconds until a bot listens, on a machine that is busy with much else."""


@dataclass(frozen=True)
class Server:
    """A running bot."""

    pid: int
    port: int
    started: float
    """When its process was started, of ``time.perf_counter()``."""

    @property
    def cpu(self) -> float:
        """Seconds of CPU that its threads have used."""
        threads = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(thread.read_text("ascii").split()[0]) for thread in threads) / 1e9

    @property
    def megabytes(self) -> float:
        """Its resident memory."""
        status = Path(f"/proc/{self.pid}/status").read_text("ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@asynccontextmanager
async def running(*command: str, **environ: str) -> AsyncIterator[Server]:
    """Yield ``python command…``, told its port by ``PORT``, from when it listens; ended by its id."""
    port = free_port()
    given = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PORT": str(port), **UNLIMITED, **environ}
    started = time.perf_counter()
    log = asyncio.subprocess.DEVNULL if "BENCH_LOG" not in os.environ else None
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, cwd=ROOT, env=given, stdout=log, stderr=log
    )
    try:
        await _until_listening(process, port)
        yield Server(process.pid, port, started)
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            async with asyncio.timeout(10):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def _until_listening(process: asyncio.subprocess.Process, port: int) -> None:
    async with asyncio.timeout(STARTS_WITHIN):
        while process.returncode is None:
            try:
                (await call(port)).transport.close()
            except OSError:
                await asyncio.sleep(0.005)
            else:
                return
    raise RuntimeError("a bot ended before it listened; BENCH_LOG=1 shows what it said")
