"""Fits the calibration in a process of its own: it computes for seconds, which must not hold up a turn.

``python -m bot.search.trainer`` reads entries from stdin as a line of JSON, and then the vectors of their texts, if
there are any. It writes what it has learned to stdout as JSON. It imports numpy and nothing of the bot's edges. A
process pool would import them, because it starts by importing ``app.py``.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import numpy as np

from bot.search.calibration import Learned, calibrate
from bot.search.encoder_worker import Model
from bot.search.examples import Vectors
from bot.search.scorer import SearchEntry
from bot.search.semantic import Vector

LONGEST = 600
"""Most seconds that the fitting may take. A bank of 50,000 entries takes minutes."""
ROOT = Path(__file__).parents[2]


class FittingError(Exception):
    """The process failed or took too long."""


async def fit(entries: Sequence[SearchEntry], vectors: Mapping[str, Vector] | None = None) -> Learned | None:
    """Return what is learned from ``entries``; None if they are too few. Raises :class:`FittingError`.

    ``vectors`` are those of the entries' texts. The process encodes the other texts that it needs.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.search.trainer"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(LONGEST):
            written, _ = await process.communicate(_written(entries, vectors))
    except TimeoutError as error:
        raise FittingError("it took too long") from error
    finally:
        if process.returncode is None:  # the bot stops, or it took too long
            process.kill()
            await process.wait()
    if process.returncode:
        raise FittingError(f"it ended with {process.returncode}")
    learned = json.loads(written)
    return Learned.from_dict(learned) if learned else None


def _written(entries: Sequence[SearchEntry], vectors: Mapping[str, Vector] | None) -> bytes:
    line = {"entries": list(map(_texts, entries)), "texts": None if vectors is None else list(vectors)}
    packed = BytesIO()
    if vectors is not None:
        np.save(packed, np.array(list(vectors.values()), dtype=np.float32))
    return json.dumps(line).encode() + b"\n" + packed.getvalue()


def _texts(entry: SearchEntry) -> Sequence[object]:
    """Return what is learned from: all but how long the answer is valid."""
    return entry.id, entry.question, entry.answer, entry.alternatives, entry.theme


def main() -> None:
    """Do the work of the process: fit on the entries from stdin, and print the calibration."""
    if hasattr(os, "nice"):
        with suppress(OSError):  # deploy/sekom-bot.service forbids it
            os.nice(10)  # turns go first
    read = json.loads(sys.stdin.buffer.readline())
    entries = [
        SearchEntry(number, question, answer, tuple(alternatives), theme)
        for number, question, answer, alternatives, theme in read["entries"]
    ]
    learned = calibrate(entries, _vectors(read["texts"]))
    json.dump(learned.as_dict() if learned else None, sys.stdout)


def _vectors(texts: Sequence[str] | None) -> Vectors | None:
    """Return what gives the vector of any text: of the known ones as read from stdin, else by the encoder."""
    if texts is None:
        return None
    known = dict(zip(texts, np.load(BytesIO(sys.stdin.buffer.read())), strict=True))
    model = Model()

    def vector(text: str) -> Vector:
        found = known.get(text)
        if found is None:
            found = known[text] = model.encode(text)
        return found

    return vector


if __name__ == "__main__":
    main()
