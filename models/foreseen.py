"""How good probabilities will turn out to be, before any outcome is in.

Calibrated probabilities say how often they will be wrong: their expected ranking, loss and
calibration error follow from them alone. This is confidence-based performance estimation (CBPE, as
in NannyML; Białek, Kuberski, Perrakis and Bifet 2024, Estimating model performance under covariate
shift without labels, arXiv:2401.08348). It sees that cases became harder or easier to tell apart.
It cannot see that cases which look alike end otherwise now: it trusts the calibration, which only
outcomes can check.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from models.performance import LEAST_CASES, Estimate
from models.reliability import Floats, InvalidCases, mass_bins

__all__ = ["HALF", "Foreseen", "expected_auc", "foreseen", "typical_auc"]

DRAWS: Final = 1_000
HALF: Final = 0.5
"""Probability from which a case is called overturned, where its accuracy is asked for."""
_WITHIN: Final = 1.96
"""Standard errors on either side of a 95 % interval."""
_MOST_CELLS: Final = 4_000_000
"""Outcomes drawn at a time, which bounds the memory."""


@dataclass(frozen=True)
class Foreseen:
    """What is to be expected of probabilities that mean what they say.

    Each figure has the ends between which the real one will lie, with the chance of 95 %, once all
    outcomes are in.

    Attributes
    ----------
    share
        Share overturned.
    auc
        None where every probability is 0 or 1 on one side: no pair to rank is expected.
    brier, accuracy
        Mean squared error; share called rightly at one half.
    ece
        Calibration error that chance alone shows on so many cases.

    All are None where there are fewer than `models.performance.LEAST_CASES`.
    """

    cases: int
    share: Estimate | None = None
    auc: Estimate | None = None
    brier: Estimate | None = None
    accuracy: Estimate | None = None
    ece: Estimate | None = None


def foreseen(probability: Floats, seed: int = 0) -> Foreseen:
    """Tell how good calibrated probabilities will turn out to be.

    Parameters
    ----------
    probability
        (n,) in [0, 1].
    seed
        Of the outcomes drawn behind the intervals.

    Raises
    ------
    InvalidCases
        If they are not probabilities.

    Notes
    -----
    With independent outcomes y_i of chance p_i, the expected Brier score is the mean of
    p_i (1 - p_i), the expected accuracy that of max(p_i, 1 - p_i); of the AUC see `expected_auc`.
    The intervals come from outcomes drawn with these chances.
    """
    said = np.asarray(probability, np.float64)
    if said.ndim != 1 or not ((said >= 0) & (said <= 1)).all():
        raise InvalidCases(f"values of shape {said.shape}", "(n,) probabilities in [0, 1]")
    if len(said) < LEAST_CASES:
        return Foreseen(len(said))
    drawn = {name: np.concatenate(parts) for name, parts in _drawn(said, seed).items()}
    auc = expected_auc(said)
    return Foreseen(
        cases=len(said),
        share=_estimate(float(said.mean()), drawn["share"]),
        auc=None if auc is None else _estimate(auc, drawn["auc"]),
        brier=_estimate(float((said * (1 - said)).mean()), drawn["brier"]),
        accuracy=_estimate(float(np.maximum(said, 1 - said).mean()), drawn["accuracy"]),
        ece=_estimate(float(drawn["ece"].mean()), drawn["ece"]),
    )


def expected_auc(probability: Floats) -> float | None:
    """Give the expected AUC of calibrated probabilities; None where no pair is expected.

    The expected number of pairs ranked rightly over that of pairs: the sum over i and j, i not j,
    of p_i (1 - p_j), where p_i > p_j and half where they are alike, over the same sum without a
    condition. The expected ratio is as good as that, but for terms of 1/n.
    """
    order, _, up, down = _tied(probability)
    itself = float((order * (1 - order)).sum())
    pairs = float(up.sum() * down.sum()) - itself
    if pairs <= 0:
        return None
    rightly = float(up @ (np.cumsum(down) - down / 2)) - itself / 2
    return min(max(rightly / pairs, 0.0), 1.0)


def typical_auc(probability: Floats) -> Estimate | None:
    """Give the expected AUC of calibrated probabilities, and how far other cases may have it.

    The interval is not that of outcomes, as `Foreseen.auc` has it, but of the cases: within it, 19
    times of 20, lies what is to be expected of all the cases of which these were drawn.

    Parameters
    ----------
    probability
        (n,) in [0, 1]; None where there are fewer than `models.performance.LEAST_CASES`, or where
        no pair to rank is expected.

    Notes
    -----
    The expected AUC is a ratio of two means over pairs of cases. What one case adds to it, to the
    first order (its influence; Hampel 1974, Journal of the American Statistical Association
    69:383-393), has a spread, of which that of the ratio is 1/sqrt(n).
    """
    if len(probability) < LEAST_CASES or (auc := expected_auc(probability)) is None:
        return None
    order, ties, up, down = _tied(probability)
    sizes = np.diff(np.append(ties, len(order)))
    below = np.repeat(np.cumsum(down) - down / 2, sizes) / len(order)
    above = np.repeat(up.sum() - np.cumsum(up) + up / 2, sizes) / len(order)
    share = order.mean()
    rightly = order * below + (1 - order) * above
    pairs = order * (1 - share) + (1 - order) * share
    influence = (rightly - auc * pairs) / (share * (1 - share))
    half = _WITHIN * float(influence.std()) / len(order) ** 0.5
    return Estimate(auc, max(auc - half, 0.0), min(auc + half, 1.0))


def _tied(probability: Floats) -> tuple[Floats, NDArray[np.intp], Floats, Floats]:
    """Sort probabilities; where each value begins, and how many of it are expected each way."""
    order = np.sort(probability)
    ties = np.flatnonzero(np.diff(order, prepend=-1.0))
    return order, ties, np.add.reduceat(order, ties), np.add.reduceat(1 - order, ties)


def _estimate(value: float, drawn: Floats) -> Estimate:
    known = drawn[np.isfinite(drawn)]
    if not len(known):
        return Estimate(value, 0.0, 1.0)
    low, high = np.quantile(known, [0.025, 0.975]).tolist()
    return Estimate(value, min(low, value), max(high, value))


def _drawn(said: Floats, seed: int) -> dict[str, list[Floats]]:
    """Draw outcomes again and again, and measure each draw."""
    found: dict[str, list[Floats]] = {}
    order = np.sort(said)
    ranks, bin_of = rankdata(order), mass_bins(order)
    edges = np.flatnonzero(np.diff(bin_of, prepend=-1))
    called = order >= HALF
    for came in _outcomes(order, seed):
        up = came.sum(axis=1)
        pairs = up * (len(order) - up)
        above = came @ ranks - up * (up + 1) / 2
        gaps = np.add.reduceat(came - order, edges, axis=1)
        figures = {
            "share": up / len(order),
            "auc": np.where(pairs > 0, above / np.maximum(pairs, 1), np.nan),
            "brier": ((came - order) ** 2).mean(axis=1),
            "accuracy": (came == called).mean(axis=1),
            "ece": np.abs(gaps).sum(axis=1) / len(order),
        }
        for name, values in figures.items():
            found.setdefault(name, []).append(values)
    return found


def _outcomes(order: Floats, seed: int) -> Iterator[NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    at_once = max(1, _MOST_CELLS // len(order))
    for begin in range(0, DRAWS, at_once):
        rows = min(at_once, DRAWS - begin)
        yield (rng.random((rows, len(order))) < order).astype(np.float64)
