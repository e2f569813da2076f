import math
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.calibration import calibration_curve

from training import metrics

cases = st.integers(2, 40).flatmap(
    lambda n: st.tuples(
        hnp.arrays(np.int_, n, elements=st.integers(0, 1)),
        hnp.arrays(np.float64, n, elements=st.integers(0, 20).map(lambda k: k / 20)),
    )
)
OUTCOME = np.array([0, 0, 1, 1])
PROBABILITY = np.array([0.1, 0.4, 0.35, 0.8])


def pairs_won(outcome, probability):
    up, down = probability[outcome == 1], probability[outcome == 0]
    won = [1.0 if u > d else 0.5 if u == d else 0.0 for u, d in product(up, down)]
    return sum(won), len(won)


def test_measures_equal_those_worked_out_by_hand():
    found = metrics.measure(OUTCOME, PROBABILITY)

    assert found.rows == 4
    assert found.positive_share == 0.5
    assert found.auc == 0.75
    assert found.average_precision == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    squares = (0.1**2 + 0.4**2 + 0.65**2 + 0.2**2) / 4
    assert found.brier == pytest.approx(squares)
    assert found.brier_skill == pytest.approx(1 - squares / 0.25)
    logs = math.log(0.9) + math.log(0.6) + math.log(0.35) + math.log(0.8)
    assert found.log_loss == pytest.approx(-logs / 4)


@given(cases)
def test_auc_is_the_share_of_pairs_in_the_right_order(case):
    outcome, probability = case
    won, pairs = pairs_won(outcome, probability)

    found = metrics.auc(outcome, probability)

    assert math.isnan(found) if pairs == 0 else found == pytest.approx(won / pairs)


@given(cases)
def test_within_policy_auc_counts_only_pairs_that_share_a_policy(case):
    outcome, probability = case
    policy = pd.Series([["a", "b", None][place % 3] for place in range(len(outcome))])
    shares = [
        pairs_won(outcome[policy == name], probability[policy == name]) for name in ("a", "b")
    ]
    pairs = sum(count for _, count in shares)

    found = metrics.within_policy_auc(outcome, probability, policy)

    if pairs == 0:
        assert math.isnan(found)
    else:
        assert found == pytest.approx(sum(won for won, _ in shares) / pairs)


@given(cases)
def test_brier_skill_is_never_above_that_of_knowing_and_zero_for_the_best_constant(case):
    outcome, probability = case
    assume(0 < outcome.sum() < len(outcome))
    constant = np.full(len(outcome), outcome.mean())

    assert metrics.brier_skill(outcome, probability) <= 1
    assert metrics.brier_skill(outcome, constant) == pytest.approx(0)
    assert metrics.brier_skill(outcome, outcome.astype(float)) == 1


def test_brier_skill_against_a_prior_known_before_is_easier():
    against_prior = metrics.brier_skill(OUTCOME, PROBABILITY, prior=0.2)

    assert against_prior > metrics.brier_skill(OUTCOME, PROBABILITY)


@given(cases, st.randoms(use_true_random=False))
def test_ece_lies_between_bias_and_one_whatever_the_order(case, random):
    outcome, probability = case
    shuffled = list(range(len(outcome)))
    random.shuffle(shuffled)

    found = metrics.ece(outcome, probability)

    bias = abs(probability.mean() - outcome.mean())
    assert bias - 1e-12 <= found <= 1
    assert metrics.ece(outcome[shuffled], probability[shuffled]) == pytest.approx(found)


def test_ece_equals_scikit_learns_quantile_bins_where_no_probability_is_tied():
    rng = np.random.default_rng(3)
    probability = rng.random(1_000)
    outcome = (rng.random(1_000) < probability**2).astype(int)
    came, said = calibration_curve(outcome, probability, n_bins=10, strategy="quantile")

    found = metrics.ece(outcome, probability)

    assert found == pytest.approx(np.mean(np.abs(came - said)), abs=1e-9)


def test_bins_hold_alike_many_cases_and_keep_ties_together():
    spread = metrics.mass_bins(np.linspace(0, 1, 1_000))
    tied = metrics.mass_bins(np.array([0.2] * 50 + [0.7] * 50))

    assert np.bincount(spread).tolist() == [100] * 10
    assert len(set(tied[:50])) == 1
    assert len(set(tied[50:])) == 1


