"""Fairness: whom the queue finds, for whom the score says too much, and what closing that costs.

*Equal opportunity* (Hardt, Price and Srebro 2016): of the appellants who were wrongly enforced, the
same share should stand among those reviewed first, whatever their market or language. *Calibration
within groups*: what is said of a group should be what comes. Both cannot hold with one score where
base rates differ, unless it is perfect (Kleinberg, Mullainathan and Raghavan 2017; Chouldechova
2017): so both gaps are told, and what would be lost by closing each. Nothing is closed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from models.logistic import fit_logistic
from models.resampling import Bands, bands, clusters, resample, share_bands
from training.evaluation import LEAST_EACH, values_of
from training.metrics import Outcomes, Probabilities, null_if_nan
from training.split import overturned

__all__ = ["CAPACITY", "GROUPINGS", "Closing", "Fairness", "Gap", "Group", "Grouping", "fairness"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

GROUPINGS: Final = ("market", "language")
"""Facts by whose values people are told apart."""
CAPACITY: Final = 0.2
"""Share of the cases, the most probable first, that count as reviewed first."""
SAID: Final = 0.5
"""Probability from which the score says: overturned."""
LEVEL: Final = 0.95
_PRIOR: Final = 1.0
"""Inverse variance of the prior that holds a group's own shift near 0."""
_NEAR: Final = 1e-6


