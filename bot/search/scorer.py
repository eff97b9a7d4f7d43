"""How near each entry of the knowledge bank is to a question, and what tells whether the nearest one is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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

_MOST_WORDS = 100  # of a question; the rest of a pasted letter must not hold the search up
_TWINS = 4  # of how many entries one is surely no twin of a nearer one; else all are looked at
_SHORTEST_PART = 3  # letters of a compound's part; "på gå" is not "pågå"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the search needs to know of one published entry."""

    id: int
    question: str
    answer: str
    alternatives: tuple[str, ...] = ()
    theme: str = ""

    def phrasings(self) -> list[str]:
        """The question and its alternatives, without the empty ones."""
        return [text for text in (self.question, *self.alternatives) if text]

    def says(self) -> str:
        """Equal for twins: entries that answer the same, however they are asked for."""
        return " ".join(self.answer.casefold().split()) or f"\0{self.id}"

    def texts(self) -> list[str]:
        """The phrasings and the answer, without the empty ones."""
        return [*self.phrasings(), *([self.answer] if self.answer else [])]


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
class Read:
    """What is kept of texts that were read, so that they are not read again."""

    grams: Counted
    stems: Counted
    spelling: Mapping[int, str]
    """The letters of each stem's number."""


def read(texts: Sequence[str], previous: Read | None) -> Read:
    """Count the terms of ``texts``; the result is the same whatever ``previous`` was."""
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
    """What the bank says to one question."""

    scores: Scores
    """For each entry how near it is."""
    known: float
    """How well the bank knows the question's words, 0–1."""
    twins: Ints
    """For each entry the place of the first one that answers the same."""

    def nearest(self, limit: int) -> list[int]:
        """Return the entries nearest to the question, best first; of twins, which answer the same, only the nearer."""
        for most in (_TWINS * limit, None):
            found: dict[int, int] = {}
            for at in order(self.scores, most).tolist():
                found.setdefault(int(self.twins[at]), at)
            if len(found) >= limit:
                break
        return list(found.values())[:limit]


class Lexical:
    """The bank by its letters: the three-part sum of reference/retrieval.md, and word by word (``alignment``).

    Two things differ from the three-part sum, both measured on dev: the rarity of a gram is that among entries, not
    phrasings; and several phrasings that agree count for more than one (their cosines' cubes are added up).
    """

    def __init__(self, entries: Sequence[Entry] = (), previous: Lexical | None = None) -> None:
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
        """Each text, and after them each entry as a whole."""
        self._words = postings.build(self.known.stems, rows, self._owners, size)
        self._alignment = self._align(entries, rows)

    def _by_letters(self, rows: Ints, size: int) -> Postings:
        wholes = postings.build(self.known.grams, rows, self._owners, size)
        each = np.arange(len(rows), dtype=np.int64)
        return postings.side_by_side(postings.build(self.known.grams, rows, each, len(rows), wholes.idf), wholes)

    def _align(self, entries: Sequence[Entry], rows: Ints) -> Alignment:
        asked = [len(entry.phrasings()) for entry in entries]
        answered = [1 if entry.answer else 0 for entry in entries]
        pattern = [np.arange(total) < count for count, total in zip(asked, np.add(asked, answered), strict=True)]
        at = np.flatnonzero(np.concatenate(pattern)) if pattern else np.zeros(0, dtype=np.int64)
        stems = self.known.stems
        phrasings = postings.build(stems, rows[at], np.arange(len(at), dtype=np.int64), len(at), self._words.idf)
        return alignment.build(stems, self.known.spelling, self._words, phrasings, self._owners[at])

    def fit(self, entries: Sequence[Entry]) -> Lexical:
        """Return the scorer of ``entries``, which takes what it can from this one."""
        return Lexical(entries, self)

    def scores(self, question: str) -> Scores:
        """Return how near each entry is."""
        return self.evidence(question).scores

    def rarity(self, words: Sequence[str]) -> NDArray[np.float64]:
        """Return how rare each word is in the bank; 0 for those that it has not got."""
        numbers = np.array([terms.stem_number(terms.stem(word)) for word in words], dtype=np.uint64)
        at, known = terms.find(self._words.vocabulary, numbers)
        return np.where(known, self._words.idf[at] if len(self._words.idf) else 0.0, 0.0)

    def joined(self, words: Sequence[str]) -> list[str]:
        """Write together what the bank writes together: "nyckel tal" is a "nyckeltal" that the bank has."""
        numbers = [terms.stem_number(first + terms.stem(second)) for first, second in pairwise(words)]
        known = terms.find(self._words.vocabulary, np.array(numbers, dtype=np.uint64))[1]
        joined = list(words)
        for at in np.flatnonzero(known).tolist():
            first, second = words[at : at + 2]
            if joined[at] == first and min(len(first), len(second)) >= _SHORTEST_PART:
                joined[at : at + 2] = ["", first + second]
        return [word for word in joined if word]

    def evidence(self, question: str) -> Evidence:
        """Return how near each entry is, and what helps to judge the nearest."""
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


def fingerprint(entries: Sequence[Entry]) -> str:
    """Return a name for exactly this content in this order."""
    seen = blake2b(digest_size=16)
    for entry in entries:
        parts = (str(entry.id), entry.question, entry.answer, *entry.alternatives, entry.theme)
        seen.update("\x1f".join(parts).encode("utf-8", "surrogatepass") + b"\x1e")
    return seen.hexdigest()


def order(scores: Scores, limit: int | None = None) -> Ints:
    """Entries that have something in common with the question, nearest first; equals in the bank's order.

    With ``limit`` at least so many of them, if there are: sorting few of many is cheap.
    """
    least = np.partition(scores, -limit)[-limit] if limit and limit < len(scores) else 0
    at = np.flatnonzero((scores >= least) & (scores > 0))
    return at[np.argsort(-scores[at], kind="stable")]


FEATURES = ("score", "margin", "known")


def features(evidence: Evidence, nearest: Sequence[int]) -> list[float]:
    """Return ``FEATURES``: the best score, its margin to the next one, and how well the words are known.

    ``nearest`` are those of the evidence: the next one is the best that answers something else.
    """
    best, following = (*(float(evidence.scores[at]) for at in nearest[:2]), 0.0, 0.0)[:2]
    return [best, best - following, evidence.known]
