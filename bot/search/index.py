"""The searchable knowledge bank. It takes a question and returns the nearest entries, each with a probability.

Pure: no database, clock, environment or network. Build an ``Index`` when the bank changes; search it from any thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import date

import numpy as np

from bot.ports import Hit
from bot.search import decisive, normalisation, semantic
from bot.search.calibration import SHIPPED, SHIPPED_FUSED, Calibration
from bot.search.decisive import Held, Stems
from bot.search.scorer import Evidence, Lexical, SearchEntry, features, fused_features, order
from bot.search.semantic import Closeness, Semantic, Vector

__all__ = ["Index", "SearchEntry"]

Encode = Callable[[str], Vector | None]
"""Gives the vector of a text; None if the encoder does not answer."""

_MOST = 2_000  # characters of a question that are searched; the rest of a pasted letter must not slow the search
_SURE = 0.80  # the probability from which the lexical score is not doubted, and the encoder is not asked
_VOTERS = 10  # hits that vote on the theme (reference/retrieval.md)


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
        self._common = Stems.of(self.scorer.common())
        self._ends = np.array([(entry.valid_until or date.max).toordinal() for entry in self.entries], dtype=np.int64)
        self._held: dict[int, Held] = {}
        """A cache by the entry's place."""

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
        day, asked = today.toordinal(), normalisation.askings(question[:_MOST])
        limit = max(0, limit)
        found = [(self._by_words(text, limit, day), text) for text in asked]
        hits, text = max(found, key=lambda each: _sureness(each[0]))
        if encode is None or self.semantic is None or _sureness(hits) >= _SURE:
            return hits
        vector = encode(semantic.question_text(text))
        return hits if vector is None else self._by_both(text, self.semantic.compare(vector), limit, day, encode)

    def _by_words(self, question: str, limit: int, today: int) -> list[Hit]:
        evidence = self.scorer.evidence(question)
        evidence.scores[self._ends < today] = 0
        nearest = evidence.nearest(max(2, limit))
        if not nearest:
            return []
        lacking = self._lacking(question, nearest, limit)
        sure = self.calibration.probability(features(evidence, nearest))
        if lacking[0]:
            sure = decisive.doubted(sure, 0.0, strange=decisive.is_strange(question, self._read(nearest[0])))
        return self._hits(evidence, nearest[:limit], lacking, sure)

    def _by_both(self, question: str, like: Closeness, limit: int, today: int, encode: Encode) -> list[Hit]:
        lexical = self.scorer.evidence(question)
        evidence = Evidence(lexical.scores + like.scores, lexical.known, lexical.twins)
        evidence.scores[self._ends < today] = 0
        nearest = evidence.nearest(max(2, limit))
        if not nearest:
            return []
        best, lacking = nearest[0], self._lacking(question, nearest, limit)
        lacks, cosine = bool(lacking[0]), float(like.nearest[best])
        sure = self.fused.probability(fused_features(evidence, nearest, cosine, lacks=lacks))
        held = self._read(best)
        if not lacks:
            lacking[0] = decisive.exchanged_word(question, held, self._common)
            return self._hits(evidence, nearest[:limit], lacking, min(sure, decisive.MOST) if lacking[0] else sure)
        words = decisive.lacking(question, held, self._common)
        hinders = self._hindering(question, words, best, cosine, encode) if sure >= decisive.WORTH else words[0]
        strange = cosine < decisive.NEAR and decisive.is_strange(question, held)
        if not hinders and not strange and len(words) == 1 and sure >= _SURE and cosine >= decisive.LIKE:
            return self._hits(evidence, nearest[:limit], ["", *lacking[1:]], sure)
        lacking[0] = hinders or words[0]
        hits = self._hits(evidence, nearest[:limit], lacking, decisive.doubted(sure, decisive.LEAST, strange=strange))
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

    def _lacking(self, question: str, nearest: Sequence[int], limit: int) -> list[str]:
        return [decisive.missing(question, self._read(at), self._common) for at in nearest[: max(1, limit)]]

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
        scores = self.scorer.scores(question)
        votes: dict[str, float] = {}
        for at in order(scores, _VOTERS)[:_VOTERS]:
            if theme := self.entries[at].theme:
                votes[theme] = votes.get(theme, 0.0) + float(scores[at]) ** 2 / self._sizes[theme] ** 0.5
        total = sum(votes.values())
        return sorted(((theme, vote / total) for theme, vote in votes.items()), key=lambda item: (-item[1], item[0]))


def _sureness(hits: Sequence[Hit]) -> float:
    return hits[0].probability if hits else 0.0
