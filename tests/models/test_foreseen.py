"""What is foreseen of calibrated probabilities is what comes, in expectation."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from models.foreseen import expected_auc, foreseen, typical_auc
from models.performance import LEAST_CASES, performance
from models.reliability import InvalidCases

PROBABILITIES = st.lists(st.floats(0, 1), min_size=2, max_size=7).map(np.array)


def every_outcome(said):
    """Give every outcome there can be, (2^n, n), and how likely each is."""
    outcomes = np.array([*product((0, 1), repeat=len(said))])
    return outcomes, np.prod(np.where(outcomes, said, 1 - said), axis=1)


@settings(max_examples=60)
@given(PROBABILITIES)
def test_the_expected_auc_is_the_expected_pairs_ranked_rightly_over_the_expected_pairs(said):
    outcomes, chance = every_outcome(said)
    up = outcomes.sum(axis=1)
    pairs = up * (len(said) - up)
    rightly = outcomes @ rankdata(said) - up * (up + 1) / 2
    expected = float(chance @ pairs)
    found = expected_auc(said)
    if found is None:
        assert expected == pytest.approx(0, abs=1e-9)
    elif expected > 1e-6:
        assert found == pytest.approx(float(chance @ rightly) / expected, abs=1e-6)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.floats(0.3, 5), st.floats(0.3, 5))
def test_brier_score_and_share_are_what_all_outcomes_together_give(seed, a, b):
    few = np.random.default_rng(seed).beta(a, b, 8)
    outcomes, chance = every_outcome(few)
    said = np.tile(few, 5)
    found = foreseen(said)
    losses = ((few - outcomes) ** 2).mean(axis=1)
    assert found.brier.value == pytest.approx(float(chance @ losses), abs=1e-9)
    assert found.share.value == pytest.approx(float(chance @ outcomes.mean(axis=1)), abs=1e-9)
    hits = ((few >= 0.5) == outcomes).mean(axis=1)
    assert found.accuracy.value == pytest.approx(float(chance @ hits), abs=1e-9)
    for one in (found.share, found.brier, found.accuracy, found.ece):
        assert one.low <= one.value <= one.high


def drawn(seed, cases=400):
    rng = np.random.default_rng(seed)
    said = rng.beta(1.2, 2.5, cases)
    return said, (rng.random(cases) < said).astype(int)


def test_of_calibrated_probabilities_the_truth_is_met_and_lies_within_the_intervals():
    gaps, inside = [], []
    for seed in range(60):
        said, came = drawn(seed)
        told, true = foreseen(said, seed), performance(came, said)
        for name in ("auc", "brier", "ece"):
            foretold, real = getattr(told, name), getattr(true, name).value
            inside.append(foretold.low <= real <= foretold.high)
            gaps.append((name, real - foretold.value))
    for name in ("auc", "brier", "ece"):
        of_it = np.array([gap for which, gap in gaps if which == name])
        assert abs(of_it.mean()) < 4 * of_it.std() / len(of_it) ** 0.5
    assert 0.9 <= np.mean(inside) <= 0.99


def test_probabilities_that_say_too_little_are_seen_once_outcomes_come_and_not_before():
    said, _ = drawn(1, 2_000)
    came = (np.random.default_rng(2).random(2_000) < np.sqrt(said)).astype(int)
    told, true = foreseen(said), performance(came, said)
    assert true.brier.value > told.brier.high
    assert true.ece.value > told.ece.high


def test_the_less_the_probabilities_say_the_lower_is_the_auc_foreseen():
    rng = np.random.default_rng(0)
    sharp, dull = rng.beta(0.5, 0.5, 2_000), rng.beta(8, 8, 2_000)
    assert foreseen(sharp).auc.low > foreseen(dull).auc.high
    assert foreseen(np.full(100, 0.3)).auc.value == 0.5


def test_certain_probabilities_leave_no_doubt():
    found = foreseen(np.repeat([0.0, 1.0], 50))
    assert (found.brier.value, found.brier.high) == (0, 0)
    assert (found.auc.value, found.auc.low) == (1, 1)
    assert foreseen(np.zeros(100)).auc is None


def test_of_few_cases_nothing_is_foreseen():
    found = foreseen(np.full(LEAST_CASES - 1, 0.4))
    assert found.cases == LEAST_CASES - 1
    assert found.auc is found.brier is found.share is found.ece is found.accuracy is None


def test_many_cases_are_drawn_in_parts_with_the_same_answer(monkeypatch):
    said, _ = drawn(3)
    whole = foreseen(said)
    monkeypatch.setattr("models.foreseen._MOST_CELLS", 1_000)
    assert foreseen(said) == whole


@pytest.mark.parametrize(
    "values", [np.array([0.2, 1.2] * 30), np.array([np.nan] * 30), np.zeros((30, 2))]
)
def test_what_is_no_probability_is_refused(values):
    with pytest.raises(InvalidCases, match="probabilities"):
        foreseen(values)


@pytest.mark.parametrize("digits", [16, 1])
def test_the_auc_to_expect_of_all_lies_within_that_of_some_as_often_as_it_says(digits):
    rng = np.random.default_rng(5)
    whole = rng.beta(2, 5, 50_000).round(digits)
    truth = expected_auc(whole)

    found = [typical_auc(rng.choice(whole, 200)) for _ in range(300)]

    assert 0.9 <= np.mean([one.low <= truth <= one.high for one in found]) <= 0.99
    assert np.mean([one.value for one in found]) == pytest.approx(truth, abs=0.005)


@given(st.lists(st.floats(0, 1), max_size=40).map(np.array))
def test_the_auc_to_expect_is_that_of_the_scores_and_none_of_too_few(said):
    found = typical_auc(said)
    if len(said) < LEAST_CASES:
        assert found is None
    elif found is not None:
        assert 0 <= found.low <= found.value <= found.high <= 1
        assert found.value == expected_auc(said)
