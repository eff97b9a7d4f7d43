"""TF-IDF over postings: for every term the documents that hold it, with their weights ready to be added up.

Weights and scores are those of scikit-learn's ``TfidfVectorizer(sublinear_tf=True)`` and the cosine, without importing
it: that costs about a second and 80 MB at start, and its checks 1.7 ms a call (reference/edge.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.faq.terms import Counted, Ints, Keys, gather

_COUNT_BITS = 12  # a term more than 4,095 times in a document counts as 4,095
_MOST = (1 << _COUNT_BITS) - 1

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Postings:
    """Documents by term."""

    vocabulary: Keys
    idf: NDArray[np.float64]
    starts: Ints
    """Where each term's documents start; one more than there are terms."""
    documents: NDArray[np.int32]
    weights: Scores
    size: int
    """How many documents there are."""

    def cosines(self, keys: Keys) -> NDArray[np.float64]:
        """Return the cosine between a question's terms and each document."""
        query = self._query(keys)
        at, sizes = gather(self.starts[query.terms], self.starts[query.terms + 1])
        weights = self.weights[at] * np.repeat(query.weights, sizes)
        return np.bincount(self.documents[at], weights, self.size).astype(np.float64)  # no terms give integers

    def _query(self, keys: Keys) -> _Query:
        """Weigh a question's terms; those that no document holds fall away, as in scikit-learn."""
        terms, counts = np.unique(keys, return_counts=True)
        at = np.searchsorted(self.vocabulary, terms)
        known = at < len(self.vocabulary)
        known[known] = self.vocabulary[at[known]] == terms[known]
        at = at[known]
        weights = (1 + np.log(counts[known])) * self.idf[at]
        length = float(np.sqrt(weights @ weights))
        return _Query(at, weights / length if length else weights)


@dataclass(frozen=True, slots=True)
class _Query:
    """A question's known terms (positions in the vocabulary) and their weights, of length 1."""

    terms: Ints
    weights: NDArray[np.float64]


def build(counted: Counted, rows: Ints, documents: Ints, size: int) -> Postings:
    """Weigh ``counted`` texts: text ``rows[i]`` is a part of document ``documents[i]``; parts add up."""
    at, sizes = gather(counted.starts[rows], counted.starts[rows + 1])
    owner = np.repeat(documents, sizes)
    width = max(1, size)
    packed = counted.terms[at].astype(np.int64) * width + owner  # sorts by term, then document
    packed = np.sort((packed << _COUNT_BITS) | np.minimum(counted.counts[at], _MOST))
    pairs = packed >> _COUNT_BITS
    first = np.flatnonzero(np.diff(pairs, prepend=-1))
    counts = np.add.reduceat(packed & _MOST, first) if len(first) else first
    term, document = np.divmod(pairs[first], width)
    return _weigh(counted.vocabulary, term, document, counts, size)


def _weigh(vocabulary: Keys, term: Ints, document: Ints, counts: Ints, size: int) -> Postings:
    holders = np.bincount(term, minlength=len(vocabulary))
    idf = np.log((1 + size) / (1 + holders)) + 1
    weights = (1 + np.log(counts)) * idf[term]
    length = np.sqrt(np.bincount(document, weights * weights, size))
    weights = (weights / length[document]).astype(np.float32)
    starts = np.concatenate([[0], np.cumsum(holders)])
    return Postings(vocabulary, idf, starts, document.astype(np.int32), weights, size)
