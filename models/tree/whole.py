"""The whole intake: news only when it is out of line for days on end.

A backfill, a campaign of a day, an hour without intake move the whole for a day, and mean nothing.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.surveillance.negative_binomial import NegativeBinomial
from models.surveillance.regressors import Calendar
from models.surveillance.series import Floats

__all__ = ["WHOLE_DAYS", "WholeDays", "intake_gaps"]

WHOLE_DAYS: Final = 3
"""Complete days running on which the whole must be out of line."""
HALF_LIFE: Final = 90.0
LEAST_HISTORY: Final = 4
USUAL: Final = 7.0
"""Cases usual on a weekday at which a day without any was down."""
DAYS_A_WEEK: Final = 7
LEAST_WEEKS: Final = 3
"""Weeks before a weekday is known for itself."""


def intake_gaps(filed: Floats) -> NDArray[np.bool_]:
    """Tell the days on which the intake was down: without a case, where many are usual.

    Parameters
    ----------
    filed
        (days,) cases of the whole.
    """
    usual = np.zeros(len(filed))
    every = filed[filed > 0]
    for weekday in range(DAYS_A_WEEK):
        held = filed[weekday::DAYS_A_WEEK]
        known = held if len(held) >= LEAST_WEEKS else every
        usual[weekday::DAYS_A_WEEK] = np.median(known) if len(known) else 0.0
    return np.asarray((filed == 0) & (usual >= USUAL))


class WholeDays:
    """The last complete days of the whole.

    Parameters
    ----------
    filed
        (cells, days) cases.
    series
        (days,) of the whole, NaN where the intake was down.
    sign
        1: rises are looked for; -1: falls.
    """

    def __init__(self, filed: Floats, series: Floats, sign: int) -> None:
        self.series = series.copy()
        self.sign = sign
        until = max(len(series) - 1, 0)
        self.days = slice(max(until - WHOLE_DAYS, 0), until)
        self.cases = filed[:, self.days].copy()
        self.raw = float(self.cases.sum())
        self.known = int(np.isfinite(series[self.days]).sum()) == WHOLE_DAYS

    def pvalue(self) -> float:
        """Give the largest of the days' p-values; NaN where one of them cannot be judged."""
        if not self.known:
            return float("nan")
        tail = self._judged()[1]
        return float(np.max(tail if self.sign > 0 else 1 - tail))

    def account(self) -> tuple[int, float]:
        """Tell what was observed on the days, and what is expected."""
        explained = self.raw - float(self.cases.sum())
        return round(self.raw), max(float(self._judged()[0].sum()) + explained, 0.0)

    def take(self, members: NDArray[np.int64], expected: float, sign: int) -> None:
        """Take what some cells have above (1) or below (-1) what is expected of them a day."""
        held = self.cases[members].sum(axis=0)
        out = (sign * (held - expected) > 0) & (held > 0)
        self.cases[np.ix_(members, out)] *= expected / held[out]

    def _judged(self) -> tuple[Floats, Floats]:
        counts = self.series[: self.days.stop].copy()
        counts[self.days] = self.cases.sum(axis=0)
        model = NegativeBinomial(
            Calendar.of_days(), memory=0, least_history=LEAST_HISTORY, half_life=HALF_LIFE
        )
        tails = model.tails(counts[None], judged=WHOLE_DAYS)
        return tails.expected[0], tails.pvalue[0]
