"""Calibration: makes a logit mean what it says, and tells when it says too little.

Both are fitted on the latest decided cases, which the model being calibrated has not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.logistic import fit_logistic

Array = NDArray[np.float64]

SLOPE_PRIOR: Final = 4.0
"""Inverse variance of the prior that holds the slope near 1."""
SHIFT_PRIOR: Final = 0.01
"""Inverse variance of the prior that holds the shifts near each other: hardly any."""


@dataclass(frozen=True)
class Slice:
    """Decided cases that a model has not seen: its logits and the outcomes, (n,) each."""

    logits: Array
    outcome: Array


@dataclass(frozen=True)
class Calibration:
    """A straight line on the logit (Platt 1999): a sum stays a sum, an additive score additive."""

    slope: float = 1.0
    shift: float = 0.0

    @classmethod
    def fit(cls, slices: Sequence[Slice], latest: Slice) -> Calibration:
        """Fit the slope on slices that the model has not seen, the shift on the latest cases.

        How far a model overstates itself shows on every slice that it has not seen, and one slice
        is too few cases to tell; where the base rate stands now, only the latest cases can say.

        Parameters
        ----------
        slices
            In order of time, each with logits of a model fitted on what came before it.
        latest
            The latest cases, with logits of the model to be calibrated.
        """
        slope = _slope(slices)
        nothing = np.zeros((len(latest.outcome), 1))
        hedged = _hedged(latest.outcome)
        fitted = fit_logistic([nothing], hedged, [1.0], offset=slope * latest.logits)
        return cls(slope, fitted.intercept)

    def apply(self, logits: Array) -> Array:
        """Calibrate logits: (n,)."""
        return self.slope * logits + self.shift


@dataclass(frozen=True)
class ConformalSets:
    """Which outcomes cannot be ruled out, with a stated error for each outcome.

    Mondrian conformal prediction (Vovk, Gammerman and Shafer 2005): of the cases that end with an
    outcome, at most the share `error` has a set without it, whatever the model, if cases are
    exchangeable.

    Attributes
    ----------
    error
        The share accepted.
    overturned, upheld
        The largest 1 - probability of that outcome at which it stays in the set.
    """

    error: float
    overturned: float
    upheld: float

    @classmethod
    def fit(cls, probability: Array, outcome: Array, error: float) -> ConformalSets:
        """Find the limits from cases that the model has not seen."""
        overturned = _limit(1 - probability[outcome == 1], error)
        return cls(error, overturned, _limit(probability[outcome == 0], error))

    @property
    def between(self) -> tuple[float, float]:
        """The probabilities between which a case is uncertain."""
        least, most = 1 - self.overturned, self.upheld
        return min(least, most), max(least, most)

    def uncertain(self, probability: Array) -> NDArray[np.bool_]:
        """Tell which sets do not hold exactly one outcome: (n,)."""
        return np.asarray(((1 - probability) <= self.overturned) == (probability <= self.upheld))


def _slope(slices: Sequence[Slice]) -> float:
    """Fit one slope through all slices, each with a shift of its own."""
    logits = np.concatenate([part.logits for part in slices])
    outcome = np.concatenate([part.outcome for part in slices])
    which = np.repeat(np.eye(len(slices)), [len(part.outcome) for part in slices], axis=0)
    fitted = fit_logistic(
        [logits[:, None], which], outcome, [SLOPE_PRIOR, SHIFT_PRIOR], offset=logits
    )
    return max(1 + float(fitted.blocks[0][0]), 0.05)


def _hedged(outcome: Array) -> Array:
    """Pull outcomes off 0 and 1 as one case more of each would (Platt 1999).

    Else a slice in which all cases went one way would promise that the other never comes.
    """
    ones = outcome.sum()
    zeros = len(outcome) - ones
    return np.asarray(np.where(outcome == 1, (ones + 1) / (ones + 2), 1 / (zeros + 2)))


def _limit(strangeness: Array, error: float) -> float:
    """Give the conformal quantile; 1, which rules nothing out, where there are too few cases."""
    rank = int(np.ceil((len(strangeness) + 1) * (1 - error)))
    return float(np.sort(strangeness)[rank - 1]) if rank <= len(strangeness) else 1.0
