"""Whether two sets can be told apart: the level is held, a difference is found."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from models.two_sample import LEAST_VECTORS, TooFewVectors, told_apart


def sets(seed, shift=0.0, n=60, m=70, d=6):
    rng = np.random.default_rng(seed)
    before, now = rng.normal(size=(n, d)), rng.normal(size=(m, d))
    now[:, 0] += shift
    return before, now


def test_the_level_is_held_where_both_sets_are_drawn_alike():
    found = [told_apart(*sets(seed), level=0.9, rounds=59, seed=seed) for seed in range(150)]
    wrong = sum(one.differ for one in found)
    assert wrong <= binom.ppf(0.999, len(found), 0.1)
    assert sum(one.p <= 0.1 for one in found) <= binom.ppf(0.999, len(found), 0.1)
    assert np.mean([one.auc for one in found]) == pytest.approx(0.5, abs=0.02)


def test_a_set_that_has_moved_is_told_apart():
    found = told_apart(*sets(0, shift=1.5), level=0.99)
    assert found.differ
    assert found.auc > 0.75
    assert found.p <= 0.01
    assert (found.before, found.now) == (60, 70)


def test_a_topic_that_only_some_write_about_is_found_among_many_entries():
    rng = np.random.default_rng(0)
    before, now = rng.normal(size=(400, 64)), rng.normal(size=(400, 64))
    now[:80] += 4 * rng.normal(size=64) / 8
    assert told_apart(before, now, rounds=99).differ


def test_the_same_vectors_on_both_sides_cannot_be_told_apart():
    alike = np.tile(np.eye(4)[0], (LEAST_VECTORS, 1))
    found = told_apart(alike, alike.copy(), rounds=49)
    assert found.auc == 0.5
    assert not found.differ


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 50))
def test_neither_the_scale_nor_a_rotation_of_the_space_matters(seed, scale):
    before, now = sets(seed % 1_000, shift=0.5)
    turn = np.linalg.qr(np.random.default_rng(seed).normal(size=(6, 6)))[0]
    plain = told_apart(before, now, rounds=19, seed=seed)
    turned = told_apart(scale * before @ turn, scale * now @ turn, rounds=19, seed=seed)
    assert turned.auc == pytest.approx(plain.auc, abs=2e-3)


def test_a_level_asks_for_as_many_shuffles_as_it_needs():
    found = told_apart(*sets(3, shift=3.0), level=0.999, rounds=9)
    assert found.p == pytest.approx(1 / 1_001)


def test_the_same_seed_gives_the_same_answer():
    assert told_apart(*sets(1), rounds=19, seed=5) == told_apart(*sets(1), rounds=19, seed=5)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (np.zeros((LEAST_VECTORS - 1, 3)), np.zeros((90, 3))),
        (np.zeros((90, 3)), np.zeros((0, 3))),
        (np.zeros((90, 3)), np.zeros((90, 4))),
        (np.zeros(90), np.zeros((90, 4))),
    ],
)
def test_too_few_vectors_or_of_two_lengths_are_refused(before, now):
    with pytest.raises(TooFewVectors, match="expected"):
        told_apart(before, now)
