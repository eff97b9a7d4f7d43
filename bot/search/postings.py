"""TF-IDF over postings: for every term, the documents that hold it, with their weights ready for summing.

Weights and scores are the same as with scikit-learn's ``TfidfVectorizer(sublinear_tf=True)`` and the cosine. We don't
import scikit-learn: it costs about a second and 80 MB at start, and its checks 1.7 ms a call (reference/edge.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.search.terms import Counted, Ints, Keys, find, gather

_COUNT_BITS = 12  # a term more than 4,095 times in a document counts as 4,095
_MOST = (1 << _COUNT_BITS) - 1

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Query:
    """A question's known terms (places in the vocabulary) and their weights. The weights' vector has length 1."""

    terms: Ints
    weights: Floats


@dataclass(frozen=True, slots=True)
class Postings:
    """The documents by term."""

    vocabulary: Keys
    idf: Floats
    starts: Ints
    """Where each term's documents start; one more than there are terms."""
    documents: Ints
    weights: NDArray[np.float32]
    size: int
    """The number of documents."""

    def query(self, keys: Keys) -> Query:
        """Weigh a question's terms. Drop terms that no document holds, as scikit-learn does."""
        terms, counts = np.unique(keys, return_counts=True)
        at, known = find(self.vocabulary, terms)
        at = at[known]
        weights = (1 + np.log(counts[known])) * self.idf[at]
        length = float(np.sqrt(weights @ weights))
        return Query(at, weights / length if length else weights)

    def cosines(self, query: Query) -> Floats:
        """Return the cosine between the question and each document."""
        starts, ends = self.starts[query.terms], self.starts[query.terms + 1]
        slices = list(map(slice, starts.tolist(), ends.tolist()))
        if not slices:
            return np.zeros(self.size)
        weights = np.concatenate([self.weights[part] for part in slices]) * np.repeat(query.weights, ends - starts)
        documents = np.concatenate([self.documents[part] for part in slices])
        return np.bincount(documents, weights, self.size).astype(np.float64, copy=False)


def side_by_side(left: Postings, right: Postings) -> Postings:
    """Join two postings so that one query searches both. The documents of ``right`` follow those of ``left``.

    Both must have the same terms and the same ``idf``.
    """
    terms = np.arange(len(left.starts) - 1, dtype=np.int32)
    held = np.concatenate([np.repeat(terms, np.diff(each.starts)) for each in (left, right)])
    order = np.argsort(held, kind="stable")
    documents = np.concatenate([left.documents, right.documents + left.size])[order]
    weights = np.concatenate([left.weights, right.weights])[order]
    starts = left.starts + right.starts
    return Postings(left.vocabulary, left.idf, starts, documents, weights, left.size + right.size)


def build(counted: Counted, rows: Ints, documents: Ints, size: int, idf: Floats | None = None) -> Postings:
    """Build postings from ``counted`` texts. Text ``rows[i]`` is a part of document ``documents[i]``; parts add up.

    ``idf`` replaces the rarity of terms among these documents.
    """
    at, sizes = gather(counted.starts[rows], counted.starts[rows + 1])
    width = max(1, size)
    packed = counted.terms[at].astype(np.int64)  # changed in place: the process never returns its peak of memory
    packed *= width
    packed += np.repeat(documents, sizes)
    packed <<= _COUNT_BITS
    packed |= np.minimum(counted.counts[at], _MOST)
    packed.sort()  # by term, then document
    pairs = packed >> _COUNT_BITS
    first = np.flatnonzero(np.diff(pairs, prepend=-1))
    packed &= _MOST
    counts = np.add.reduceat(packed, first) if len(first) else first
    del at, packed
    term, document = np.divmod(pairs[first], width)
    holders = np.bincount(term, minlength=len(counted.vocabulary))
    if idf is None:
        idf = np.log((1 + size) / (1 + holders)) + 1
    weights = np.log(counts)
    weights += 1
    weights *= idf[term]
    length = np.sqrt(np.bincount(document, weights * weights, size))
    weights /= length[document]
    starts = np.concatenate([[0], np.cumsum(holders)])
    short = weights.astype(np.float32)
    return Postings(counted.vocabulary, idf, starts, document, short, size)
