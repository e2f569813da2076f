"""EARS by its definition; against R's answers in the benchmark's test."""

import numpy as np
import pytest

from models.surveillance.ears import Ears, InvalidBaseline

COUNTS = np.random.default_rng(3).poisson(6, (4, 40)).astype(float)


def test_c1_is_the_mean_and_deviation_of_the_week_before():
    found = Ears("C1").tails(COUNTS, 3)
    before = COUNTS[:, -8:-1]
    limit = before.mean(axis=1) + 3.0902323 * before.std(axis=1, ddof=1)
    assert found.upper[:, -1] == pytest.approx(limit)
    assert found.expected[:, -1] == pytest.approx(before.mean(axis=1))


def test_c2_leaves_out_two_counts():
    raised = COUNTS.copy()
    raised[:, -3:-1] += 50
    assert Ears("C2").tails(raised).upper == pytest.approx(Ears("C2").tails(COUNTS).upper)
    assert (Ears("C1").tails(raised).upper > Ears("C1").tails(COUNTS).upper).all()


def test_c3_remembers_the_two_counts_before():
    raised = COUNTS.copy()
    raised[:, -3:-1] += 50
    assert (raised[:, -1] > Ears("C3").tails(raised).upper[:, 0]).all()
    assert (Ears("C3").tails(raised).pvalue < 0.025).all()


@pytest.mark.parametrize("method", ["C1", "C2", "C3"])
def test_the_limit_and_the_p_value_agree(method):
    ears = Ears(method, alpha=0.05)
    found = ears.tails(COUNTS, 20)
    assert ((COUNTS[:, -20:] > found.upper) == (found.pvalue < 0.05)).all()


def test_after_equal_counts_one_more_is_no_alarm():
    flat = np.zeros((1, 12))
    flat[0, -1] = 1
    assert Ears("C1").tails(flat).pvalue[0, 0] > 0.01


def test_too_little_history_is_nan():
    assert np.isnan(Ears("C3").tails(COUNTS[:, :9], 4).pvalue).all()
    gap = COUNTS.copy()
    gap[0, -5] = np.nan
    assert np.isnan(Ears("C1").tails(gap).upper[:, 0]).tolist() == [True, False, False, False]


def test_a_baseline_must_have_a_deviation():
    with pytest.raises(InvalidBaseline, match="2 counts"):
        Ears("C1", baseline=2).tails(COUNTS)
    with pytest.raises(InvalidBaseline, match="deviations from 0"):
        Ears("C1", least_deviation=0).tails(COUNTS)
