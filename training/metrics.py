"""How good probabilities are: how they rank, whether they mean what they say, how sure one can be.

A measure that does not apply (no case, one outcome only) is NaN.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn import metrics as sk

from models.reliability import BINS, mass_bins

Outcomes = npt.NDArray[np.int_]
Probabilities = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Metrics:
    """The measures of one set of cases; NaN where one does not apply.

    Attributes
    ----------
    rows
        Cases.
    positive_share
        Share overturned.
    auc, average_precision
        Of ranking, in [0, 1].
    brier, log_loss
        Mean losses; lower is better.
    brier_skill
        See `brier_skill`; above 0 beats every constant.
    ece
        See `ece`; lower is better.
    """

    rows: int
    positive_share: float
    auc: float
    average_precision: float
    brier: float
    brier_skill: float
    log_loss: float
    ece: float

    def as_dict(self) -> dict[str, float | None]:
        """Give the measures by name, None where one does not apply."""
        return {name: null_if_nan(value) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Interval:
    """A figure and the bounds between which resampled data puts it.

    Attributes
    ----------
    value
        On the data as they are.
    low, high
        Equal-tailed bounds.
    level
        The share of resamples between the bounds, in (0, 1).
    """

    value: float
    low: float
    high: float
    level: float = 0.95


def measure(outcome: Outcomes, probability: Probabilities) -> Metrics:
    """Measure probabilities against what happened.

    Parameters
    ----------
    outcome
        Shape (n,), 1 where the decision was overturned, else 0.
    probability
        Shape (n,), in [0, 1].
    """
    return Metrics(
        rows=len(outcome),
        positive_share=float(outcome.mean()) if len(outcome) else math.nan,
        auc=auc(outcome, probability),
        average_precision=average_precision(outcome, probability),
        brier=brier(outcome, probability),
        brier_skill=brier_skill(outcome, probability),
        log_loss=log_loss(outcome, probability),
        ece=ece(outcome, probability),
    )


def auc(outcome: Outcomes, probability: Probabilities) -> float:
    """Give the chance that an overturned case ranks above an upheld one; ties count half."""
    return float(sk.roc_auc_score(outcome, probability)) if _both(outcome) else math.nan


def average_precision(outcome: Outcomes, probability: Probabilities) -> float:
    """Give the mean precision over the recalls reached, going down the ranking."""
    return float(sk.average_precision_score(outcome, probability)) if _both(outcome) else math.nan


def brier(outcome: Outcomes, probability: Probabilities) -> float:
    """Give the mean squared difference between probability and outcome, in [0, 1]."""
    return float(np.mean((probability - outcome) ** 2)) if len(outcome) else math.nan


def brier_skill(outcome: Outcomes, probability: Probabilities, prior: float | None = None) -> float:
    """Give the share of a constant's Brier score that the probabilities save, at most 1.

    Parameters
    ----------
    outcome, probability
        Shape (n,).
    prior
        The constant. Where none is given, the share overturned among these very cases: the best
        constant there is, known only afterwards, so that beating it is never flattery.
    """
    constant = prior if prior is not None else float(outcome.mean()) if len(outcome) else math.nan
    reference = brier(outcome, np.full(len(outcome), constant))
    return 1 - brier(outcome, probability) / reference if reference > 0 else math.nan


def log_loss(outcome: Outcomes, probability: Probabilities) -> float:
    """Give the mean negative log-likelihood, in nats."""
    if not len(outcome):
        return math.nan
    return float(sk.log_loss(outcome, probability, labels=[0, 1]))


def ece(outcome: Outcomes, probability: Probabilities, bins: int = BINS) -> float:
    """Give the expected calibration error over bins of equal mass.

    The mean over cases of the distance between their bin's mean probability and its share
    overturned (Naeini, Cooper and Hauskrecht 2015; equal mass after Nguyen and O'Connor 2015).
    Equal probabilities share a bin, so that the order of cases changes nothing. Chance alone puts
    it above 0: see `ece_allowed`.

    Parameters
    ----------
    outcome, probability
        Shape (n,).
    bins
        How many, at most; fewer where probabilities are tied.
    """
    if not len(outcome):
        return math.nan
    bin_of = mass_bins(probability, bins)
    gaps = np.bincount(bin_of, weights=probability - outcome)
    return float(np.abs(gaps).sum() / len(outcome))


def ece_if_calibrated(probability: Probabilities, bins: int = BINS) -> float:
    """Give the calibration error that honest probabilities have on average: chance's share of it.

    A bin's gap is the sum of many cases' and so nearly normal: its expected distance from 0 is
    sqrt(2 / pi) of its standard error.

    Parameters
    ----------
    probability
        Shape (n,).
    bins
        As of `ece`.
    """
    if not len(probability):
        return math.nan
    variance = np.bincount(mass_bins(probability, bins), weights=probability * (1 - probability))
    return float(np.sqrt(2 / math.pi * variance).sum() / len(probability))


def ece_allowed(
    probability: Probabilities,
    limit: float,
    level: float,
    rounds: int,
    seed: int,
    widened: float = 1.0,
) -> float:
    """Give the highest calibration error that is measured of probabilities off by `limit`.

    Few cases show an error where there is none. Outcomes are drawn as if each probability were too
    extreme by `limit`, and measured (consistency resampling, Bröcker and Smith 2007): an error
    above the answer is not chance, and one below it may be.

    Parameters
    ----------
    probability
        Shape (n,).
    limit
        The error that is allowed, in [0, 0.5]; 0 tells what chance alone does.
    level
        The share of draws that stay under the answer, in (0, 1).
    widened
        How much farther from its expectation a bin falls than unrelated cases would, from 1 on:
        the root of the design effect (Kish 1965), where subjects have several cases each.

    Returns
    -------
    float
        Above `limit`, and nearer to it the more cases there are.
    """
    rng = np.random.default_rng(seed)
    bin_of = mass_bins(probability)
    truth = np.where(probability < 0.5, probability + limit, probability - limit)
    likely = np.bincount(bin_of, weights=truth)
    off = np.bincount(bin_of, weights=probability) - likely
    drawn = [
        np.abs(off + widened * (likely - np.bincount(bin_of, weights=hit))).sum()
        for hit in (rng.random(len(truth)) < truth for _ in range(rounds))
    ]
    return float(np.quantile(drawn, level) / len(probability))


def within_policy_auc(
    outcome: Outcomes, probability: Probabilities, policy: pd.Series[str]
) -> float:
    """Give the AUC over those pairs of cases that share a policy.

    It asks whether a model tells cases apart, rather than policies: each policy's AUC counts by
    its number of pairs of one overturned and one upheld case. Cases without a policy are left out.
    """
    known = policy.notna().to_numpy()
    cases = pd.DataFrame({"y": outcome[known], "p": probability[known]})
    concordant = pairs = 0.0
    for _, group in cases.groupby(policy.to_numpy()[known]):
        positives = int(group["y"].sum())
        if between := positives * (len(group) - positives):
            concordant += auc(group["y"].to_numpy(), group["p"].to_numpy()) * between
            pairs += between
    return concordant / pairs if pairs else math.nan


def auc_interval(
    outcome: Outcomes, probability: Probabilities, rounds: int, seed: int, level: float = 0.95
) -> Interval:
    """Bound the AUC by drawing the cases anew, with replacement.

    Draws that hold one outcome only say nothing and are left out.
    """
    value = auc(outcome, probability)
    if math.isnan(value):
        return Interval(math.nan, math.nan, math.nan, level)
    drawn = bootstrap(resampled_auc(outcome, probability), len(outcome), rounds, seed)
    low, high = np.nanquantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Interval(value, float(low), float(high), level)


def bootstrap(
    figure: Callable[[npt.NDArray[np.intp]], float], rows: int, rounds: int, seed: int
) -> npt.NDArray[np.float64]:
    """Compute a figure on cases drawn anew, with replacement (Efron 1979).

    Parameters
    ----------
    figure
        Takes how often each of the `rows` cases was drawn, shape (rows,).
    rows, rounds
        Cases, and draws of as many.

    Returns
    -------
    numpy.ndarray
        Of shape (rounds,).
    """
    rng = np.random.default_rng(seed)
    draws = (np.bincount(rng.integers(0, rows, rows), minlength=rows) for _ in range(rounds))
    return np.array([figure(counts) for counts in draws])


def resampled_auc(
    outcome: Outcomes, probability: Probabilities
) -> Callable[[npt.NDArray[np.intp]], float]:
    """Prepare the AUC of cases drawn anew: sorting once makes a thousand draws cheap.

    Returns
    -------
    Callable
        Takes how often each case was drawn, shape (n,), and gives the AUC of the draw.
    """
    order = np.argsort(probability, kind="stable")
    positive = outcome[order]
    ties = np.flatnonzero(np.diff(probability[order], prepend=-np.inf))

    def weighted(counts: npt.NDArray[np.intp]) -> float:
        weight = counts[order].astype(np.float64)
        up = np.add.reduceat(weight * positive, ties)
        down = np.add.reduceat(weight * (1 - positive), ties)
        pairs = float(up.sum() * down.sum())
        return float(up @ (np.cumsum(down) - down / 2)) / pairs if pairs else math.nan

    return weighted


def null_if_nan(value: float) -> float | None:
    """Give None for NaN, which JSON cannot say."""
    return None if math.isnan(value) else value


def _both(outcome: Outcomes) -> bool:
    return 0 < int(outcome.sum()) < len(outcome)
