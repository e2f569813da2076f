"""Weekly counts with planted outbreaks, drawn over a grid of scenarios.

After Noufaily et al. 2013, section 3: the mean is log-linear in time with a trend and up to two
harmonics of the year; counts are Poisson, or negative binomial with variance dispersion x mean.
Four outbreaks lie in the history, one in the weeks that are judged. An outbreak's cases are Poisson
with a mean of some standard deviations of the count at its start, and come with log-normal delays.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["JUDGED_WEEKS", "SCENARIOS", "WEEKS", "PlantedSeries", "Scenario", "plant_outbreaks"]

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

WEEKS: Final = 624
"""Twelve years of 52 weeks."""
JUDGED_WEEKS: Final = 49
"""The last ones, in which the current outbreak lies."""
PAST_OUTBREAKS: Final = 4
QUIET_WEEKS: Final = 52
"""No outbreak starts in the first year."""
LAST_START: Final = 4
"""Weeks before the end by which the current outbreak has started."""
SIZES: Final = (2.0, 10.0)
"""Mean cases of an outbreak, in standard deviations of a week's count."""
DELAY_SPREAD: Final = 0.5
"""Standard deviation of the log of a case's delay in weeks; its mean is 0."""
HARMONICS: Final = (0.2, -0.4)
"""Coefficients of the cosine and of the sine, of each harmonic."""


@dataclass(frozen=True)
class Scenario:
    """How a series without outbreaks is drawn.

    Attributes
    ----------
    theta
        Log of the mean in the last week, season apart: all series of one level are judged at about
        the same counts, however they came there.
    beta
        Trend: half of it is added to the log of the mean each week.
    harmonics
        Of the year: 0, 1 or 2.
    dispersion
        Variance over mean, 1 or more.
    """

    theta: float
    beta: float
    harmonics: int
    dispersion: float

    def means(self, weeks: int) -> Floats:
        """Give the mean of each week, from week 1."""
        week = np.arange(1, weeks + 1)
        log_mean = self.theta + self.beta / 2 * (week - weeks)
        for harmonic in range(1, self.harmonics + 1):
            angle = 2 * np.pi * harmonic * week / 52
            log_mean = log_mean + HARMONICS[0] * np.cos(angle) + HARMONICS[1] * np.sin(angle)
        return np.asarray(np.exp(log_mean))


SCENARIOS: Final = tuple(
    Scenario(*values)
    for values in product((0.1, 1.5, 2.5, 3.75, 5.0), (0, 0.0025), (0, 1, 2), (1, 2))
)
"""The grid: level, trend, season, dispersion."""


@dataclass(frozen=True)
class PlantedSeries:
    """Counts, and how many of them are of an outbreak.

    Attributes
    ----------
    counts, outbreak
        (series, weeks): all cases, and the planted ones among them; a count is NaN where nothing
        was counted.
    names
        (series,) the number of each.
    """

    names: Counts
    counts: Floats
    outbreak: Floats


def plant_outbreaks(series: int, seed: int) -> PlantedSeries:
    """Draw series, the scenarios in turn.

    Parameters
    ----------
    series
        How many.
    seed
        The same seed gives the same series.
    """
    random = np.random.default_rng(seed)
    drawn = [_draw(SCENARIOS[place % len(SCENARIOS)], random) for place in range(series)]
    return PlantedSeries(
        np.arange(series),
        np.array([usual + planted for usual, planted in drawn], float).reshape(series, WEEKS),
        np.array([planted for _, planted in drawn], float).reshape(series, WEEKS),
    )


def _draw(scenario: Scenario, random: np.random.Generator) -> tuple[Counts, Counts]:
    means = scenario.means(WEEKS)
    past = random.integers(QUIET_WEEKS, WEEKS - JUDGED_WEEKS, PAST_OUTBREAKS)
    current = random.integers(WEEKS - JUDGED_WEEKS, WEEKS - LAST_START)
    planted = np.zeros(WEEKS, dtype=np.int64)
    for start in [*past, current]:
        deviation = float(np.sqrt(scenario.dispersion * means[start]))
        weeks = start + _delays(deviation * random.uniform(*SIZES), random)
        before = WEEKS if start == current else WEEKS - JUDGED_WEEKS
        np.add.at(planted, weeks[weeks < before], 1)
    return _usual(means, scenario.dispersion, random), planted


def _delays(mean_cases: float, random: np.random.Generator) -> Counts:
    """Draw the weeks from an outbreak's start to each of its cases; one comes at once."""
    cases = random.poisson(mean_cases)
    delays = np.floor(random.lognormal(0, DELAY_SPREAD, cases)).astype(np.int64)
    return delays if len(delays) else np.zeros(1, dtype=np.int64)


def _usual(means: Floats, dispersion: float, random: np.random.Generator) -> Counts:
    if dispersion == 1:
        return random.poisson(means)
    return random.negative_binomial(means / (dispersion - 1), 1 / dispersion)
