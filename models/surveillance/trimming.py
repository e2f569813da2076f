"""How much of the variance is left when outlying counts weigh less.

Weights by residual make the scatter look smaller than it is, and the more so the more skewed the
counts are. The share that is left is known for counts that are negative binomial; dividing by it
makes the estimated dispersion right on average where there was no outbreak (Fisher consistency).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.surveillance.series import Floats

__all__ = ["anscombe_residuals", "neighbour_weights", "outlier_weights", "variance_left"]

OUTLYING: Final = 2.2
"""Residual, in standard deviations, above which a count weighs less."""
FAR: Final = 3.0
BESIDE: Final = 0.1
"""Residual of a count whose neighbours weigh less as well, and how much they weigh."""
MEANS: Final = (0.02, 0.1, 0.3, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)
DISPERSIONS: Final = (1.0, 1.5, 2.0, 3.0, 4.0, 8.0, 16.0)
"""The grid of the share: between its nodes it is interpolated, beyond them held."""
ALMOST_POISSON: Final = 1 + 1e-4


def anscombe_residuals(powered: Floats, sixth: Floats) -> Floats:
    """Give the residuals of counts, in Poisson standard deviations, about normal by chance.

    Parameters
    ----------
    powered
        Counts to the power 2/3.
    sixth
        Means to the power 1/6.
    """
    return 1.5 * (powered / sixth - sixth * sixth * sixth)


def outlier_weights(residual: Floats) -> Floats:
    """Give the weights, in (0, 1], of counts with these standard residuals, on either side."""
    excess = OUTLYING / np.maximum(np.abs(residual), OUTLYING)
    square = excess * excess  # numpy's ** 4 takes ten times as long
    return square * square


def neighbour_weights(residual: Floats) -> Floats:
    """Give the weights of counts by those next to them: an outbreak seldom keeps to one week.

    Parameters
    ----------
    residual
        (m, times) standard residuals.

    Returns
    -------
    (m, times) below 1 next to a count that stands out far, which by chance is rare enough not to
    make a quiet series look quieter than it is.
    """
    far = residual > FAR
    near = np.zeros_like(far)
    near[:, 1:] = far[:, :-1]
    near[:, :-1] |= far[:, 1:]
    return np.where(near, BESIDE, 1.0)


def variance_left(mean: Floats, dispersion: Floats) -> Floats:
    """Give weighted mean square over variance, in (0, 1), for counts without outbreaks.

    Parameters
    ----------
    mean
        (m,) above 0.
    dispersion
        (m,) variance over mean, 1 or more.
    """
    table = _table()
    row, down = _between(np.log(mean), np.log(MEANS))
    column, across = _between(np.log(dispersion), np.log(DISPERSIONS))
    upper = table[row, column] * (1 - across) + table[row, column + 1] * across
    lower = table[row + 1, column] * (1 - across) + table[row + 1, column + 1] * across
    return np.asarray(upper * (1 - down) + lower * down)


def _between(value: Floats, grid: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Give the node at or below each value, and the share of the way to the next node."""
    held = np.clip(value, grid[0], grid[-1])
    place = np.clip(np.searchsorted(grid, held, side="right") - 1, 0, len(grid) - 2)
    return place, (held - grid[place]) / np.diff(grid)[place]


@lru_cache(maxsize=1)
def _table() -> Floats:
    return np.array([[_left(mean, dispersion) for dispersion in DISPERSIONS] for mean in MEANS])


def _left(mean: float, dispersion: float) -> float:
    # Written out: scipy.stats takes a second to import, and this is all that is needed of it.
    from scipy.special import gammaln

    spread = max(dispersion, ALMOST_POISSON)
    last = mean + 12 * np.sqrt(mean * spread) + 40 * spread
    count = np.arange(int(last), dtype=np.float64)
    size = mean / (spread - 1)
    log_chance = gammaln(count + size) - gammaln(size) - gammaln(count + 1)
    log_chance += count * np.log1p(-1 / spread) - size * np.log(spread)
    chance = np.exp(log_chance)
    residual = anscombe_residuals(count ** (2 / 3), np.full(1, mean ** (1 / 6)))
    weighted = outlier_weights(residual / np.sqrt(spread)) * chance
    squares = float(weighted @ (count - mean) ** 2)
    return squares / float(weighted.sum()) / (mean * spread)
