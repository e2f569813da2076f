import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from models.scan.statistic import (
    Places,
    Recency,
    counts,
    likelihood_ratios,
    scores,
    window_maxima,
)

WINDOWS = (1, 3, 7)
SIZES = (2, 4, 6)


@st.composite
def neighbourhoods(draw):
    n = draw(st.integers(7, 20))
    random = np.random.default_rng(draw(st.integers(0, 999)))
    neighbours = np.array([random.permutation(np.delete(np.arange(n), i))[:6] for i in range(n)])
    neighbours[random.random(neighbours.shape) < draw(st.sampled_from([0.0, 0.3, 1.0]))] = -1
    ages = random.integers(-2, 30, size=n)
    return neighbours.astype(np.int32), ages, random.random(n) < 0.9


@given(neighbourhoods())
@settings(max_examples=60, deadline=None)
def test_counts_are_those_of_a_plain_loop(given_places):
    neighbours, ages, counted = given_places
    places = Places.of(neighbours, SIZES)
    recency = Recency.of(ages, counted, WINDOWS, 6)
    found = counts(places, recency, np.arange(len(ages)))
    for i, row in enumerate(neighbours):
        there = row[row >= 0]
        for s, k in enumerate(SIZES):
            assert places.held[i, s] == min(k, len(there))
            for w, days in enumerate(WINDOWS):
                near = there[:k]
                expected = (counted[near] & (ages[near] >= 0) & (ages[near] < days)).sum()
                assert found[i, s, w] == expected


@given(neighbourhoods())
@settings(max_examples=60, deadline=None)
def test_the_largest_score_is_the_largest_of_all_scores(given_places):
    neighbours, ages, counted = given_places
    places = Places.of(neighbours, SIZES)
    recency = Recency.of(ages, counted, WINDOWS, 6)
    every = scores(places, recency, np.arange(len(ages)))
    np.testing.assert_allclose(
        window_maxima(places, recency), np.maximum(every.max(axis=(0, 1)), 0)
    )


def test_only_a_recent_appeal_is_scored():
    neighbours = np.array([[1, 2], [0, 2], [0, 1]], dtype=np.int32)
    recency = Recency.of(np.array([0, 5, 0]), np.ones(3, bool), (1, 7), 2)
    found = scores(Places.of(neighbours, (2,)), recency, np.arange(3))
    assert np.isneginf(found[1, :, 0]).all()
    assert np.isfinite(found[[0, 2], :, 0]).all()
    assert np.isfinite(found[:, :, 1]).all()


@given(st.integers(1, 64), st.data())
def test_a_score_is_the_ratio_of_two_binomial_likelihoods(k, data):
    c = data.draw(st.integers(0, k))
    p = data.draw(st.floats(0.01, 0.9))
    table = likelihood_ratios(np.array([p]), 64)
    expected = binom.logpmf(c, k, c / k) - binom.logpmf(c, k, p) if c / k > p else 0.0
    assert table[0, k, c] == pytest.approx(expected, abs=1e-9)


@given(st.floats(0.01, 0.9))
def test_more_recent_neighbours_never_score_less(p):
    table = likelihood_ratios(np.array([p]), 16)
    for k in range(1, 17):
        assert (np.diff(table[0, k, : k + 1]) >= 0).all()
        assert (table[0, k, k + 1 :] == 0).all()


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_window_of_nothing_or_of_everything_scores_nothing(share):
    assert (likelihood_ratios(np.array([share]), 8) == 0).all()


def test_shares_are_those_of_the_appeals_that_count():
    counted = np.array([True, True, True, True, False])
    recency = Recency.of(np.array([0, 0, 4, 9, 0]), counted, (1, 7), 2)
    np.testing.assert_allclose(recency.shares, [0.5, 0.75])
    np.testing.assert_array_equal(recency.rows(), [0, 1, 2])


def test_a_shuffle_moves_recency_and_nothing_else():
    recency = Recency.of(np.array([0, 2, 9]), np.ones(3, bool), (1, 7), 2)
    moved = recency.shuffled(np.array([2, 0, 1]))
    np.testing.assert_array_equal(
        moved.recent(np.arange(3)), recency.recent(np.arange(3))[[2, 0, 1]]
    )
    np.testing.assert_array_equal(moved.shares, recency.shares)
