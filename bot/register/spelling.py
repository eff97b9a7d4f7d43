"""Compare spellings of a name: letters, marks and typing errors. Pure functions."""

from __future__ import annotations

import unicodedata
from collections import Counter


def errors(word: str, other: str) -> int:
    """Return the typing errors between two words: a letter wrong, missing, too many, or two swapped."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(word, 1):
        earlier, before, row = before, row, [at]
        for to, against in enumerate(other, 1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != against))
            if at > 1 and to > 1 and letter == other[to - 2] and word[at - 2] == against:
                cost = min(cost, earlier[to - 2] + 1)
            row.append(cost)
    return row[-1]


def letters(text: str) -> str:
    """Return the text without spaces, hyphens and digits."""
    return "".join(letter for letter in text if letter.isalpha())


def bare(text: str) -> str:
    """Return the text without the marks on letters: ``sotenas``."""
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


def spelt_out(text: str) -> str:
    """Return the text as typed on a foreign keyboard: ``malmoe``."""
    return text.replace("å", "aa").replace("ä", "ae").replace("ö", "oe")


def differing(word: str, other: str) -> int:
    """Return how many letters the two words do not share; at most twice the errors between them."""
    first, second = Counter(word), Counter(other)
    return (first - second).total() + (second - first).total()


def marks_fit(text: str, name: str) -> bool:
    """Return whether ``text`` is ``name`` with some marks left out and none added."""
    return all(written in (meant, bare(meant)) for written, meant in zip(text, name, strict=True))
