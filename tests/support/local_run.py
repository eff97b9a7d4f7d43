"""``make run`` as the browser tests start it."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.local.run import PLAYGROUND
from tests.support.dates import environment
from tests.support.network import free_port
from tests.support.playground import chromium


def missing() -> str:
    """Why the browser test can't run here."""
    if shutil.which("node") is None or not PLAYGROUND.joinpath("node_modules").exists():
        return "Node 18 or the Playground is not installed (make test installs the latter)"
    if chromium() is None:
        return "neither Chromium nor Playwright's own browser is installed"
    return ""


@asynccontextmanager
async def made_run(folder: Path, port: int = 0) -> AsyncIterator[str]:
    """Yield ``make run`` with a database of its own; the address that it says to open. ``port`` is the bot's own."""
    environ = {name: value for name, value in os.environ.items() if not name.upper().startswith(("SEKOM", "MICROSOFT"))}
    environ |= {"PORT": str(port or free_port()), **environment()}
    environ |= {"SEKOM_WELCOME": "false"}  # it comes in working hours only, and tests run at any hour
    environ |= {"DATABASE_URL": f"sqlite:///{folder}/sekom.db"}
    log = (folder / "log").open("wb")
    run = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run", "--playground-port", "0"),
        cwd=folder,  # a developer's own .env is not read
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=log,
    )
    try:
        assert run.stdout
        address, said = None, ""
        async with asyncio.timeout(60):
            while not address and (line := (await run.stdout.readline()).decode()):
                said += line
                address = re.search(r"http://localhost:\d+", line)
        assert address, f"{said}\n{(folder / 'log').read_text('utf-8')}"
        yield address[0]
    finally:
        if run.returncode is None:
            run.send_signal(signal.SIGINT)
        async with asyncio.timeout(20):
            await run.wait()
        log.close()
    assert run.returncode == 0, (folder / "log").read_text("utf-8")
