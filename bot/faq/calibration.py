"""From a score to the probability of being right: a logistic regression that the bank itself can teach.

The bank holds its own examples (reference/retrieval.md): an alternative phrasing left out is a question that can be
answered; an entry left out makes its phrasings questions that cannot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from bot.faq.ranking import FEATURES, Entry, Lexical, features, fingerprint, order

VERSION = 1  # raised when a feature changes its meaning: stored coefficients are then fitted anew
FOLDS = 4
OUT_OF_SCOPE = 0.3  # of the questions, as in the measurements of reference/retrieval.md
ENOUGH = 100  # left-out alternatives
_STRENGTH = 10.0  # inverse L2 strength, scikit-learn's C
_STILL = 1e-9  # a step this small ends the fitting
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Coefficients that turn features into a probability."""

    coefficients: tuple[float, ...]
    intercept: float
    features: tuple[str, ...] = FEATURES
    examples: int = 0
    """How many left-out alternatives it was fitted on."""
    fingerprint: str = ""
    """Of the bank it was fitted on."""
    version: int = VERSION

    def probability(self, values: Sequence[float]) -> float:
        """How likely the best hit is right, between 0 and 1."""
        logit = self.intercept + sum(c * v for c, v in zip(self.coefficients, values, strict=True))
        return float(1 / (1 + np.exp(-np.clip(logit, -30, 30))))

    def as_dict(self) -> dict[str, Any]:
        """Return JSON types, for the database."""
        return {**asdict(self), "coefficients": list(self.coefficients), "features": list(self.features)}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self | None:
        """Read ``as_dict`` back; None when an earlier version of the search wrote it."""
        if stored.get("version") != VERSION or tuple(stored.get("features", ())) != FEATURES:
            return None
        read = cls(**stored)
        return replace(read, coefficients=tuple(read.coefficients), features=tuple(read.features))


SHIPPED = Calibration((2.8354954084152095, 1.711755602074774, 2.47775536235786), -4.39479230911596)


def fit_logistic(rows: Floats, right: Floats, weights: Floats, strength: float = _STRENGTH) -> tuple[Floats, float]:
    """Fit a logistic regression with L2 by Newton's method: (coefficients, intercept).

    Minimises what scikit-learn's ``LogisticRegression(C=strength)`` does; the intercept is not punished.
    """
    design = np.column_stack([rows, np.ones(len(rows))])
    punished = np.append(np.full(rows.shape[1], 1 / strength), 0.0)
    beta = np.zeros(design.shape[1])
    for _ in range(100):
        chance = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        slope = design.T @ (weights * (chance - right)) + punished * beta
        bend = (design * (weights * chance * (1 - chance))[:, None]).T @ design + np.diag(punished + 1e-9)
        step = np.linalg.solve(bend, slope)
        beta = beta - step
        if np.abs(step).max() < _STILL:
            break
    return beta[:-1], float(beta[-1])


def _fold(*parts: str) -> int:
    return int.from_bytes(blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).digest()) % FOLDS


def _examples(entries: Sequence[Entry], fold: int, full: Lexical) -> list[tuple[list[float], bool, bool]]:
    """Features, whether the best hit was right, and whether there was an answer, of one fold's left-out phrasings."""
    kept: list[Entry] = []
    asked: list[tuple[str, int | None]] = []
    for entry in entries:
        if _fold("entry", entry.question) == fold:
            asked += [(text, None) for text in (entry.question, *entry.alternatives[:2])]
            continue
        out = [text for text in entry.alternatives if _fold(entry.question, text) == fold]
        asked += [(text, entry.id) for text in out]
        kept.append(replace(entry, alternatives=tuple(text for text in entry.alternatives if text not in out)))
    scorer = full.fit(kept)
    found = []
    for text, answer in asked:
        scores = scorer.scores(text)
        ranked = order(scores)
        right = len(ranked) > 0 and kept[ranked[0]].id == answer
        found.append((features(scores, ranked), right, answer is not None))
    return found


def calibrate(entries: Sequence[Entry]) -> Calibration | None:
    """Fit a calibration on the bank alone; None when it has too few alternative phrasings to learn from."""
    if sum(len(entry.alternatives) for entry in entries) < ENOUGH:
        return None
    full = Lexical(entries)
    found = [example for fold in range(FOLDS) for example in _examples(entries, fold, full)]
    answerable = np.array([known for _, _, known in found])
    if answerable.sum() < ENOUGH * (FOLDS - 1) / FOLDS or answerable.all():
        return None
    share = answerable.mean()
    weights = np.where(answerable, (1 - OUT_OF_SCOPE) / share, OUT_OF_SCOPE / (1 - share))
    rows, right = np.array([row for row, _, _ in found]), np.array([ok for _, ok, _ in found], dtype=float)
    coefficients, intercept = fit_logistic(rows, right, weights)
    return Calibration(
        tuple(map(float, coefficients)), intercept, examples=int(answerable.sum()), fingerprint=fingerprint(entries)
    )
