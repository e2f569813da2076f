"""Series of counts as surveillance takes them, and what it answers about them.

A series is a row, a week or a day is a column. NaN stands for a time at which nothing was counted
(intake was down, the series did not exist yet): it is left out, never taken for a zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from features.errors import InputError

__all__ = ["Floats", "InvalidCounts", "InvalidRate", "Tails", "judged_times", "read_counts"]

Floats = NDArray[np.float64]


class InvalidCounts(InputError):
    """Counts that cannot be counts: negative, infinite, or not a table of numbers."""


class InvalidRate(InputError):
    """A rate, a share or a half-life that cannot be one."""


@dataclass(frozen=True)
class Tails:
    """How far each judged count lies in the upper tail of what its history lets expect.

    All arrays have the shape (series, times judged); NaN where the history allows no judgement.

    Attributes
    ----------
    expected
        The expected count, 0 or more.
    upper
        The largest count that is no alarm: an alarm is a count above it.
    pvalue
        Probability, in (0, 1], that chance alone gives so many.
    """

    expected: Floats
    upper: Floats
    pvalue: Floats

    def last(self) -> Tails:
        """Give the tails at the last time judged, each of shape (series,)."""
        return Tails(self.expected[:, -1], self.upper[:, -1], self.pvalue[:, -1])


def judged_times(judged: int, times: int) -> int:
    """Give how many of the last times are judged: as many as asked for, or all there are.

    Raises
    ------
    InvalidCounts
        When fewer than one is asked for.
    """
    if judged < 1:
        raise InvalidCounts(f"{judged} times to judge", "1 or more")
    return min(judged, times)


def read_counts(values: ArrayLike) -> Floats:
    """Read a table of counts.

    Parameters
    ----------
    values
        (series, times), each 0 or more, or NaN where nothing was counted. Whole numbers are
        expected, but weighted counts are let through.

    Raises
    ------
    InvalidCounts
        When it is no table of two dimensions, or a count is negative or infinite.
    """
    try:
        counts = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidCounts(
            "counts that are not numbers", "numbers", "Give NaN where nothing was counted."
        ) from error
    if counts.ndim != 2:
        raise InvalidCounts(f"counts of shape {counts.shape}", "a table (series, times)")
    wrong = np.isinf(counts) | (counts < 0)
    if wrong.any():
        row, column = (int(place[0]) for place in np.nonzero(wrong))
        raise InvalidCounts(
            f"the count {counts[row, column]} in series {row} at time {column}",
            "0 or more",
            "Give NaN where nothing was counted.",
        )
    return counts
