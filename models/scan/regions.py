"""The places that stand out most, one after the other, without overlap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.scan.statistic import Places, Recency, scores

__all__ = ["Standout", "standouts"]

LOUD: Final = 0.3
"""Share of a region's score that a recent member must have around itself."""


@dataclass(frozen=True)
class Standout:
    """A neighbourhood and a window that stand out.

    Attributes
    ----------
    excess
        Its score less what is usual for the window.
    score
        Its log-likelihood ratio.
    window, size
        Places among the windows and sizes tried.
    members
        Rising positions of the appeals in it, the one in the middle included.
    recent
        Those of them that are recent in the window and loud themselves: some neighbourhood of
        theirs scores at least `LOUD` times as much. The others came by the day's usual traffic.
    """

    excess: float
    score: float
    window: int
    size: int
    members: NDArray[np.int64]
    recent: NDArray[np.int64]


def standouts(places: Places, recency: Recency, usual: NDArray[np.float64]) -> Iterator[Standout]:
    """Yield neighbourhoods by falling excess; no two share an appeal.

    Parameters
    ----------
    places, recency
        As of `models.scan.statistic.scores`.
    usual
        (windows,) what is usual for each window, by which scores become comparable.
    """
    rows = recency.rows()
    near = places.neighbours[rows]
    scored = scores(places, recency, rows)
    loudness = scored.max(axis=1)
    excess = scored - usual
    taken = np.zeros(len(places.neighbours) + 1, dtype=bool)
    while len(rows):
        row, size, window = map(int, np.unravel_index(int(excess.argmax()), excess.shape))
        value = float(excess[row, size, window])
        score = value + float(usual[window])
        if score <= 0:
            return
        members = _members(places, int(rows[row]), size)
        loud = rows[loudness[:, window] >= LOUD * score]
        yield Standout(value, score, window, size, members, np.intersect1d(members, loud))
        taken[members] = True
        met = np.flatnonzero(taken[near].any(axis=1) | taken[rows])
        excess[met] = np.where(_overlapping(places, rows[met], taken), -np.inf, excess[met])


def _members(places: Places, row: int, size: int) -> NDArray[np.int64]:
    around = places.neighbours[row, : places.sizes[size]]
    n = len(places.neighbours)
    return np.sort(np.append(around[around < n], row).astype(np.int64))


def _overlapping(
    places: Places, rows: NDArray[np.int64], taken: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Tell which neighbourhoods of rows, (rows, S, 1), hold an appeal that is taken."""
    met = np.logical_or.accumulate(taken[places.neighbours[rows]], axis=1)
    overlap: NDArray[np.bool_] = met[:, places.sizes - 1] | taken[rows][:, None]
    return overlap[:, :, None]