@dataclass(frozen=True)
class Gap:
    """A figure and its bounds; None where the cases are too few."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Group:
    """The cases of one market, or of one language.

    Attributes
    ----------
    cases, overturned
        All, and the wrongly enforced among them.
    found_first
        Share of the wrongly enforced that are among the `CAPACITY` of all cases reviewed first: the
        true-positive rate at equal review capacity.
    found_said
        The same at the score's own threshold, a probability of `SAID`.
    gap
        What the score says on average minus the share overturned.
    """

    value: str
    cases: int
    overturned: int
    found_first: Gap
    found_said: Gap
    gap: Gap


@dataclass(frozen=True)
class Closing:
    """What closing the gaps would change, found on one half of the subjects, told of the other.

    Attributes
    ----------
    opportunity_after
        The gap that stays if each group has its own threshold, at the same capacity in all.
    precision_before, precision_after
        Share overturned among those reviewed first, with one threshold and with the groups' own.
    found_change
        Change in the share of all wrongly enforced that are found first.
    brier_change
        Change in the Brier score if each group has a shift of its own, against one shift for all;
        below 0: nothing is lost.
    calibration_after
        The gap that stays then; `calibration_shared` is that of one shift for all.
    """

    opportunity_after: float
    precision_before: float
    precision_after: float
    found_change: Gap
    brier_change: Gap
    calibration_shared: float
    calibration_after: float


@dataclass(frozen=True)
class Grouping:
    """The groups by one fact.

    Attributes
    ----------
    groups
        Those with `LEAST_EACH` cases of each outcome, the largest first; their bounds hold together
        with those of all other groups, of either fact.
    passed_over
        Groups that are too small.
    opportunity, calibration
        The largest difference between two groups' `found_first`, and `gap`. The bounds follow from
        the groups' own: at least the distance between the two that lie surely apart.
    closing
        None of fewer than two groups.
    """

    dimension: str
    groups: tuple[Group, ...]
    passed_over: int
    opportunity: Gap
    calibration: Gap
    closing: Closing | None


@dataclass(frozen=True)
class Fairness:
    """The gaps by each of `GROUPINGS` that the cases tell.

    Attributes
    ----------
    capacity, level
        See `CAPACITY`; confidence of the bounds.
    looks
        Groups looked at, for which the bounds hold together (max-T: see `models.resampling`).
    """

    capacity: float
    level: float
    looks: int
    groupings: tuple[Grouping, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give the table for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class _Cases:
    """Cases: (n,) outcomes, probabilities, clusters, and whether each is reviewed first."""

    outcome: Outcomes
    probability: Probabilities
    cluster: NDArray[np.intp]
    rounds: int
    seed: int

    @property
    def first(self) -> Mask:
        """The `CAPACITY` of the cases with the highest probability."""
        return _top(-self.probability)


def fairness(
    frame: pd.DataFrame, probability: Probabilities, rounds: int = 500, seed: int = 0
) -> Fairness:
    """Lay out the gaps between markets and between languages.

    Parameters
    ----------
    frame
        As `features.frame.decided_frame` gives it, n rows, which the model has not seen.
    probability
        (n,) in [0, 1].
    rounds, seed
        Of the draws, by subject, behind the bounds.
    """
    cases = _Cases(overturned(frame), probability, clusters(frame["subject_id"]), rounds, seed)
    found = {name: _groups(frame, name, cases.outcome) for name in GROUPINGS}
    masks = [mask for groups, _ in found.values() for mask in groups.values()]
    looked = _look(cases, masks)
    groupings, at = [], 0
    for name, (groups, passed_over) in found.items():
        if groups or passed_over:
            told = looked[at : at + len(groups)]
            rows = tuple(_named(value, one) for value, one in zip(groups, told, strict=True))
            closing = _closing(cases, list(groups.values())) if len(groups) > 1 else None
            opportunity = _widest([row.found_first for row in rows])
            calibration = _widest([row.gap for row in rows])
            groupings.append(Grouping(name, rows, passed_over, opportunity, calibration, closing))
        at += len(groups)
    return Fairness(CAPACITY, LEVEL, len(masks), tuple(groupings))


def _groups(frame: pd.DataFrame, name: str, outcome: Outcomes) -> tuple[Mapping[str, Mask], int]:
    """Give the cases of each group that is large enough, and count the others."""
    if name not in frame or frame[name].isna().all():
        return {}, 0
    values = values_of(frame, name)
    masks = {str(value): (values == value).to_numpy() for value in values.value_counts().index}
    large = {
        value: mask
        for value, mask in masks.items()
        if min(outcome[mask].sum(), (1 - outcome[mask]).sum()) >= LEAST_EACH
    }
    return large, len(masks) - len(large)


def _look(cases: _Cases, masks: list[Mask]) -> list[Group]:
    if not masks:
        return []
    k, held = len(masks), np.column_stack(masks).astype(np.float32)
    figures = _figures(cases, held)
    drawn = resample(figures, cases.cluster, cases.rounds, cases.seed)
    value = figures(np.ones((1, len(held)), dtype=np.float32))[0]
    first = share_bands(value[:k], drawn[:, :k], LEVEL)
    said = share_bands(value[k : 2 * k], drawn[:, k : 2 * k], LEVEL)
    gap = bands(value[2 * k :], drawn[:, 2 * k :], LEVEL)
    return [
        Group(
            value="",
            cases=int(mask.sum()),
            overturned=int(cases.outcome[mask].sum()),
            found_first=_bounded(value[at], first, at),
            found_said=_bounded(value[k + at], said, at),
            gap=_bounded(value[2 * k + at], gap, at),
        )
        for at, mask in enumerate(masks)
    ]


def _figures(cases: _Cases, held: NDArray[np.float32]) -> Any:  # noqa: ANN401 - a closure
    """Prepare found first, found at the threshold, and gap of each group, of cases drawn anew."""
    outcome = cases.outcome.astype(np.float32)[:, None]
    apart = (cases.probability - cases.outcome).astype(np.float32)[:, None]
    wrong = held * outcome
    first = wrong * cases.first[:, None]
    said = wrong * (cases.probability >= SAID)[:, None]

    def figures(counts: NDArray[np.float32]) -> Floats:
        of = counts @ wrong
        known = np.where(of > 0, of, np.nan)
        number = counts @ held
        gap = (counts @ (held * apart)) / np.where(number > 0, number, np.nan)
        together = np.column_stack([counts @ first / known, counts @ said / known, gap])
        return together.astype(np.float64)

    return figures


def _bounded(value: float, found: Bands, at: int) -> Gap:
    told = (float(value), float(found.low[at]), float(found.high[at]))
    return Gap(*(null_if_nan(figure) for figure in told))


def _named(value: str, group: Group) -> Group:
    return Group(**{**vars(group), "value": value})


def _widest(figures: list[Gap]) -> Gap:
    """Give the distance between the highest and the lowest figure, with bounds that are sure.

    The largest of many differences is large by chance. But where the figures all lie within their
    bounds, it is no less than from the highest lower bound down to the lowest upper one.
    """
    values = [one.value for one in figures if one.value is not None]
    if len(values) < 2:
        return Gap(None, None, None)
    bounded = [(one.low, one.high) for one in figures if one.low is not None]
    lows = [low for low, high in bounded if low is not None and high is not None]
    highs = [high for low, high in bounded if low is not None and high is not None]
    if len(lows) < 2:
        return Gap(max(values) - min(values), None, None)
    sure = max(max(lows) - min(highs), 0.0)
    return Gap(max(values) - min(values), sure, max(highs) - min(lows))


def _top(order: Floats) -> Mask:
    """Give the `CAPACITY` of the cases that come first, ties in the order of the cases."""
    first = np.zeros(len(order), dtype=bool)
    first[np.argsort(order, kind="stable")[: round(CAPACITY * len(order))]] = True
    return first


def _closing(cases: _Cases, masks: list[Mask]) -> Closing:
    """Close both gaps by what half of the subjects tell, and see what that does to the others."""
    y, held = cases.outcome, np.column_stack(masks)
    half = np.random.default_rng(cases.seed).random(int(cases.cluster.max()) + 1) < 0.5
    mine = half[cases.cluster]
    order = np.zeros(len(y))
    own, shared = cases.probability.copy(), cases.probability.copy()
    for told, asked in ((mine, ~mine), (~mine, mine)):
        order[asked] = _missed(cases, held, told, asked)
        shared[asked] = _recalibrated(cases, held[:, :0], told, asked)
        own[asked] = _recalibrated(cases, held, told, asked)
    before, after = cases.first, _top(order)
    wrong, change = float(max(y.sum(), 1)), (after.astype(float) - before) * y.astype(float)
    losses = (own - y) ** 2 - (shared - y) ** 2
    return Closing(
        opportunity_after=_span([float(after[m & (y == 1)].mean()) for m in masks]),
        precision_before=float(y[before].mean()),
        precision_after=float(y[after].mean()),
        found_change=_changed(cases, change, y.astype(float), float(change.sum()) / wrong),
        brier_change=_changed(cases, losses, np.ones(len(y)), float(losses.mean())),
        calibration_shared=_span([float((shared - y)[m].mean()) for m in masks]),
        calibration_after=_span([float((own - y)[m].mean()) for m in masks]),
    )


def _missed(cases: _Cases, held: Mask, told: Mask, asked: Mask) -> Floats:
    """Give, for the cases asked of, the share of their group's wrongly enforced above them.

    Whoever takes all cases up to one such share, finds that share of every group: a threshold for
    each, and one number to order the queue by.
    """
    wrong = told & (cases.outcome == 1)
    found = _above(cases.probability[asked], cases.probability[wrong])
    for group in held.T:
        known = cases.probability[wrong & group]
        if len(known):
            here = group[asked]
            found[here] = _above(cases.probability[asked][here], known)
    return found


def _above(probability: Floats, known: Floats) -> Floats:
    """Give the share of known cases above each probability, falling even between them and beyond.

    Beyond the highest and the lowest one known the share goes on falling and rising, hardly, so
    that the order stays that of the probabilities.
    """
    ranked = np.sort(known)
    at = np.concatenate([[0.0], ranked, [1.0]])
    share = np.concatenate([[1.0], 1 - (np.arange(len(ranked)) + 0.5) / len(ranked), [0.0]])
    return np.asarray(np.interp(probability, at, share))


def _recalibrated(cases: _Cases, groups: Mask, told: Mask, asked: Mask) -> Floats:
    """Shift the logits by what the cases told say: all of them alike, and each group's its own."""
    logits = logit(np.clip(cases.probability, _NEAR, 1 - _NEAR))
    columns = groups.astype(np.float64)
    fitted = fit_logistic(
        [columns[told]], cases.outcome[told].astype(float), [_PRIOR], offset=logits[told]
    )
    return np.asarray(expit(logits[asked] + fitted.logits([columns[asked]])))


def _changed(cases: _Cases, change: Floats, of: Floats, value: float) -> Gap:
    def figure(counts: NDArray[np.float32]) -> Floats:
        total = counts @ of
        return np.asarray((counts @ change / np.where(total > 0, total, np.nan))[:, None])

    drawn = resample(figure, cases.cluster, cases.rounds, cases.seed)
    return _bounded(value, bands(np.array([value]), drawn, LEVEL), 0)


def _span(figures: list[float]) -> float:
    return max(figures) - min(figures)
