"""The searchable knowledge bank. It takes a question and returns the nearest entries, each with a probability.

Pure: no database, clock, environment or network. Build an ``Index`` when the bank changes; search it from any thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from bot.ports import Hit
from bot.search import decisive, normalisation, semantic
from bot.search.calibration import SHIPPED, SHIPPED_FUSED, Calibration
from bot.search.decisive import Held, Stems
from bot.search.scorer import Evidence, Lexical, Scores, SearchEntry, features, fused_features, order
from bot.search.semantic import Closeness, Semantic, Vector

__all__ = ["Index", "SearchEntry"]

Encode = Callable[[str], Vector | None]
"""Gives the vector of a text; None if the encoder does not answer."""

_MOST = 2_000  # characters of a question that are searched; the rest of a pasted letter must not slow the search
_SURE = 0.80  # the probability from which the lexical score is not doubted, and the encoder is not asked
_VOTERS = 10  # hits that vote on the theme (reference/retrieval.md)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question as the words see it: a turn searches it by words, by meaning, and for its theme."""

    text: str
    evidence: Evidence
    lacking: dict[int, list[str]] = field(default_factory=dict[int, list[str]])
    """A cache: what decides and the entry at this place lacks."""

    def evidence_with(self, valid: NDArray[np.bool_], more: Scores | float = 0.0) -> Evidence:
        """Return the evidence for the entries that are ``valid``, with ``more`` added to their scores."""
        scores = np.where(valid, self.evidence.scores + more, 0).astype(np.float32)
        return Evidence(scores, self.evidence.known, self.evidence.twins)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the words find."""

    asked: _Asked
    evidence: Evidence
    nearest: list[int]
    sure: float
    """The probability that the nearest entry is right."""


class Index:
    """An index of entries, which never changes. A rebuild takes the counts of unchanged texts from ``previous``."""

    def __init__(
        self, entries: Sequence[SearchEntry], calibration: Calibration = SHIPPED, previous: Index | None = None
    ) -> None:
        self.entries = tuple(entries)
        self.calibration = calibration
        self._sizes = Counter(entry.theme for entry in self.entries)
        self.scorer: Lexical = Lexical(self.entries, previous.scorer if previous else None)
        self.fused: Calibration = SHIPPED_FUSED
        self.semantic: Semantic | None = None
        """None until the vectors of all texts are known (:meth:`with_meaning`)."""
        self.common: Stems = Stems.of(self.scorer.common())
        """The words that decide nothing, since much of the bank holds them."""
        self._ends = np.array([(entry.valid_until or date.max).toordinal() for entry in self.entries], dtype=np.int64)
        self._held: dict[int, Held] = {}
        """A cache by the entry's place."""
        self._last = _Asked("", self.scorer.evidence(""))

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the content: equal if and only if the entries are equal."""
        return self.scorer.fingerprint

    @property
    def themes(self) -> tuple[str, ...]:
        """The themes of the entries, in the bank's order."""
        return tuple(dict.fromkeys(entry.theme for entry in self.entries if entry.theme))

    def with_meaning(self, vectors: Mapping[str, Vector], fused: Calibration) -> Index:
        """Return this index with the entries' vectors. Raise KeyError if ``vectors`` lacks one of their texts."""
        meant = copy(self)
        meant.semantic, meant.fused = Semantic(self.entries, vectors), fused
        return meant

    def search(self, question: str, limit: int = 10, today: date = date.min, encode: Encode | None = None) -> list[Hit]:
        """Return the entries nearest to ``question``, best first. Empty when no entry is like it.

        Leave out the entries that are not valid ``today``.

        Return only the nearest of entries with the same answer: they must not fill the list or make others doubtful.
        The first hit's probability is that of being right. The others' fall in proportion to their scores. An entry
        that lacks a word that decides is never sure by the lexical score. ``encode`` is asked only if that is unsure.
        """
        day, texts = today.toordinal(), askings(question)
        limit = max(0, limit)
        found = max((self._by_words(self._asked(text), limit, day) for text in texts), key=lambda each: each.sure)
        if encode is not None and self.semantic is not None and found.sure < _SURE:
            vector = encode(semantic.question_text(found.asked.text))
            if vector is not None:
                return self._by_both(found.asked, self.semantic.compare(vector), limit, day, encode)
        nearest = found.nearest[:limit]
        lacking = [self._lacks(found.asked, at) for at in nearest]
        return self._hits(found.evidence, nearest, lacking, found.sure)

    def _asked(self, question: str) -> _Asked:
        asked = self._last
        if asked.text != question:
            asked = self._last = _Asked(question, self.scorer.evidence(question))
        return asked

    def _by_words(self, asked: _Asked, limit: int, today: int) -> _Found:
        evidence = asked.evidence_with(self._ends >= today)
        nearest = evidence.nearest(max(2, limit))
        sure = self.calibration.probability(features(evidence, nearest)) if nearest else 0.0
        if nearest and self._lacking(asked, nearest[0]):
            sure = decisive.doubted(sure, 0.0, strange=decisive.is_strange(asked.text, self._read(nearest[0])))
        return _Found(asked, evidence, nearest, sure)

    def _by_both(self, asked: _Asked, like: Closeness, limit: int, today: int, encode: Encode) -> list[Hit]:
        evidence = asked.evidence_with(self._ends >= today, like.scores)
        nearest = evidence.nearest(max(2, limit))
        if not nearest:
            return []
        best, held = nearest[0], self._read(nearest[0])
        words, cosine = self._lacking(asked, best), float(like.nearest[best])
        sure = self.fused.probability(fused_features(evidence, nearest, cosine, lacks=bool(words)))
        others = [self._lacks(asked, at) for at in nearest[1:limit]]
        if not words:
            exchanged = decisive.exchanged_word(asked.text, held, self.common)
            sure = min(sure, decisive.MOST) if exchanged else sure
            return self._hits(evidence, nearest[:limit], [exchanged, *others], sure)
        hinders = self._hindering(asked.text, words, best, cosine, encode) if sure >= decisive.WORTH else words[0]
        strange = cosine < decisive.NEAR and decisive.is_strange(asked.text, held)
        if not hinders and not strange and len(words) == 1 and sure >= _SURE and cosine >= decisive.LIKE:
            return self._hits(evidence, nearest[:limit], ["", *others], sure)
        sure = decisive.doubted(sure, decisive.LEAST, strange=strange)
        hits = self._hits(evidence, nearest[:limit], [hinders or words[0], *others], sure)
        return [replace(hits[0], matters=bool(hinders)), *hits[1:]] if hits else []

    def _hindering(self, question: str, words: Sequence[str], at: int, cosine: float, encode: Encode) -> str:
        """Return the first of the words that changes the question; empty if the entry may say all in another way.

        ``words`` are what the entry lacks.
        """
        held = self._read(at)
        for word in words[: decisive.TRIED]:
            rest = decisive.without(question, word)
            if rest is None or decisive.is_exchanged(question, word, held.entry) or decisive.has_sibling(word, held):
                return word
            vector = encode(semantic.question_text(rest))
            if self.semantic is None or vector is None:
                return word
            if cosine - float(self.semantic.compare(vector).nearest[at]) < decisive.HINDERS:
                return word
        return ""

    def _lacking(self, asked: _Asked, at: int) -> list[str]:
        lacking = asked.lacking.get(at)
        if lacking is None:
            lacking = asked.lacking[at] = decisive.lacking(asked.text, self._read(at), self.common)
        return lacking

    def _lacks(self, asked: _Asked, at: int) -> str:
        return next(iter(self._lacking(asked, at)), "")

    def _hits(self, evidence: Evidence, nearest: Sequence[int], lacking: Sequence[str], sure: float) -> list[Hit]:
        best = float(evidence.scores[nearest[0]]) if nearest else 0.0
        return [
            Hit(self.entries[at].id, sure * float(evidence.scores[at]) / best, missing)
            for at, missing in zip(nearest, lacking, strict=False)
        ]

    def _read(self, at: int) -> Held:
        held = self._held.get(at)
        if held is None:
            held = self._held[at] = Held.of(self.entries[at])
        return held

    def vote(self, question: str) -> list[tuple[str, float]]:
        """Return the themes of the ten best hits, likeliest first, each with its share of their votes.

        A hit votes with its squared score, divided by the root of the theme's size: large themes have more voters.
        """
        scores = self._asked(question).evidence.scores
        votes: dict[str, float] = {}
        for at in order(scores, _VOTERS)[:_VOTERS]:
            if theme := self.entries[at].theme:
                votes[theme] = votes.get(theme, 0.0) + float(scores[at]) ** 2 / self._sizes[theme] ** 0.5
        total = sum(votes.values())
        return sorted(((theme, vote / total) for theme, vote in votes.items()), key=lambda item: (-item[1], item[0]))


def askings(question: str) -> list[str]:
    """Return the texts that are searched for a message."""
    return normalisation.askings(question[:_MOST])
