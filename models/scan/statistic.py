"""The scan statistic: how much more of a neighbourhood is recent than of the whole window.

Kulldorff's scan statistic (1997) with neighbourhoods in meaning instead of on a map. For an appeal,
a size k and a recent window w: c of its k nearest neighbours are recent, p is the recent share of
all appeals. The log-likelihood ratio of Binomial(k, c/k) against Binomial(k, p), where c/k > p, is
the score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Places", "Recency", "likelihood_ratios", "scores", "window_maxima"]

BITS: Final = 8
"""Bits in which one window's count is kept: four windows in 32 bits."""
MOST: Final = 2**BITS - 1
"""The largest count that they hold."""


@dataclass(frozen=True)
class Places:
    """The neighbourhoods that are looked at.

    Attributes
    ----------
    neighbours
        (n, K) int32, nearest first; n stands for a missing one, always after those that are there.
    sizes
        (S,) rising, the k that are tried; the last is K at the most.
    held
        (n, S) int64, neighbours that are there among the first k: k, or fewer.
    """

    neighbours: NDArray[np.int32]
    sizes: NDArray[np.int64]
    held: NDArray[np.int64]

    @classmethod
    def of(cls, neighbours: NDArray[np.int32], sizes: tuple[int, ...]) -> Places:
        """Close the gaps that neighbours left out (-1) have left."""
        n, width = neighbours.shape
        missing = neighbours < 0
        order = np.argsort(missing, axis=1, kind="stable")
        closed = np.where(missing, np.int32(n), neighbours)
        used = np.array([k for k in sizes if k <= width] or [width], dtype=np.int64)
        there = width - missing.sum(axis=1)
        return cls(
            np.ascontiguousarray(np.take_along_axis(closed, order, axis=1)[:, : used[-1]]),
            used,
            np.minimum(there[:, None], used),
        )


@dataclass(frozen=True)
class Recency:
    """Which appeals are recent, for every window at once, and what a count of them is worth.

    Attributes
    ----------
    codes
        (n + 1,) uint32, a byte a window: 1 where the appeal is recent in it; the last entry is the
        missing neighbour's, 0.
    shares
        (windows,) recent share of the appeals that count, 0 to 1; at most four windows.
    table
        (windows, K + 1, K + 1) as of `likelihood_ratios`.
    """

    codes: NDArray[np.uint32]
    shares: NDArray[np.float64]
    table: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        ages: NDArray[np.int64],
        counted: NDArray[np.bool_],
        windows: tuple[int, ...],
        most: int,
    ) -> Recency:
        """Read it off the ages.

        Parameters
        ----------
        ages
            (n,) in days: 0 on the day that is judged, negative after it.
        counted
            (n,) whether the appeal counts; one that does not is never recent.
        windows
            Days that are recent.
        most
            The largest neighbourhood.
        """
        codes = np.zeros(len(ages) + 1, dtype=np.uint32)
        recent = [counted & (ages >= 0) & (ages < days) for days in windows]
        for place, each in enumerate(recent):
            codes[:-1] |= each.astype(np.uint32) << np.uint32(BITS * place)
        shares = np.array([each.sum() for each in recent]) / max(int(counted.sum()), 1)
        return cls(codes, shares, likelihood_ratios(shares, most))

    def rows(self) -> NDArray[np.int64]:
        """Give the appeals that are recent in any window."""
        return np.flatnonzero(self.codes[:-1])

    def recent(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell for each of the rows in which windows it is recent, (rows, windows)."""
        return _bytes(self.codes[rows], len(self.shares)).astype(bool)

    def shuffled(self, order: NDArray[np.int64]) -> Recency:
        """Give each appeal the recency of another; `order` (n,) is a permutation."""
        return Recency(np.append(self.codes[order], np.uint32(0)), self.shares, self.table)


def _bytes(codes: NDArray[np.uint32], windows: int) -> NDArray[np.uint8]:
    """Split codes (...) into one count a window (..., windows)."""
    return codes.astype("<u4").view(np.uint8).reshape(*codes.shape, 4)[..., :windows]


def counts(places: Places, recency: Recency, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Count the recent neighbours of rows, (rows, S, windows), in one pass for all windows."""
    codes = recency.codes[places.neighbours[rows]]
    starts = np.concatenate([[0], places.sizes[:-1]])
    within = np.add.reduceat(codes, starts, axis=1)
    return _bytes(np.cumsum(within, axis=1, dtype=np.uint32), len(recency.shares))


def likelihood_ratios(shares: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """Tabulate the log-likelihood ratio of c in k, for all windows.

    Parameters
    ----------
    shares
        (windows,) recent share p of each, 0 to 1.
    most
        The largest k.

    Returns
    -------
    numpy.ndarray
        (windows, most + 1, most + 1): c log(c / kp) + (k - c) log((k - c) / (k (1 - p))) at [w, k,
        c] where c/k > p, else 0.
    """
    k, c = np.arange(most + 1.0)[:, None], np.arange(most + 1.0)[None, :]
    usual = shares[:, None, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = c / k
        missed = np.where(c < k, (k - c) * np.log((1 - share) / (1 - usual)), 0.0)
        ratio = c * np.log(share / usual) + missed
    table: NDArray[np.float64] = np.where((c <= k) & (share > usual) & (usual > 0), ratio, 0.0)
    return table


def scores(places: Places, recency: Recency, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Score rows, (rows, S, windows); -inf where the appeal itself is not recent."""
    found = counts(places, recency, rows)
    held = places.held[rows]
    scored = [each[held, found[:, :, w]] for w, each in enumerate(recency.table)]
    return np.where(recency.recent(rows)[:, None, :], np.stack(scored, axis=2), -np.inf)


def window_maxima(places: Places, recency: Recency) -> NDArray[np.float64]:
    """Give the largest score of each window, (windows,); 0 where nothing is recent in it.

    In whole neighbourhoods the largest count has the largest score, so that only the others are
    scored one by one: this runs a thousand times a scan.
    """
    rows = recency.rows()
    found = counts(places, recency, rows) * recency.recent(rows)[:, None, :]
    held = places.held[rows]
    whole = held[:, -1] == places.sizes[-1]
    most = found[whole].max(axis=0, initial=0)
    maxima = np.array(
        [each[places.sizes, most[:, w]].max() for w, each in enumerate(recency.table)]
    )
    if whole.all():
        return maxima
    found, held = found[~whole], held[~whole]
    rest = [each[held, found[:, :, w]].max() for w, each in enumerate(recency.table)]
    largest: NDArray[np.float64] = np.maximum(maxima, rest)
    return largest
