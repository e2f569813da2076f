"""Benjamini-Hochberg, and the level that a manager's number gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from models.surveillance.discoveries import InvalidRate, accepted_level, discoveries


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.floats(0.01, 0.5))
def test_adjusted_values_are_those_of_scipy(pvalues, rate):
    found = discoveries(pvalues, rate)
    assert found.qvalue == pytest.approx(false_discovery_control(pvalues))
    assert (found.found == (found.qvalue <= rate)).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_what_cannot_be_judged_does_not_count(pvalues):
    gapped = np.array([[np.nan, value] for value in pvalues])
    found = discoveries(gapped, 0.1)
    assert found.found.shape == gapped.shape
    assert not found.found[:, 0].any()
    assert found.qvalue[:, 1] == pytest.approx(discoveries(pvalues, 0.1).qvalue)


def test_the_share_of_false_ones_is_held():
    random = np.random.default_rng(1)
    shares = []
    for _ in range(300):
        pvalues = random.uniform(size=200)
        pvalues[:20] *= 1e-4
        found = discoveries(pvalues, 0.1).found
        shares.append(found[20:].sum() / max(found.sum(), 1))
    assert 0.07 < np.mean(shares) < 0.11


def test_none_is_none():
    assert discoveries([], 0.1).found.shape == (0,)
    assert not discoveries([np.nan], 0.1).found.any()


@pytest.mark.parametrize(("pvalues", "rate"), [([0.5], 0), ([0.5], 1), ([1.5], 0.1), ([-0.1], 0.1)])
def test_what_is_no_probability_is_refused(pvalues, rate):
    with pytest.raises(InvalidRate):
        discoveries(pvalues, rate)


def test_the_level_raises_the_false_alarms_accepted():
    level = accepted_level(1, series=50, times_a_month=30)
    assert level * 50 * 30 == pytest.approx(1)
    assert accepted_level(1_000, 1, 4) == 0.5
    with pytest.raises(InvalidRate):
        accepted_level(0, 50, 30)
