"""What each week of decisions lets expect of its share overturned, and how far chance goes.

A week is expected from the weeks before it alone, as a day is in `models.expectation`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from models.expectation import InvalidLevel
from models.surveillance.rates import OverturnRates
from models.surveillance.series import Floats

__all__ = ["LEAST_WEEKS", "RateBand", "rate_band"]

HALF_LIFE: Final = 26.0
"""Weeks after which a decision counts half."""
PRIOR_WEEKS: Final = 1.0
"""Weeks that the prior of the scatter between weeks is worth: a band shows the series' own."""
LEAST_WEEKS: Final = 4
"""Weeks with decisions that must lie before a week for anything to be expected of it."""


@dataclass(frozen=True, eq=False)
class RateBand:
    """What is expected of the last weeks of some series, each (series, weeks), shares in [0, 1].

    NaN where too little is known, or nothing was decided.

    Attributes
    ----------
    expected
        Mean share overturned.
    lower, upper
        Ends of the band: the smallest and the largest share that chance may well give.
    """

    expected: Floats
    lower: Floats
    upper: Floats


def rate_band(
    overturned: ArrayLike, decided: ArrayLike, weeks: int, within: float = 0.95
) -> RateBand:
    """Expect each of the last weeks of some series by the weeks before it.

    Parameters
    ----------
    overturned, decided
        (series, all weeks) whole numbers, the first among the second; 0 decided where nothing was.
    weeks
        How many of the last ones.
    within
        Share of quiet weeks that lie in the band, in (0, 1); what is left is halved between its
        sides.

    Raises
    ------
    InvalidLevel
        When `within` is not a share.
    InvalidCounts
        As of `OverturnRates.tails`.

    Notes
    -----
    The beta-binomial predictive distribution of `models.surveillance.rates`: its upper end is that
    of the overturned, its lower end that of the upheld, turned round.
    """
    if not 0 < within < 1:
        raise InvalidLevel(f"a band of {within}", "a share in (0, 1)")
    won, cases = np.asarray(overturned, np.float64), np.asarray(decided, np.float64)
    rates = OverturnRates(alpha=(1 - within) / 2, half_life=HALF_LIFE, prior_times=PRIOR_WEEKS)
    lost = rates.tails(won, cases, weeks)
    kept = rates.tails(cases - won, cases, weeks)
    judged = lost.expected.shape[1]
    number = np.where(cases > 0, cases, np.nan)[:, cases.shape[1] - judged :]
    before: Floats = np.cumsum(cases > 0, axis=1, dtype=np.float64) - (cases > 0)
    number = np.where(before[:, cases.shape[1] - judged :] >= LEAST_WEEKS, number, np.nan)
    return RateBand(lost.expected / number, 1 - kept.upper / number, lost.upper / number)
