"""What the mean of a count series is regressed on: level, trend, season of the year, weekday.

Every regressor but the level has a prior, a normal distribution around "no effect". A long history
overrules it. A short one cannot, and the prior's width stays in the limits: a series of five weeks
claims no season, and is not sure that there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.surveillance.series import Floats

__all__ = ["Calendar", "Regressors"]

TREND_SPREAD: Final = 1.0
"""Prior standard deviation of the trend: e-fold a year."""
SEASON_SPREAD: Final = 0.5
"""Prior standard deviation of the year's first harmonic, on the log scale; the n-th has a n-th."""
WEEKDAY_SPREAD: Final = 0.5
"""Prior standard deviation of a weekday's effect, on the log scale."""
HARMONICS: Final = 2


@dataclass(frozen=True)
class Regressors:
    """Regressors of all times, shared by all series.

    Attributes
    ----------
    rows
        (times, p); the first column is the level's.
    precision
        (p,) of the priors, 1 / variance; 0 for the level.
    """

    rows: Floats
    precision: Floats

    def until(self, times: int) -> Regressors:
        """Give the regressors of the first times alone."""
        return Regressors(self.rows[:times], self.precision)


@dataclass(frozen=True)
class Calendar:
    """How the times of a series lie in the year and in the week.

    Attributes
    ----------
    year
        Times in a year.
    weekdays
        Whether the weekday matters: for days.
    """

    year: float
    weekdays: bool

    @classmethod
    def of_weeks(cls) -> Calendar:
        """Give the calendar of weekly counts."""
        return cls(year=365.25 / 7, weekdays=False)

    @classmethod
    def of_days(cls) -> Calendar:
        """Give the calendar of daily counts."""
        return cls(year=365.25, weekdays=True)

    def regressors(self, times: int) -> Regressors:
        """Make the regressors of times 0, 1, ... of a series."""
        time = np.arange(times, dtype=np.float64)
        columns, spreads = [np.ones(times), (time - times) / self.year], [np.inf, TREND_SPREAD]
        for harmonic in range(1, HARMONICS + 1):
            angle = 2 * np.pi * harmonic * time / self.year
            columns += [np.cos(angle), np.sin(angle)]
            spreads += [SEASON_SPREAD / harmonic] * 2
        if self.weekdays:
            columns += list(np.eye(7)[np.arange(times) % 7].T)
            spreads += [WEEKDAY_SPREAD] * 7
        return Regressors(np.column_stack(columns), np.array(spreads) ** -2.0)
