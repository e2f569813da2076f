"""What each day of a series lets expect: what the days before it give, and how far chance goes.

The regression is that of `models.surveillance.negative_binomial`, robust, with trend, season and
weekday. A day is expected from the days before it alone, so that what broke stands out against the
time before it broke, and what was expected of a day never changes afterwards. Of these only the
ones count that `models.standing` finds where the series stands: a burst of weeks is not expected
again, and a change for good is followed after five weeks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from features.errors import InputError
from models.standing import standing_days
from models.surveillance.histories import Histories, Places
from models.surveillance.predictive import Predictive
from models.surveillance.regressors import Calendar
from models.surveillance.series import Floats, judged_times, read_counts

__all__ = ["Expectation", "InvalidLevel", "expectation"]

HALF_LIFE: Final = 90.0
"""Days after which a day weighs half."""
LEAST_DAYS: Final = 14
"""Days that must lie before a day for anything to be expected of it: each weekday twice."""


class InvalidLevel(InputError):
    """A share of the days, within the band, that is none."""


@dataclass(frozen=True, eq=False)
class Expectation:
    """What is expected of the last days of some series, each (series, days).

    NaN where too little is known.

    Attributes
    ----------
    expected
        Mean of the count, above 0.
    lower, upper
        Ends of the band: the smallest and the largest count that chance may well give.
    """

    expected: Floats
    lower: Floats
    upper: Floats


def expectation(counts: ArrayLike, days: int, within: float = 0.95) -> Expectation:
    """Expect each of the last days of some series by the days before it.

    Parameters
    ----------
    counts
        (series, all days) NaN where nothing was counted. What the last one holds is not looked at
        where only it is judged, so it need not be complete.
    days
        How many of the last days.
    within
        Share of quiet days that lie in the band, in (0, 1); what is left is halved between its
        sides.

    Raises
    ------
    InvalidCounts
        As of `models.surveillance.series.read_counts`.
    InvalidLevel
        When `within` is not a share.
    """
    if not 0 < within < 1:
        raise InvalidLevel(f"a band of {within}", "a share in (0, 1)")
    table = read_counts(counts)
    times = table.shape[1]
    judged = judged_times(days, times)
    answer = np.full((3, len(table), judged), np.nan)
    before = np.cumsum(np.isfinite(table), axis=1) - np.isfinite(table)
    able = before >= LEAST_DAYS
    able[:, : times - judged] = False
    series, now = np.nonzero(able)
    if len(series):
        predicted = _predicted(table, series, now)
        answer[:, series, now - times + judged] = _band(predicted, (1 - within) / 2)
    return Expectation(*answer)


def _predicted(table: Floats, series: Places, now: Places) -> Predictive:
    regressors = Calendar.of_days().regressors(table.shape[1])
    kept = np.where(standing_days(table, series, now), table[series], np.nan)
    history = Histories(kept, regressors, gap=0, half_life=HALF_LIFE)
    # Each fit begins anew: one of other days could keep it at a level that is over.
    return history.predict(history.fits(np.arange(len(now)), now), now)


def _band(predicted: Predictive, outside: float) -> Floats:
    """Give mean and ends of m days, (3, m), with a share outside on either side."""
    level = np.full(len(predicted.mean), outside)
    # The largest count that has too much above it is still too small.
    lower = predicted.largest_above(1 - level) + 1
    return np.array([predicted.mean, lower, predicted.largest_above(level)])
