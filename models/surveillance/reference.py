"""Which past times Farrington Flexible learns from, and the season each of them belongs to.

As in R's `surveillance` (Salmon, Schumacher and Höhle 2016, section 3.1): a window around the same
time in each past year is one season of its own, and the time between two windows is cut into
further seasons of about equal length. Times are positions in the series, from 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from features.errors import InputError

__all__ = ["InvalidReference", "Reference", "reference_of"]

Dates = NDArray[np.datetime64]
_DAY = np.timedelta64(1, "D")


class InvalidReference(InputError):
    """Windows and seasons that do not fit into a year, or a frequency that is none."""


@dataclass(frozen=True)
class Reference:
    """The past that one time is compared with.

    Attributes
    ----------
    offsets
        (n,) positions relative to the time judged, negative, ascending.
    seasons
        (n,) the season of each, from 0; the last season is that of the time judged.
    """

    offsets: NDArray[np.intp]
    seasons: NDArray[np.intp]


def reference_of(
    now: int,
    years: int,
    half_window: int,
    seasons: int,
    excluded: int,
    frequency: int,
    dates: Dates | None = None,
) -> Reference | None:
    """Choose the past that the time at position `now` is compared with.

    Parameters
    ----------
    now
        Position of the time judged.
    years, half_window, seasons, excluded
        As in `FarringtonFlexible`.
    frequency
        Times a year; 52 goes back by 52 positions a year.
    dates
        (times,) the dates of the series, where a year back is to mean the calendar's: of weeks,
        the nearest date with the same weekday. None: positions alone.

    Returns
    -------
    Reference, or None where the series does not reach back far enough.

    Raises
    ------
    InvalidReference
        When the seasons do not fit between two windows.
    """
    years_back = _years_back(now, years, frequency, dates)
    if years_back is None or years_back[-1] < half_window:
        return None
    season_of = np.full(now + 1, -1, dtype=np.intp)
    for later, year in pairwise(years_back):
        season_of[year - half_window : year + half_window + 1] = seasons - 1
        if seasons > 1:
            first = year + half_window + 1
            between = _between(int(later - half_window - first), seasons, half_window)
            season_of[first : first + len(between)] = between
    season_of[max(0, now - excluded) :] = -1
    known = np.flatnonzero(season_of >= 0)
    return Reference(known - now, season_of[known])


def _between(length: int, seasons: int, half_window: int) -> NDArray[np.intp]:
    """Cut the time between two windows into all seasons but the last, longer ones first."""
    if length < seasons - (2 * half_window + 1) or length < 0:
        raise InvalidReference(
            f"{seasons} seasons and windows of {2 * half_window + 1} in a year",
            "fewer seasons, or a smaller window",
        )
    shortest, rest = divmod(length, seasons - 1)
    lengths = np.full(seasons - 1, shortest)
    lengths[:rest] += 1
    return np.repeat(np.arange(seasons - 1), lengths)


def _years_back(
    now: int, years: int, frequency: int, dates: Dates | None
) -> NDArray[np.intp] | None:
    """Give the positions of the same time in this and each past year, the latest first."""
    if dates is None:
        positions = now - frequency * np.arange(years + 1)
        return positions if positions[-1] >= 0 else None
    days = dates.astype("datetime64[D]")
    wanted = _same_date(days[now], years)
    if frequency == 52:
        wanted = _same_weekday(wanted, days[now])
    found = np.searchsorted(days, wanted)
    found = np.minimum(found, len(days) - 1)
    return found if bool((days[found] == wanted).all()) else None


def _same_date(day: np.datetime64, years: int) -> Dates:
    """Give a day in this and past years; where there is no 29 February, 1 March stands for it."""
    month = day.astype("datetime64[M]")
    of_month = day - month.astype("datetime64[D]")
    return np.asarray((month - 12 * np.arange(years + 1)).astype("datetime64[D]") + of_month)


def _same_weekday(days: Dates, like: np.datetime64) -> Dates:
    """Move each day to the nearest one with the weekday of `like`."""
    weekday = (days - np.datetime64("2000-01-02")) // _DAY % 7
    wanted = (like - np.datetime64("2000-01-02")) // _DAY % 7
    near = days - (weekday - wanted)
    other = np.where(near > days, near - 7 * _DAY, near + 7 * _DAY)
    return np.asarray(np.where(abs(near - days) > abs(other - days), other, near))
