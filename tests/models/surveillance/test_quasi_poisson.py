"""The regression of levels and a trend, against its normal equations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.surveillance.quasi_poisson import SeasonalDesign, fit_seasons

SEASONS = np.arange(60) % 3
TIMES = (np.arange(60) - 60) / 52


def fit(counts, weights=None, trend=True):
    counts = np.atleast_2d(np.asarray(counts, float))
    weights = np.ones_like(counts) if weights is None else np.atleast_2d(weights)
    return fit_seasons(counts, weights, SeasonalDesign(SEASONS, TIMES, trend))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=60, max_size=60), st.integers(0, 10_000))
def test_the_score_equations_hold(counts, seed):
    weights = np.random.default_rng(seed).uniform(0.2, 1, 60)
    found = fit(counts, weights)
    apart = weights * (np.array(counts) - found.mean[0])
    assert np.abs(np.bincount(SEASONS, apart)).max() < 1e-3
    assert abs(apart @ TIMES) < 1e-3
    assert found.leverage.sum() == pytest.approx(4, rel=1e-4)


def test_the_level_now_goes_along_the_trend():
    found = fit(np.exp(2 + 0.5 * TIMES))
    assert found.now[0] == pytest.approx(2)
    assert found.slope[0] == pytest.approx(0.5)
    assert fit(np.full(60, 7.0), trend=False).now[0] == pytest.approx(np.log(7))


def test_each_series_is_fitted_as_if_it_were_alone():
    counts = np.random.default_rng(0).poisson([[0.2], [5.0], [90.0]], (3, 60))
    together = fit(counts)
    for place, alone in enumerate(map(fit, counts)):
        assert together.now[place] == pytest.approx(alone.now[0], rel=1e-12)
        assert together.dispersion[place] == pytest.approx(alone.dispersion[0], rel=1e-12)


def test_zeros_alone_have_next_to_no_mean_and_no_series_no_fit():
    assert 0 < fit(np.zeros(60)).mean.max() < 1e-8
    assert fit(np.zeros((0, 60))).now.shape == (0,)


def test_a_season_that_was_not_seen_has_no_level():
    weights = np.where(SEASONS == 2, 0.0, 1.0)
    found = fit(np.full(60, 4.0), weights)
    assert np.isnan(found.now[0])
    assert found.freedom[0] == 40 - 3
