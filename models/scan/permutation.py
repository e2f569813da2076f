"""What chance alone does: the scan statistic under shuffled days.

The days are shuffled among appeals filed on the same day of the week. So a cause that people write
of at weekends keeps its weekends, and every day keeps its number of appeals; only which of the
Mondays an appeal came on is left to chance. Whole days are not shuffled as blocks: of eight Mondays
there are eight shuffles, too few to tell one alarm a month, and a burst stays a burst wherever it
is put. What a block would keep, that the appeals of a day are more alike than chance makes them,
is measured by the replay (`models.scan.calibration`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.scan.statistic import Places, Recency, window_maxima

__all__ = ["Chance", "Gumbel", "Shuffler", "fit_gumbel", "shuffle_until_clear"]

WEEK: Final = 7
BATCH: Final = 99
"""Shuffles between two looks at whether more are needed."""
QUIET: Final = 30
"""Shuffles at least as extreme as what was observed after which no more are needed."""
ENOUGH: Final = 10
"""Shuffles that must reach a value for its chance to be counted instead of fitted."""
PLAIN: Final = 1e-4
"""Chance, by the fit to two batches, below which no more are needed either."""


@dataclass(frozen=True)
class Gumbel:
    """The distribution of a largest value: exp(-exp(-(x - location) / scale))."""

    location: float
    scale: float

    def tail(self, value: float) -> float:
        """Give the chance of a value this large or larger."""
        exponent = np.clip(-(value - self.location) / self.scale, -700, 700)
        return float(-np.expm1(-np.exp(exponent)))


def fit_gumbel(values: NDArray[np.float64]) -> Gumbel:
    """Fit by maximum likelihood (Abrams, Kulldorff and Kleinman 2010 use it for scan statistics).

    Parameters
    ----------
    values
        (m,) largest values, m >= 2.
    """
    from scipy.stats import gumbel_r

    if np.ptp(values) < 1e-9:
        return Gumbel(float(values[0]), 1e-9)
    location, scale = gumbel_r.fit(values)
    return Gumbel(float(location), float(scale))


class Shuffler:
    """Draws permutations that keep every appeal on its day of the week.

    Parameters
    ----------
    ages
        (n,) days before the day that is judged.
    counted
        (n,) bool, the appeals that take part; the others stay where they are.
    random
        Draws them.
    """

    def __init__(
        self, ages: NDArray[np.int64], counted: NDArray[np.bool_], random: np.random.Generator
    ) -> None:
        self.random = random
        self.weekdays = [np.flatnonzero(counted & (ages % WEEK == day)) for day in range(WEEK)]
        self.unmoved = np.arange(len(ages))

    def draw(self) -> NDArray[np.int64]:
        """Give a permutation, (n,)."""
        order = self.unmoved.copy()
        for rows in self.weekdays:
            order[rows] = self.random.permutation(rows)
        return order


@dataclass(frozen=True)
class Chance:
    """The statistic under chance.

    Attributes
    ----------
    usual
        (windows,) mean of each window's largest score. Longer windows look at more places, so
        their largest is larger by chance; scores are compared after it is taken off.
    drawn
        (shuffles,) rising: the largest excess over what is usual, over all windows, plus `level`.
    fitted
        The same as a Gumbel distribution.
    widening
        How many times larger than in shuffles scores are by chance.
    """

    usual: NDArray[np.float64]
    drawn: NDArray[np.float64]
    fitted: Gumbel
    widening: float = 1.0

    @classmethod
    def of(cls, maxima: NDArray[np.float64]) -> Chance:
        """Learn it from the largest score of each window in each shuffle, (shuffles, windows)."""
        usual = maxima.mean(axis=0)
        drawn = np.sort((maxima - usual).max(axis=1) + usual.mean())
        return cls(usual, drawn, fit_gumbel(drawn))

    @property
    def level(self) -> float:
        """What is usual over all windows: added to an excess, it makes a score of it again."""
        return float(self.usual.mean())

    def reached(self, excess: float) -> int:
        """Count the shuffles in which the largest excess was this large or larger."""
        value = (excess + self.level) / self.widening
        return len(self.drawn) - int(np.searchsorted(self.drawn, value))

    def tail(self, excess: float) -> float:
        """Give the chance that the largest excess is this large or larger.

        Counted where enough shuffles reached it, which is exact even where scores are few and far
        between (short streams); by the Gumbel fit beyond.
        """
        reached = max(self.reached(excess), ENOUGH)
        counted = (1 + reached) / (1 + len(self.drawn))
        if reached > ENOUGH:
            return counted
        return min(counted, self.fitted.tail((excess + self.level) / self.widening))


def shuffle_until_clear(
    places: Places,
    recency: Recency,
    shuffler: Shuffler,
    shuffles: int,
) -> Chance:
    """Shuffle until it is clear how loud the day is, or `shuffles` times.

    Sequential Monte Carlo (Besag and Clifford 1991): most days are plainly quiet, and need few. A
    day that is loud beyond any doubt needs no more of them than the tail's fit does.
    """
    observed = window_maxima(places, recency)
    drawn: list[NDArray[np.float64]] = []
    while len(drawn) < shuffles:
        drawn += [
            window_maxima(places, recency.shuffled(shuffler.draw()))
            for _ in range(min(BATCH, shuffles - len(drawn)))
        ]
        chance = Chance.of(np.array(drawn))
        excess = float((observed - chance.usual).max())
        if chance.reached(excess) >= QUIET:
            break
        if len(drawn) == 2 * BATCH and chance.tail(excess) < PLAIN:
            break
    return chance
