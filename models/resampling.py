"""Cases drawn anew, a subject's cases together; and bounds that hold for many figures at once.

Whoever looks at forty slices finds two of them outside their 95 % intervals by chance. Bounds here
hold together: with the stated confidence not one of the figures lies outside its own. They come
from the largest deviation of all figures in each draw (max-T: Westfall and Young 1993, Resampling-
based multiple testing; Romano and Wolf 2005, JASA 100:94-108). Bonferroni's level would ask for
quantiles that a few hundred draws cannot give, and takes figures for unrelated that share cases, as
slices by market and by language do; max-T needs one quantile, at the level itself, and minds that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = [
    "Bands",
    "bands",
    "clusters",
    "resample",
    "resampled_aucs",
    "resampled_means",
    "share_bands",
    "subjects_of",
    "witnesses",
]

Floats = NDArray[np.float64]
Counts = NDArray[np.float32]
_CELLS: Final = 4_000_000
"""Cells of a table of counts that is held at once."""
_LEAST_DRAWS: Final = 0.9
"""Share of the draws in which a figure must be there to be bounded."""


@dataclass(frozen=True, eq=False)
class Bands:
    """Bounds of k figures, (k,) each; NaN where a figure is not there or does not vary.

    Attributes
    ----------
    low, high
        With confidence `level`, all figures lie within theirs.
    reach
        Half the width of a band in standard errors: 1.96 for one figure, more for more of them.
    """

    low: Floats
    high: Floats
    reach: float


def clusters(subjects: pd.Series[Any]) -> NDArray[np.intp]:
    """Give each case the number, from 0, of its subject: (n,). A case without one is alone."""
    codes, names = pd.factorize(subjects, use_na_sentinel=True)
    alone = codes < 0
    codes[alone] = len(names) + np.arange(int(alone.sum()))
    return np.asarray(codes, dtype=np.intp)


def subjects_of(frame: pd.DataFrame) -> NDArray[np.intp]:
    """Give each row of a frame the number of its subject, (n,), as of `clusters`."""
    if "subject_id" in frame:
        return clusters(frame["subject_id"])
    return np.arange(len(frame), dtype=np.intp)


def witnesses(cluster: NDArray[np.intp]) -> float:
    """Count subjects as if each had equally many cases: n^2 / sum of m^2 over their m (Kish 1965).

    One who filed half of all cases counts for few, however many others there are.
    """
    sizes = np.bincount(cluster).astype(np.float64)
    return float(sizes.sum() ** 2 / (sizes**2).sum()) if len(cluster) else 0.0


def resample(
    figures: Callable[[Counts], Floats], cluster: NDArray[np.intp], rounds: int, seed: int
) -> Floats:
    """Compute figures on cases drawn anew, with replacement, whole clusters at a time.

    A subject's cases are alike: drawn one by one they would count as more than they are (Davison
    and Hinkley 1997, Bootstrap methods and their application, 3.8).

    Parameters
    ----------
    figures
        From how often each of the n cases was drawn, (r, n), to k figures of each draw, (r, k).
    cluster
        (n,) as of `clusters`.
    rounds
        Draws.

    Returns
    -------
    numpy.ndarray
        Of shape (rounds, k).
    """
    rng = np.random.default_rng(seed)
    number = int(cluster.max()) + 1
    together = max(1, min(rounds, _CELLS // len(cluster)))
    parts = []
    for begin in range(0, rounds, together):
        drawn = [
            np.bincount(rng.integers(0, number, number), minlength=number)[cluster]
            for _ in range(min(together, rounds - begin))
        ]
        parts.append(figures(np.array(drawn, dtype=np.float32)))
    return np.concatenate(parts)


def resampled_aucs(outcome: NDArray[Any], probability: Floats) -> Callable[[Counts], Floats]:
    """Prepare the AUCs of cases drawn anew: sorting once makes a thousand draws cheap.

    Returns
    -------
    Callable
        Takes how often each case was drawn, (r, n), and gives the AUC of each draw, (r,); NaN where
        it holds one outcome only.
    """
    order = np.argsort(probability, kind="stable")
    positive = np.asarray(outcome, dtype=np.float64)[order]
    ties = np.flatnonzero(np.diff(probability[order], prepend=-np.inf))

    def weighted(counts: Counts) -> Floats:
        weight = counts[:, order].astype(np.float64)
        up = np.add.reduceat(weight * positive, ties, axis=1)
        down = np.add.reduceat(weight * (1 - positive), ties, axis=1)
        pairs = up.sum(axis=1) * down.sum(axis=1)
        before = np.cumsum(down, axis=1) - down / 2
        ranked = (up * before).sum(axis=1)
        return np.asarray(np.where(pairs > 0, ranked / np.where(pairs > 0, pairs, 1), np.nan))

    return weighted


def resampled_means(values: Floats, cluster: NDArray[np.intp], rounds: int, seed: int) -> Floats:
    """Give the means of k columns over cases drawn anew, whole clusters at a time.

    Parameters
    ----------
    values
        (n, k); NaN where a case does not belong to a column.
    cluster, rounds, seed
        As of `resample`; all columns share the draws.

    Returns
    -------
    numpy.ndarray
        Of shape (rounds, k); NaN where a draw has no case of a column.
    """
    held = np.isfinite(values)
    filled, belongs = np.where(held, values, 0.0), held.astype(np.float64)

    def means(counts: Counts) -> Floats:
        weight = counts.astype(np.float64)
        number = weight @ belongs
        return np.where(number > 0, weight @ filled / np.maximum(number, 1), np.nan)

    return resample(means, cluster, rounds, seed)


def bands(value: Floats, drawn: Floats, level: float = 0.95) -> Bands:
    """Bound figures so that, with confidence `level`, all lie within their bounds.

    Parameters
    ----------
    value
        (k,) figures of the cases as they are; NaN where one does not apply.
    drawn
        (rounds, k) the same of cases drawn anew.
    level
        In (0, 1).
    """
    held = np.isfinite(drawn)
    spread = _spread(drawn, held)
    usable = np.isfinite(value) & (spread > 0) & (held.mean(axis=0) >= _LEAST_DRAWS)
    if not usable.any():
        nothing = np.full(len(value), np.nan)
        return Bands(nothing, nothing, float("nan"))
    away = np.abs(drawn[:, usable] - value[usable]) / spread[usable]
    reach = float(np.quantile(np.nanmax(np.where(held[:, usable], away, 0.0), axis=1), level))
    half = np.where(usable, reach * spread, np.nan)
    return Bands(value - half, value + half, reach)


def share_bands(value: Floats, drawn: Floats, level: float = 0.95) -> Bands:
    """Bound figures of [0, 1], as of `bands`; on the angle's scale, so that they stay there."""
    found = bands(_angle(value), _angle(drawn), level)
    return Bands(_from_angle(found.low), _from_angle(found.high), found.reach)


def _spread(drawn: Floats, held: NDArray[np.bool_]) -> Floats:
    number = np.maximum(held.sum(axis=0), 2)
    mean = np.where(held, drawn, 0.0).sum(axis=0) / number
    squares = np.where(held, (drawn - mean) ** 2, 0.0).sum(axis=0)
    return np.asarray(np.sqrt(squares / (number - 1)))


def _angle(share: Floats) -> Floats:
    return np.asarray(np.arcsin(np.sqrt(np.clip(share, 0.0, 1.0))))


def _from_angle(angle: Floats) -> Floats:
    return np.asarray(np.sin(np.clip(angle, 0.0, np.pi / 2)) ** 2)
