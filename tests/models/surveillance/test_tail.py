"""Negative binomial tails against scipy's own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from models.surveillance.tail import upper_quantile, upper_tail

MEANS = st.floats(0.01, 300)
DISPERSIONS = st.one_of(st.just(1.0), st.floats(1.01, 20))


def law(mean, dispersion):
    if dispersion == 1:
        return stats.poisson(mean)
    return stats.nbinom(mean / (dispersion - 1), 1 / dispersion)


@given(st.integers(0, 400), MEANS, DISPERSIONS)
def test_tails_are_those_of_the_distribution(count, mean, dispersion):
    found = upper_tail(np.array([float(count)]), np.array([mean]), np.array([dispersion]))[0]
    assert found == pytest.approx(law(mean, dispersion).sf(count - 1), rel=1e-6, abs=1e-12)


@given(MEANS, DISPERSIONS, st.floats(0.001, 0.2))
def test_the_quantile_is_the_smallest_that_is_seldom_exceeded(mean, dispersion, alpha):
    found = upper_quantile(np.array([mean]), np.array([dispersion]), alpha)[0]
    assert law(mean, dispersion).sf(found) <= alpha * (1 + 1e-9)
    assert found == 0 or law(mean, dispersion).sf(found - 1) > alpha * (1 - 1e-9)


def test_nothing_known_is_nothing_told():
    nothing, one = np.array([np.nan]), np.array([1.0])
    assert np.isnan(upper_tail(nothing, one, one))
    assert np.isnan(upper_tail(np.zeros(1), nothing, one))
    assert np.isnan(upper_quantile(nothing, one, 0.01))
