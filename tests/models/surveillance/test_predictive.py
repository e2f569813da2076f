"""The distribution of the next count."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from models.surveillance.predictive import Predictive


def predictive(mean=8.0, noise=2.0, doubt=0.0, freedom=1e9):
    return Predictive(*(np.array([value]) for value in (mean, noise, doubt, freedom)))


def test_known_for_sure_it_is_negative_binomial_by_half():
    law = stats.nbinom(8, 0.5)
    found = predictive().tail(np.array([12.0]))[0]
    assert found == pytest.approx(law.sf(12) + law.pmf(12) / 2, rel=1e-4)


def test_doubt_and_few_counts_widen_the_tail():
    count = np.array([20.0])
    sure = predictive().tail(count)[0]
    assert predictive(doubt=1.0).tail(count)[0] > sure
    assert predictive(freedom=6.0).tail(count)[0] > sure


def test_the_tail_is_uniform_on_average():
    counts = np.arange(0.0, 400)
    chance = stats.nbinom(8, 0.5).pmf(counts)
    tails = np.array([predictive().tail(np.array([count]))[0] for count in counts])
    assert chance @ tails == pytest.approx(0.5, abs=1e-4)


@given(
    st.floats(1e-3, 500),
    st.floats(1, 9),
    st.floats(0, 5),
    st.floats(6, 900),
    st.floats(1e-6, 0.6),
)
def test_the_largest_count_above_a_level(mean, noise, doubt, freedom, level):
    law = predictive(mean, noise, doubt, freedom)
    found = law.largest_above(np.array([level]))
    assert law.tail(found + 1)[0] <= level
    assert found[0] == -1 or law.tail(found)[0] > level
