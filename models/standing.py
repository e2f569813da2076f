"""Which days of a series tell where it stands now: those far from its last weeks do not.

A burst of some weeks is no level to expect, and after a change for good the time before it is none.
Both are told from the last eight weeks: where most of these lie, there the series stands. So a
burst that is over within four weeks is never taken for the level, and one that lasts longer is.

Weeks are compared, since counts of days are too small and have their weekdays: the square roots of
two Poisson counts differ by a standard error of about one half whatever their mean (Anscombe 1948),
and by more where the weeks scatter more than by chance.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.surveillance.histories import Places
from models.surveillance.series import Floats

__all__ = ["standing_days"]

WEEK: Final = 7
RECENT_DAYS: Final = 56
"""Known days, the last ones, of which the larger half says where a series stands."""
FAR: Final = 4.0
"""Standard errors from there beyond which a week does not belong to it: by chance one in ten
thousand does."""
NORMAL_MEDIAN: Final = 0.6745
"""Median size of a standard normal deviate."""
ANSCOMBE: Final = 3 / 8


def standing_days(table: Floats, series: Places, now: Places) -> NDArray[np.bool_]:
    """Tell which days of some histories belong to where each stands at its end.

    Parameters
    ----------
    table
        (all series, times) counts of days; NaN where nothing was counted.
    series, now
        (m,) which series, and up to which time: that one and all later ones are not looked at.

    Returns
    -------
    (m, times) True for known days before `now` that lie in a week which is not far from the median
    of the last weeks.
    """
    seen = np.isfinite(table)
    time = np.arange(table.shape[1])
    known = seen[series] & (time < now[:, None])
    root = np.sqrt(_weeks(table, seen, series, now) + ANSCOMBE)
    rank = np.cumsum(known, axis=1)
    recent = known & (rank > rank[:, -1:] - RECENT_DAYS)
    away = root - _medians(root, recent)
    spread = np.minimum(_scatter(away, recent), _scatter(-away, recent))
    return np.asarray(known & (np.abs(away) <= FAR * spread))


def _weeks(table: Floats, seen: NDArray[np.bool_], series: Places, now: Places) -> Floats:
    """Give the counts of the week around each day, up to `now`; unknown days are like the rest."""
    summed = np.pad(np.cumsum(np.where(seen, table, 0.0), axis=1), ((0, 0), (1, 0)))
    counted = np.pad(np.cumsum(seen, axis=1), ((0, 0), (1, 0)))
    end = np.minimum(np.arange(table.shape[1]) + WEEK // 2 + 1, now[:, None])
    begin = np.maximum(end - WEEK, 0)
    row = series[:, None]
    days = counted[row, end] - counted[row, begin]
    return np.asarray((summed[row, end] - summed[row, begin]) * WEEK / np.maximum(days, 1))


def _scatter(away: Floats, recent: NDArray[np.bool_]) -> Floats:
    """Give the standard error on one side of the median, (m, 1); by chance alone it is a half."""
    found = _medians(away, recent & (away >= 0)) / NORMAL_MEDIAN
    return np.maximum(found, 0.5)


def _medians(values: Floats, chosen: NDArray[np.bool_]) -> Floats:
    """Give the lower median of the chosen values of each row, (m, 1); 0 where there are none."""
    ordered = np.sort(np.where(chosen, values, np.inf), axis=1)
    number = chosen.sum(axis=1, keepdims=True)
    found = np.take_along_axis(ordered, np.maximum(number - 1, 0) // 2, axis=1)
    return np.where(number > 0, found, 0.0)
