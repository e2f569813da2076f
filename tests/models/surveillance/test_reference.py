"""The past that Farrington Flexible looks at."""

import numpy as np
import pytest

from models.surveillance.reference import InvalidReference, reference_of

WEEKLY = np.datetime64("2009-01-12") + 7 * np.arange(420)


def reference(now=400, years=2, half_window=3, seasons=10, excluded=26, dates=None, frequency=52):
    return reference_of(now, years, half_window, seasons, excluded, frequency, dates)


def test_windows_are_one_season_and_the_rest_is_cut_evenly():
    found = reference()
    assert found.offsets[0] == -2 * 52 - 3
    assert found.offsets[-1] == -27
    window = found.offsets[found.seasons == 9]
    assert sorted({round(at / 52) for at in window}) == [-2, -1]
    assert len(window) == 14
    first_year = found.seasons[found.offsets < -52 - 3]
    assert np.bincount(first_year).tolist() == [5] * 9 + [7]


def test_without_seasons_the_windows_alone_are_left():
    assert len(reference(seasons=1, excluded=3).offsets) == 14


def test_a_history_that_is_too_short_has_no_reference():
    assert reference(now=106) is None
    assert reference(now=107) is not None
    assert reference(now=100, dates=WEEKLY) is None


def test_years_of_the_calendar_keep_the_weekday():
    found = reference(now=410, seasons=1, half_window=0, excluded=0, years=4, dates=WEEKLY)
    days = WEEKLY[410 + found.offsets]
    assert ((days - WEEKLY[410]).astype(int) % 7 == 0).all()
    apart = (WEEKLY[410] - days).astype(int) / 365.25 - np.arange(4, 0, -1)
    assert np.abs(apart).max() * 365.25 <= 4


def test_days_go_back_to_the_same_date_and_29_february_to_1_march():
    days = np.arange(np.datetime64("2010-01-01"), np.datetime64("2013-01-01"))
    now = int(np.flatnonzero(days == np.datetime64("2012-02-29"))[0])
    found = reference(now, 2, 0, 1, 0, dates=days, frequency=365)
    assert [str(day) for day in days[now + found.offsets]] == ["2010-03-01", "2011-03-01"]


def test_seasons_must_fit_into_a_year():
    with pytest.raises(InvalidReference, match="60 seasons"):
        reference(seasons=60)
