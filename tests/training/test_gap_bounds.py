import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from models.resampling import resample
from training.gap_bounds import LEAST_EACH, both_often, bound_gaps, exact_share


def bounded(outcome, probability, cluster, rows, level=0.95):
    held, apart = np.column_stack(rows).astype(float), probability - outcome
    drawn = resample(
        lambda counts: counts @ (held * apart[:, None]) / np.maximum(counts @ held, 1),
        cluster,
        200,
        0,
    )
    return bound_gaps(outcome, probability, cluster, rows, drawn, level)


@given(n=st.integers(1, 400), data=st.data(), level=st.floats(0.5, 0.9999))
def test_of_subjects_with_one_case_each_the_interval_is_clopper_and_pearsons(n, data, level):
    up = data.draw(st.integers(0, n))
    low, high = exact_share(np.arange(n) < up, np.arange(n), level)
    told = binomtest(up, n).proportion_ci(level, method="exact")
    assert (low, high) == pytest.approx((told.low, told.high), abs=1e-6)


def test_a_subject_with_many_cases_is_one_witness():
    outcome = np.zeros(200, dtype=int)
    _, alone = exact_share(outcome, np.arange(200), 0.95)
    _, halves = exact_share(outcome, np.arange(200) // 2, 0.95)
    _, one = exact_share(outcome, np.zeros(200, dtype=np.intp), 0.95)
    _, hundred = exact_share(outcome[:100], np.arange(100), 0.95)
    assert alone < halves < one
    assert halves == pytest.approx(hundred)
    assert one == pytest.approx(0.975)


def test_both_outcomes_are_often_from_the_least_of_each_on():
    assert both_often(np.repeat([0, 1], LEAST_EACH))
    assert not both_often(np.repeat([0, 1], [LEAST_EACH - 1, 400]))
    assert not both_often(np.zeros(0, dtype=int))


@pytest.mark.slow
@pytest.mark.parametrize("truth", [0.005, 0.02, 0.97])
def test_bounds_of_rare_and_common_outcomes_hold_together(truth):
    """Honest probabilities: in at most 5 % of the worlds is any of ten slices called off."""
    rng, wrong = np.random.default_rng(1), 0
    said = np.repeat([truth, 0.4], [600, 600])
    rows = [np.arange(1_200) // 120 == part for part in range(10)]
    for _ in range(120):
        outcome = (rng.random(1_200) < said).astype(int)
        found = bounded(outcome, said, np.arange(1_200), rows)
        wrong += bool(((found.low > 0) | (found.high < 0)).any())
    assert binom.sf(wrong - 1, 120, 0.05) > 0.001


def test_the_error_is_shared_out_by_number():
    """A slice without draws of its own is bounded as one of all that are looked at."""
    outcome = np.concatenate([np.arange(300) < 3, np.arange(300) % 3 == 0]).astype(int)
    said, cluster = np.full(600, 0.3), np.arange(600)
    rows = [np.arange(600) < 300, np.arange(600) >= 300]
    found = bounded(outcome, said, cluster, rows)
    low, high = exact_share(outcome[:300], cluster[:300], 1 - 0.05 / 2)
    assert (found.low[0], found.high[0]) == pytest.approx((0.3 - high, 0.3 - low))
    assert found.low[0] > 0 > found.low[1]
    alone = bounded(outcome, said, cluster, rows[1:])
    assert found.reach > alone.reach
