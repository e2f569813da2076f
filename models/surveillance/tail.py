"""Upper tails of the negative binomial distribution with variance dispersion x mean.

At dispersion 1 it is Poisson's.
"""

from __future__ import annotations

import numpy as np

from models.surveillance.series import Floats

__all__ = ["upper_quantile", "upper_tail"]


def upper_tail(count: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """Give P(count or more).

    Parameters
    ----------
    count
        0 or more.
    mean
        Above 0.
    dispersion
        Variance over mean, 1 or more.

    Returns
    -------
    Of the shape that the three share; NaN where one of them is.
    """
    from scipy.special import betainc, gammainc

    wide = dispersion > 1
    size = mean / np.where(wide, dispersion - 1, 1.0)
    positive = np.maximum(count, 1.0)
    tail = np.where(wide, betainc(positive, size, 1 - 1 / dispersion), gammainc(positive, mean))
    return np.where(count == 0, np.where(np.isnan(mean), np.nan, 1.0), tail)


def upper_quantile(mean: Floats, dispersion: Floats, alpha: float) -> Floats:
    """Give the smallest count that is exceeded with a probability of `alpha` at the most.

    Bisection on whole numbers: exact, and the same for all shapes.

    Parameters
    ----------
    mean, dispersion
        As for `upper_tail`, of one shape; NaN gives NaN.
    alpha
        In (0, 1).
    """
    known = np.isfinite(mean) & np.isfinite(dispersion)
    mean, dispersion = np.where(known, mean, 1.0), np.where(known, dispersion, 1.0)
    low = np.full(mean.shape, -1.0)
    # Cantelli: no more than alpha lies this many standard deviations above the mean.
    high = np.ceil(mean + np.sqrt(mean * dispersion / alpha))
    while bool((high - low > 1).any()):
        middle = np.floor((low + high) / 2)
        exceeded = upper_tail(middle + 1, mean, dispersion) <= alpha
        low, high = np.where(exceeded, low, middle), np.where(exceeded, middle, high)
    return np.where(known, high, np.nan)
