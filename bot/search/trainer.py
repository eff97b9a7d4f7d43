"""Fits the calibration in a process of its own: seconds of computing that must not hold up a turn.

``python -m bot.search.trainer`` reads entries from stdin and writes what they teach to stdout, both as JSON. That
imports numpy and nothing of the bot's edges, which a process pool would (it starts with the importing of ``app.py``).
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import astuple
from pathlib import Path

from bot.search.calibration import Calibration, calibrate
from bot.search.scorer import Entry

LONGEST = 600
"""Seconds; a bank of 50,000 entries takes minutes."""
ROOT = Path(__file__).parents[2]


class FittingError(Exception):
    """The process did not do its work."""


async def fit(entries: Sequence[Entry]) -> Calibration | None:
    """What ``entries`` teach; None where they are too few. Raises :class:`FittingError`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.search.trainer"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(LONGEST):
            written, _ = await process.communicate(json.dumps([astuple(entry) for entry in entries]).encode())
    except TimeoutError as error:
        raise FittingError("it took too long") from error
    finally:
        if process.returncode is None:  # the bot stops, or it took too long
            process.kill()
            await process.wait()
    if process.returncode:
        raise FittingError(f"it ended with {process.returncode}")
    learned = json.loads(written)
    return Calibration.from_dict(learned) if learned else None


def main() -> None:
    """Be the process."""
    if hasattr(os, "nice"):
        with suppress(OSError):  # deploy/sekom-bot.service forbids it
            os.nice(10)  # turns go first
    entries = [
        Entry(number, question, answer, tuple(alternatives), theme)
        for number, question, answer, alternatives, theme in json.load(sys.stdin)
    ]
    found = calibrate(entries)
    json.dump(found.as_dict() if found else None, sys.stdout)


if __name__ == "__main__":
    main()
