"""Bands of a number: no frequent value hides in one, and every number falls into one."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.bands import BANDS, band_edges, band_names, count_bands, spelt

NUMBERS = st.lists(
    st.floats(-1e9, 1e9) | st.integers(-3, 3).map(float) | st.sampled_from([0.0, -0.0, 5e-324]),
    max_size=80,
).map(lambda numbers: np.array(numbers, np.float64))


@given(NUMBERS, NUMBERS, st.integers(1, 6))
def test_every_number_falls_into_one_band_and_no_two_have_one_name(known, later, alike):
    edges = band_edges(known, alike)
    names = band_names(edges)

    assert all(low < high for low, high in pairwise(edges))
    assert len(set(names)) == len(names) == len(edges) + 1
    assert sum(count_bands(later, edges)) == len(later)


@given(NUMBERS, st.integers(1, 6))
def test_a_value_that_fills_a_band_is_alone_in_it(known, alike):
    edges = band_edges(known, alike)
    counted = dict(zip(band_names(edges), count_bands(known, edges), strict=True))

    values, cases = np.unique(known + 0.0, return_counts=True)
    for value, number in zip(values.tolist(), cases.tolist(), strict=True):
        if number >= alike and number * BANDS >= len(known):
            assert counted[spelt(value)] == number


def test_a_number_of_few_values_has_a_band_each_and_others_are_apart():
    edges = band_edges(np.repeat([0.0, 1.0], [90, 10]))
    names = band_names(edges)

    assert names == ["below 0", "0", "above 0 to under 1", "1", "above 1"]
    assert count_bands(np.array([-1.0, 0.0, 0.5, 1.0, 7.0]), edges) == [1, 1, 1, 1, 1]


def test_what_is_not_the_frequent_value_is_cut_by_deciles():
    known = np.concatenate([np.zeros(700), np.random.default_rng(0).lognormal(3, 1, 300)])
    edges = band_edges(known)
    counts = dict(zip(band_names(edges), count_bands(known, edges), strict=True))

    assert counts["0"] == 700
    assert len([count for count in counts.values() if 80 < count < 120]) >= 2


def test_a_value_that_few_have_has_no_band_of_its_own():
    edges = band_edges(np.array([1.0] * 9 + [4321.0] * 4), alike=5)
    assert band_names(edges) == ["below 1", "1", "above 1"]


@pytest.mark.parametrize("first", [0.0, 2_000.0, 1.7e9])
def test_ends_are_round_but_apart_however_far_from_zero(first):
    known = first + np.random.default_rng(1).uniform(0, 30, 2_000)
    edges = band_edges(known)
    assert len(edges) == BANDS - 1
    assert min(count_bands(known, edges)) > 100
    assert set(edges).isdisjoint(known.tolist())


def test_of_no_number_there_is_one_band():
    assert band_edges(np.zeros(0)) == ()
    assert band_names(()) == ["any"]
    assert count_bands(np.array([1.0, 2.0]), ()) == [2]
