import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.hubs import MEMBERS_A_HUB, MOST_HUBS, hubs, nearest
from models.neighbours import unit_rows


def groups(sizes, seed=0, spread=0.1):
    """Make unit rows around as many directions as there are sizes."""
    random = np.random.default_rng(seed)
    middles = np.eye(8)[: len(sizes)]
    rows = np.repeat(middles, sizes, axis=0) + random.normal(0, spread, (sum(sizes), 8))
    return unit_rows(rows)


def test_a_small_theme_has_its_mean_as_its_only_hub():
    rows = groups([30])
    (only,) = hubs(rows, np.zeros(30, dtype=np.int32))
    np.testing.assert_allclose(only, unit_rows(rows.mean(axis=0, keepdims=True)), atol=1e-6)


def test_each_wording_of_a_theme_gets_a_hub():
    rows = groups([MEMBERS_A_HUB, MEMBERS_A_HUB, MEMBERS_A_HUB])
    (own,) = hubs(rows, np.zeros(len(rows), dtype=np.int32))
    closeness = (np.eye(8)[:3] @ own.T).max(axis=1)
    assert own.shape == (3, 8)
    assert (closeness > 0.95).all()


def test_a_theme_of_two_wordings_draws_an_appeal_that_its_centre_would_lose():
    rows = groups([150, 150, 100], spread=0.02)
    labels = np.repeat(np.array([0, 1], dtype=np.int32), [300, 100])
    rows[300:] = unit_rows(rows[300:] + 1.2 * np.eye(8)[0])  # a theme beside the first wording
    centres = unit_rows(np.stack([rows[labels == theme].mean(axis=0) for theme in (0, 1)]))
    found = hubs(rows, labels)
    hub_of = np.repeat([0, 1], [len(own) for own in found])
    wording = np.eye(8, dtype=np.float32)[0]
    assert (centres @ wording).argmax() == 1
    assert hub_of[(np.concatenate(found) @ wording).argmax()] == 0


@given(st.lists(st.integers(1, 260), min_size=1, max_size=5), st.integers(0, 3))
def test_hubs_are_unit_rows_few_and_the_same_again(sizes, seed):
    rows = groups(sizes, seed)
    labels = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    found = hubs(rows, labels, seed)
    assert len(found) == len(sizes)
    for own, again in zip(found, hubs(rows, labels, seed), strict=True):
        assert 1 <= len(own) <= MOST_HUBS
        np.testing.assert_allclose(np.linalg.norm(own, axis=1), 1, atol=1e-5)
        np.testing.assert_array_equal(own, again)


def test_copies_of_few_letters_are_their_own_hubs():
    rows = np.repeat(np.eye(4, dtype=np.float32)[:2], 200, axis=0)
    (own,) = hubs(rows, np.zeros(400, dtype=np.int32))
    assert sorted(own.argmax(axis=1).tolist()) == [0, 1]


@pytest.mark.parametrize("labels", [[], [-1, -1]])
def test_without_themes_there_are_none(labels):
    assert hubs(np.ones((len(labels), 3), np.float32), np.array(labels, dtype=np.int32)) == []


def test_a_text_is_of_the_theme_of_its_nearest_hub_above_that_themes_floor():
    own = [np.eye(4, dtype=np.float32)[:2], np.eye(4, dtype=np.float32)[2:3]]
    centres = unit_rows(np.stack([one.mean(axis=0) for one in own]))
    rows = np.vstack([np.eye(4), [[0.6, 0, 0.8, 0]], np.zeros((1, 4))]).astype(np.float32)
    told = nearest(rows, own, centres, np.array([0.5, 0.9]))
    assert told.tolist() == [0, 0, 1, -1, -1, -1]
    assert nearest(rows, [], centres, np.empty(0)).tolist() == [-1] * 6
