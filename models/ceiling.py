"""The ceiling: how good any model can be where people who review the same case disagree.

Call q the share of the reviewers who would overturn a case. A decision is then a coin of that bias,
thrown when the case fell to a reviewer; and the best there is, that any model could say, is q. How
q is spread is not seen, but two reviews of a case by different people tell its mean m and variance
v: they disagree in 2 E[q (1 - q)] of the cases. From m and v alone follow, whatever the model:

- the Brier score is at least E[q (1 - q)], half the disagreement; its skill at most v / m (1 - m),
  which is Scott's kappa;
- the AUC is 1/2 + G / 4 m (1 - m), with G the mean difference between the q of two cases, and
  G <= 2 sqrt(v / 3) (the uniform spread is the widest for its variance: Glasser 1962, JASA 57);
- the accuracy is 1/2 + E|q - 1/2| <= 1/2 + sqrt(v + (m - 1/2)^2).

A model that is told who will review, or facts that reviewers were not told, is not bound by them.
And they hold of cases like those that were reviewed twice: where these are the disputed ones, other
cases have a higher ceiling.

Cases drawn anew bound nothing where all are alike: thirty pairs that agree leave room for a tenth
that would not. So bounds reach at least as far as Wilson's (1927, JASA 22:209-212) interval of the
disagreement takes them, and, where every case was overturned as often, that of the share.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import beta

from models.proportions import wilson
from models.resampling import bands, resample

__all__ = ["LEAST_PAIRS", "Bounded", "Ceiling", "ceiling_of", "limits"]

Floats = NDArray[np.float64]
LEAST_PAIRS: Final = 30
"""Cases reviewed twice below which no ceiling is told."""
_CLEAR: Final = 1e-9
_PROBES: Final = 2_000
_STEPS: Final = 41
"""Of each interval that is walked through."""


@dataclass(frozen=True)
class Bounded:
    """A figure with the ends of its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Ceiling:
    """What the disagreement of reviewers leaves to be foreseen.

    Attributes
    ----------
    cases
        Decided more than once, by different reviewers.
    reviews
        Decisions on them, one a reviewer.
    enough
        Whether they are `LEAST_PAIRS` at least; all else is None where they are not.
    positive_share
        Share overturned, a case counting once.
    first_share
        Share overturned among the first decisions on these cases; set beside that of all cases it
        tells whether they are like them, which they must be for the ceiling to be that of all.
    agreement
        Chance that two reviewers of a case decide alike.
    kappa
        Scott's pi, for many reviewers Fleiss': 0 where they agree as strangers would, 1 where
        always. It is also the highest Brier skill there can be. None where all ended alike: then
        nothing tells whether anything is to be foreseen.
    auc_at_most, accuracy_at_most
        What no model can exceed on such cases, however q is spread; the AUC is None as kappa is.
    auc_likely
        The AUC of q itself if q is spread as a Beta distribution; None as kappa is.
    auc_likely_bounds
        What it is at the ends of kappa's interval.
    brier_at_least
        The lowest Brier score there can be.

    All figures have 95 % intervals, from cases drawn anew, or Wilson's where these are wider.
    """

    cases: int
    reviews: int
    enough: bool
    positive_share: float | None = None
    first_share: float | None = None
    agreement: Bounded | None = None
    kappa: Bounded | None = None
    auc_at_most: Bounded | None = None
    auc_likely: float | None = None
    auc_likely_bounds: tuple[float, float] | None = None
    accuracy_at_most: Bounded | None = None
    brier_at_least: Bounded | None = None

    def as_dict(self) -> dict[str, Any]:
        """Give the ceiling for JSON."""
        return asdict(self)


def ceiling_of(reviews: pd.DataFrame, rounds: int = 500, seed: int = 0) -> Ceiling:
    """Find the ceiling from cases that more than one person decided.

    Parameters
    ----------
    reviews
        A row a decision, as `features.rereviews.rereviews` gives them: `appeal_id`, `reviewer_id`
        and `overturned` (bool), in order of the decisions. Of one reviewer's decisions on a case
        the last counts, and cases left with one reviewer are passed over.

    Notes
    -----
    The two people are taken to have decided apart: who saw the first decision tends to follow it,
    which makes the ceiling too high.
    """
    told = reviews.drop_duplicates(["appeal_id", "reviewer_id"], keep="last")
    by_case = told.groupby("appeal_id", sort=True)["overturned"]
    counted = by_case.agg(["sum", "count", "first"]).astype(np.float64)
    counted = counted[counted["count"] > 1]
    cases, number = len(counted), int(counted["count"].sum())
    if cases < LEAST_PAIRS:
        return Ceiling(cases, number, enough=False)
    yes, of = counted["sum"].to_numpy(), counted["count"].to_numpy()
    mean, apart = yes / of, 2 * yes * (of - yes) / (of * (of - 1))
    share = float(mean.mean())
    bounded = _bounded(mean, apart, rounds, seed)
    likely, within = _likely(share, bounded["kappa"])
    return Ceiling(
        cases,
        number,
        enough=True,
        positive_share=share,
        first_share=float(counted["first"].mean()),
        auc_likely=likely,
        auc_likely_bounds=within,
        **bounded,
    )


