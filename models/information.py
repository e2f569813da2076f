"""How surely something is told more often than expected: the information component."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, gammaincinv

__all__ = ["LEVEL", "component", "lower_bound", "tail"]

PRIOR: Final = 0.5
"""Cases added to both sides: a rare value seen once is not "infinitely more often"."""
LEVEL: Final = 0.025
"""Chance that is left below the lower bound."""


def component(observed: ArrayLike, expected: ArrayLike) -> NDArray[np.float64]:
    """Compute the shrunken information component, log2((O + 1/2) / (E + 1/2)).

    Parameters
    ----------
    observed, expected
        Counts from 0, of shapes that go together.

    Returns
    -------
    numpy.ndarray
        Bits: 0 as often as expected, 1 twice as often, 2 four times.

    Notes
    -----
    Norén, Hopstadius, Bate (2013), Shrinkage observed-to-expected ratios for robust and transparent
    large-scale pattern discovery, Statistical Methods in Medical Research 22(1).
    """
    more, fewer = np.asarray(observed, np.float64), np.asarray(expected, np.float64)
    return np.asarray(np.log2((more + PRIOR) / (fewer + PRIOR)))


def lower_bound(observed: ArrayLike, expected: ArrayLike) -> NDArray[np.float64]:
    """Compute the 2.5 % bound of the information component.

    Parameters
    ----------
    observed, expected
        As of `component`.

    Returns
    -------
    numpy.ndarray
        Bits. It cannot be above 0 with fewer than three cases.

    Notes
    -----
    The quantile of the posterior, Gamma(O + 1/2, rate E + 1/2); Norén, Hopstadius, Bate (2013)
    approximate it by IC - 3.3 (O + 1/2)^-1/2 - 2 (O + 1/2)^-3/2, to .05 bits from one case on.
    """
    more, fewer = np.asarray(observed, np.float64), np.asarray(expected, np.float64)
    return np.asarray(np.log2(gammaincinv(more + PRIOR, LEVEL) / (fewer + PRIOR)))


def tail(
    observed: ArrayLike, cases: ArrayLike, elsewhere: ArrayLike, others: ArrayLike
) -> NDArray[np.float64]:
    """Compute the chance that a value is no more frequent in a group than outside it.

    Unlike the bound, it allows for an expectation that itself comes from few appeals.

    Parameters
    ----------
    observed, cases
        Cases in the group with the value, and all cases in the group.
    elsewhere, others
        The same outside the group; `cases` and `others` are not both 0.

    Returns
    -------
    numpy.ndarray
        Posterior chance, 0 to 1.

    Notes
    -----
    Two Poisson rates, each with Jeffreys' prior Gamma(1/2, 0): their share of the sum is
    Beta(O + 1/2, R + 1/2), and the group is ahead where it is above the group's share of the cases.
    """
    inside, outside = np.asarray(cases, np.float64), np.asarray(others, np.float64)
    share = inside / (inside + outside)
    return np.asarray(
        betainc(np.asarray(observed) + PRIOR, np.asarray(elsewhere) + PRIOR, share), np.float64
    )
