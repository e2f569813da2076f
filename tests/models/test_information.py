import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import gamma

from models.information import LEVEL, component, lower_bound, tail

counts = st.integers(0, 10**6)


def test_the_component_is_shrunken_towards_nothing():
    assert component(0, 0) == 0
    assert component(1, 0) == pytest.approx(np.log2(3))
    np.testing.assert_allclose(component([10_000, 20_000], 10_000), [0, 1], atol=1e-4)


@given(counts, st.floats(0, 1e6))
def test_the_bound_is_the_quantile_of_the_posterior_and_below_the_component(observed, expected):
    found = float(lower_bound(observed, expected))
    quantile = gamma.ppf(LEVEL, observed + 0.5, scale=1 / (expected + 0.5))
    assert found == pytest.approx(np.log2(quantile), rel=1e-6, abs=1e-6)
    assert found < component(observed, expected)


@given(st.integers(1, 10**6))
def test_the_published_approximation_is_close(observed):
    published = component(observed, 7) - 3.3 * (observed + 0.5) ** -0.5
    published -= 2 * (observed + 0.5) ** -1.5
    assert float(lower_bound(observed, 7)) == pytest.approx(float(published), abs=0.05)


def test_two_cases_are_never_enough():
    assert (lower_bound([0, 1, 2], 0) < 0).all()
    assert lower_bound(3, 0) > 0


@given(st.integers(0, 400), st.integers(1, 400))
def test_with_many_others_chance_is_where_the_bound_puts_it(observed, cases):
    others = 10**9
    expected = cases * 0.2
    chance = float(tail(observed, cases, others * 0.2, others))
    assert chance == pytest.approx(gamma.cdf(expected, observed + 0.5), abs=1e-4)


@given(st.integers(1, 50), st.integers(0, 50), st.integers(1, 100))
def test_few_others_promise_less(observed, elsewhere, cases):
    few, many = (float(tail(observed, cases, elsewhere * by, 100 * by)) for by in (1, 1000))
    if many < 0.4:
        assert few >= many


def test_equal_groups_are_even():
    assert tail(7, 40, 7, 40) == pytest.approx(0.5)
