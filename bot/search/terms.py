"""Turns texts into countable terms: character grams within words, and word stems with their pairs.

A term is a 64-bit number that depends on its letters alone. So numpy can do the counting instead of dictionaries, and
the same text gives the same numbers in every process, whatever was indexed before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import snowballstemmer
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Keys = NDArray[np.uint64]
Terms = tuple[Ints, Keys]
"""Two arrays of the same length: the number of the text for each occurrence of a term, and the term."""

_SPACE = ord(" ")
_SHORTEST, _LONGEST = 2, 4  # gram lengths: char_wb(2,4) of reference/retrieval.md
_HIGHEST = 0xFFFF
_AT_A_TIME = 500  # texts counted in one step; all in one step would need four times the memory
FIRST_PAIR = 1 << 63
"""Stems have lower numbers. Pairs of stems have this number or higher ones."""
_MIX = np.uint64(0x9E3779B97F4A7C15)  # odd, so that a pair's number tells its order (Fibonacci hashing)
_SHORT_NOUN = re.compile(r"(\w{3,4}els)e(?:n|ns|r|rna|rnas)?")
"""A noun whose Snowball stem is another word: "styrelse" is no form of "styr"."""
_stemmer = snowballstemmer.stemmer("swedish")


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return the Swedish Snowball stem of one lower-case word."""
    if short := _SHORT_NOUN.fullmatch(word):
        return short[1]
    return str(_stemmer.stemWord(word)) or word


