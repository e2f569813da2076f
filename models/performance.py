"""How good given probabilities turned out to be: ranking, loss and calibration, with intervals.

What is told of a model in service must not take seconds: every interval here has a closed form or
comes from a few sums, however many cases there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtri
from scipy.stats import rankdata

from models.reliability import Floats, mass_bins, read_cases

__all__ = ["LEAST_CASES", "Estimate", "Performance", "performance"]

LEAST_CASES: Final = 20
"""Cases below which nothing is told: any figure would be chance."""
DRAWS: Final = 2_000
_NEAR: Final = 1e-9


@dataclass(frozen=True)
class Estimate:
    """A figure with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Performance:
    """How good probabilities were on some cases.

    Attributes
    ----------
    auc
        Chance that an overturned case ranks above an upheld one; None where all cases ended alike.
    brier
        Mean squared error; `constant` is what the share overturned itself would have had.
    ece
        Expected calibration error; `ece_by_chance` is what honest probabilities would exceed once
        in twenty on as many cases.

    All are None where there are fewer than `LEAST_CASES`.
    """

    cases: int
    overturned: int
    auc: Estimate | None = None
    brier: Estimate | None = None
    constant: float | None = None
    ece: Estimate | None = None
    ece_by_chance: float | None = None

    @property
    def calibrated(self) -> bool:
        """Whether the calibration error is no more than chance gives; True while it is unknown."""
        if self.ece is None or self.ece_by_chance is None:
            return True
        return self.ece.value <= self.ece_by_chance


def performance(outcome: NDArray[Any], probability: Floats, seed: int = 0) -> Performance:
    """Measure probabilities against what came.

    Parameters
    ----------
    outcome
        (n,) 1 where the decision was overturned, else 0.
    probability
        (n,) in [0, 1].
    seed
        Of the draws behind the calibration error's interval.

    Raises
    ------
    InvalidCases
        If the two are not of the same cases, or hold other values.
    """
    came, said = read_cases(outcome, probability)
    cases, overturned = len(came), int(came.sum())
    if cases < LEAST_CASES:
        return Performance(cases, overturned)
    share = overturned / cases
    error, by_chance = _calibration_error(came, said, seed)
    return Performance(
        cases,
        overturned,
        auc=_auc(came, said) if 0 < overturned < cases else None,
        brier=_brier(came, said),
        constant=share * (1 - share),
        ece=error,
        ece_by_chance=by_chance,
    )


def _brier(came: Floats, said: Floats) -> Estimate:
    losses = (said - came) ** 2
    value = float(losses.mean())
    half = _z() * float(losses.std(ddof=1)) / len(losses) ** 0.5
    return Estimate(value, max(value - half, 0.0), min(value + half, 1.0))


def _auc(came: Floats, said: Floats) -> Estimate:
    """Measure the AUC by ranks (Mann and Whitney 1947), and bound it."""
    up, down = int(came.sum()), int(len(came) - came.sum())
    ranks = rankdata(said)
    value = float((ranks[came == 1].sum() - up * (up + 1) / 2) / (up * down))
    return Estimate(value, *_auc_bounds(value, up, down))


def _auc_bounds(value: float, up: int, down: int) -> tuple[float, float]:
    """Bound an AUC by the cases that it was found on.

    The values that lie within z of their own standard error of what was found (Newcombe 2006,
    Statistics in Medicine 25:559-573, method 5): unlike found plus or minus two standard errors, it
    stays in [0, 1] and is honest where the cases are few or all ranked rightly.
    """
    z, spare = _z(), (up + down) / 2 - 1

    def beyond(truth: float) -> float:
        ties = 1 + spare * (1 - truth) / (2 - truth) + spare * truth / (1 + truth)
        return (value - truth) ** 2 - z**2 * truth * (1 - truth) * ties / (up * down)

    # Where all pairs were ranked alike, what was found is itself a root: the other one is meant.
    low = brentq(beyond, 0.0, min(value, 1 - _NEAR)) if value > 0 else 0.0
    high = brentq(beyond, max(value, _NEAR), 1.0) if value < 1 else 1.0
    return float(low), float(high)


def _calibration_error(came: Floats, said: Floats, seed: int) -> tuple[Estimate, float]:
    """Measure the calibration error over bins of equal mass, its interval, and chance's share.

    A bin's gap is a sum of many cases, so it is drawn as normal, with the variance that the
    probabilities themselves promise. The interval is the basic one (Davison and Hinkley 1997,
    5.2): the error is biased upwards, and it takes that back. What chance gives comes from draws
    around no gap at all (Bröcker and Smith 2007).
    """
    bin_of, cases = mass_bins(said), len(said)
    gaps = np.bincount(bin_of, weights=said - came)
    spread = np.sqrt(np.bincount(bin_of, weights=said * (1 - said)))
    noise = np.random.default_rng(seed).standard_normal((DRAWS, len(gaps))) * spread
    value = float(np.abs(gaps).sum() / cases)
    low, high = np.quantile(np.abs(gaps + noise).sum(axis=1) / cases, [0.025, 0.975])
    by_chance = float(np.quantile(np.abs(noise).sum(axis=1) / cases, 0.95))
    low, high = np.clip([2 * value - high, 2 * value - low], 0.0, 1.0).tolist()
    return Estimate(value, min(low, value), max(high, value)), by_chance


def _z() -> float:
    return float(ndtri(0.975))
