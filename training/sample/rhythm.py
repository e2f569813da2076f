"""When appeals are filed: growth, the week, the hour, and the wobble of real intake."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.sample.incidents import Placed, intensity

WEEK: Final = np.array([1.12, 1.08, 1.05, 1.0, 1.0, 0.85, 0.75])
"""Relative intake from Monday to Sunday."""
GROWTH: Final = 0.7
"""Growth of the intake in a year, as a log."""
WOBBLE: Final = 60.0
"""Shape of the gamma factor of each day: real intake varies more than Poisson."""
PEAK_HOUR: Final = 14.0
HOURS_SPREAD: Final = 4.5


def daily_rate(days: int, until: datetime, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw the relative intake of each day, oldest first.

    Returns
    -------
    numpy.ndarray
        Shape (days,), positive, summing to one.
    """
    age = np.arange(days, 0, -1)
    weekday = (until.weekday() - age) % 7
    wobble = rng.gamma(WOBBLE, 1 / WOBBLE, days)
    rate = np.exp(-GROWTH * age / 365) * WEEK[weekday] * wobble
    return np.asarray(rate / rate.sum())


def base_times(
    count: int, rate: NDArray[np.float64], until: datetime, rng: np.random.Generator
) -> NDArray[np.datetime64]:
    """Draw filing times of appeals that no incident caused.

    Returns
    -------
    numpy.ndarray
        Shape (count,), `datetime64[s]`, UTC, unsorted.
    """
    day = rng.choice(len(rate), size=count, p=rate)
    return _moments(day - len(rate), until, rng)


def incident_times(
    placed: Placed, rate: NDArray[np.float64], until: datetime, rng: np.random.Generator
) -> NDArray[np.datetime64]:
    """Draw filing times of an incident's appeals, which follow its ramp and the week's rhythm.

    Returns
    -------
    numpy.ndarray
        Shape (placed.appeals,), `datetime64[s]`, UTC, within the incident's start and end.
    """
    pool = _within(placed, rate, until, rng)
    after = (pool - np.datetime64(placed.start.replace(tzinfo=None), "s")) / np.timedelta64(1, "D")
    weight = intensity(placed, after) + 1e-9
    chosen = rng.choice(len(pool), size=placed.appeals, p=weight / weight.sum())
    times: NDArray[np.datetime64] = pool[chosen]
    return times


def _within(
    placed: Placed, rate: NDArray[np.float64], until: datetime, rng: np.random.Generator
) -> NDArray[np.datetime64]:
    """Draw a pool of moments with the rhythm of the intake, within an incident's start and end."""
    pool = base_times(max(20_000, 60 * placed.appeals), rate, until, rng)
    start, end = (np.datetime64(m.replace(tzinfo=None), "s") for m in (placed.start, placed.end))
    inside = pool[(pool >= start) & (pool < end)]
    length = int((end - start) / np.timedelta64(1, "s"))
    anywhere = start + rng.integers(0, length, 1_000).astype("timedelta64[s]")
    return inside if len(inside) >= 10 * placed.appeals else anywhere


def _moments(
    day: NDArray[np.int64], until: datetime, rng: np.random.Generator
) -> NDArray[np.datetime64]:
    """Turn days before the end (negative) into moments, most of them in waking hours."""
    hour = rng.normal(PEAK_HOUR, HOURS_SPREAD, len(day)) % 24
    end = np.datetime64(until.replace(tzinfo=None), "s")
    seconds = day * 86_400 + np.minimum(hour * 3_600, 86_399)
    return end + seconds.astype("timedelta64[s]")


def later(moments: NDArray[np.datetime64], hours: NDArray[np.float64]) -> NDArray[np.datetime64]:
    """Move moments by hours."""
    moved: NDArray[np.datetime64] = moments + (hours * 3_600).astype("timedelta64[s]")
    return moved


def utc(moment: datetime) -> str:
    """Write a moment as ISO 8601 with a Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
