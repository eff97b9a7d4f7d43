"""Text in, countable terms out: character grams within words, and word stems.

A term is a 64-bit number that follows from its letters alone. So counting is numpy work rather than dictionary work,
and the same text gives the same numbers in every process, whatever was indexed before it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import snowballstemmer
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]
Terms = tuple[NDArray[np.int64], Keys]
"""Which text each term occurrence stands in, and the term: two arrays of the same length."""

_WORD = re.compile(r"\w+")
_SPACE = ord(" ")
_SHORTEST, _LONGEST = 2, 4  # gram lengths: char_wb(2,4) of reference/retrieval.md
_HIGHEST = 0xFFFF
_MOST_WORDS = 400  # of one text; a question that long is pasted, and must not hold the search up
_stemmer = snowballstemmer.stemmer("swedish")


def words(text: str) -> list[str]:
    """Lower-case words of ``text``, composed (NFC), without punctuation, in order."""
    return _WORD.findall(unicodedata.normalize("NFC", text).lower())[:_MOST_WORDS]


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Swedish Snowball stem of one lower-case word."""
    return str(_stemmer.stemWord(word))


@lru_cache(maxsize=65_536)
def stem_key(word: str) -> int:
    """Return the term number of a word's stem."""
    return int.from_bytes(blake2b(stem(word).encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def stems(texts: Sequence[str]) -> Terms:
    """Every word of every text as the number of its stem."""
    found = [[stem_key(word) for word in words(text)] for text in texts]
    where = np.repeat(np.arange(len(texts), dtype=np.int64), [len(keys) for keys in found])
    return where, np.array([key for keys in found for key in keys], dtype=np.uint64)


def grams(texts: Sequence[str]) -> Terms:
    """Every run of two to four characters within a word, the word's edges counting as spaces.

    As scikit-learn's ``analyzer="char_wb", ngram_range=(2, 4)``: a number is up to four 16-bit characters.
    """
    joined = "\0".join(f" {' '.join(words(text))} " for text in texts)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    codes[codes > _HIGHEST] = _HIGHEST  # letters beyond the basic plane share one place; none is Swedish
    where = np.cumsum(codes == 0)
    ends = codes == 0
    edges = ends | (codes == _SPACE)
    texts_of, keys_of = [], []
    for length in range(_SHORTEST, _LONGEST + 1):
        at = _starts(ends, edges, length)
        key = codes[at]
        for offset in range(1, length):
            key = (key << np.uint64(16)) | codes[at + offset]
        texts_of.append(where[at])
        keys_of.append(key)
    return np.concatenate(texts_of), np.concatenate(keys_of)


def _starts(ends: NDArray[np.bool_], edges: NDArray[np.bool_], length: int) -> Ints:
    """Where a gram of ``length`` starts: a space may be its first or last character, a text's end no part of it."""
    count = len(ends) - length + 1
    if count <= 0:
        return np.zeros(0, dtype=np.int64)
    good = ~(ends[:count] | ends[length - 1 : length - 1 + count])
    for offset in range(1, length - 1):
        good &= ~edges[offset : offset + count]
    if length == _SHORTEST:
        good &= ~(edges[:count] & edges[1 : 1 + count])  # an empty text is two spaces
    return np.flatnonzero(good)


@dataclass(frozen=True, slots=True)
class Counted:
    """How often each term stands in each of some different texts."""

    rows: Mapping[str, int]
    """The row of each text."""
    starts: Ints
    """Where each row starts in ``terms``; one more than there are rows."""
    terms: NDArray[np.int32]
    """Positions in ``vocabulary``, rising within a row."""
    counts: NDArray[np.int32]
    vocabulary: Keys
    """All term numbers, rising."""


def count(texts: Sequence[str], tokens: Callable[[Sequence[str]], Terms], previous: Counted | None) -> Counted:
    """Count the terms of ``texts``, reading only those that ``previous`` has not got.

    The result is the same, bit for bit, with and without ``previous``.
    """
    rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
    known = previous.rows if previous else {}
    fresh = _count_fresh([text for text in rows if text not in known], tokens)
    if previous is None:
        return fresh
    vocabulary = np.union1d(previous.vocabulary, fresh.vocabulary)
    old, new = (np.searchsorted(vocabulary, part.vocabulary).astype(np.int32) for part in (previous, fresh))
    terms = np.concatenate([old[previous.terms], new[fresh.terms]])
    counts = np.concatenate([previous.counts, fresh.counts])
    starts = np.concatenate([previous.starts, fresh.starts[1:] + previous.starts[-1]])
    offset = len(known)
    kept = np.array([known[text] if text in known else offset + fresh.rows[text] for text in rows], dtype=np.int64)
    at, sizes = gather(starts[kept], starts[kept + 1])
    return _compact(rows, sizes, terms[at], counts[at], vocabulary)


def _count_fresh(texts: Sequence[str], tokens: Callable[[Sequence[str]], Terms]) -> Counted:
    where, keys = tokens(texts)
    vocabulary, found = np.unique(keys, return_inverse=True)
    pairs, counts = np.unique(where * max(1, len(vocabulary)) + found, return_counts=True)
    row, term = np.divmod(pairs, max(1, len(vocabulary)))
    starts = np.searchsorted(row, np.arange(len(texts) + 1))
    rows = {text: number for number, text in enumerate(texts)}
    return Counted(rows, starts, term.astype(np.int32), counts.astype(np.int32), vocabulary)


def _compact(
    rows: dict[str, int], sizes: Ints, terms: NDArray[np.int32], counts: NDArray[np.int32], vocabulary: Keys
) -> Counted:
    """Drop the terms that stand in no row any more."""
    used = np.bincount(terms, minlength=len(vocabulary)) > 0
    if not used.all():
        terms = (np.cumsum(used) - 1).astype(np.int32)[terms]
        vocabulary = vocabulary[used]
    return Counted(rows, np.concatenate([[0], np.cumsum(sizes)]), terms, counts, vocabulary)


def gather(starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """Return the positions of many slices after one another, and the slices' sizes."""
    sizes = ends - starts
    before = np.cumsum(sizes) - sizes
    return np.arange(int(sizes.sum()), dtype=np.int64) + np.repeat(starts - before, sizes), sizes
