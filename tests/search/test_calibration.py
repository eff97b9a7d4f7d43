"""From scores to probabilities, and what a bank teaches about itself."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search.calibration import (
    ENOUGH,
    SHARES,
    SHIPPED,
    SHIPPED_FUSED,
    Calibration,
    Learned,
    calibrate,
    fit_logistic,
    weigh,
)
from bot.search.examples import EVERYDAY, Example, ExampleKind, examples, exchanged
from bot.search.scorer import FEATURES, FUSED_FEATURES, Lexical, SearchEntry
from tests.support.encoders import vector

TOPICS = "avgift medlem webbinarium nyckeltal årsmöte styrelse enkät nyhetsbrev temagrupp remiss".split()
BANK = tuple(
    SearchEntry(at, f"Vad gäller för {topic}?", f"Så här är det med {topic}.", tuple(f"{ask} {topic}" for ask in asks))
    for at, topic in enumerate(TOPICS)
    for asks in [("hur funkar", "berätta om", "när är", "varför", "fråga om er")]
)


def test_a_bank_calibrates_itself_and_the_same_way_every_time() -> None:
    learned = calibrate(BANK)

    assert learned is not None
    assert learned == calibrate(BANK)
    assert learned.fused is None
    calibration = learned.lexical
    assert calibration.features == FEATURES
    assert 0 < calibration.examples <= 50
    assert calibration.probability([2.5, 1.5, 1.0]) > calibration.probability([0.5, 0.1, 0.2])


def test_too_few_alternatives_teach_nothing() -> None:
    assert calibrate(()) is None
    assert calibrate([replace(entry, alternatives=entry.alternatives[: ENOUGH // 10 - 1]) for entry in BANK]) is None


def test_a_bank_of_one_entry_does_no_harm() -> None:
    one = SearchEntry(1, "Vad kostar det?", "Inget.", tuple(f"pris nummer {at}" for at in range(ENOUGH)))
    learned, meant = calibrate([one]), calibrate([one], vector)

    assert learned is not None
    assert np.isfinite(learned.lexical.vector()).all()
    assert meant is not None
    assert meant.lexical == learned.lexical
    assert meant.fused is not None
    assert np.isfinite(meant.fused.vector()).all()


def test_with_vectors_both_scores_are_calibrated_together() -> None:
    learned = calibrate(BANK, vector)

    assert learned is not None
    assert learned == calibrate(BANK, vector)
    assert learned.lexical == getattr(calibrate(BANK), "lexical", None)
    assert learned.fused is not None
    assert learned.fused.features == FUSED_FEATURES
    assert learned.fused.examples == learned.lexical.examples
    near, far = [3.5, 1.5, 1.0, 0.0, 0.0], [0.5, 0.1, 0.2, 1.0, -1.0]
    assert learned.fused.probability(near) > learned.fused.probability(far)


def test_every_kind_of_example_is_made() -> None:
    found = list(examples(BANK))
    kinds = {example.kind for example in found}

    assert kinds == set(ExampleKind)
    assert sum(example.kind is ExampleKind.EVERYDAY for example in found) == len(EVERYDAY)
    assert not [example for example in found if example.right and example.kind is not ExampleKind.LEFT_OUT_PHRASING]


def test_twins_are_left_out_together_and_answer_for_each_other() -> None:
    twins = [*BANK, *(replace(entry, id=entry.id + 100, question=f"Säg: {entry.question}") for entry in BANK)]
    found = list(examples(twins))
    paired = [example for example in found if example.kind is ExampleKind.LEFT_OUT_PHRASING]
    strange = [example for example in found if example.kind is ExampleKind.LEFT_OUT_ENTRY]

    assert sum(example.right for example in paired) / len(paired) > 0.9
    assert max(example.features[1] for example in paired) > 1  # the margin, though a twin has the same alternatives
    assert max(example.features[0] for example in strange) < min(example.features[0] for example in paired)


def test_an_exchanged_word_is_the_rarest_known_one() -> None:
    scorer = Lexical(BANK)
    spoilt = exchanged(scorer, "hur funkar avgift egentligen")

    assert spoilt is not None
    assert spoilt.split()[:2] + spoilt.split()[3:] == ["hur", "funkar", "egentligen"]
    assert "avgift" not in spoilt
    assert exchanged(scorer, "avgift") is None
    assert exchanged(scorer, "xyz qwe rty uio") is None


def test_weights_give_each_kind_its_share() -> None:
    kinds = (
        [ExampleKind.LEFT_OUT_PHRASING] * 6
        + [ExampleKind.LEFT_OUT_ENTRY] * 3
        + [ExampleKind.EVERYDAY] * 2
        + [ExampleKind.EXCHANGED_WORD]
    )
    weights = weigh([Example(kind, [0.0], right=False) for kind in kinds], 0.3)

    assert weights.mean() == pytest.approx(1)
    assert weights[:6].sum() / weights.sum() == pytest.approx(0.7)
    assert weights[6:9].sum() / weights.sum() == pytest.approx(0.3 * SHARES[ExampleKind.LEFT_OUT_ENTRY])


def test_a_calibration_survives_json() -> None:
    stored = json.loads(json.dumps(SHIPPED.as_dict()))

    assert Calibration.from_dict(stored) == SHIPPED
    assert Calibration.from_dict({**stored, "version": 0}) is None
    assert Calibration.from_dict({**stored, "features": ["score"]}) is None
    assert Calibration.from_dict({}) is None
    assert Calibration.from_dict(stored, FUSED_FEATURES) is None


@pytest.mark.parametrize("learned", [Learned(), Learned(SHIPPED, SHIPPED_FUSED)])
def test_what_was_learned_survives_json(learned: Learned) -> None:
    stored = json.loads(json.dumps(learned.as_dict()))

    assert Learned.from_dict(stored) == learned
    assert Learned.from_dict({**stored, "version": 0}) is None
    assert Learned.from_dict({**stored, "fused": {"version": 0}}) == Learned()
    assert Learned.from_dict(SHIPPED.as_dict()) == Learned()  # as a bot without meaning wrote it
    assert Learned.from_dict({}) is None


@given(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3))
def test_a_probability_is_one_whatever_the_features(values: list[float]) -> None:
    assert 0 <= SHIPPED.probability(values) <= 1


def test_the_regression_is_scikit_learns() -> None:
    """Its loss, which has one lowest place: there no coefficient pulls, nor does the intercept, which is not held."""
    chance = np.random.default_rng(5)
    rows = chance.normal(size=(300, 3))
    right = (rows @ [2.0, -1.0, 0.5] + chance.normal(size=300) > 0.3).astype(float)
    weights = chance.uniform(0.2, 2.0, size=300)
    *coefficients, intercept = fit_logistic(rows, right, weights, strength=0.1)
    missed = weights * (1 / (1 + np.exp(-(rows @ coefficients + intercept))) - right)

    assert missed @ rows + 0.1 * np.array(coefficients) == pytest.approx(0, abs=1e-6)
    assert missed.sum() == pytest.approx(0, abs=1e-6)
    assert np.sign(coefficients).tolist() == [1, -1, 1]


def test_few_examples_stay_near_what_they_are_held_to() -> None:
    rows, right = np.ones((2, 3)), np.array([0.0, 0.0])
    fitted = fit_logistic(rows, right, np.ones(2), strength=1.0, towards=SHIPPED.vector())

    assert np.abs(fitted - SHIPPED.vector()).max() < 1
