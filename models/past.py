"""Decided cases cut by time, again and again: penalties are judged on what came next.

A fit on what came before each of several later slices says what a choice of penalties is worth in
service; the cases after the last of them are never looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.logistic import Coefficients, Columns, fit_logistic
from models.penalties import Penalties

__all__ = ["Judged", "Past", "Split", "choose", "judge", "later_slices", "losses_by_slice"]

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Split = tuple[Indices, Indices]
"""The rows of a past, and those of the slice that follows it."""


@dataclass(frozen=True)
class Past:
    """Decided cases in order of filing, as a fit sees them.

    Attributes
    ----------
    blocks
        Matrices of n rows: words, numbers, vector, phrases.
    kinds
        Under which penalty each column of the numbers stands: see `models.penalties.number_kinds`.
    outcome
        (n,) 1 for overturned.
    age
        (n,) as a share of the period, 0 for the newest.
    """

    blocks: Sequence[Columns]
    kinds: NDArray[np.str_]
    outcome: Array
    age: Array

    def fit(
        self, rows: Indices, penalties: Penalties, start: Coefficients | None = None
    ) -> Coefficients:
        """Fit on some of the cases."""
        since = self.age[rows] - self.age[rows].min()
        weights = np.power(0.5, since / (penalties.half_life or np.inf))
        weights /= weights.mean()  # or a short half-life would strengthen every penalty as well
        blocks = [block[rows] for block in self.blocks]
        columns = penalties.columns(self.kinds)
        return fit_logistic(blocks, self.outcome[rows], columns, weights, start)

    def logits(self, fitted: Coefficients, rows: Indices) -> Array:
        """Score some of the cases."""
        return fitted.logits([block[rows] for block in self.blocks])

    def losses(self, fitted: Coefficients, rows: Indices) -> Array:
        """Log loss of each of some cases, their logits brought onto their own line first.

        Calibration comes later and apart, and a drifting base rate must not choose the penalties.
        """
        logits, outcome = self.logits(fitted, rows), self.outcome[rows]
        logits = fit_logistic([logits[:, None]], outcome, [1e-3]).logits([logits[:, None]])
        return np.logaddexp(0, logits) - outcome * logits


@dataclass(frozen=True)
class Judged:
    """Penalties, the fit before each later slice, and the losses on all of them, end to end."""

    penalties: Penalties
    fits: Sequence[Coefficients]
    losses: Array


def later_slices(n: int, slices: int, share: float) -> list[Split]:
    """Cut n cases, in order of filing, into pasts and the slices of a `share` that follow them."""
    width = int(n * share)
    begins = [n - width * k for k in range(slices, 0, -1)]
    return [(np.arange(begin), np.arange(begin, begin + width)) for begin in begins]


def choose(
    past: Past,
    slices: Sequence[Split],
    start: Penalties,
    candidates: Mapping[str, Sequence[float]],
) -> Judged:
    """Try one penalty after another; keep what lowers the loss on the later slices for sure.

    For sure: by more than two standard errors of the paired difference, lest noise choose.
    """
    best = judge(past, slices, start)
    for name, values in candidates.items():
        for value in values:
            asked = best.penalties.model_copy(update={name: value})
            trial = judge(past, slices, asked, best.fits)
            gain = best.losses - trial.losses
            if gain.mean() > 2 * gain.std() / np.sqrt(len(gain)):
                best = trial
    return best


def judge(
    past: Past,
    slices: Sequence[Split],
    penalties: Penalties,
    starts: Sequence[Coefficients] | None = None,
) -> Judged:
    """Fit before each later slice, and measure on it."""
    found = list(losses_by_slice(past, slices, penalties, starts))
    fits, losses = zip(*found, strict=True)
    return Judged(penalties, fits, np.concatenate(losses))


def losses_by_slice(
    past: Past,
    slices: Sequence[Split],
    penalties: Penalties,
    starts: Sequence[Coefficients] | None = None,
) -> Iterator[tuple[Coefficients, Array]]:
    """Fit before each later slice in turn: the fit, and the losses on the slice."""
    begin: Sequence[Coefficients | None] = starts or [None] * len(slices)
    for (rows, later), first in zip(slices, begin, strict=True):
        fitted = past.fit(rows, penalties, first)
        yield fitted, past.losses(fitted, later)
