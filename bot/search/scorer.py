"""Scores how near each entry of the knowledge bank is to a question, with features for judging the nearest entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from itertools import pairwise
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from bot.search import alignment, normalisation, postings, terms
from bot.search.alignment import Alignment
from bot.search.postings import Postings
from bot.search.terms import Counted, Ints

Scores = NDArray[np.float32]

_MOST_WORDS = 100  # of a question; the rest of a pasted letter must not slow the search
_TWINS = 4  # entries read for each wanted hit, since twins are dropped; if they are too few, all are read
_SHORTEST_PART = 3  # fewest letters of a compound's part; "på gå" is not "pågå"

_COMMON = 0.05
"""Share of the entries from which a word is the bank's own subject: "kommun", "nyckeltal". On dev, .05 kept 90 % of the
right answers and .10 kept 84 %, because people call one virus by many names."""
_FEW = 5
"""Fewest entries that make a word common, for small banks."""


@dataclass(frozen=True, slots=True)
class SearchEntry:
    """One published entry, with the fields that the search needs."""

    id: int
    question: str
    answer: str
    alternatives: tuple[str, ...] = ()
    theme: str = ""
    valid_until: date | None = None
    """The last day on which the answer is current; None if it has no end."""

    def phrasings(self) -> list[str]:
        """Return the question and its alternatives, without the empty ones."""
        return [text for text in (self.question, *self.alternatives) if text]

    def says(self) -> str:
        """Return a key that is equal for twins: entries with the same answer."""
        return " ".join(self.answer.casefold().split()) or f"\0{self.id}"

    def texts(self) -> list[str]:
        """Return the phrasings and the answer, without the empty ones."""
        return [*self.phrasings(), *([self.answer] if self.answer else [])]


class Scorer(Protocol):
    """Scores how near entries are to a question. A semantic scorer may join the lexical one."""

    @property
    def fingerprint(self) -> str:
        """Names the entries and the method: equal fingerprints give equal scores."""

    def fit(self, entries: Sequence[SearchEntry]) -> Self:
        """Return a scorer of these entries. It may reuse this scorer's counts of unchanged texts."""

    def scores(self, question: str) -> Scores:
        """Return one number for each entry, in their order. Higher is nearer; 0 means nothing in common."""


@dataclass(frozen=True, slots=True)
class Read:
    """The counts of texts that were read, kept so that they are not read again."""

    grams: Counted
    stems: Counted
    spelling: Mapping[int, str]
    """The letters of each stem's number."""


def read(texts: Sequence[str], previous: Read | None) -> Read:
    """Count the terms of ``texts``. ``previous`` saves time and does not change the result."""
    rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
    known = previous.grams.rows if previous else {}
    fresh = {text: normalisation.words(text) for text in rows if text not in known}
    grams = terms.count(rows, fresh, terms.grams, previous.grams if previous else None)
    stems = terms.count(rows, fresh, terms.stems, previous.stems if previous else None)
    spelling = dict(previous.spelling) if previous else {}
    spelling |= {terms.stem_number(stem): stem for words in fresh.values() for stem in map(terms.stem, words)}
    alive = stems.vocabulary[stems.vocabulary < np.uint64(terms.FIRST_PAIR)].tolist()
    return Read(grams, stems, {number: spelling[number] for number in alive})


@dataclass(frozen=True, slots=True)
class Evidence:
    """How one question compares with the bank."""

    scores: Scores
    """For each entry, how near it is."""
    known: float
    """How well the bank knows the question's words, 0–1."""
    twins: Ints
    """For each entry, the index of the first entry with the same answer."""

    def nearest(self, limit: int) -> list[int]:
        """Return the entries nearest to the question, best first. Of twins, only the nearer one."""
        for most in (_TWINS * limit, None):
            by_twin: dict[int, int] = {}
            for at in order(self.scores, most).tolist():
                by_twin.setdefault(int(self.twins[at]), at)
            if len(by_twin) >= limit:
                break
        return list(by_twin.values())[:limit]


