"""Turns scores into the probability of being right: a logistic regression that can be fitted on the bank itself.

``bot.search.examples`` makes the examples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from bot.search.examples import Example, ExampleKind, Vectors, examples
from bot.search.scorer import FEATURES, FUSED_FEATURES, SearchEntry, fingerprint

VERSION = 4  # raised when a feature changes its meaning: stored coefficients are then fitted again
OUT_OF_SCOPE = 0.3  # share of questions without an answer, as in the measurements of reference/retrieval.md
FUSED_OUT_OF_SCOPE = 0.1
"""The same for both scores together. A bank that phrasings are left out of looks less sure than the whole one, and a
word that is missing is judged apart. On dev, .1 gave p ≥ .80 precision .940 and coverage .471; .2 gave .939 and .43."""
SHARES = {ExampleKind.LEFT_OUT_ENTRY: 0.5, ExampleKind.EVERYDAY: 0.3, ExampleKind.EXCHANGED_WORD: 0.2}
"""Shares of the kinds among questions without an answer. On dev, .5/.3/.2 kept p ≥ .80 at precision .94 and covered
.36; 1/0/0 covered .32."""
ENOUGH = 40  # alternatives to learn from; 43 in 30 entries gave error .03, SHIPPED gave .10 (banks drawn from dev)
_STEPS = 100
_STILL = 1e-9  # a smaller step ends the fitting
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Coefficients that turn features into a probability."""

    coefficients: tuple[float, ...]
    intercept: float
    features: tuple[str, ...] = FEATURES
    examples: int = 0
    """The number of left-out alternatives that it was fitted on."""
    fingerprint: str = ""
    """The fingerprint of the bank that it was fitted on."""
    version: int = VERSION

    def probability(self, values: Sequence[float]) -> float:
        """Return the probability that the best hit is right, between 0 and 1."""
        logit = self.intercept + sum(c * v for c, v in zip(self.coefficients, values, strict=True))
        return float(1 / (1 + np.exp(-np.clip(logit, -30, 30))))

    def vector(self) -> Floats:
        """Return the coefficients, followed by the intercept."""
        return np.array([*self.coefficients, self.intercept])

    def as_dict(self) -> dict[str, Any]:
        """Return JSON types, for the database."""
        return {**asdict(self), "coefficients": list(self.coefficients), "features": list(self.features)}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any], features: tuple[str, ...] = FEATURES) -> Self | None:
        """Read the result of ``as_dict``. Return None if another version of the search wrote it, or it has others."""
        if stored.get("version") != VERSION or tuple(stored.get("features", ())) != features:
            return None
        read = cls(**stored)
        return replace(read, coefficients=tuple(read.coefficients), features=tuple(read.features))


SHIPPED = Calibration((1.448, 1.847, 5.988), -8.925, examples=12_852)
"""The calibration for banks that are too small to learn from. ``python -m tests.bench.retrieval --ship`` makes it."""
SHIPPED_FUSED = Calibration((0.441, 0.907, 2.835, -0.652, 1.184), -5.92, FUSED_FEATURES, 12_852)
"""The same for the lexical and the semantic score together."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What a bank has taught: the calibration of the lexical score, and of both scores together."""

    lexical: Calibration = SHIPPED
    fused: Calibration | None = None
    """None if there was no encoder."""

    def as_dict(self) -> dict[str, Any]:
        """Return JSON types, for the database."""
        return {**self.lexical.as_dict(), "fused": self.fused.as_dict() if self.fused else None}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self | None:
        """Read the result of ``as_dict``. Return None if another version of the search wrote it."""
        lexical = Calibration.from_dict({name: stored[name] for name in stored if name != "fused"})
        fused = Calibration.from_dict(stored.get("fused") or {}, FUSED_FEATURES)
        return cls(lexical, fused) if lexical is not None else None


def fit_logistic(
    rows: Floats, right: Floats, weights: Floats, *, strength: float, towards: Floats | None = None
) -> Floats:
    """Fit a logistic regression by Newton's method. Return the coefficients, followed by the intercept.

    ``strength`` pulls them towards ``towards``. Without ``towards`` it pulls the coefficients towards 0 and leaves the
    intercept free, as scikit-learn's ``LogisticRegression(C=1 / strength)`` does.
    """
    design = np.column_stack([rows, np.ones(len(rows))])
    held = np.full(design.shape[1], strength)
    if towards is None:
        towards = np.zeros(len(held))
        held[-1] = 0.0
    beta = towards
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        slope = design.T @ (weights * (chance - right)) + held * (beta - towards)
        bend = (design * (weights * chance * (1 - chance))[:, None]).T @ design + np.diag(held + _STILL)
        step = np.linalg.solve(bend, slope)
        beta = beta - step
        if np.abs(step).max() < _STILL:
            break
    return beta


def weigh(learning: Sequence[Example], out_of_scope: float) -> Floats:
    """Return weights that give each kind of example its share of the traffic. The mean weight is 1."""
    counts = Counter(example.kind for example in learning)
    shares = {ExampleKind.LEFT_OUT_PHRASING: 1 - out_of_scope} | {
        kind: out_of_scope * share for kind, share in SHARES.items()
    }
    total = sum(share for kind, share in shares.items() if counts[kind])
    return np.array([shares[example.kind] / total / counts[example.kind] for example in learning]) * len(learning)


def fit(learning: Sequence[Example], out_of_scope: float, **held: Any) -> Floats:
    """Fit on examples. Return the coefficients, followed by the intercept. For ``held`` see ``fit_logistic``."""
    rows = np.array([example.features for example in learning])
    right = np.array([example.right for example in learning], dtype=float)
    return fit_logistic(rows, right, weigh(learning, out_of_scope), **held)


def calibrate(entries: Sequence[SearchEntry], vectors: Vectors | None = None) -> Learned | None:
    """Fit on the bank alone. Return None if it has too few alternative phrasings to learn from.

    ``vectors`` gives the vector of any text (:mod:`bot.search.semantic`); without it only the lexical score is fitted.
    """
    if sum(len(entry.alternatives) for entry in entries) < ENOUGH:
        return None
    lexical = _fitted(entries, list(examples(entries)), SHIPPED, OUT_OF_SCOPE)
    if vectors is None:
        return Learned(lexical)
    fused = _fitted(entries, list(examples(entries, vectors)), SHIPPED_FUSED, FUSED_OUT_OF_SCOPE)
    return Learned(lexical, fused)


def _fitted(
    entries: Sequence[SearchEntry], learning: Sequence[Example], towards: Calibration, out_of_scope: float
) -> Calibration:
    answerable = sum(example.kind is ExampleKind.LEFT_OUT_PHRASING for example in learning)
    *coefficients, intercept = fit(learning, out_of_scope, strength=1.0, towards=towards.vector()).tolist()
    return Calibration(tuple(coefficients), intercept, towards.features, answerable, fingerprint(entries))
