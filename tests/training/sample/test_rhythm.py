from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.sample.incidents import INCIDENTS, place
from training.sample.rhythm import base_times, daily_rate, incident_times, later, utc

UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
END = np.datetime64("2026-11-01", "s")


@given(st.integers(1, 400), st.integers(0, 10_000))
def test_daily_rates_are_probabilities(days, seed):
    rate = daily_rate(days, UNTIL, np.random.default_rng(seed))
    assert rate.shape == (days,)
    assert (rate > 0).all()
    assert rate.sum() == pytest.approx(1.0)


def test_intake_grows_and_rests_on_sundays():
    rates = np.mean([daily_rate(364, UNTIL, np.random.default_rng(s)) for s in range(20)], axis=0)
    assert rates[-182:].sum() > 1.3 * rates[:182].sum()
    weekday = np.array([(UNTIL - timedelta(days=d)).weekday() for d in range(364, 0, -1)])
    assert rates[weekday == 6].mean() < 0.75 * rates[weekday == 0].mean()


@given(st.integers(1, 60), st.integers(0, 1_000))
def test_times_lie_within_the_span(days, seed):
    rng = np.random.default_rng(seed)
    times = base_times(200, daily_rate(days, UNTIL, rng), UNTIL, rng)
    assert times.max() < END
    assert times.min() >= END - np.timedelta64(days, "D")


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda incident: incident.key)
def test_an_incident_ramps_up_within_its_dates(incident):
    placed = place(incident, 100_000, 180, UNTIL)
    rng = np.random.default_rng(1)
    times = incident_times(placed, daily_rate(180, UNTIL, rng), UNTIL, rng)
    after = (times - np.datetime64(placed.start.replace(tzinfo=None), "s")) / np.timedelta64(1, "D")
    length = (placed.end - placed.start) / timedelta(days=1)
    assert len(times) == placed.appeals
    assert after.min() >= 0
    assert after.max() <= length
    daily, _ = np.histogram(after, bins=np.arange(0, length))
    ramp = int(placed.ramp_days)
    assert daily[:2].mean() < 0.6 * daily[ramp : ramp + 5].mean()


def test_later_moves_by_hours():
    moved = later(np.array(["2026-01-01T00:00:00"], dtype="datetime64[s]"), np.array([25.5]))
    assert moved[0] == np.datetime64("2026-01-02T01:30:00")


def test_utc_is_iso_with_a_z():
    assert utc(UNTIL) == "2026-11-01T00:00:00Z"
