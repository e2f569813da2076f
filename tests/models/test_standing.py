"""Which days of a series tell where it stands."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.standing import RECENT_DAYS, standing_days


def standing(counts, now=None):
    table = np.array([counts], dtype=np.float64)
    at = np.array([len(counts) if now is None else now])
    return standing_days(table, np.zeros(1, dtype=np.intp), at)[0]


@given(
    st.lists(st.integers(0, 300) | st.none(), min_size=1, max_size=120),
    st.lists(st.integers(0, 300), max_size=20),
)
def test_only_known_days_before_now_are_looked_at(counts, later):
    known = [np.nan if one is None else float(one) for one in counts]
    found = standing(known)
    assert not found[np.isnan(known)].any()
    both = standing([*known, *later], now=len(known))
    np.testing.assert_array_equal(both[: len(known)], found)
    assert not both[len(known) :].any()


@given(st.integers(0, 500), st.integers(1, 150))
def test_of_a_level_series_every_day_stands(count, days):
    assert standing([count] * days).all()


@given(st.integers(0, 4), st.integers(20, 200), st.integers(3, 28), st.integers(7, 40))
def test_a_burst_of_weeks_is_left_out_and_the_days_around_it_are_not(quiet, burst, lasts, since):
    counts = [quiet] * 90 + [burst * 2] * lasts + [quiet] * since
    found = standing(counts)
    assert not found[90 : 90 + lasts].any()
    assert found[:86].all()
    assert found[90 + lasts + 4 :].all()


@pytest.mark.parametrize(("before", "after"), [(1, 10), (10, 1), (0, 3)])
def test_what_lasts_longer_than_half_of_the_last_weeks_is_the_level(before, after):
    longer = RECENT_DAYS // 2 + 4
    changed = standing([before] * 120 + [after] * longer)
    assert changed[-longer + 3 :].all()
    assert not changed[:110].any()
    shorter = RECENT_DAYS // 2 - 4
    unchanged = standing([before] * 120 + [after] * shorter)
    assert unchanged[:110].all()
    assert not unchanged[-shorter + 3 :].any()


def test_weeks_that_scatter_by_themselves_are_not_left_out():
    rng = np.random.default_rng(3)
    for mean, dispersion in ((0.3, 1.0001), (4, 3), (40, 8)):
        rates = rng.gamma(mean / (dispersion - 1), dispersion - 1, 180)
        assert standing(rng.poisson(rates)).mean() > 0.95


def test_days_that_are_not_known_are_like_the_rest_of_their_week():
    counts = np.full(100, 8.0)
    counts[40:44] = counts[70] = np.nan
    found = standing(counts)
    assert found.sum() == 95


def test_where_nothing_is_known_nothing_stands():
    assert not standing([np.nan] * 20).any()
    assert not standing([4.0, 5.0], now=0).any()
