"""``make run``: the bot and, where there is Node, Microsoft's Playground against it. Ctrl-C stops both."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping
from pathlib import Path

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.local.address import bot_address, make
from bot.local.people import KANSLI
from bot.papers import OUTBOX
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
PLAYGROUND = ROOT / "var" / "playground"
"""Where ``make`` installs the Playground with npm, and where the Playground writes its log (``devTools/``)."""
PLAYGROUND_PORT = 56150
FILES = f"Mail and invitations become files in {OUTBOX}/."
END = "Ctrl-C stops everything."
STARTING = 60
"""Seconds that the bot and the Playground may each take to start."""
STOPPING = 10
"""Seconds that a process gets to finish before it is killed."""


async def run(settings: Settings, environ: Mapping[str, str], playground_port: int = PLAYGROUND_PORT) -> int:
    """Run until Ctrl-C, or until the bot ends by itself. Return the bot's exit code."""
    if _listening(settings.host.strip("[]"), settings.port):  # we would mistake that program for the bot
        other = f"DATABASE_URL=sqlite:///var/second.db {make('run', settings.port + 1)}"
        _say(f"Port {settings.port} is taken, perhaps by another `make run`. Stop that one, or start a second: {other}")
        return 1
    _say("Starting the bot. This takes about 3 seconds, and 5 when the database is new.")
    kansli = {"SEKOM_KANSLI": KANSLI.entra_id} if settings.local and not settings.kansli else {}
    bot = await asyncio.create_subprocess_exec(sys.executable, ROOT / "app.py", env={**environ, **kansli})
    started = [bot]
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    ended = asyncio.create_task(bot.wait())
    asked = asyncio.create_task(stopped.wait())
    opened = asyncio.create_task(_open(settings, environ, playground_port, started))
    try:
        await asyncio.wait({ended, asked}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        opened.cancel()
        await asyncio.wait({opened})
        await asyncio.gather(*(_stop(process) for process in started))
        asked.cancel()
    if not opened.cancelled():
        opened.result()  # raises the fault, if the Playground did not start
    return 0 if stopped.is_set() else bot.returncode or 0


async def _open(settings: Settings, environ: Mapping[str, str], port: int, started: list[Process]) -> None:
    """Wait for the bot, start the Playground, and say where to click."""
    address, now = bot_address(settings), asyncio.get_running_loop().time
    begun = now()
    if not await _answers(f"{address}/healthz"):
        return
    if not settings.local:  # every message needs a token, and neither chat has one
        _say(f"The bot is ready after {now() - begun:.0f} s. MicrosoftAppId is set, so it answers only Teams. {END}")
        return
    chat = f"Talk with it as a member: `{make('chat', settings.port)}` in another window."
    hindrance = _hindrance()
    if hindrance:
        _say(f"{hindrance}\nThe bot is ready after {now() - begun:.0f} s. {chat} {FILES} {END}")
        return
    _say(f"The bot is ready after {now() - begun:.0f} s. Starting the browser client; this takes about 5 seconds.")
    port, begun = _free(port), now()
    started.append(await _start_playground(f"{address}/api/messages", environ, port))
    if await _answers(f"http://localhost:{port}/"):
        _say(
            f"\nReady after {now() - begun:.0f} s more. Open http://localhost:{port} and click Personal Chat: "
            f"the bot says hello.\nThere you are {KANSLI.name} of the kansli. Press an example, or write: medlemmar, "
            f"hjälp.\n{chat}\n{FILES} {END}"
        )
    else:
        _say(f"The browser client did not start; the reason is in {PLAYGROUND / 'devTools'}. {chat} {END}")


def _hindrance() -> str:
    """Return why there is no browser client, or empty where there is one."""
    if shutil.which("node") is None:
        return "There is no Node (18 or newer), so the browser client is left out."
    if not _cli().exists():
        return "The browser client is not installed (npm did not fetch it), so it is left out."
    return ""


def _cli() -> Path:
    return PLAYGROUND / "node_modules" / "@microsoft" / "m365agentsplayground" / "cli.js"


async def _start_playground(endpoint: str, environ: Mapping[str, str], port: int) -> Process:
    config = {"TEAMS_APP_TEST_TOOL_CONFIG_PATH": str(ROOT / ".m365agentsplayground.yml")}
    options = ("-e", endpoint, "-c", "msteams", "-p", str(port), "--disable-telemetry")
    quiet = asyncio.subprocess.DEVNULL
    return await asyncio.create_subprocess_exec(
        *("node", _cli(), "start", *options), cwd=PLAYGROUND, env={**environ, **config}, stdout=quiet, stderr=quiet
    )


async def _answers(url: str) -> bool:
    """Wait until something answers at ``url``. Return False if nothing does in time."""
    async with ClientSession(timeout=ClientTimeout(total=5)) as session:
        for _ in range(STARTING * 5):
            with contextlib.suppress(ClientError, TimeoutError):
                async with session.get(url) as response:
                    if response.ok:
                        return True
            await asyncio.sleep(0.2)
    return False


def _listening(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def _free(port: int) -> int:
    """Return ``port``, or any free port if it is taken. The Playground would move by itself, but not say where."""
    if port and not _listening("localhost", port):
        return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _stop(process: Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(STOPPING):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - said to the person at the laptop
