"""How near each entry of the knowledge bank is to a question, and what tells whether the nearest one is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from bot.faq import postings, terms
from bot.faq.postings import Scores


@dataclass(frozen=True, slots=True)
class Entry:
    """What the search needs to know of one published entry."""

    id: int
    question: str
    answer: str
    alternatives: tuple[str, ...] = ()
    theme: str = ""

    def texts(self) -> list[str]:
        """Question, alternatives and answer, without the empty ones."""
        return [text for text in (self.question, *self.alternatives, self.answer) if text]


class Scorer(Protocol):
    """One opinion on how near entries are to a question; a semantic one may join the lexical one."""

    @property
    def fingerprint(self) -> str:
        """What it was fitted on, and how: equal fingerprints give equal scores."""

    def fit(self, entries: Sequence[Entry]) -> Self:
        """Return a scorer of these entries; it may take what it knows of unchanged texts from this one."""

    def scores(self, question: str) -> Scores:
        """One number for each entry, in their order; higher is nearer, 0 is nothing in common."""


@dataclass(frozen=True, slots=True)
class _Fitted:
    grams: terms.Counted
    stems: terms.Counted
    owners: NDArray[np.int64]
    phrasings: postings.Postings
    wholes: postings.Postings
    words: postings.Postings


class Lexical:
    """The three-part sum of reference/retrieval.md: grams of the best phrasing, grams and stems of the whole entry."""

    def __init__(self, entries: Sequence[Entry] = (), previous: Lexical | None = None) -> None:
        texts = [entry.texts() for entry in entries]
        flat = [text for part in texts for text in part]
        owners = np.repeat(np.arange(len(entries), dtype=np.int64), [len(part) for part in texts])
        grams = terms.count(flat, terms.grams, previous.fitted.grams if previous else None)
        stems = terms.count(flat, terms.stems, previous.fitted.stems if previous else None)
        rows = np.array([grams.rows[text] for text in flat], dtype=np.int64)
        phrasings = postings.build(grams, rows, np.arange(len(flat)), len(flat))
        wholes = postings.build(grams, rows, owners, len(entries))
        words = postings.build(stems, rows, owners, len(entries))
        self.fitted: _Fitted = _Fitted(grams, stems, owners, phrasings, wholes, words)
        self.fingerprint = fingerprint(entries)

    def fit(self, entries: Sequence[Entry]) -> Lexical:
        """Return the scorer of ``entries``, which takes what it can from this one's counts."""
        return Lexical(entries, self)

    def scores(self, question: str) -> Scores:
        """Return the sum of the three cosines for each entry."""
        fitted = self.fitted
        grams, stems = terms.grams([question])[1], terms.stems([question])[1]
        total = fitted.wholes.cosines(grams) + fitted.words.cosines(stems)
        best = np.zeros(len(total))
        np.maximum.at(best, fitted.owners, fitted.phrasings.cosines(grams))
        return (best + total).astype(np.float32)


def fingerprint(entries: Sequence[Entry]) -> str:
    """Return a name for exactly this content in this order."""
    seen = blake2b(digest_size=16)
    for entry in entries:
        parts = (str(entry.id), entry.question, entry.answer, *entry.alternatives, entry.theme)
        seen.update("\x1f".join(parts).encode("utf-8", "surrogatepass") + b"\x1e")
    return seen.hexdigest()


FEATURES = ("score", "margin", "share")


def order(scores: Scores) -> NDArray[np.int64]:
    """Entries that have something in common with the question, nearest first; equals in the bank's order."""
    ranked = np.argsort(-scores, kind="stable")
    return ranked[: int(np.count_nonzero(scores > 0))]


def features(scores: Scores, ranked: NDArray[np.int64]) -> list[float]:
    """Return ``FEATURES`` of a question: the best score, its margin to the next, and the margin's share of it."""
    best = float(scores[ranked[0]]) if len(ranked) else 0.0
    margin = best - (float(scores[ranked[1]]) if len(ranked) > 1 else 0.0)
    return [best, margin, margin / max(best, 1e-6)]
