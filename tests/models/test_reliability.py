import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.reliability import (
    Bin,
    InvalidCases,
    bins_of,
    bins_table,
    mass_bins,
    reliability,
)

SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=80)


def test_bins_hold_alike_many_cases_by_rising_probability():
    probability = np.arange(100) / 100
    outcome = (np.arange(100) % 4 == 0).astype(int)
    bins = reliability(outcome, probability)
    assert [one.cases for one in bins] == [10] * 10
    assert bins[0].said == pytest.approx(0.045)
    assert bins[0].came == pytest.approx(0.3)
    assert [one.said for one in bins] == sorted(one.said for one in bins)


@given(SHARES, st.integers(0, 2**32))
def test_bins_together_are_the_cases(shares, seed):
    probability = np.array(shares)
    outcome = np.random.default_rng(seed).integers(0, 2, len(shares))
    bins = reliability(outcome, probability)
    assert sum(one.cases for one in bins) == len(shares)
    assert sum(one.came * one.cases for one in bins) == pytest.approx(outcome.sum())
    assert sum(one.said * one.cases for one in bins) == pytest.approx(probability.sum())
    assert all(one.low <= one.came <= one.high for one in bins)


@given(SHARES)
def test_equal_probabilities_share_a_bin(shares):
    probability = np.array(shares)
    bin_of = mass_bins(probability)
    for value in probability:
        assert len(set(bin_of[probability == value])) == 1


def test_a_bin_fits_where_chance_may_lie_between():
    assert Bin(0.2, 0.25, 0.1, 0.4, 20).fits
    assert not Bin(0.5, 0.25, 0.1, 0.4, 20).fits


def test_no_case_has_no_bin():
    assert reliability(np.array([]), np.array([])) == ()


def test_bins_survive_being_kept_with_a_run():
    bins = reliability(np.array([0, 1, 1, 0]), np.array([0.1, 0.9, 0.8, 0.2]), 2)
    assert bins_of(bins_table(bins)) == bins


@pytest.mark.parametrize(
    ("outcome", "probability"),
    [([1, 0], [0.5]), ([2], [0.5]), ([1], [1.5]), ([1], [float("nan")]), ([[1]], [[0.5]])],
)
def test_what_is_no_case_is_refused(outcome, probability):
    with pytest.raises(InvalidCases):
        reliability(np.array(outcome), np.array(probability))
