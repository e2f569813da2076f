"""Which of many p-values are discoveries: the share of false ones is held, not their number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from features.errors import InputError
from models.surveillance.series import Floats

__all__ = ["Discoveries", "InvalidRate", "accepted_level", "discoveries"]


class InvalidRate(InputError):
    """A rate, a share or a half-life that cannot be one."""


@dataclass(frozen=True)
class Discoveries:
    """What was found among p-values, in their shape.

    Attributes
    ----------
    found
        Whether each is a discovery; never where the p-value is NaN.
    qvalue
        The least rate at which it would be one, 0 to 1; NaN where the p-value is.
    """

    found: NDArray[np.bool_]
    qvalue: Floats


def discoveries(pvalues: ArrayLike, rate: float) -> Discoveries:
    """Find discoveries among all series of a run (Benjamini and Hochberg 1995).

    Parameters
    ----------
    pvalues
        Any shape, in [0, 1]; NaN for a series that could not be judged, which does not count.
    rate
        Expected share of false ones among the discoveries, in (0, 1).

    Raises
    ------
    InvalidRate
        When the rate or a p-value is out of range.
    """
    values = np.asarray(pvalues, dtype=np.float64)
    if not 0 < rate < 1:
        raise InvalidRate(f"a rate of {rate}", "more than 0, less than 1")
    known = np.flatnonzero(~np.isnan(values))
    told = values.ravel()[known]
    if told.size and not (told.min() >= 0 and told.max() <= 1):
        raise InvalidRate("a p-value outside 0 to 1", "probabilities, or NaN")
    order = np.argsort(told)[::-1]
    rank = np.arange(len(told), 0, -1)
    adjusted = np.minimum.accumulate(np.minimum(told[order] * len(told) / rank, 1))
    qvalue = np.full(values.shape, np.nan)
    np.put(qvalue, known[order], adjusted)
    return Discoveries(qvalue <= rate, qvalue)


def accepted_level(false_alarms_a_month: float, series: int, times_a_month: float) -> float:
    """Give the level of p at which quiet series raise as many false alarms as are accepted.

    Parameters
    ----------
    false_alarms_a_month
        How many a manager accepts, above 0.
    series
        How many are judged each time, at least 1.
    times_a_month
        How often they are judged, above 0.

    Returns
    -------
    In (0, 1/2]: a count that is not even unusual is never an alarm.

    Raises
    ------
    InvalidRate
    """
    judgements = series * times_a_month
    if false_alarms_a_month <= 0 or judgements <= 0:
        raise InvalidRate(
            f"{false_alarms_a_month} false alarms a month of {series} series", "more than 0 of both"
        )
    return min(0.5, false_alarms_a_month / judgements)
