"""Letters and typing errors: what two spellings of a name have in common. Pure."""

from __future__ import annotations

import unicodedata
from collections import Counter


def errors(one: str, other: str) -> int:
    """Typing errors between two words: a letter wrong, missing, too many, or two swapped."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        earlier, before, row = before, row, [at]
        for to, against in enumerate(other, 1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != against))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == against:
                cost = min(cost, earlier[to - 2] + 1)
            row.append(cost)
    return row[-1]


def letters(text: str) -> str:
    """Without spaces, hyphens and digits."""
    return "".join(letter for letter in text if letter.isalpha())


def bare(text: str) -> str:
    """Without the marks on letters: ``sotenas``."""
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


def spelt_out(text: str) -> str:
    """As on a foreign keyboard: ``malmoe``."""
    return text.replace("å", "aa").replace("ä", "ae").replace("ö", "oe")


def differing(one: str, other: str) -> int:
    """Letters that the two words do not share; at most twice the errors between them."""
    first, second = Counter(one), Counter(other)
    return (first - second).total() + (second - first).total()


def marks_fit(text: str, name: str) -> bool:
    """Whether ``text`` leaves out marks of ``name`` and adds none."""
    return all(one in (other, bare(other)) for one, other in zip(text, name, strict=True))