@lru_cache(maxsize=65_536)
def stem_number(stem: str) -> int:
    """Return the number of a stem."""
    digest = blake2b(stem.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") % FIRST_PAIR


def stems(texts: Sequence[Sequence[str]]) -> Terms:
    """Return a term for each word's stem and a term for each pair of neighbouring stems, for every text."""
    sizes = np.array([len(text) for text in texts], dtype=np.int64)
    where = np.repeat(np.arange(len(texts), dtype=np.int64), sizes)
    keys = np.array([stem_number(stem(word)) for text in texts for word in text], dtype=np.uint64)
    together = where[1:] == where[:-1]
    pairs = (keys[:-1] * _MIX + keys[1:]) | np.uint64(FIRST_PAIR)
    return np.concatenate([where, where[1:][together]]), np.concatenate([keys, pairs[together]])


def grams(texts: Sequence[Sequence[str]]) -> Terms:
    """Return a term for every run of two to four characters within a word. The word's edges count as spaces.

    The runs are those of scikit-learn's ``analyzer="char_wb", ngram_range=(2, 4)``. A term packs up to four 16-bit
    characters.
    """
    joined = "\0".join(f" {' '.join(text)} " for text in texts)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    codes[codes > _HIGHEST] = _HIGHEST  # letters beyond the basic plane share one code; no Swedish letter is there
    ends = codes == 0
    edges = ends | (codes == _SPACE)
    where = np.cumsum(ends)
    texts_of, keys_of = [], []
    for length in range(_SHORTEST, _LONGEST + 1):
        at = _starts(ends, edges, length)
        key = codes[at]
        for offset in range(1, length):
            key = (key << np.uint64(16)) | codes[at + offset]
        texts_of.append(where[at])
        keys_of.append(key)
    return np.concatenate(texts_of), np.concatenate(keys_of)


@lru_cache(maxsize=4_096)
def grams_of(word: str) -> Keys:
    """Return the grams of one word of a question. Cached, since questions share most of their words."""
    return grams([[word]])[1]


@lru_cache(maxsize=4_096)
def distinct_grams_of(stem: str) -> Keys:
    """Return the different grams of one stem of a question, ascending."""
    return np.unique(grams_of(stem))


def _starts(ends: NDArray[np.bool_], edges: NDArray[np.bool_], length: int) -> Ints:
    """Return where grams of ``length`` start. A space may be first or last; a text's end is never part of a gram."""
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
    """How often each term occurs in each of several different texts."""

    rows: Mapping[str, int]
    """The row of each text."""
    starts: Ints
    """Where each row starts in ``terms``; one more than there are rows."""
    terms: Small
    """Positions in ``vocabulary``, ascending within a row."""
    counts: Small
    vocabulary: Keys
    """All term numbers, ascending."""


Tokens = Callable[[Sequence[Sequence[str]]], Terms]


def count(rows: Mapping[str, int], fresh: Mapping[str, list[str]], tokens: Tokens, previous: Counted | None) -> Counted:
    """Count the terms of the texts in ``rows``. ``fresh`` has the words of the texts that are not in ``previous``.

    The result is the same, bit for bit, whatever ``previous`` is.
    """
    new = _count_fresh(fresh, tokens)
    if previous is None:
        return new
    vocabulary = np.union1d(previous.vocabulary, new.vocabulary)
    moved, placed = (np.searchsorted(vocabulary, part.vocabulary).astype(np.int32) for part in (previous, new))
    terms = np.concatenate([moved[previous.terms], placed[new.terms]])
    counts = np.concatenate([previous.counts, new.counts])
    starts = np.concatenate([previous.starts, new.starts[1:] + previous.starts[-1]])
    known, offset = previous.rows, len(previous.rows)
    wanted = np.array([known[text] if text in known else offset + new.rows[text] for text in rows], dtype=np.int64)
    at, sizes = gather(starts[wanted], starts[wanted + 1])
    return _compact(rows, sizes, terms[at], counts[at], vocabulary)


def _count_fresh(texts: Mapping[str, list[str]], tokens: Tokens) -> Counted:
    words = list(texts.values())
    parts = [_count_some(words[at : at + _AT_A_TIME], tokens) for at in range(0, max(1, len(words)), _AT_A_TIME)]
    vocabulary, terms = np.unique(np.concatenate([keys for _, keys, _ in parts]), return_inverse=True)
    starts = np.concatenate([[0], np.cumsum(np.concatenate([sizes for sizes, _, _ in parts]))])
    counts = np.concatenate([counts for _, _, counts in parts])
    rows = {text: number for number, text in enumerate(texts)}
    return Counted(rows, starts, terms.astype(np.int32), counts, vocabulary)


def _count_some(texts: Sequence[Sequence[str]], tokens: Tokens) -> tuple[Ints, Keys, Small]:
    """Return the number of different terms of each text, the terms text by text, and how often each occurs."""
    where, keys = tokens(texts)
    vocabulary, indices = np.unique(keys, return_inverse=True)
    pairs, counts = np.unique(where * max(1, len(vocabulary)) + indices, return_counts=True)
    row, term = np.divmod(pairs, max(1, len(vocabulary)))
    return np.bincount(row, minlength=len(texts)), vocabulary[term], counts.astype(np.int32)


def _compact(rows: Mapping[str, int], sizes: Ints, terms: Small, counts: Small, vocabulary: Keys) -> Counted:
    """Drop the terms that are in no row any more."""
    used = np.bincount(terms, minlength=len(vocabulary)) > 0
    if not used.all():
        terms = (np.cumsum(used) - 1).astype(np.int32)[terms]
        vocabulary = vocabulary[used]
    return Counted(rows, np.concatenate([[0], np.cumsum(sizes)]), terms, counts, vocabulary)


def gather(starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """Return the positions of many slices, one slice after the other, and the slices' sizes."""
    sizes = ends - starts
    before = np.cumsum(sizes) - sizes
    return np.arange(int(sizes.sum()), dtype=np.int64) + np.repeat(starts - before, sizes), sizes


def find(vocabulary: Keys, keys: Keys) -> tuple[Ints, NDArray[np.bool_]]:
    """Return the places of ``keys`` in an ascending ``vocabulary``, and whether each is there (else its place is 0)."""
    at = np.searchsorted(vocabulary, keys)
    known = at < len(vocabulary)
    known[known] = vocabulary[at[known]] == keys[known]
    return np.where(known, at, 0), known
