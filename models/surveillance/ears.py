"""EARS C1, C2 and C3, equal to R's `surveillance::earsC`: the last few counts, and nothing else.

Fricker, Hegler and Dunfee 2008, "Comparing syndromic surveillance detection methods: EARS' versus
a CUSUM-based methodology", Statistics in Medicine 27. For series with a week of history, where a
regression has nothing to go by. They know neither season nor overdispersion: expect several times
the false alarms that they promise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from features.errors import InputError
from models.surveillance.series import Floats, Tails, judged_times, read_counts

__all__ = ["Ears", "EarsMethod", "InvalidBaseline"]

EarsMethod = Literal["C1", "C2", "C3"]
LEAST_BASELINE: Final = 3
GAP: Final = {"C1": 0, "C2": 2, "C3": 2}
"""Latest counts left out of the baseline."""
REACH: Final = {"C1": 0, "C2": 0, "C3": 2}
"""Earlier judgements that the judgement rests on."""
ALPHA: Final = {"C1": 0.001, "C2": 0.001, "C3": 0.025}


class InvalidBaseline(InputError):
    """Too few counts to take a standard deviation of, or a least deviation of nothing."""


@dataclass(frozen=True)
class Ears:
    """Judges counts by the mean and the standard deviation of the counts before.

    Attributes
    ----------
    method
        C1 looks at the counts right before, C2 leaves out the two latest, C3 adds up by how much
        the two counts before the judged one stood out by C2.
    baseline
        Counts that the mean and the deviation are taken of, 3 or more.
    alpha
        Rate of false alarms aimed at; None: R's, .001 for C1 and C2, .025 for C3.
    least_deviation
        What the deviation is taken for where it is smaller (R's `minSigma`), above 0: after a row
        of equal counts the next one is not judged by a deviation of nothing.
    """

    method: EarsMethod
    baseline: int = 7
    alpha: float | None = None
    least_deviation: float = 0.5

    def tails(self, counts: ArrayLike, judged: int = 1) -> Tails:
        """Judge the last times of each series, each by the times before it.

        Parameters
        ----------
        counts
            (series, times); NaN where nothing was counted.
        judged
            How many of the last times.

        Returns
        -------
        Tails of shape (series, judged): the p-value is the normal distribution's; NaN where a
        count that is needed is not there.

        Raises
        ------
        InvalidCounts, InvalidBaseline
        """
        from scipy.special import ndtr, ndtri

        if self.baseline < LEAST_BASELINE or self.least_deviation <= 0:
            raise InvalidBaseline(
                f"a baseline of {self.baseline} counts, deviations from {self.least_deviation}",
                f"{LEAST_BASELINE} counts or more, deviations above 0",
            )
        table = read_counts(counts)
        wanted = judged_times(judged, table.shape[1])
        mean, deviation, score = self._scores(table, wanted + REACH[self.method])
        limit = float(ndtri(1 - (self.alpha or ALPHA[self.method])))
        if self.method == "C3":
            now = table[:, table.shape[1] - wanted :]
            over = np.maximum(score - 1, 0)
            score = over[:, :-2] + over[:, 1:-1]
            mean, deviation = mean[:, 2:], deviation[:, 2:]
            upper = np.maximum(now + deviation * (limit - score), 0)
        else:
            upper = mean + limit * deviation
        return Tails(mean, upper, ndtr(-score))

    def _scores(self, table: Floats, wanted: int) -> tuple[Floats, Floats, Floats]:
        """Give baseline mean, baseline deviation and standard score of the last times."""
        ahead = self.baseline + GAP[self.method]
        missing = max(0, wanted + ahead - table.shape[1])
        padded = np.pad(table, ((0, 0), (missing, 0)), constant_values=np.nan)
        windows = np.lib.stride_tricks.sliding_window_view(padded, self.baseline, axis=1)
        start = padded.shape[1] - wanted - ahead
        held = windows[:, start : start + wanted]
        mean = held.mean(axis=2)
        deviation = np.maximum(held.std(axis=2, ddof=1), self.least_deviation)
        return mean, deviation, (padded[:, padded.shape[1] - wanted :] - mean) / deviation
