"""The map: neighbours are kept, the same comes out again, what is known stays where it was."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from models.neighbours import neighbour_graph, unit_rows
from models.projection import (
    LEAST_LETTERS,
    SPACING,
    around_letters,
    known_places,
    project,
)

GROUPS, EACH = 5, 40


def letters(seed=0, groups=GROUPS, each=EACH):
    """Unit rows around a few directions, and which direction each is of."""
    random = np.random.default_rng(seed)
    middles = np.repeat(np.eye(16)[:groups], each, axis=0)
    rows = middles + random.normal(0, 0.15, middles.shape)
    return unit_rows(rows), np.repeat(np.arange(groups), each)


def drawn(vectors, start=None, seed=0):
    return project(vectors, neighbour_graph(vectors, 64), start, seed)


@pytest.fixture(scope="module")
def first():
    """A map of two hundred letters, with their vectors and groups."""
    vectors, group = letters()
    return vectors, group, drawn(vectors)


def test_letters_lie_among_letters_that_say_the_like(first):
    vectors, group, places = first
    near = cKDTree(places).query(places, 16)[1][:, 1:]
    assert (group[near] == group[:, None]).mean() > 0.95
    true = neighbour_graph(vectors, 10).indices
    kept = [np.isin(own, on_map).mean() for own, on_map in zip(true, near, strict=True)]
    assert np.mean(kept) > 0.6


def test_the_same_letters_and_seed_give_the_same_map(first):
    vectors, _, places = first
    np.testing.assert_array_equal(drawn(vectors), places)
    assert places.shape == (GROUPS * EACH, 2)
    assert places.dtype == np.float32


def test_a_map_that_follows_another_stays_as_it_was(first):
    vectors, group, places = first
    new, new_group = letters(seed=1, each=4)
    both, groups = np.concatenate([vectors, new]), np.concatenate([group, new_group])
    start = np.concatenate([places, np.full((len(new), 2), np.nan, np.float32)])
    followed = drawn(both, start)
    moved = np.linalg.norm(followed[: len(places)] - places, axis=1)
    assert np.median(moved) < 0.05 * np.ptp(places)
    middles = np.stack([places[group == one].mean(axis=0) for one in range(GROUPS)])
    nearest = cKDTree(middles).query(followed[len(places) :])[1]
    assert (nearest == groups[len(places) :]).mean() > 0.9


def test_a_map_that_follows_does_not_grow(first):
    vectors, _, places = first
    followed = places
    for _ in range(3):
        followed = drawn(vectors, followed)
    assert np.ptp(followed) == pytest.approx(np.ptp(places), rel=0.1)


def test_a_map_of_mostly_new_letters_is_made_anew(first):
    vectors, _, places = first
    start = np.full_like(places, np.nan)
    start[:50] = 1_000 + places[:50]
    np.testing.assert_array_equal(drawn(vectors, start), places)


@pytest.mark.parametrize("count", [0, 1, 2, 3, LEAST_LETTERS - 1, LEAST_LETTERS])
def test_few_letters_have_places_too(count):
    vectors = letters(each=8)[0][:count]
    places = drawn(vectors)
    assert places.shape == (count, 2)
    assert np.isfinite(places).all()
    again = drawn(vectors, places)
    assert np.isfinite(again).all()
    if count > 1:
        assert len(np.unique(places, axis=0)) == count


def test_letters_that_say_nothing_have_no_place():
    vectors = letters()[0].copy()
    vectors[[3, 77]] = 0
    places = drawn(vectors)
    assert np.flatnonzero(np.isnan(places).any(axis=1)).tolist() == [3, 77]
    assert np.isnan(drawn(np.zeros((4, 8), np.float32))).all()


@pytest.mark.parametrize("columns", [1, 2])
def test_letters_that_all_say_the_same_are_placed(columns):
    vectors = np.tile(np.eye(columns, dtype=np.float32)[0], (LEAST_LETTERS + 10, 1))
    assert np.isfinite(drawn(vectors)).all()
    assert np.isfinite(drawn(vectors[:3])).all()


def test_known_places_are_laid_out_by_appeal():
    assert known_places(["a", "b"], {}) is None
    start = known_places(["a", "b"], {"b": (1.0, 2.0), "c": (3.0, 4.0)})
    np.testing.assert_array_equal(start, [[np.nan, np.nan], [1, 2]])
    assert known_places([], {"b": (1.0, 2.0)}).shape == (0, 2)


@given(st.lists(st.integers(-1, 4), max_size=60))
def test_copies_lie_around_their_letter_and_apart(drawn_campaigns):
    numbers = {}
    campaign = np.array(
        [-1 if one < 0 else numbers.setdefault(one, len(numbers)) for one in drawn_campaigns],
        dtype=np.int32,
    )
    first = [
        place
        for place, one in enumerate(campaign)
        if one < 0 or one not in campaign[:place].tolist()
    ]
    own = 100 * np.arange(2 * len(first), dtype=np.float32).reshape(-1, 2)
    places = around_letters(own, np.array(first, dtype=np.int64), campaign)
    np.testing.assert_array_equal(places[first], own)
    for number in set(campaign[campaign >= 0].tolist()):
        group = places[campaign == number]
        away = np.linalg.norm(group - group[0], axis=1)
        np.testing.assert_allclose(
            away, SPACING * np.sqrt(np.arange(len(group))), rtol=0.01, atol=1e-4
        )
        assert len(np.unique(group, axis=0)) == len(group)


def test_copies_of_a_letter_without_a_place_have_none():
    places = around_letters(
        np.array([[np.nan, np.nan], [1, 1]], np.float32), np.array([0, 2]), np.array([0, 0, -1])
    )
    assert np.isnan(places[:2]).all()
    np.testing.assert_array_equal(places[2], [1, 1])
