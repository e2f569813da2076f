"""Bounds of a mean that hold however often one looks while cases come in.

A 95 % interval is for one look. Who looks after each case, and stops once it leaves 0, finds a
difference between equal models in four runs of ten, of a thousand cases each. A confidence sequence
holds at all looks together, so that one may stop at any. Here the asymptotic one of Robbins' normal
mixture (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024, Annals of Statistics 52:2613-2640,
theorem 2.2): after t cases, with V the variance of the mean,

    mean_t  ±  sqrt(V_t) · sqrt( 2 (t r + 1) / (t r) · log( sqrt(t r + 1) / alpha ) )

narrowest at about `PLANNED` cases, and wider than 1.96 standard errors everywhere: 3.0 there, 3.9
after 20, 3.2 after 1,000. A subject's cases are alike, so that V is that of a mean of clusters.
They come spread over time, which makes the path of the mean smoother than one of unrelated cases
with the same variances, and a smoother path leaves the bounds less often (Slepian 1962).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["PLANNED", "Running", "running_mean"]

PLANNED: Final = 200
"""Cases at which the bounds are narrowest; they hold at any other number too."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Running:
    """A mean after each of n cases, (n,) each.

    Attributes
    ----------
    mean
        Of the cases so far.
    low, high
        With confidence `level` the true mean lies within all of them; infinite for one subject.
    witnesses
        Subjects so far, as if each had equally many cases: see `models.resampling.witnesses`.
    """

    mean: Floats
    low: Floats
    high: Floats
    witnesses: Floats


def running_mean(values: Floats, cluster: NDArray[np.intp], level: float = 0.95) -> Running:
    """Bound the mean of cases after each of them, for all looks together.

    Parameters
    ----------
    values
        (n,) in the order in which they became known.
    cluster
        (n,) whose they are, as of `models.resampling.clusters`.
    level
        In (0, 1).
    """
    number = np.arange(1, len(values) + 1, dtype=np.float64)
    mean = np.cumsum(values) / number
    sums = _by_cluster(values, cluster)
    # Of the clusters' sums less their expectation, squared; unbiased for equal clusters, and for
    # unrelated cases in clusters of any size.
    squares = sums.squares - 2 * mean * sums.products + mean**2 * sums.sizes
    alone = sums.sizes / number**2
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(np.maximum(squares, 0) / (1 - alone)) / number
    half = np.where(alone < 1, error * _reach(number, level), np.inf)
    return Running(mean, mean - half, mean + half, 1 / alone)


@dataclass(frozen=True, eq=False)
class _Sums:
    """Over clusters of s values that sum to T, after each case: of T^2, of T s, and of s^2."""

    squares: Floats
    products: Floats
    sizes: Floats


def _by_cluster(values: Floats, cluster: NDArray[np.intp]) -> _Sums:
    """Add what each case adds, so that a year of decisions takes no longer than one pass."""
    mine = pd.Series(values).groupby(cluster)
    size = mine.cumcount().to_numpy(np.float64)
    before = mine.cumsum().to_numpy(np.float64) - values
    return _Sums(
        squares=np.cumsum(values**2 + 2 * before * values),
        products=np.cumsum(before + values * (size + 1)),
        sizes=np.cumsum(2 * size + 1),
    )


def _reach(number: Floats, level: float) -> Floats:
    """Give half the width in standard errors, after each number of cases."""
    once = -2 * np.log(1 - level)
    scaled = number * (once + np.log(once + 1)) / PLANNED
    mixed = np.log(np.sqrt(scaled + 1) / (1 - level))
    return np.asarray(np.sqrt(2 * (scaled + 1) / scaled * mixed))
