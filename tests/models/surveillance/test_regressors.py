"""Level, trend, season and weekday."""

import pytest

from models.surveillance.regressors import Calendar


def test_weeks_have_a_level_a_trend_and_two_harmonics():
    regressors = Calendar.of_weeks().regressors(104)
    assert regressors.rows.shape == (104, 6)
    assert regressors.precision[0] == 0
    assert (regressors.precision[1:] > 0).all()
    assert regressors.rows[52, 1] - regressors.rows[0, 1] == pytest.approx(1, abs=0.01)


def test_a_season_returns_after_a_year():
    rows = Calendar(year=52, weekdays=False).regressors(104).rows
    assert rows[:52, 2:] == pytest.approx(rows[52:, 2:])


def test_each_day_has_its_weekday():
    rows = Calendar.of_days().regressors(15).rows[:, 6:]
    assert rows.sum(axis=1).tolist() == [1] * 15
    assert (rows[0] == rows[7]).all()
    assert (rows[0] != rows[1]).any()


def test_the_first_times_alone():
    regressors = Calendar.of_days().regressors(30)
    assert (regressors.until(9).rows == regressors.rows[:9]).all()
