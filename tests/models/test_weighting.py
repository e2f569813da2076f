import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, roc_auc_score

from models.performance import performance
from models.reliability import InvalidCases
from models.weighting import LEAST_CHANCE, Missing, figures_of, missing_of

SEEDS = st.integers(0, 2**32 - 1)


def scored(count, seed):
    """Probabilities, and outcomes of which they are true."""
    rng = np.random.default_rng(seed)
    said = rng.beta(1, 2, count)
    return rng, said, (rng.random(count) < said).astype(np.float64)


def world(count, seed, slower=4.0, truncated=False, by="score"):
    """Appeals over thirty days; likely overturns, or overturns, take longer to decide."""
    rng, said, came = scored(count, seed)
    age = rng.uniform(0, 720, count)
    slow = came == 1 if by == "outcome" else said > np.median(said)
    delay = rng.exponential(40, count) * np.where(slow, slower, 1.0)
    seen = delay <= age
    waits = np.zeros(0) if truncated else age[~seen]
    return came, Missing(came[seen], said[seen], age[seen], delay[seen], waits)


@pytest.mark.parametrize("by", ["score", "outcome"])
@pytest.mark.parametrize("truncated", [False, True])
def test_weighting_recovers_the_truth_where_some_decisions_take_longer(truncated, by):
    plain, weighted = [], []
    for seed in range(6):
        came, cases = world(4_000, seed, truncated=truncated, by=by)
        found = missing_of(cases)
        plain.append(found.plain.overturned - came.mean())
        weighted.append(found.weighted.overturned - came.mean())
    assert np.mean(plain) < -0.012
    assert abs(np.mean(weighted)) < 0.3 * abs(np.mean(plain))


def test_weighted_figures_are_nearer_to_those_of_all():
    plain, weighted = [], []
    for seed in range(6):
        _, cases = world(4_000, seed, slower=8.0)
        found = missing_of(cases)
        _, said, _ = scored(4_000, seed)
        expected = float(np.mean(said * (1 - said)))
        plain.append(found.plain.brier - expected)
        weighted.append(found.weighted.brier - expected)
    assert abs(np.mean(weighted)) < abs(np.mean(plain))


def test_calibration_is_told_as_it_is_where_overturns_take_longer():
    plain, weighted = [], []
    for seed in range(6):
        _, cases = world(4_000, seed, by="outcome")
        found = missing_of(cases)
        plain.append(found.plain.ece)
        weighted.append(found.weighted.ece)
    assert np.mean(weighted) < 0.75 * np.mean(plain)  # the scores are true


def test_where_all_are_decided_nothing_is_weighed():
    _, cases = world(500, 0)
    old = replace(cases, age=cases.age + 10_000, waiting_age=np.zeros(0))
    found = missing_of(old)
    assert found.plain == found.weighted
    assert found.effective == pytest.approx(found.decided)
    assert found.rate_low == found.rate_high == found.plain.overturned
    assert found.clipped == 0


@given(SEEDS, st.booleans())
def test_the_bounds_hold_the_truth_and_the_effective_size_is_no_more_than_the_cases(
    seed, truncated
):
    came, cases = world(300, seed, truncated=truncated)
    found = missing_of(cases)
    if not truncated:
        assert found.rate_low - 1e-9 <= came.mean() <= found.rate_high + 1e-9
        assert found.missing == found.undecided == 300 - found.decided
    assert found.rate_low <= found.plain.overturned <= found.rate_high
    assert 1 <= found.effective <= found.decided * (1 + 1e-9)
    assert found.truncated == truncated
    assert json.dumps(found.as_dict(), allow_nan=False)


def test_no_case_stands_for_more_than_ten():
    _, cases = world(4_000, 3, slower=40.0)
    found = missing_of(cases)
    assert found.clipped > 0
    ratio = found.weighted.overturned / found.plain.overturned
    assert LEAST_CHANCE < ratio < 1 / LEAST_CHANCE


@given(SEEDS)
def test_figures_of_equal_weights_are_those_of_the_cases(seed):
    rng = np.random.default_rng(seed)
    said = rng.random(80).round(2)
    came = (rng.random(80) < said).astype(np.float64)
    came[:2] = 0, 1
    found = figures_of(came, said, np.full(80, 3.0))
    assert found.auc == pytest.approx(roc_auc_score(came, said), abs=1e-6)
    assert found.brier == pytest.approx(brier_score_loss(came, said))
    assert found.ece == pytest.approx(performance(came, said).ece.value)
    assert found.overturned == pytest.approx(came.mean())


@given(SEEDS)
def test_a_case_that_counts_twice_is_two_cases(seed):
    rng = np.random.default_rng(seed)
    said, weight = rng.random(40), rng.integers(1, 4, 40).astype(np.float64)
    came = (rng.random(40) < said).astype(np.float64)
    came[:2] = 0, 1
    found = figures_of(came, said, weight)
    times = weight.astype(int)
    twice = roc_auc_score(np.repeat(came, times), np.repeat(said, times))
    assert found.auc == pytest.approx(twice, abs=1e-6)
    assert found.overturned == pytest.approx(np.repeat(came, times).mean())


def test_decisions_without_dates_are_not_weighed():
    _, cases = world(200, 0)
    found = missing_of(replace(cases, delay=np.zeros(len(cases.age))))
    assert found.undated
    assert found.median_hours is None
    assert found.weighted == found.plain
    assert found.rate_low < found.rate_high


def test_few_cases_are_weighed_too_and_cases_that_are_none_refused():
    _, cases = world(60, 0)
    assert missing_of(cases).weighted.auc is not None
    with pytest.raises(InvalidCases):
        missing_of(replace(cases, outcome=cases.outcome + 1))
