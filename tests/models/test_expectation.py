"""What each day lets expect."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.expectation import LEAST_DAYS, InvalidLevel, expectation
from models.surveillance.series import InvalidCounts


def quiet(seed, days=140, mean=60.0):
    week = np.array([1.2, 1.1, 1.0, 1.0, 1.0, 0.8, 0.6])[np.arange(days) % 7]
    return np.random.default_rng(seed).poisson(mean * week).astype(float)


def test_most_quiet_days_lie_in_the_band_and_the_weekday_is_known():
    counts = np.array([quiet(seed) for seed in range(20)])
    found = expectation(counts, 42)
    shown = counts[:, -42:]
    inside = (found.lower <= shown) & (shown <= found.upper)
    assert 0.92 < inside.mean() < 0.995
    sundays = found.expected[:, np.arange(140 - 42, 140) % 7 == 6].mean()
    assert sundays == pytest.approx(36, rel=0.1)


def test_a_day_that_breaks_stands_out_and_changes_nothing_before_it():
    counts = quiet(1)
    broken = counts.copy()
    broken[-5] = 200
    before, after = expectation([counts], 20), expectation([broken], 20)
    assert broken[-5] > after.upper[0, -5]
    np.testing.assert_array_equal(before.expected[0, :-4], after.expected[0, :-4])


def test_the_last_day_need_not_be_complete():
    counts = quiet(2)
    cut = counts.copy()
    cut[-1] = 3
    np.testing.assert_array_equal(
        expectation([counts], 10).expected, expectation([cut], 10).expected
    )


def test_nothing_is_expected_before_two_weeks_are_known():
    counts = quiet(3, days=20)
    counts[:2] = np.nan
    found = expectation([counts, np.full(20, np.nan)], 20)
    known = np.isfinite(found.expected)
    assert known.sum(axis=1).tolist() == [20 - 2 - LEAST_DAYS, 0]
    assert not known[0, : 2 + LEAST_DAYS].any()
    np.testing.assert_array_equal(known, np.isfinite(found.lower) & np.isfinite(found.upper))


@given(st.lists(st.integers(0, 400), min_size=1, max_size=40), st.integers(1, 60))
def test_ends_lie_around_what_is_expected(counts, days):
    found = expectation([counts], days)
    assert found.expected.shape == (1, min(days, len(counts)))
    known = np.isfinite(found.expected)
    assert (found.expected[known] > 0).all()
    assert (found.lower[known] >= 0).all()
    assert (found.lower[known] <= found.upper[known] + 1).all()


@pytest.mark.parametrize("within", [0, 1, -1, 95, np.nan])
def test_a_band_that_is_no_share_is_refused(within):
    with pytest.raises(InvalidLevel, match="a share"):
        expectation([[1, 2, 3]], 1, within)


@pytest.mark.parametrize("counts", [[1, 2], [[-1]], [[np.inf]], [["a"]]])
def test_counts_that_are_none_are_refused(counts):
    with pytest.raises(InvalidCounts):
        expectation(counts, 1)


def poisson(mean, seed, days=180):
    return np.random.default_rng(seed).poisson(mean, days).astype(float)


@pytest.mark.parametrize(("mean", "burst", "lasts"), [(0.5, 15, 14), (0.5, 25, 27), (3, 25, 21)])
def test_a_burst_of_weeks_is_not_expected_again(mean, burst, lasts):
    quiet = np.array([poisson(mean, seed) for seed in range(4)])
    burst_days = slice(90, 90 + lasts)
    counts = quiet.copy()
    counts[:, burst_days] = np.random.default_rng(9).poisson(burst, (4, lasts))
    found, told = expectation(counts, 120), expectation(quiet, 120)
    after = slice(90 - 60, None)
    assert found.upper[:, after].max() < 2.5 * told.upper.max()
    assert np.median(found.upper[:, after]) <= np.median(told.upper[:, after]) + 1
    assert (counts[:, burst_days] > found.upper[:, 30 : 30 + lasts]).mean() > 0.9


@pytest.mark.parametrize(("before", "after"), [(0.5, 6), (3, 12), (20, 6)])
def test_a_change_that_lasts_is_followed_within_weeks(before, after):
    counts = np.array(
        [[*poisson(before, seed, 90), *poisson(after, seed, 90)] for seed in range(4)]
    )
    found = expectation(counts, 120)
    early, late = found.expected[:, 30:44], found.expected[:, 30 + 42 :]
    assert abs(np.median(early) - before) < abs(np.median(early) - after)
    assert np.median(late) == pytest.approx(after, rel=0.25)
    inside = (found.lower <= counts[:, -120:]) & (counts[:, -120:] <= found.upper)
    assert inside[:, 30 + 42 :].mean() > 0.9
