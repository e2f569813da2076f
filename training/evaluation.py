"""How good a model is, and for whom: the measures of all cases and of each slice of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from training.metrics import (
    Interval,
    Metrics,
    Outcomes,
    Probabilities,
    auc_interval,
    measure,
    null_if_nan,
    within_policy_auc,
)
from training.split import overturned

DIMENSIONS: Final = ("policy", "market", "language", "detection")
"""Facts by whose values cases are sliced."""
MISSING: Final = "(none)"
"""The value of a slice whose cases do not have the fact."""


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
        With its bounds.
    mean_probability
        What the model said on average; beside `metrics.positive_share`, what came.
    """

    dimension: str
    value: str
    metrics: Metrics
    auc: Interval
    mean_probability: float

    def as_dict(self) -> dict[str, str | float | None]:
        """Give one flat row of a table."""
        return {
            "dimension": self.dimension,
            "value": self.value,
            **self.metrics.as_dict(),
            "auc_low": null_if_nan(self.auc.low),
            "auc_high": null_if_nan(self.auc.high),
            "mean_probability": null_if_nan(self.mean_probability),
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
    outcome, probability
        The cases themselves, shape (n,), for figures.
    """

    overall: Slice
    slices: tuple[Slice, ...]
    within_policy_auc: float
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

    def part(dimension: str, value: str, rows: npt.NDArray[np.bool_]) -> Slice:
        y, p = outcome[rows], probability[rows]
        bounds = auc_interval(y, p, rounds, seed)
        return Slice(dimension, value, measure(y, p), bounds, float(p.mean()))

    return Evaluation(
        overall=part("overall", "all", np.ones(len(frame), dtype=bool)),
        slices=tuple(part(*found) for found in slice_masks(frame)),
        within_policy_auc=within_policy_auc(outcome, probability, frame["policy"]),
        outcome=outcome,
        probability=probability,
    )


def slice_masks(frame: pd.DataFrame) -> Iterator[tuple[str, str, npt.NDArray[np.bool_]]]:
    """Give each slice's fact, value and cases (shape (n,)), the largest of each fact first.

    A fact that no case has gives no slice.
    """
    for dimension in DIMENSIONS:
        if frame[dimension].isna().all():
            continue
        values = frame[dimension].map(str, na_action="ignore").astype(object).fillna(MISSING)
        for value in values.value_counts(sort=True).index:
            yield dimension, str(value), (values == value).to_numpy()
