"""Bands of a number: cut so that each holds cases alike often, and no frequent value hides in one.

Deciles alone are blind to a number that is mostly one value: where nine in ten are 0, all deciles
are 0, and a single band from 0 upwards holds whatever comes. A value that fills a band alone has
one of its own, therefore, and so has each of a number that takes few values; what lies between two
of them has its own band too, so that a value never met before is counted apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import inf, nextafter
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["BANDS", "band_edges", "band_names", "count_bands", "spelt"]

BANDS: Final = 10
DIGITS: Final = 3
"""Digits to which ends of bands are kept at least: an exact sum of money may be somebody's."""
MOST_DIGITS: Final = 15
Floats = NDArray[np.float64]


def band_edges(known: Floats, alike: int = 1, bands: int = BANDS) -> tuple[float, ...]:
    """Give the ends of bands, ascending.

    Parameters
    ----------
    known
        (n,) finite numbers.
    alike
        Cases that must have a value in common for it to have a band of its own.
    bands
        How many bands there are, about, where no value is frequent.

    Returns
    -------
    tuple of float
        A band holds what is at its lower end or above, and below its upper one. A band of one value
        ends at the next number that a float can be. Other ends are rounded to as few digits, from
        `DIGITS` on, as keep them apart.
    """
    values, cases = np.unique(known + 0.0, return_counts=True)  # -0 is 0
    few = len(values) <= bands
    frequent = values[(cases >= alike) & (few | (cases * bands >= len(known)))].tolist()
    alone = {edge for value in frequent for edge in (value, nextafter(value, inf))}
    ends = [] if few else np.quantile(known, np.linspace(0, 1, bands + 1)[1:-1]).tolist()
    return tuple(sorted(alone | _rounded(set(ends) - set(frequent))))


def spelt(number: float) -> str:
    """Write a number with six digits, or with as many as it needs to be told from all others."""
    short = f"{number:g}"
    return short if float(short) == number else repr(number)


def band_names(edges: Sequence[float], spell: Callable[[float], str] = spelt) -> list[str]:
    """Name bands, one more than they have ends, each in another way as long as `spell` does."""
    if not edges:
        return ["any"]
    between = [_named(low, high, edges, spell) for low, high in pairwise(edges)]
    last, alone = edges[-1], _alone(edges[-1], edges)
    above = f"{spell(last)} or more" if alone is None else f"above {spell(alone)}"
    return [f"below {spell(edges[0])}", *between, above]


def count_bands(known: Floats, edges: Sequence[float]) -> list[int]:
    """Count numbers, (n,) and finite, by the bands that they fall into."""
    places = np.searchsorted(edges, known, side="right")
    counts: list[int] = np.bincount(places, minlength=len(edges) + 1).tolist()
    return counts


def _rounded(ends: set[float]) -> set[float]:
    for digits in range(DIGITS, MOST_DIGITS):
        rounded = {float(f"{end:.{digits}g}") for end in ends}
        if len(rounded) == len(ends):
            return rounded
    return ends


def _named(low: float, high: float, edges: Sequence[float], spell: Callable[[float], str]) -> str:
    if high == nextafter(low, inf):
        return spell(low)
    alone = _alone(low, edges)
    return f"{spell(low) if alone is None else f'above {spell(alone)}'} to under {spell(high)}"


def _alone(edge: float, edges: Sequence[float]) -> float | None:
    """Give the value whose own band ends here; None where no such band does."""
    value = nextafter(edge, -inf)
    return value if value in edges else None
