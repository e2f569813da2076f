"""What the recent days are expected to bring."""

import numpy as np
import pytest

from models.tree.following import course
from models.tree.outlook import look_ahead

WEEK = np.array([1.3, 1.2, 1.0, 1.0, 1.0, 0.8, 0.5])


def draw(days=105, means=(200, 20, 4), seed=0):
    shape = np.resize(WEEK, days)
    parts = np.random.default_rng(seed).poisson(np.outer(means, shape)).astype(float)
    return np.vstack([parts.sum(axis=0), parts]), shape


def test_parts_share_the_weekdays_of_the_whole():
    table, shape = draw()
    (today, week) = look_ahead(table, 98, [slice(104, 105), slice(98, 105)], 21)
    assert today.mean[1:3] == pytest.approx(np.array([200, 20]) * shape[104], rel=0.15)
    assert week.mean == pytest.approx(7 * np.array([224, 200, 20, 4]) * WEEK.mean(), rel=0.12)
    assert (np.diff(week.doubt[1:]) > 0).all()


def test_a_short_history_and_a_gap_are_not_judged():
    table, _ = draw()
    table[1, -1], table[2, 3:98] = np.nan, np.nan
    found = look_ahead(table, 98, [slice(104, 105)], 4)[0]
    assert np.isnan(found.mean).tolist() == [False, True, True, False]
    assert np.isnan(look_ahead(table, -1, [slice(0, 1)], 4)[0].mean).all()


def test_what_the_whole_does_is_taken_as_given_on_the_side_that_is_looked_at():
    table, _ = draw()
    look = look_ahead(table, 104, [slice(104, 105)], 4)[0]
    usual = course(look, table[:, -1], 1)
    assert usual.ratio == pytest.approx(np.ones(4), abs=0.1)
    doubled = course(look, 2 * table[:, -1], 1)
    assert doubled.ratio[2:] == pytest.approx([2, 2], rel=0.2)
    assert (doubled.doubt[1:] > usual.doubt[1:]).all()
    assert course(look, 2 * table[:, -1], -1).ratio.max() == 1
    assert course(look, table[:, -1] / 3, 1).ratio.min() == 1
    assert (course(look, table[:, -1] / 3, -1).ratio < 0.6).all()
