import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, roc_auc_score

from models.performance import LEAST_CASES, performance
from models.reliability import InvalidCases


def honest(cases, seed):
    """Draw probabilities that mean what they say, and what came of them."""
    rng = np.random.default_rng(seed)
    said = rng.beta(1, 3, cases)
    return (rng.random(cases) < said).astype(int), said


@given(st.integers(0, 2**32), st.integers(LEAST_CASES, 300))
def test_measures_are_those_of_scikit_learn_and_lie_in_their_intervals(seed, cases):
    came, said = honest(cases, seed)
    found = performance(came, said)
    assert found.brier.value == pytest.approx(brier_score_loss(came, said))
    if 0 < came.sum() < cases:
        assert found.auc.value == pytest.approx(roc_auc_score(came, said))
    for one in filter(None, (found.auc, found.brier, found.ece)):
        assert 0 <= one.low <= one.value <= one.high <= 1


def test_the_interval_of_the_auc_holds_the_truth_as_often_as_it_says():
    truth = performance(*honest(200_000, 0)).auc.value
    bounds = [performance(*honest(150, seed)).auc for seed in range(1, 201)]
    held = np.mean([one.low <= truth <= one.high for one in bounds])
    assert 0.9 <= held <= 1.0


def test_honest_probabilities_are_called_calibrated_and_others_are_not():
    answers = [performance(*honest(400, seed)).calibrated for seed in range(100)]
    assert 0.88 <= np.mean(answers) <= 1.0
    came, said = honest(400, 1)
    assert not performance(came, np.clip(said + 0.2, 0, 1)).calibrated


@pytest.mark.parametrize(("shown", "low", "high"), [(0.9, 0.8, 1.0), (0.1, 0.0, 0.2)])
def test_a_perfect_ranking_of_few_cases_is_no_certainty(shown, low, high):
    came = np.array([1] * 12 + [0] * 13)
    auc = performance(came, np.where(came == 1, shown, 0.5)).auc
    assert auc.value in (0.0, 1.0)
    assert low < auc.low < 1 or 0 < auc.high < high
    assert auc.high - auc.low > 0.1


def test_few_cases_are_told_without_figures():
    found = performance(np.ones(LEAST_CASES - 1), np.full(LEAST_CASES - 1, 0.5))
    assert (found.cases, found.overturned) == (LEAST_CASES - 1, LEAST_CASES - 1)
    assert found.auc is found.brier is found.ece is None
    assert found.calibrated


def test_without_both_outcomes_nothing_is_ranked():
    found = performance(np.zeros(50), np.full(50, 0.1))
    assert found.auc is None
    assert found.brier.value == pytest.approx(0.01)
    assert found.constant == 0


def test_what_is_no_case_is_refused():
    with pytest.raises(InvalidCases):
        performance(np.array([1, 0]), np.array([0.5]))
