"""Which days of a series tell where it stands now: those far from its last weeks do not.

A burst of some weeks is no level to expect, and after a change for good the time before it is none.
Both are told from the last ten weeks: where most of these lie, there the series stands. So a
burst that is over within four weeks is not taken for the level, and one that lasts longer is.

Weeks are compared, since counts of days are too small and have their weekdays: the root of a
Poisson count has a standard error of one half whatever its mean (Anscombe 1948), and more where
weeks scatter more than by chance.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.surveillance.histories import Places
from models.surveillance.series import Floats

__all__ = ["standing_days"]

WEEK: Final = 7
RECENT_DAYS: Final = 70
"""Known days, the last ones, of which the larger half says where a series stands."""
FAR: Final = 4.0
"""Standard errors from there beyond which a week does not belong to it: by chance one in ten
thousand does."""
CHANCE: Final = 0.5
"""Standard error of the root of a Poisson count."""
NORMAL_QUARTILE: Final = 0.3186
"""Lower quartile of the size of a standard normal deviate."""
ANSCOMBE: Final = 3 / 8

Flags = NDArray[np.bool_]


def standing_days(table: Floats, series: Places, now: Places) -> Flags:
    """Tell which days of some histories belong to where each stands at its end.

    Parameters
    ----------
    table
        (all series, times) counts of days; NaN where nothing was counted.
    series, now
        (m,) which series, and up to which time: that one and all later ones are not looked at.

    Returns
    -------
    (m, times) True for known days before `now` that lie in a week like most of the last ones.
    """
    seen = np.isfinite(table)
    known = seen[series] & (np.arange(table.shape[1]) < now[:, None])
    root = np.sqrt(_weeks(table, seen, series, now) + ANSCOMBE)
    rank = np.cumsum(known, axis=1)
    recent = known & (rank > rank[:, -1:] - RECENT_DAYS)
    away = np.abs(root - _middle(root, recent))
    return np.asarray(known & (away <= FAR * _scatter(root, recent)))


def _weeks(table: Floats, seen: Flags, series: Places, now: Places) -> Floats:
    """Give the counts of the week around each day, up to `now`; unknown days are like the rest."""
    summed = np.pad(np.cumsum(np.where(seen, table, 0.0), axis=1), ((0, 0), (1, 0)))
    counted = np.pad(np.cumsum(seen, axis=1), ((0, 0), (1, 0)))
    end = np.minimum(np.arange(table.shape[1]) + WEEK // 2 + 1, now[:, None])
    begin = np.maximum(end - WEEK, 0)
    row = series[:, None]
    days = counted[row, end] - counted[row, begin]
    return np.asarray((summed[row, end] - summed[row, begin]) * WEEK / np.maximum(days, 1))


def _middle(values: Floats, chosen: Flags) -> Floats:
    """Give the middle of the larger half of the chosen values of each row that lies closest.

    Of two levels half and half it is one of them, never what lies between (least median of squares,
    Rousseeuw 1984); of halves as close the lower one is taken. (m, 1); 0 where none is chosen.
    """
    ordered = np.sort(np.where(chosen, values, np.inf), axis=1)
    number = chosen.sum(axis=1, keepdims=True)
    last = np.arange(values.shape[1]) + number // 2
    held = np.minimum(last, values.shape[1] - 1)
    low, high = (np.where(last < number, one, 0.0) for one in (ordered, _at(ordered, held)))
    # Rounded, or the last digits of sums would choose between halves as close.
    length = np.where(last < number, np.round(high - low, 9), np.inf)
    best = length.argmin(axis=1)[:, None]
    return np.asarray(_at(low + high, best) / 2)


def _scatter(root: Floats, recent: Flags) -> Floats:
    """Give the standard error of a week, (m, 1), by how much weeks differ from those before them.

    A burst makes differ only the weeks in which it begins and ends; the lower quartile of the
    differences leaves them out.
    """
    both = recent[:, WEEK:] & recent[:, :-WEEK]
    ordered = np.sort(np.where(both, np.abs(root[:, WEEK:] - root[:, :-WEEK]), np.inf), axis=1)
    number = both.sum(axis=1, keepdims=True)
    if ordered.shape[1] == 0:
        return np.full((len(root), 1), CHANCE)
    found = np.where(number > 0, _at(ordered, np.maximum(number - 1, 0) // 4), 0.0)
    return np.asarray(np.maximum(found / NORMAL_QUARTILE / np.sqrt(2), CHANCE))


def _at(values: Floats, places: NDArray[np.intp]) -> Floats:
    return np.asarray(np.take_along_axis(values, places, axis=1))
