"""How good a model is, and for whom: the measures of all cases and of each slice of them.

Bounds of slices hold together: see `models.resampling`. Subjects, not cases, are drawn anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.performance import performance
from models.proportions import wilson
from models.resampling import Bands, bands, resample, resampled_aucs, share_bands, subjects_of
from training.gap_bounds import LEAST_CASES, both_often, bound_gaps
from training.metrics import (
    Interval,
    Metrics,
    Outcomes,
    Probabilities,
    measure,
    null_if_nan,
    within_policy_auc,
)
from training.split import overturned

DIMENSIONS: Final = ("policy", "market", "language", "detection", "attempt")
"""Facts by whose values cases are sliced."""
MISSING: Final = "(none)"
"""The value of a slice whose cases do not have the fact."""
LATER_ATTEMPTS: Final = 3
"""Attempts from which on all make one slice: few appeal so often."""
LEAST_BINNED: Final = 100
"""Cases below which a slice has no calibration error: ten bins would hold chance alone."""
LEVEL: Final = 0.95


@dataclass(frozen=True)
class Slice:
    """The cases that share one value of one fact, and how good the model is on them.

    Attributes
    ----------
    dimension, value
        The fact and its value; `overall`, `all` for all cases.
    metrics
        Of these cases.
    auc
        With its bounds, NaN below `training.gap_bounds.LEAST_EACH` cases of either outcome.
    mean_probability
        What the model said on average; beside `metrics.positive_share`, what came.
    came
        Share overturned, with Wilson's bounds.
    gap
        What it said minus what came: above 0 it says too much. Its bounds are NaN below
        `training.gap_bounds.LEAST_CASES` cases.
    ece_by_chance
        The calibration error that honest probabilities exceed once in twenty; NaN of few cases.

    The bounds of slices hold for all slices together: of `auc` by draws, of `gap` as
    `training.gap_bounds` tells, of `came` at the level that Bonferroni gives. Those of the overall
    one stand alone.
    """

    dimension: str
    value: str
    metrics: Metrics
    auc: Interval
    mean_probability: float
    came: Interval
    gap: Interval
    ece_by_chance: float

    @property
    def off(self) -> bool:
        """Whether what it said is farther from what came than chance gives, of all looked at."""
        return self.gap.low > 0 or self.gap.high < 0

    def as_dict(self) -> dict[str, str | float | None]:
        """Give one flat row of a table."""
        binned = self.metrics.rows >= LEAST_BINNED or self.dimension == "overall"
        figures = {
            "auc_low": self.auc.low,
            "auc_high": self.auc.high,
            "mean_probability": self.mean_probability,
            "came_low": self.came.low,
            "came_high": self.came.high,
            "gap": self.gap.value,
            "gap_low": self.gap.low,
            "gap_high": self.gap.high,
            "ece": self.metrics.ece if binned else np.nan,
            "ece_by_chance": self.ece_by_chance,
        }
        return {
            "dimension": self.dimension,
            "value": self.value,
            **self.metrics.as_dict(),
            **{name: null_if_nan(value) for name, value in figures.items()},
        }


@dataclass(frozen=True)
class Evaluation:
    """How good a model is on a test slice.

    Attributes
    ----------
    overall
        All cases.
    slices
        By each of `DIMENSIONS`, the largest slice of each first.
    within_policy_auc
        See `training.metrics.within_policy_auc`.
    losses
        The mean losses of all cases by the names that `training.metrics.Metrics` has for them, with
        their bounds.
    outcome, probability
        The cases themselves, shape (n,), for figures.
    """

    overall: Slice
    slices: tuple[Slice, ...]
    within_policy_auc: float
    losses: Mapping[str, Interval]
    outcome: Outcomes
    probability: Probabilities

    def table(self) -> pd.DataFrame:
        """Lay all slices in a table, the overall one first."""
        return pd.DataFrame([part.as_dict() for part in (self.overall, *self.slices)])


def evaluate(
    frame: pd.DataFrame, probability: Probabilities, rounds: int = 500, seed: int = 0
) -> Evaluation:
    """Measure probabilities of decided appeals, overall and by slice.

    Parameters
    ----------
    frame
        As `features.frame.decided_frame` gives it, n rows.
    probability
        Shape (n,), in [0, 1].
    rounds, seed
        Of the resampling behind the bounds.
    """
    outcome = overturned(frame)
    looks = _Looks(outcome, probability, subjects_of(frame), rounds, seed)
    whole = ("overall", "all", np.ones(len(frame), dtype=bool))
    return Evaluation(
        overall=looks.at([whole])[0],
        slices=looks.at(list(slice_masks(frame))),
        within_policy_auc=within_policy_auc(outcome, probability, frame["policy"]),
        losses=looks.losses(),
        outcome=outcome,
        probability=probability,
    )


def slice_masks(frame: pd.DataFrame) -> Iterator[tuple[str, str, npt.NDArray[np.bool_]]]:
    """Give each slice's fact, value and cases (shape (n,)), the largest of each fact first.

    A fact that no case has gives no slice.
    """
    for dimension in DIMENSIONS:
        if dimension not in frame or frame[dimension].isna().all():
            continue
        values = values_of(frame, dimension)
        for value in values.value_counts(sort=True).index:
            yield dimension, str(value), (values == value).to_numpy()


def values_of(frame: pd.DataFrame, dimension: str) -> pd.Series[str]:
    """Spell the values of a fact as slices name them, (n,)."""
    spell = _attempt if dimension == "attempt" else str
    return frame[dimension].map(spell, na_action="ignore").astype(object).fillna(MISSING)


def _attempt(number: float) -> str:
    return f"{LATER_ATTEMPTS} or more" if number >= LATER_ATTEMPTS else str(int(number))


@dataclass(frozen=True)
class _Looks:
    """Cases to be looked at: (n,) outcomes, probabilities, clusters; and how to draw them anew."""

    outcome: Outcomes
    probability: Probabilities
    cluster: npt.NDArray[np.intp]
    rounds: int
    seed: int

    def at(self, masks: list[tuple[str, str, npt.NDArray[np.bool_]]]) -> tuple[Slice, ...]:
        """Measure slices, with bounds that hold together."""
        aucs, gaps = self._bounds([mask for _, _, mask in masks])
        found = []
        for at, one in enumerate(masks):
            auc = (float(aucs.low[at]), float(aucs.high[at]))
            gap = (float(gaps.low[at]), float(gaps.high[at]))
            found.append(self._slice(*one, auc, gap, 1 - (1 - LEVEL) / len(masks)))
        return tuple(found)

    def losses(self) -> dict[str, Interval]:
        """Bound the losses of all cases, and what they save of the best constant's."""
        y, p = self.outcome.astype(np.float64), self.probability
        likely = np.clip(np.where(y == 1, p, 1 - p), np.finfo(np.float64).eps, 1)
        each = np.column_stack([(p - y) ** 2, -np.log(likely), y])

        def figures(counts: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
            drawn = counts.astype(np.float64)
            brier, log, share = (drawn @ each / drawn.sum(axis=1, keepdims=True)).T
            best = share * (1 - share)
            skill = 1 - brier / np.where(best > 0, best, np.nan)
            return np.column_stack([brier, skill, log])

        drawn = resample(figures, self.cluster, self.rounds, self.seed)
        value = figures(np.ones((1, len(y)), dtype=np.float32))[0]
        found = [bands(value[at : at + 1], drawn[:, at : at + 1], LEVEL) for at in range(3)]
        return {
            name: Interval(float(value[at]), float(found[at].low[0]), float(found[at].high[0]))
            for at, name in enumerate(("brier", "brier_skill", "log_loss"))
        }

    def _bounds(self, rows: list[npt.NDArray[np.bool_]]) -> tuple[Bands, Bands]:
        """Bound AUC and gap of each slice, NaN where its cases are too few for it."""
        told = [at for at, row in enumerate(rows) if row.sum() >= LEAST_CASES]
        ranked = [at for at in told if both_often(self.outcome[rows[at]])]
        if not told:
            nothing = _among([], Bands(np.zeros(0), np.zeros(0), np.nan), len(rows))
            return nothing, nothing
        large, k = [rows[at] for at in told], len(ranked)
        figures = self._figures([rows[at] for at in ranked], large)
        drawn = resample(figures, self.cluster, self.rounds, self.seed)
        value = figures(np.ones((1, len(self.outcome)), dtype=np.float32))[0]
        aucs = share_bands(value[:k], drawn[:, :k], LEVEL)
        y, p = self.outcome, self.probability
        gaps = bound_gaps(y, p, self.cluster, large, drawn[:, k:], LEVEL)
        return _among(ranked, aucs, len(rows)), _among(told, gaps, len(rows))

    def _figures(
        self, ranked: list[npt.NDArray[np.bool_]], told: list[npt.NDArray[np.bool_]]
    ) -> Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float64]]:
        """Prepare the AUCs of some slices and the gaps of others, of cases drawn anew."""
        held = np.column_stack(told).astype(np.float32)
        apart = held * (self.probability - self.outcome)[:, None].astype(np.float32)
        aucs = [resampled_aucs(self.outcome[row], self.probability[row]) for row in ranked]

        def figures(counts: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
            each = [auc(counts[:, row]) for auc, row in zip(aucs, ranked, strict=True)]
            return np.column_stack([*each, counts @ apart / np.maximum(counts @ held, 1)])

        return figures

    def _slice(
        self,
        dimension: str,
        value: str,
        mask: npt.NDArray[np.bool_],
        auc: tuple[float, float],
        gap: tuple[float, float],
        level: float,
    ) -> Slice:
        y, p = self.outcome[mask], self.probability[mask]
        metrics, said = measure(y, p), float(p.mean())
        low, high = wilson(int(y.sum()), len(y), level)
        chance = performance(y, p).ece_by_chance if len(y) >= LEAST_BINNED else None
        return Slice(
            dimension,
            value,
            metrics,
            Interval(metrics.auc, *auc, LEVEL),
            said,
            Interval(metrics.positive_share, float(low), float(high), LEVEL),
            Interval(said - metrics.positive_share, *gap, LEVEL),
            np.nan if chance is None else chance,
        )


def _among(places: list[int], found: Bands, number: int) -> Bands:
    """Put bounds in their places among those of all slices, NaN in the others."""
    low, high = np.full(number, np.nan), np.full(number, np.nan)
    low[places], high[places] = found.low, found.high
    return Bands(low, high, found.reach)
