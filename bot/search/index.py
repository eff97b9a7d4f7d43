"""The searchable knowledge bank. It takes a question and returns the nearest entries, each with a probability.

Pure: no database, clock, environment or network. Build an ``Index`` when the bank changes; search it from any thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np

from bot.ports import Hit
from bot.search import decisive, normalisation
from bot.search.calibration import SHIPPED, Calibration
from bot.search.decisive import Held, Stems
from bot.search.scorer import Lexical, SearchEntry, features, order

__all__ = ["Index", "SearchEntry"]

_MOST = 2_000  # characters of a question that are searched; the rest of a pasted letter must not slow the search
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

    def search(self, question: str, limit: int = 10, today: date = date.min) -> list[Hit]:
        """Return the entries nearest to ``question``, best first. Empty when no entry is like it.

        Leave out the entries that are not valid ``today``.

        Return only the nearest of entries with the same answer: they must not fill the list or make others doubtful.
        The first hit's probability is that of being right. The others' fall in proportion to their scores. An entry
        that lacks a word that decides is never sure.
        """
        askings = normalisation.askings(question[:_MOST])
        return max((self._hits(asked, limit, today.toordinal()) for asked in askings), key=_sureness)

    def _hits(self, question: str, limit: int, today: int) -> list[Hit]:
        evidence = self.scorer.evidence(question)
        scores = evidence.scores
        scores[self._ends < today] = 0
        nearest = evidence.nearest(max(2, limit))
        if not nearest:
            return []
        sure = self.calibration.probability(features(evidence, nearest))
        best = float(scores[nearest[0]])
        lacking = [decisive.missing(question, self._read(at), self._common) for at in nearest[: max(1, limit)]]
        sure = min(sure, decisive.MOST) if lacking[0] else sure
        return [
            Hit(self.entries[at].id, sure * float(scores[at]) / best, missing)
            for at, missing in zip(nearest[: max(0, limit)], lacking, strict=False)
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