@pytest.mark.parametrize("limit", [0, 0.05])
def test_the_error_of_probabilities_off_by_the_limit_stays_under_what_is_allowed(limit):
    rng = np.random.default_rng(0)
    probability = rng.random(400)
    truth = np.where(probability < 0.5, probability + limit, probability - limit)
    allowed = metrics.ece_allowed(probability, limit, 0.95, rounds=500, seed=0)

    drawn = [metrics.ece((rng.random(400) < truth).astype(int), probability) for _ in range(200)]

    assert 0.90 <= np.mean(np.array(drawn) <= allowed) <= 0.99


def test_many_cases_are_allowed_little_more_than_the_limit():
    probability = np.random.default_rng(0).random(40_000)

    few, many = (
        metrics.ece_allowed(probability[:rows], 0.05, 0.95, rounds=100, seed=0)
        for rows in (300, 40_000)
    )

    assert few > 0.07
    assert 0.05 * 0.9 < many < 0.055


def test_what_does_not_apply_is_nan_and_null_in_json():
    one_outcome = metrics.measure(np.zeros(3, dtype=int), np.array([0.1, 0.2, 0.3]))
    nothing = metrics.measure(np.zeros(0, dtype=int), np.zeros(0))

    assert one_outcome.as_dict()["auc"] is None
    assert one_outcome.as_dict()["brier_skill"] is None
    assert one_outcome.brier == pytest.approx(0.14 / 3)
    assert set(nothing.as_dict().values()) == {0, None}


@given(cases)
def test_resampled_auc_of_undisturbed_weights_is_the_auc(case):
    outcome, probability = case
    assume(0 < outcome.sum() < len(outcome))
    once = np.ones(len(outcome), dtype=int)

    assert metrics.resampled_auc(outcome, probability)(once) == pytest.approx(
        metrics.auc(outcome, probability)
    )


@given(cases, st.data())
def test_resampled_auc_is_the_auc_of_the_cases_drawn(case, data):
    outcome, probability = case
    n = len(outcome)
    counts = data.draw(hnp.arrays(np.int_, n, elements=st.integers(0, 3)))
    drawn_outcome, drawn = np.repeat(outcome, counts), np.repeat(probability, counts)
    assume(0 < drawn_outcome.sum() < len(drawn_outcome))

    assert metrics.resampled_auc(outcome, probability)(counts) == pytest.approx(
        metrics.auc(drawn_outcome, drawn)
    )


def test_auc_interval_holds_the_value_narrows_with_cases_and_repeats_to_the_digit():
    rng = np.random.default_rng(1)
    probability = rng.random(4_000)
    outcome = (rng.random(4_000) < probability).astype(int)

    few = metrics.auc_interval(outcome[:300], probability[:300], rounds=200, seed=5)
    many = metrics.auc_interval(outcome, probability, rounds=200, seed=5)

    assert few.low < few.value < few.high
    assert many.high - many.low < (few.high - few.low) / 2
    assert many == metrics.auc_interval(outcome, probability, rounds=200, seed=5)
    assert many != metrics.auc_interval(outcome, probability, rounds=200, seed=6)


def test_auc_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(2)
    truth = 5 / 6  # of p uniform and y drawn from p

    def covers():
        probability = rng.random(150)
        outcome = (rng.random(150) < probability).astype(int)
        bounds = metrics.auc_interval(outcome, probability, rounds=200, seed=0)
        return bounds.low <= truth <= bounds.high

    assert sum(covers() for _ in range(60)) >= 50


def test_what_honest_probabilities_have_by_chance_is_what_draws_of_them_show():
    rng = np.random.default_rng(0)
    probability = rng.beta(2, 4, 1_500)
    drawn = [
        metrics.ece((rng.random(1_500) < probability).astype(int), probability) for _ in range(300)
    ]
    assert metrics.ece_if_calibrated(probability) == pytest.approx(np.mean(drawn), abs=0.002)
    assert np.isnan(metrics.ece_if_calibrated(np.array([])))
    assert metrics.ece_if_calibrated(np.array([0.0, 1.0])) == 0


def test_the_error_that_is_allowed_is_wider_where_cases_are_alike():
    said = np.random.default_rng(0).beta(2, 4, 1_000)
    found = [metrics.ece_allowed(said, 0.0, 0.95, 200, 0, widened) for widened in (1.0, 2.0, 3.0)]
    assert found[1] == pytest.approx(2 * found[0])
    assert found[2] == pytest.approx(3 * found[0])
