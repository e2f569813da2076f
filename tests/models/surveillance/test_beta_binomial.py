"""Beta-binomial tails against scipy's own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from models.surveillance.beta_binomial import largest_above, upper_tails


@given(st.integers(1, 200), st.floats(0, 1), st.floats(0.01, 0.99), st.floats(1e-4, 0.8))
def test_tails_are_those_of_the_distribution(trials, share, rate, spread):
    successes = round(share * trials)
    weight = 1 / spread - 1
    law = stats.betabinom(trials, rate * weight, (1 - rate) * weight)
    found = upper_tails(*(np.array([float(x)]) for x in (successes, trials, rate, spread)))[0]
    told = law.sf(successes) + law.pmf(successes) / 2
    assert found == pytest.approx(told, rel=1e-6, abs=1e-9)


def test_many_are_told_as_each_alone():
    trials, rate, spread = np.array([5.0, 0.0, 30.0]), np.array([0.2, 0.5, 0.3]), np.full(3, 0.05)
    successes = np.array([3.0, 0.0, 12.0])
    together = upper_tails(successes, trials, rate, spread)
    for place in range(3):
        one = slice(place, place + 1)
        alone = upper_tails(successes[one], trials[one], rate[one], spread[one])
        assert together[place] == pytest.approx(alone[0], abs=1e-12)


def test_the_largest_number_above_a_level():
    trials, rate, spread = np.array([40.0]), np.array([0.3]), np.array([0.02])
    found = largest_above(trials, rate, spread, 0.01)
    assert upper_tails(found, trials, rate, spread)[0] > 0.01
    assert upper_tails(found + 1, trials, rate, spread)[0] <= 0.01
