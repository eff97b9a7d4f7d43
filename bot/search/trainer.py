"""Fits the calibration in a process of its own: it computes for seconds, which must not hold up a turn.

``python -m bot.search.trainer`` reads entries from stdin and writes the calibration to stdout, both as JSON. It imports
numpy and nothing of the bot's edges. A process pool would import them, because it starts by importing ``app.py``.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from bot.search.calibration import Calibration, calibrate
from bot.search.scorer import SearchEntry

LONGEST = 600
"""Most seconds that the fitting may take. A bank of 50,000 entries takes minutes."""
ROOT = Path(__file__).parents[2]


class FittingError(Exception):
    """The process failed or took too long."""


async def fit(entries: Sequence[SearchEntry]) -> Calibration | None:
    """Return the calibration learned from ``entries``; None if they are too few. Raises :class:`FittingError`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.search.trainer"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(LONGEST):
            written, _ = await process.communicate(json.dumps(list(map(_texts, entries))).encode())
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


def _texts(entry: SearchEntry) -> Sequence[object]:
    """Return what is learned from: all but how long the answer is valid."""
    return entry.id, entry.question, entry.answer, entry.alternatives, entry.theme


def main() -> None:
    """Do the work of the process: fit on the entries from stdin, and print the calibration."""
    if hasattr(os, "nice"):
        with suppress(OSError):  # deploy/sekom-bot.service forbids it
            os.nice(10)  # turns go first
    entries = [
        SearchEntry(number, question, answer, tuple(alternatives), theme)
        for number, question, answer, alternatives, theme in json.load(sys.stdin)
    ]
    calibration = calibrate(entries)
    json.dump(calibration.as_dict() if calibration else None, sys.stdout)


if __name__ == "__main__":
    main()
