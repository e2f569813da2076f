"""Judging a count together with the one before it: two small surprises in a row are a large one.

What matters lasts longer than one week, or one day. The standard normal score z of the count, from
its tail, is raised by a share of the score of the count before: s = z + memory x min(max(z', 0),
cap). Under chance alone z and z' are normal with a known correlation, which gives the tail of s by
quadrature: the p-value keeps its meaning. The cap keeps an outbreak that has ended from alarming.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from models.surveillance.series import Floats

__all__ = ["CAP", "carried", "joined_tail", "score_limit", "surprise", "tail_of"]

CAP: Final = 2.5
"""Largest score of the count before that is taken over."""
SMALLEST_TAIL: Final = 1e-300
EDGES: Final = (-8.0, 0.0, CAP, 8.0)
NODES_BETWEEN: Final = (16, 12, 12)
SEARCH_STEPS: Final = 40


def surprise(tail: Floats) -> Floats:
    """Give the standard normal score of an upper tail in [0, 1]."""
    from scipy.special import ndtri

    return np.asarray(-ndtri(np.clip(tail, SMALLEST_TAIL, 1 - 1e-16)))


def tail_of(score: Floats) -> Floats:
    """Give the upper tail of a standard normal score."""
    from scipy.special import ndtr

    return np.asarray(ndtr(-score))


def joined_tail(score: Floats, correlation: Floats, memory: float) -> Floats:
    """Give the probability that chance alone brings the joined score so high.

    Parameters
    ----------
    score
        (m,) now + memory x carried(before).
    correlation
        (m,) of the two scores, in (-1, 1).
    memory
        Share of the score before that is taken over, 0 or more.
    """
    from scipy.special import ndtr

    before, density = _nodes()
    freed = np.sqrt(1 - correlation**2)[:, None]
    now = score[:, None] - memory * carried(before) - correlation[:, None] * before
    return np.asarray(ndtr(-now / freed) @ density)


def score_limit(correlation: Floats, memory: float, alpha: float) -> Floats:
    """Give the joined score whose tail is alpha, (m,), by bisection."""
    low, high = np.full_like(correlation, -10.0), np.full_like(correlation, 40.0)
    for _ in range(SEARCH_STEPS):
        middle = (low + high) / 2
        above = joined_tail(middle, correlation, memory) > alpha
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return high


def carried(before: Floats) -> Floats:
    """Give what of the score before is taken over: none of a low one, no more than the cap."""
    return np.clip(before, 0, CAP)


@lru_cache(maxsize=1)
def _nodes() -> tuple[Floats, Floats]:
    """Give quadrature nodes of the normal score before, and their probabilities, summing to 1."""
    points, densities = [], []
    for low, high, count in zip(EDGES[:-1], EDGES[1:], NODES_BETWEEN, strict=True):
        node, weight = np.polynomial.legendre.leggauss(count)
        point = low + (node + 1) / 2 * (high - low)
        points.append(point)
        densities.append((high - low) * weight * np.exp(-(point**2) / 2))
    density = np.concatenate(densities)
    return np.concatenate(points), density / density.sum()
