"""Fits that each see a series up to a time."""

import numpy as np
import pytest

from models.surveillance.histories import Histories, parts
from models.surveillance.regressors import Calendar

COUNTS = np.random.default_rng(6).poisson(5, (3, 90)).astype(float)


def histories(table=COUNTS, gap=1):
    return Histories(table, Calendar.of_weeks().regressors(table.shape[1]), gap)


def test_a_fit_does_not_see_what_comes_after():
    changed = COUNTS.copy()
    changed[:, 79:] = 400
    series, now = np.arange(3), np.full(3, 80)
    one, two = (histories(table).fits(series, now) for table in (COUNTS, changed))
    assert (one.coefficients == two.coefficients).all()


def test_each_series_starts_from_its_own_first_fit():
    series, now = np.array([0, 0, 2, 2, 2]), np.array([60, 61, 70, 71, 72])
    starts, places = histories().first_fits(series, now)
    assert places.tolist() == [0, 0, 1, 1, 1]
    alone = histories().fits(np.array([2]), np.array([70]))
    assert starts.coefficients[1] == pytest.approx(alone.coefficients[0], abs=1e-3)


def test_a_short_history_is_less_sure():
    series = np.array([0, 0])
    fit = histories().fits(series, np.array([12, 80]))
    predicted = histories().predict(fit, np.array([12, 80]))
    assert predicted.doubt[0] > 3 * predicted.doubt[1]
    assert predicted.freedom[0] < predicted.freedom[1]


def test_neighbouring_counts_share_the_error_of_the_fit():
    held = histories()
    now = np.array([12, 80])
    fit = held.fits(np.array([0, 0]), now)
    shared = held.correlation(fit, now, held.predict(fit, now), held.predict(fit, now - 1))
    assert 0 < shared[1] < shared[0] < 1


def test_parts_hold_every_place_once():
    assert np.concatenate(parts(300)).tolist() == list(range(300))
    assert parts(0) == []
