"""Compares a question with entries by meaning, from the vectors of a sentence encoder. Pure: it is given the vectors.

Four cosines are added to the lexical score (measured on dev by ``tests/bench/meaning.py``): with the nearest phrasing,
with the mean of the phrasings, with question and answer, and with the answer. An encoder gives all texts of one
language cosines above .75, so only what exceeds that counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.search.scorer import Scores, SearchEntry

Vector: TypeAlias = NDArray[np.float32]
"""Of length one."""

_LEAST = np.float32(0.75)
_NEAREST, _MEAN, _ENTRY, _ANSWER = (np.float32(weight) for weight in (10, 8, 12, 4))
"""A broad optimum: half or twice of one changes nDCG by at most .005."""
LONGEST = 300
"""Characters of a question that are encoded: time grows with the length, and longer questions repeat themselves."""
LONGEST_ANSWER = 600
"""Characters of an entry that are encoded with its answer. It is done once for each text."""
QUESTION, PASSAGE = "query: ", "passage: "
"""How multilingual-e5 is told what a text is (reference/semantic.md)."""


def question_text(text: str) -> str:
    """Return what is encoded for a question or a phrasing."""
    return QUESTION + " ".join(text.split())[:LONGEST]


def _entry_text(entry: SearchEntry) -> str:
    return PASSAGE + f"{entry.question}\n{entry.answer}"[:LONGEST_ANSWER]


def _answer_text(entry: SearchEntry) -> str:
    return PASSAGE + entry.answer[:LONGEST_ANSWER]


def texts(entries: Sequence[SearchEntry]) -> list[str]:
    """Return the different texts whose vectors :meth:`Semantic.of` needs."""
    asked = (question_text(text) for entry in entries for text in entry.phrasings())
    told = (text for entry in entries for text in (_entry_text(entry), _answer_text(entry)))
    return list(dict.fromkeys((*asked, *told)))


@dataclass(frozen=True, slots=True)
class Closeness:
    """How near each entry is to a question by meaning, in the bank's order."""

    scores: Scores
    """To be added to the lexical scores."""
    nearest: Scores
    """The cosine with the entry's nearest phrasing, at most 1."""


class Semantic:
    """The entries' vectors, ready to be compared with a question's."""

    def __init__(self, entries: Sequence[SearchEntry], vectors: Mapping[str, Vector]) -> None:
        """Raise KeyError if ``vectors`` lacks one of :func:`texts`."""
        asked = [[vectors[question_text(text)] for text in entry.phrasings()] for entry in entries]
        self._size = len(entries)
        self._owners = np.repeat(np.arange(self._size), [len(part) for part in asked])
        self._phrasings = _rows([vector for part in asked for vector in part])
        self._entries = _rows([vectors[_entry_text(entry)] for entry in entries])
        self._answers = _rows([vectors[_answer_text(entry)] for entry in entries])
        means = [_mean(part) if part else np.zeros_like(self._answers[0]) for part in asked]
        self._means = _rows(means)

    def compare(self, question: Vector) -> Closeness:
        """Return how near each entry is to the question with this vector."""
        nearest = np.zeros(self._size, dtype=np.float32)
        if not self._size:
            return Closeness(nearest, nearest)
        if len(self._phrasings):
            np.maximum.at(nearest, self._owners, self._phrasings @ question)
        scores = _NEAREST * _above(nearest) + _MEAN * _above(self._means @ question)
        scores += _ENTRY * _above(self._entries @ question) + _ANSWER * _above(self._answers @ question)
        return Closeness(scores, nearest)


def _rows(vectors: Sequence[Vector]) -> NDArray[np.float32]:
    return np.array(vectors, dtype=np.float32).reshape(len(vectors), -1) if vectors else np.zeros((0, 0), np.float32)


def _mean(vectors: Sequence[Vector]) -> Vector:
    total = np.sum(vectors, axis=0, dtype=np.float32)
    return np.asarray(total / np.linalg.norm(total), dtype=np.float32)


def _above(cosines: Scores) -> Scores:
    return np.asarray(np.maximum(cosines - _LEAST, np.float32(0)), dtype=np.float32)
