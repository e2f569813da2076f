"""Fairness: whom the queue finds, for whom the score says too much, and what closing that costs.

*Equal opportunity* (Hardt, Price and Srebro 2016): of the appellants who were wrongly enforced, the
same share should stand among those reviewed first, whatever their market or language. First is who
has the highest priority, as in the queue; its turns for those who have waited longest are left out,
as they hang on what else waits. *Calibration within groups*: what is said of a group should be what
comes. Both cannot hold with one score where base rates differ, unless it is perfect (Kleinberg,
Mullainathan and Raghavan 2017; Chouldechova 2017): so both gaps are told, and what would be lost by
closing each. Nothing is closed here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import rankdata

from models.logistic import fit_logistic
from models.resampling import Bands, bands, clusters, resample, share_bands
from training.evaluation import values_of
from training.fairness_record import Closing, Fairness, Gap, Group, Grouping, LeftOut
from training.gap_bounds import LEAST_CASES, LEAST_EACH, both_often, bound_gaps
from training.metrics import Outcomes, Probabilities, null_if_nan
from training.split import overturned

__all__ = [
    "CAPACITY",
    "GROUPINGS",
    "Closing",
    "Fairness",
    "Gap",
    "Group",
    "Grouping",
    "LeftOut",
    "fairness",
]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

GROUPINGS: Final = ("market", "language")
"""Facts by whose values people are told apart."""
CAPACITY: Final = 0.2
"""Share of the cases, those of the highest priority, that count as reviewed first."""
ORDER: Final = "priority"
"""By what the cases are ordered."""
SAID: Final = 0.5
"""Probability from which the score says: overturned."""
LEVEL: Final = 0.95
_PRIOR: Final = 1.0
"""Inverse variance of the prior that holds a group's own shift near 0."""
_NEAR: Final = 1e-6


@dataclass(frozen=True)
class _Cases:
    """Cases: (n,) outcomes, probabilities, places by priority, and clusters.

    A place is the share of the cases below, in (0, 1); equal priorities share theirs.
    """

    outcome: Outcomes
    probability: Probabilities
    place: Floats
    cluster: NDArray[np.intp]
    rounds: int
    seed: int

    @property
    def first(self) -> Mask:
        """The `CAPACITY` of the cases with the highest priority."""
        return _top(-self.place)


@dataclass(frozen=True, eq=False)
class _Parts:
    """The groups of one fact that are large enough, and why the others are not."""

    masks: Mapping[str, Mask]
    left_out: tuple[LeftOut, ...]


def fairness(
    frame: pd.DataFrame,
    probability: Probabilities,
    priority: Floats,
    rounds: int = 500,
    seed: int = 0,
) -> Fairness:
    """Lay out the gaps between markets and between languages.

    Parameters
    ----------
    frame
        As `features.frame.decided_frame` gives it, n rows, which the model has not seen.
    probability
        (n,) in [0, 1].
    priority
        (n,) of the scores; the highest are reviewed first.
    rounds, seed
        Of the draws, by subject, behind the bounds.
    """
    outcome, place = overturned(frame), (rankdata(priority) - 0.5) / max(len(frame), 1)
    cases = _Cases(outcome, probability, place, clusters(frame["subject_id"]), rounds, seed)
    found = {name: _parts(frame, name, outcome) for name in GROUPINGS}
    masks = [mask for parts in found.values() for mask in parts.masks.values()]
    looked, at, groupings = _look(cases, masks), 0, []
    for name, parts in found.items():
        told = looked[at : at + len(parts.masks)]
        at += len(told)
        if told or parts.left_out:
            groupings.append(_grouping(name, parts, told, cases))
    return Fairness(CAPACITY, LEVEL, len(masks), tuple(groupings), ORDER)


def _parts(frame: pd.DataFrame, name: str, outcome: Outcomes) -> _Parts:
    """Give the cases of each group that is large enough, and the reasons of the others."""
    if name not in frame or frame[name].isna().all():
        return _Parts({}, ())
    values = values_of(frame, name)
    masks = {str(value): (values == value).to_numpy() for value in values.value_counts().index}
    reasons = (_left_out(value, outcome[mask]) for value, mask in masks.items())
    large = {value: mask for value, mask in masks.items() if mask.sum() >= LEAST_CASES}
    return _Parts(large, tuple(one for one in reasons if one is not None))


