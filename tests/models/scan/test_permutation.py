import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import gumbel_r

from models.scan.permutation import (
    BATCH,
    Chance,
    Gumbel,
    Shuffler,
    fit_gumbel,
    shuffle_until_clear,
)
from models.scan.statistic import Places, Recency


@given(st.integers(0, 500))
def test_a_shuffle_keeps_the_day_of_the_week_and_who_does_not_count(seed):
    random = np.random.default_rng(seed)
    ages = random.integers(0, 56, size=90)
    counted = random.random(90) < 0.8
    order = Shuffler(ages, counted, random).draw()
    assert sorted(order) == list(range(90))
    np.testing.assert_array_equal(ages[order] % 7, ages % 7)
    np.testing.assert_array_equal(order[~counted], np.flatnonzero(~counted))


def test_shuffles_differ():
    shuffler = Shuffler(np.arange(70), np.ones(70, bool), np.random.default_rng(0))
    assert not np.array_equal(shuffler.draw(), shuffler.draw())


@given(st.floats(-5, 20), st.floats(0.2, 4), st.floats(-10, 60))
def test_the_tail_is_that_of_a_gumbel(location, scale, value):
    expected = gumbel_r.sf(value, location, scale)
    assert Gumbel(location, scale).tail(value) == pytest.approx(expected, rel=1e-6, abs=1e-300)


def test_a_tail_far_out_is_tiny_and_not_zero():
    assert 0 < Gumbel(6.0, 1.0).tail(120.0) < 1e-45


def test_the_fit_finds_location_and_scale():
    values = gumbel_r.rvs(7.0, 1.3, size=4000, random_state=0)
    found = fit_gumbel(values)
    assert found.location == pytest.approx(7.0, abs=0.1)
    assert found.scale == pytest.approx(1.3, abs=0.1)


def test_values_that_never_change_can_be_fitted():
    assert fit_gumbel(np.full(99, 2.5)).tail(3.0) == pytest.approx(0.0, abs=1e-12)


def drawn(shuffles=999, seed=0):
    values = gumbel_r.rvs(6.0, 1.0, size=(shuffles, 2), random_state=seed)
    return Chance.of(values + np.array([0.0, 2.0]))


def test_windows_are_compared_after_what_is_usual_for_them():
    chance = drawn()
    assert chance.usual[1] - chance.usual[0] == pytest.approx(2.0, abs=0.2)
    assert chance.level == pytest.approx(chance.usual.mean())


def test_a_chance_is_counted_where_it_can_be_and_falls_without_a_jump():
    chance = drawn()
    excesses = np.linspace(-1, 12, 400)
    tails = np.array([chance.tail(each) for each in excesses])
    assert (np.diff(tails) <= 0).all()
    middle = float(np.median(chance.drawn)) - chance.level
    assert chance.tail(middle) == pytest.approx(0.5, abs=0.01)
    assert chance.tail(12.0) == pytest.approx(chance.fitted.tail(12.0 + chance.level))


def test_widening_makes_a_score_likelier():
    chance = drawn()
    wider = Chance(chance.usual, chance.drawn, chance.fitted, 1.2)
    assert wider.tail(5.0) > 3 * chance.tail(5.0)
    same = (5.0 + chance.level) * 1.2 - chance.level
    assert wider.tail(same) == pytest.approx(chance.tail(5.0))


def line(n, ages):
    """Everyone's neighbours are the nearest by number: places on a line."""
    near = np.argsort(np.abs(np.arange(n)[:, None] - np.arange(n)), axis=1, kind="stable")
    places = Places.of(near[:, 1:9].astype(np.int32), (4, 8))
    return places, Recency.of(ages, np.ones(n, bool), (1, 3), 8)


@pytest.mark.parametrize(("together", "expected"), [(False, BATCH), (True, 2 * BATCH)])
def test_a_day_that_is_plainly_quiet_or_loud_needs_few_shuffles(together, expected):
    ages = np.arange(280) % 28
    if together:
        ages = np.sort(ages)
    places, recency = line(280, ages)
    shuffler = Shuffler(ages, np.ones(280, bool), np.random.default_rng(0))
    chance = shuffle_until_clear(places, recency, shuffler, 999)
    assert len(chance.drawn) == expected
