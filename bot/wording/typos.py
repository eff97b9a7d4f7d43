"""Recognises wrong spellings of a few known phrases: "hjäp", "minkommun", "fråga kolegor". Pure."""

from __future__ import annotations

from functools import lru_cache

from bot.wording.utterance import WORD, fold

LEAST = 4
"""Fewest letters of a phrase that may be spelt wrong. Shorter words are too near each other."""
LONG = 9
"""Fewest letters of a phrase that may have two faults."""


def alike(text: str, phrase: str) -> bool:
    """Return whether ``text`` is ``phrase`` with other spaces, or with one fault in it, or two in a long one.

    A fault is a letter that is missing, extra, or another one, or two letters that have changed places. The first
    letter must be right: "tacka" is not "backa".
    """
    written, meant = _letters(text), _letters(phrase)
    if written == meant:
        return True
    most = 2 if len(meant) >= LONG else 1
    if min(len(written), len(meant)) < LEAST or abs(len(written) - len(meant)) > most or written[0] != meant[0]:
        return False
    return _faults(written, meant) <= most


@lru_cache(maxsize=1_000)
def _letters(text: str) -> str:
    return "".join(WORD.findall(fold(text)))


def _faults(written: str, meant: str) -> int:
    """Return the number of faults: the distance of Damerau and Levenshtein, where swapped letters count once."""
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for at, letter in enumerate(written, 1):
        above, row = row, [at]
        for to, other in enumerate(meant, 1):
            best = min(above[to] + 1, row[to - 1] + 1, above[to - 1] + (letter != other))
            if at > 1 and to > 1 and letter == meant[to - 2] and written[at - 2] == other:
                best = min(best, before[to - 2] + 1)
            row.append(best)
        before = above
    return row[-1]