_NAMES: Final = ("agreement", "kappa", "auc_at_most", "accuracy_at_most", "brier_at_least")
_OF_BOTH_OUTCOMES: Final = frozenset({"kappa", "auc_at_most"})
_LOWEST: Final = np.array([0.0, -1.0, 0.5, 0.5, 0.0])


def _bounded(mean: Floats, apart: Floats, rounds: int, seed: int) -> dict[str, Bounded | None]:
    size = len(mean)

    def figures(counts: NDArray[np.float32]) -> Floats:
        drawn = counts.astype(np.float64)
        return limits(drawn @ mean / size, drawn @ apart / size)

    value = limits(np.array([mean.mean()]), np.array([apart.mean()]))[0]
    low, high = _by_wilson(mean, apart)
    drawn = resample(figures, np.arange(size), rounds, seed)
    alike = not 0 < mean.mean() < 1
    found: dict[str, Bounded | None] = {}
    for place, name in enumerate(_NAMES):
        one = bands(value[place : place + 1], drawn[:, place : place + 1])
        found[name] = Bounded(
            float(value[place]),
            float(np.fmax(np.fmin(low[place], one.low[0]), _LOWEST[place])),
            float(np.fmin(np.fmax(high[place], one.high[0]), 1.0)),
        )
        if alike and name in _OF_BOTH_OUTCOMES:
            found[name] = None
    return found


def _by_wilson(mean: Floats, apart: Floats) -> tuple[Floats, Floats]:
    """Give the lowest and the highest of each figure within Wilson's intervals, (5,) each."""
    shares = _walk(mean) if float(np.ptp(mean)) < _CLEAR else np.array([mean.mean()])
    share, disagree = (grid.ravel() for grid in np.meshgrid(shares, _walk(apart)))
    found = limits(share, disagree)
    return found.min(axis=0), found.max(axis=0)


def _walk(cases: Floats) -> Floats:
    """Walk through Wilson's interval of the mean of cases in [0, 1]; no mean varies more."""
    size = np.array([float(len(cases))])
    low, high = wilson(size * cases.mean(), size)
    return np.linspace(low[0], high[0], _STEPS)


def limits(mean: Floats, apart: Floats) -> Floats:
    """Tell what follows from how often cases are overturned and two reviewers of one disagree.

    Parameters
    ----------
    mean, apart
        (r,) share overturned; and share of the pairs of reviews of one case that disagree.

    Returns
    -------
    numpy.ndarray
        (r, 5): agreement, kappa, the highest AUC and accuracy, the lowest Brier score.
    """
    spread = mean * (1 - mean)
    known = np.where(spread > _CLEAR, spread, 1.0)
    kappa = np.where(spread > _CLEAR, 1 - apart / (2 * known), 0.0)
    variance = np.maximum(kappa, 0.0) * spread
    auc = np.minimum(0.5 + np.sqrt(variance / 3) / (2 * known), 1.0)
    accuracy = np.minimum(0.5 + np.sqrt(variance + (mean - 0.5) ** 2), 1.0)
    return np.column_stack([1 - apart, kappa, auc, accuracy, apart / 2])


def _likely(share: float, kappa: Bounded | None) -> tuple[float | None, tuple[float, float] | None]:
    """Give the likely AUC, and what it is at the ends of kappa's interval."""
    if kappa is None:
        return None, None
    value, low, high = (_beta_auc(share, one) for one in (kappa.value, kappa.low, kappa.high))
    return value, (low, high)


def _beta_auc(mean: float, kappa: float) -> float:
    """Give the AUC of q that is Beta distributed; its variance is kappa times m (1 - m)."""
    if not 0 < mean < 1 or kappa <= _CLEAR:
        return 0.5
    if kappa >= 1 - _CLEAR:
        return 1.0
    size = 1 / kappa - 1
    # G = 2 integral of F (1 - F), by the middles of even steps.
    at = (np.arange(_PROBES) + 0.5) / _PROBES
    below = beta.cdf(at, mean * size, (1 - mean) * size)
    difference = 2 * float(np.mean(below * (1 - below)))
    return min(0.5 + difference / (4 * mean * (1 - mean)), 1.0)