def _left_out(value: str, outcome: Outcomes) -> LeftOut | None:
    """Tell what is not told of a group; None where all is."""
    cases, up = len(outcome), int(outcome.sum())
    if cases < LEAST_CASES:
        return LeftOut(value, "everything", f"{cases} of {LEAST_CASES} cases needed")
    if both_often(outcome):
        return None
    few, name = (up, "overturned") if up < cases - up else (cases - up, "upheld")
    return LeftOut(value, "found first", f"{few} of {LEAST_EACH} {name} needed")


def _grouping(name: str, parts: _Parts, told: list[Group], cases: _Cases) -> Grouping:
    masks = list(parts.masks.values())
    rows = tuple(_named(value, one) for value, one in zip(parts.masks, told, strict=True))
    ranked = sum(both_often(cases.outcome[mask]) for mask in masks)
    return Grouping(
        dimension=name,
        groups=rows,
        passed_over=sum(one.what == "everything" for one in parts.left_out),
        opportunity=_widest([row.found_first for row in rows]),
        calibration=_widest([row.gap for row in rows]),
        closing=_closing(cases, masks) if ranked > 1 else None,
        left_out=parts.left_out,
    )


def _look(cases: _Cases, masks: list[Mask]) -> list[Group]:
    if not masks:
        return []
    ranked = [at for at, mask in enumerate(masks) if both_often(cases.outcome[mask])]
    k, figures = len(ranked), _figures(cases, masks, ranked)
    drawn = resample(figures, cases.cluster, cases.rounds, cases.seed)
    value = figures(np.ones((1, len(cases.outcome)), dtype=np.float32))[0]
    first = share_bands(value[:k], drawn[:, :k], LEVEL)
    said = share_bands(value[k : 2 * k], drawn[:, k : 2 * k], LEVEL)
    y, p = cases.outcome, cases.probability
    gap = bound_gaps(y, p, cases.cluster, masks, drawn[:, 2 * k :], LEVEL)
    place = {at: number for number, at in enumerate(ranked)}
    none = Gap(None, None, None)
    return [
        Group(
            value="",
            cases=int(mask.sum()),
            overturned=int(y[mask].sum()),
            found_first=_bounded(value[place[at]], first, place[at]) if at in place else none,
            found_said=_bounded(value[k + place[at]], said, place[at]) if at in place else none,
            gap=_bounded(value[2 * k + at], gap, at),
        )
        for at, mask in enumerate(masks)
    ]


def _figures(
    cases: _Cases, masks: list[Mask], ranked: list[int]
) -> Callable[[NDArray[np.float32]], Floats]:
    """Prepare found first and found at the threshold of some groups, and the gap of each."""
    held = np.column_stack(masks).astype(np.float32)
    outcome = cases.outcome.astype(np.float32)[:, None]
    apart = (cases.probability - cases.outcome).astype(np.float32)[:, None]
    wrong = held[:, ranked] * outcome
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
    """Close both gaps by what half of the subjects tell, and see what that does to the others.

    Found first is told of groups with enough of both outcomes alone, the gap of all.
    """
    y, held = cases.outcome, np.column_stack(masks)
    ranked = [mask for mask in masks if both_often(y[mask])]
    apart = np.column_stack(ranked)
    half = np.random.default_rng(cases.seed).random(int(cases.cluster.max()) + 1) < 0.5
    mine = half[cases.cluster]
    order = np.zeros(len(y))
    own, shared = cases.probability.copy(), cases.probability.copy()
    for told, asked in ((mine, ~mine), (~mine, mine)):
        order[asked] = _missed(cases, apart, told, asked)
        shared[asked] = _recalibrated(cases, held[:, :0], told, asked)
        own[asked] = _recalibrated(cases, held, told, asked)
    before, after = cases.first, _top(order)
    wrong, change = float(max(y.sum(), 1)), (after.astype(float) - before) * y.astype(float)
    losses = (own - y) ** 2 - (shared - y) ** 2
    return Closing(
        opportunity_after=_span([float(after[m & (y == 1)].mean()) for m in ranked]),
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
    found = _above(cases.place[asked], cases.place[wrong])
    for group in held.T:
        known = cases.place[wrong & group]
        if len(known):
            here = group[asked]
            found[here] = _above(cases.place[asked][here], known)
    return found


def _above(place: Floats, known: Floats) -> Floats:
    """Give the share of known cases above each place, falling even between them and beyond.

    Beyond the highest and the lowest one known the share goes on falling and rising, hardly, so
    that the order stays that of the places.
    """
    ranked = np.sort(known)
    at = np.concatenate([[0.0], ranked, [1.0]])
    share = np.concatenate([[1.0], 1 - (np.arange(len(ranked)) + 0.5) / len(ranked), [0.0]])
    return np.asarray(np.interp(place, at, share))


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