class Lexical:
    """The lexical scorer: the three-part sum of reference/retrieval.md, plus a comparison word by word (``alignment``).

    It differs from the three-part sum in two ways, both measured on dev. The rarity of a gram counts entries, not
    phrasings. Several phrasings that agree count for more than one: the cubes of their cosines are added up.
    """

    def __init__(self, entries: Sequence[SearchEntry] = (), previous: Lexical | None = None) -> None:
        texts = [entry.texts() for entry in entries]
        first: dict[str, int] = {}
        self.twins: Ints = np.array([first.setdefault(each.says(), at) for at, each in enumerate(entries)], dtype=int)
        flat = [text for part in texts for text in part]
        self.known: Read = read(flat, previous.known if previous else None)
        self.fingerprint = fingerprint(entries)
        self._owners = np.repeat(np.arange(len(entries), dtype=np.int64), [len(part) for part in texts])
        rows = np.array([self.known.grams.rows[text] for text in flat], dtype=np.int64)
        size = len(entries)
        self._letters = self._by_letters(rows, size)
        """Postings of each text, followed by each entry as a whole."""
        self._words = postings.build(self.known.stems, rows, self._owners, size)
        self._alignment = self._align(entries, rows)

    def _by_letters(self, rows: Ints, size: int) -> Postings:
        wholes = postings.build(self.known.grams, rows, self._owners, size)
        each = np.arange(len(rows), dtype=np.int64)
        return postings.side_by_side(postings.build(self.known.grams, rows, each, len(rows), wholes.idf), wholes)

    def _align(self, entries: Sequence[SearchEntry], rows: Ints) -> Alignment:
        asked = [len(entry.phrasings()) for entry in entries]
        answered = [1 if entry.answer else 0 for entry in entries]
        pattern = [np.arange(total) < count for count, total in zip(asked, np.add(asked, answered), strict=True)]
        at = np.flatnonzero(np.concatenate(pattern)) if pattern else np.zeros(0, dtype=np.int64)
        stems = self.known.stems
        phrasings = postings.build(stems, rows[at], np.arange(len(at), dtype=np.int64), len(at), self._words.idf)
        return alignment.build(stems, self.known.spelling, self._words, phrasings, self._owners[at])

    def fit(self, entries: Sequence[SearchEntry]) -> Lexical:
        """Return the scorer of ``entries``. It reuses this scorer's counts of unchanged texts."""
        return Lexical(entries, self)

    def scores(self, question: str) -> Scores:
        """Return how near each entry is."""
        return self.evidence(question).scores

    def rarity(self, words: Sequence[str]) -> NDArray[np.float64]:
        """Return how rare each word is in the bank; 0 for words that are not in it."""
        numbers = np.array([terms.stem_number(terms.stem(word)) for word in words], dtype=np.uint64)
        at, known = terms.find(self._words.vocabulary, numbers)
        return np.where(known, self._words.idf[at] if len(self._words.idf) else 0.0, 0.0)

    def common(self) -> frozenset[str]:
        """Return the stems that so many entries hold that they do not tell entries apart."""
        last = int(np.searchsorted(self._words.vocabulary, np.uint64(terms.FIRST_PAIR)))
        holders = np.diff(self._words.starts[: last + 1])
        often = np.flatnonzero(holders >= max(_FEW, _COMMON * self._words.size))
        return frozenset(self.known.spelling[number] for number in self._words.vocabulary[often].tolist())

    def joined(self, words: Sequence[str]) -> list[str]:
        """Join two words that the bank writes as one: "nyckel tal" becomes "nyckeltal"."""
        numbers = [terms.stem_number(first + terms.stem(second)) for first, second in pairwise(words)]
        known = terms.find(self._words.vocabulary, np.array(numbers, dtype=np.uint64))[1]
        joined = list(words)
        for at in np.flatnonzero(known).tolist():
            first, second = words[at : at + 2]
            if joined[at] == first and min(len(first), len(second)) >= _SHORTEST_PART:
                joined[at : at + 2] = ["", first + second]
        return [word for word in joined if word]

    def evidence(self, question: str) -> Evidence:
        """Return how near each entry is, and the data for judging the nearest one."""
        words = self.joined(normalisation.words(question)[:_MOST_WORDS])
        grams = np.concatenate([terms.grams_of(word) for word in words]) if words else np.zeros(0, dtype=np.uint64)
        stems = terms.stems([words])[1]
        cosines = self._letters.cosines(self._letters.query(grams))
        each, whole = cosines[: len(self._owners)], cosines[len(self._owners) :]
        agreed = np.cbrt(np.bincount(self._owners, each * each * each, len(whole)))
        aligned = self._alignment.align(words)
        scores = agreed + whole + self._words.cosines(self._words.query(stems))
        scores += (aligned.covered + aligned.explained) / 2
        return Evidence(scores.astype(np.float32), aligned.known, self.twins)


def fingerprint(entries: Sequence[SearchEntry]) -> str:
    """Return a digest of exactly this content in this order."""
    digest = blake2b(digest_size=16)
    for entry in entries:
        parts = (str(entry.id), entry.question, entry.answer, *entry.alternatives, entry.theme)
        digest.update("\x1f".join(parts).encode("utf-8", "surrogatepass") + b"\x1e")
    return digest.hexdigest()


def order(scores: Scores, limit: int | None = None) -> Ints:
    """Return the entries that have something in common with the question, nearest first; equals in the bank's order.

    With ``limit``, return only that many or a few more, where there are so many: sorting few of many is cheap.
    """
    least = np.partition(scores, -limit)[-limit] if limit and limit < len(scores) else 0
    at = np.flatnonzero((scores >= least) & (scores > 0))
    return at[np.argsort(-scores[at], kind="stable")]


FEATURES = ("score", "margin", "known")
FUSED_FEATURES = (*FEATURES, "lacks", "lacks_but_like")
_LIKE = 0.9
"""The cosine at which a word that is missing weighs as the bank has learned; nearer phrasings make up for it."""
_TENTHS = 10.0
"""Cosines differ by hundredths, the other features by whole numbers."""


def features(evidence: Evidence, nearest: Sequence[int]) -> list[float]:
    """Return ``FEATURES``: the best score, its margin to the next score, and how well the words are known.

    ``nearest`` comes from the evidence. Since it has no twins, the next entry is the best one with another answer.
    """
    best, following = (*(float(evidence.scores[at]) for at in nearest[:2]), 0.0, 0.0)[:2]
    return [best, best - following, evidence.known]


def fused_features(evidence: Evidence, nearest: Sequence[int], cosine: float, *, lacks: bool) -> list[float]:
    """Return ``FUSED_FEATURES``. The evidence's scores hold both kinds of likeness.

    ``lacks`` says whether the best entry lacks a word that decides. ``cosine`` is that of its nearest phrasing: when it
    is high, the word may be missing because the entry says it in another way.
    """
    return [*features(evidence, nearest), float(lacks), _TENTHS * (cosine - _LIKE) * lacks]
