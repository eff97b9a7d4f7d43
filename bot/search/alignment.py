"""Compares word by word: how much of a question an entry covers, and how much of a phrasing the question explains.

Words are compared by the letters of their stems, so that typing errors, endings and compounds still count for something
("nykeltal", "nyckeltalens", "nyckel tal"). The rarer a word is in the bank, the more it weighs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.search import terms
from bot.search.postings import Floats, Postings
from bot.search.terms import FIRST_PAIR, Counted, Ints, Keys, find, gather

_ALIKE = 0.3  # words less alike than this have nothing in common (.25–.5 did the same on dev)

_REMEMBERED = 4_096  # stems of questions whose comparison is kept


@dataclass(frozen=True, slots=True)
class Aligned:
    """The words that a question and the entries have in common."""

    covered: Floats
    """For each entry the share of the question's words that it has, 0–1."""
    explained: Floats
    """For each entry the share of its best phrasing's words that the question has, 0–1."""
    known: float
    """How well the bank knows the question's words, 0–1. A word counts as far as the bank has a similar one."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """An index of the bank's stems by their grams, and of the texts by stem."""

    grams: Keys
    starts: Ints
    """Where each gram's stems start in ``holders``; one more than there are grams."""
    holders: Ints
    roots: Floats
    """For each stem, 1 / √(its number of different grams)."""
    entries: Postings
    """Entries by stem; a stem's number is its place in this vocabulary."""
    phrasings: Postings
    """Questions and alternatives by stem."""
    owners: Ints
    """The entry of each phrasing."""
    lengths: Floats
    """The total weight of each phrasing's stems."""
    _seen: dict[str, tuple[Ints, Floats]] = field(default_factory=dict[str, tuple[Ints, Floats]], compare=False)
    """A cache: the bank's stems that are like a question's stem. Questions share most of their words."""

    def align(self, words: Sequence[str]) -> Aligned:
        """Compare a question, given as its words, with every entry."""
        stems = list(dict.fromkeys(map(terms.stem, words)))
        if not stems or not len(self.roots):
            nothing = np.zeros(self.entries.size)
            return Aligned(nothing, nothing, 0.0)
        places, known = find(self.entries.vocabulary, np.array(list(map(terms.stem_number, stems)), dtype=np.uint64))
        rarest = np.log(1 + self.entries.size) + 1  # the weight of a word that no entry has
        weights = np.where(known, self.entries.idf[places], rarest)
        weights /= weights.sum()
        asked, stem, alike = self._alike(stems)
        covered = weights @ self._best(len(stems), asked, stem, alike)
        nearest = np.zeros(len(stems))
        np.maximum.at(nearest, asked, alike)
        return Aligned(covered, self._explained(stem, alike), float(weights @ nearest))

    def _alike(self, stems: Sequence[str]) -> tuple[Ints, Ints, Floats]:
        """Pair the question's stems with similar stems of the bank: (asked, bank's, cosine of their sets of grams)."""
        pairs = [self._seen.get(stem) or self._like(stem) for stem in stems]
        asked = np.repeat(np.arange(len(pairs)), [len(near) for near, _ in pairs])
        return asked, np.concatenate([near for near, _ in pairs]), np.concatenate([alike for _, alike in pairs])

    def _like(self, stem: str) -> tuple[Ints, Floats]:
        keys = terms.distinct_grams_of(stem)
        at, known = find(self.grams, keys)
        at, _ = gather(self.starts[at[known]], self.starts[at[known] + 1])
        shared = np.bincount(self.holders[at], minlength=len(self.roots))
        alike = shared * (1 / np.sqrt(len(keys))) * self.roots
        near = np.flatnonzero(alike >= _ALIKE)
        if len(self._seen) >= _REMEMBERED:
            self._seen.clear()
        return self._seen.setdefault(stem, (near, alike[near]))

    def _best(self, count: int, asked: Ints, stem: Ints, alike: Floats) -> Floats:
        """Return, for each stem of the question and each entry, the likeness of the entry's most similar stem."""
        at, sizes = gather(self.entries.starts[stem], self.entries.starts[stem + 1])
        best = np.zeros(count * self.entries.size)
        cells = np.repeat(asked * self.entries.size, sizes) + self.entries.documents[at]
        np.maximum.at(best, cells, np.repeat(alike, sizes))
        return best.reshape(count, self.entries.size)

    def _explained(self, stem: Ints, alike: Floats) -> Floats:
        """Return, for each entry, how much of its best phrasing the question explains, 0–1."""
        most = np.zeros(len(self.roots))
        np.maximum.at(most, stem, alike)
        stem = np.flatnonzero(most)
        at, sizes = gather(self.phrasings.starts[stem], self.phrasings.starts[stem + 1])
        weights = np.repeat(most[stem] * self.entries.idf[stem], sizes)
        share = np.bincount(self.phrasings.documents[at], weights, self.phrasings.size) / self.lengths
        best = np.zeros(self.entries.size)
        np.maximum.at(best, self.owners, share)
        return best


def distinct_grams(stems: Sequence[str]) -> tuple[Ints, Keys]:
    """Return the different grams of each stem, sorted by gram and then stem: (stem's number, gram)."""
    where, keys = terms.grams([[stem] for stem in stems])
    order = np.lexsort((where, keys))
    where, keys = where[order], keys[order]
    first = np.ones(len(keys), dtype=bool)
    first[1:] = (where[1:] != where[:-1]) | (keys[1:] != keys[:-1])
    return where[first], keys[first]


def build(
    counted: Counted, spelling: Mapping[int, str], entries: Postings, phrasings: Postings, owners: Ints
) -> Alignment:
    """Prepare the alignment of a bank whose stems are ``counted`` and spelt as in ``spelling``."""
    stems = counted.vocabulary[: int(np.searchsorted(counted.vocabulary, np.uint64(FIRST_PAIR)))]
    where, keys = distinct_grams([spelling[key] for key in stems.tolist()])
    grams, starts = np.unique(keys, return_index=True)
    roots = 1 / np.sqrt(np.bincount(where, minlength=len(stems)))
    at = slice(0, int(phrasings.starts[len(stems)]))
    holders = np.diff(phrasings.starts[: len(stems) + 1])
    weights = np.repeat(entries.idf[: len(stems)], holders)
    lengths: Floats = np.bincount(phrasings.documents[at], weights, phrasings.size).astype(np.float64)
    lengths[lengths == 0] = 1  # a phrasing of only punctuation has no words
    return Alignment(grams, np.append(starts, len(keys)), where, roots, entries, phrasings, owners, lengths)
