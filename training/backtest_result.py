"""What a backtest gave: each period, the same periods by other predictors, and what was gained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np

from training.metrics import null_if_nan
from training.paired import Gain, gain_of
from training.periods import Every, Skipped
from training.settling import LEAST_SETTLED

__all__ = ["AGAINST", "MEASURES", "Backtest", "Baseline", "Period", "Year"]

MEASURES: Final = {"auc": 1, "ece": -1, "brier_skill": 1}
"""By name, with the sign of what is better."""
AGAINST: Final = "against"
"""Name of the second configuration among the rivals."""


@dataclass(frozen=True)
class Period:
    """One origin and how the period after it was foreseen.

    Attributes
    ----------
    train_until
        What had been decided before this moment was learnt from.
    test_first, test_last
        The first and the last filing that was foreseen.
    undecided
        Appeals of the period that are known and have no decision: none of the figures minds them.
    settled_share
        Share of the period's outcomes that are there, as far as delays tell: see
        `training.settling`. Of a young period only what was decided quickly is judged.
    overturned
        Share overturned among these.
    mean_probability
        What the model said of them on average.
    auc_low, auc_high
        95 % bounds, subjects drawn anew.
    ece_low, ece_high, ece_by_chance, ece_if_calibrated
        Bounds of the calibration error; what honest probabilities exceed once in twenty on as many
        cases, and what they have on average.
    brier_skill
        Against the share overturned in the period itself: see `training.metrics.brier_skill`.
    """

    train_until: datetime
    test_first: datetime
    test_last: datetime
    train_rows: int
    test_rows: int
    undecided: int
    settled_share: float
    overturned: float
    mean_probability: float
    auc: float
    auc_low: float
    auc_high: float
    ece: float
    ece_low: float
    ece_high: float
    ece_by_chance: float
    ece_if_calibrated: float
    brier_skill: float

    @property
    def young(self) -> bool:
        """Whether too many of its outcomes are still to come."""
        return self.settled_share < LEAST_SETTLED

    def as_dict(self) -> dict[str, Any]:
        """Give the period for JSON."""
        told = {
            name: value.isoformat() if isinstance(value, datetime) else _known(value)
            for name, value in asdict(self).items()
        }
        return {**told, "young": self.young}


@dataclass(frozen=True)
class Year:
    """All that was foreseen of a year, whichever of its periods' models foresaw it.

    Set beside a backtest by year it says what fitting oftener gains.
    """

    year: int
    test_rows: int
    auc: float
    ece: float
    ece_if_calibrated: float
    brier_skill: float

    def as_dict(self) -> dict[str, Any]:
        """Give the year for JSON."""
        return {name: _known(value) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Baseline:
    """Another predictor on the same periods, (k,) each; None throughout where it does not apply."""

    auc: tuple[float, ...] | None
    ece: tuple[float, ...] | None
    brier_skill: tuple[float, ...] | None

    def as_dict(self) -> dict[str, Any]:
        """Give the means over the periods, and each period's own."""
        told = {name: getattr(self, name) for name in MEASURES}
        means = {name: null_if_nan(_mean(told[name])) for name in MEASURES}
        periods = {
            name: None if values is None else [null_if_nan(value) for value in values]
            for name, values in told.items()
        }
        return {**means, "periods": periods}


@dataclass(frozen=True)
class Backtest:
    """What a backtest gave.

    Attributes
    ----------
    every
        The length of a period; `chosen` where the data's span chose it.
    periods
        In order of time, one at least.
    years
        The same cases by calendar year.
    skipped
        Periods that tell nothing.
    baselines
        By name, on the same periods.
    against
        A second configuration on the same periods; None where none was named.
    """

    every: Every
    chosen: bool
    periods: tuple[Period, ...]
    years: tuple[Year, ...]
    skipped: tuple[Skipped, ...]
    baselines: Mapping[str, Baseline]
    against: Baseline | None = None

    @property
    def means(self) -> dict[str, float]:
        """Means over the periods, each counting alike."""
        return _means(self.periods)

    @property
    def settled_means(self) -> dict[str, float]:
        """Means without the young periods; NaN where all are young."""
        return _means([one for one in self.periods if not one.young])

    @property
    def gains(self) -> dict[str, dict[str, Gain]]:
        """What is gained over each rival, by its name and the measure, period by period."""
        rivals = dict(self.baselines) | ({} if self.against is None else {AGAINST: self.against})
        found = {name: self._gains(rival) for name, rival in rivals.items()}
        return {name: gains for name, gains in found.items() if gains}

    def _gains(self, rival: Baseline) -> dict[str, Gain]:
        settled = [not one.young for one in self.periods]
        return {
            name: gain_of([getattr(one, name) for one in self.periods], told, settled, sign)
            for name, sign in MEASURES.items()
            if (told := getattr(rival, name)) is not None
        }

    def answer(self) -> dict[str, Any]:
        """Give the answer of `redress backtest --json`."""
        return {
            "every": str(self.every),
            "every_chosen": self.chosen,
            "periods": [one.as_dict() for one in self.periods],
            "mean": {name: null_if_nan(value) for name, value in self.means.items()},
            "mean_settled": {
                name: null_if_nan(value) for name, value in self.settled_means.items()
            },
            "years": [one.as_dict() for one in self.years],
            "baselines": {name: one.as_dict() for name, one in self.baselines.items()},
            "against": None if self.against is None else self.against.as_dict(),
            "gains": {
                name: {measure: one.as_dict() for measure, one in gains.items()}
                for name, gains in self.gains.items()
            },
            "skipped": [
                {"test_begins": one.begins.isoformat(), "reason": one.reason}
                for one in self.skipped
            ],
        }


def _means(periods: Sequence[Period]) -> dict[str, float]:
    names = (*MEASURES, "ece_if_calibrated")
    return {name: _mean([getattr(one, name) for one in periods]) for name in names}


def _mean(values: Sequence[float] | None) -> float:
    return float(np.mean(values)) if values is not None and len(values) else float("nan")


def _known(value: float) -> float | None:
    return value if isinstance(value, int) else null_if_nan(value)
