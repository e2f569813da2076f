"""The rolling-origin backtest: fit on what was known at the end of each period, foresee the next.

One split by time is one draw of what the future may bring; walking through the past gives as many
as there are periods, and shows whether a model holds or was lucky (Tashman 2000). At each origin
all is fitted anew on what had been decided by then: student, penalties, calibration. What is shared
between them is the teacher alone, which was fixed before any of the data was seen; it is asked once
for the vector of each text, whoever learns from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.distill import distill
from features.errors import TooFewDecisions
from features.settings import Settings
from features.teacher import Teacher
from models.overturn import OverturnModel
from models.performance import performance
from models.resampling import clusters, resample, resampled_aucs, share_bands
from training.baselines import Predict, plain_baselines
from training.config import TrainConfig
from training.metrics import (
    Outcomes,
    Probabilities,
    auc,
    brier_skill,
    ece,
    ece_if_calibrated,
    null_if_nan,
)
from training.periods import Every, Origin, Skipped, every_of, origins
from training.split import overturned
from training.stages import Stages

__all__ = ["Backtest", "Baseline", "Period", "Year", "backtest"]

MEASURES: Final = ("auc", "ece", "brier_skill")


@dataclass(frozen=True)
class Period:
    """One origin and how the period after it was foreseen.

    Attributes
    ----------
    train_until
        What had been decided before this moment was learnt from.
    test_first, test_last
        The first and the last filing that was foreseen.
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

    def as_dict(self) -> dict[str, Any]:
        """Give the period for JSON."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else _known(value)
            for name, value in asdict(self).items()
        }


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
    """A plain predictor on the same periods, (k,) each; None throughout where it does not apply."""

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
    """

    every: Every
    chosen: bool
    periods: tuple[Period, ...]
    years: tuple[Year, ...]
    skipped: tuple[Skipped, ...]
    baselines: Mapping[str, Baseline]

    @property
    def means(self) -> dict[str, float]:
        """Means over the periods, each counting alike."""
        names = (*MEASURES, "ece_if_calibrated")
        return {name: _mean([getattr(one, name) for one in self.periods]) for name in names}

    def answer(self) -> dict[str, Any]:
        """Give the answer of `redress backtest --json`."""
        return {
            "every": str(self.every),
            "every_chosen": self.chosen,
            "periods": [one.as_dict() for one in self.periods],
            "mean": {name: null_if_nan(value) for name, value in self.means.items()},
            "years": [one.as_dict() for one in self.years],
            "baselines": {name: one.as_dict() for name, one in self.baselines.items()},
            "skipped": [
                {"test_begins": one.begins.isoformat(), "reason": one.reason}
                for one in self.skipped
            ],
        }


class SharedTeacher(Teacher):
    """A teacher that reads each text once, however many students it has."""

    def __init__(self, name: str = "", cache: Path | None = None) -> None:
        super().__init__(name, cache)
        self._read: dict[str, NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str], progress: bool = False) -> NDArray[np.float32]:
        """Embed texts: (n, d) unit rows."""
        if not texts:
            return super().encode(texts, progress)
        new = [text for text in dict.fromkeys(texts) if text not in self._read]
        if new:
            self._read.update(zip(new, super().encode(new, progress), strict=True))
        return np.stack([self._read[text] for text in texts])


def backtest(
    frame: pd.DataFrame,
    config: TrainConfig,
    settings: Settings,
    stages: Stages,
    every: Every | None = None,
    first: datetime | None = None,
) -> Backtest:
    """Walk through the past: fit at the end of each period, foresee the next.

    Parameters
    ----------
    frame
        As `features.frame.decided_frame`.
    config
        How each model is fitted; its seed and rounds serve the bounds.
    settings
        Which teacher; where its vocabulary is kept.
    every
        The length of a period; None: see `training.periods.every_of`.
    first
        The first moment that may be tested.

    Raises
    ------
    NoDecidedAppeals, OneOutcomeOnly, TooFewDecisions
        When there is nothing to learn from, or no period can be foreseen.
    """
    division = every or every_of(frame)
    found = list(origins(frame, division, first))
    walked = [one for one in found if isinstance(one, Origin)]
    skipped = tuple(one for one in found if isinstance(one, Skipped))
    if not walked:
        raise _nothing_to_foresee(division, skipped)
    teacher = SharedTeacher(settings.teacher, settings.home / "encoders")
    said = [_foreseen(one, config, teacher, stages) for one in walked]
    periods = tuple(_measured(*one, config) for one in zip(walked, said, strict=True))
    plain = plain_baselines(frame, config.seed)
    baselines = {name: _baseline(name, plain[name], walked, stages) for name in plain}
    return Backtest(division, every is None, periods, _years(walked, said), skipped, baselines)


def _foreseen(
    origin: Origin, config: TrainConfig, teacher: Teacher, stages: Stages
) -> Probabilities:
    label = f"until {origin.until:%Y-%m-%d}: {len(origin.seen):,} teach, {len(origin.test):,} judge"
    with stages.stage(f"until {origin.until:%Y-%m-%d}", label):
        texts = origin.seen["text"].tolist()
        student = distill(teacher, texts, config.scorer.distill)
        model = OverturnModel(student.encoder, config.scorer.overturn).fit(origin.seen)
        return model.probabilities(origin.test)


def _measured(origin: Origin, said: Probabilities, config: TrainConfig) -> Period:
    test, came = origin.test, overturned(origin.test)
    error = performance(came, said, config.seed)
    low, high = _auc_bounds(test, came, said, config)
    return Period(
        train_until=origin.until,
        test_first=test["submitted_at"].min().to_pydatetime(),
        test_last=test["submitted_at"].max().to_pydatetime(),
        train_rows=len(origin.seen),
        test_rows=len(test),
        overturned=float(came.mean()),
        mean_probability=float(said.mean()),
        auc=auc(came, said),
        auc_low=low,
        auc_high=high,
        ece=ece(came, said),
        ece_low=np.nan if error.ece is None else error.ece.low,
        ece_high=np.nan if error.ece is None else error.ece.high,
        ece_by_chance=np.nan if error.ece_by_chance is None else error.ece_by_chance,
        ece_if_calibrated=ece_if_calibrated(said),
        brier_skill=brier_skill(came, said),
    )


def _years(walked: Sequence[Origin], said: Sequence[Probabilities]) -> tuple[Year, ...]:
    found = []
    for year in sorted({one.until.year for one in walked}):
        mine = [place for place, one in enumerate(walked) if one.until.year == year]
        came = np.concatenate([overturned(walked[place].test) for place in mine])
        told = np.concatenate([said[place] for place in mine])
        figures = (auc(came, told), ece(came, told), ece_if_calibrated(told))
        found.append(Year(year, len(came), *figures, brier_skill(came, told)))
    return tuple(found)


def _auc_bounds(
    test: pd.DataFrame, came: Outcomes, said: Probabilities, config: TrainConfig
) -> tuple[float, float]:
    ranked = resampled_aucs(came, said)
    rounds, cluster = config.evaluation.rounds, clusters(test["subject_id"])
    drawn = resample(lambda counts: ranked(counts)[:, None], cluster, rounds, config.seed)
    found = share_bands(np.array([auc(came, said)]), drawn)
    return float(found.low[0]), float(found.high[0])


def _baseline(
    name: str, predict: Predict | None, walked: Sequence[Origin], stages: Stages
) -> Baseline:
    if predict is None:
        return Baseline(None, None, None)
    with stages.stage(name, f"{name}: the same {len(walked)} periods"):
        told = [(overturned(one.test), predict(one.seen, one.test)) for one in walked]
    return Baseline(
        auc=tuple(auc(came, said) for came, said in told),
        ece=tuple(ece(came, said) for came, said in told),
        brier_skill=tuple(brier_skill(came, said) for came, said in told),
    )


def _nothing_to_foresee(every: Every, skipped: Sequence[Skipped]) -> TooFewDecisions:
    last = f"; the last of them has {skipped[-1].reason}" if skipped else ""
    return TooFewDecisions(
        f"no {every} that can be foreseen{last}",
        f"a {every} with decisions enough, in it and before it",
        "Choose longer periods with --every, an earlier --from, or ingest more decided appeals",
    )


def _mean(values: Sequence[float] | None) -> float:
    return float(np.mean(values)) if values is not None and len(values) else float("nan")


def _known(value: float) -> float | None:
    return value if isinstance(value, int) else null_if_nan(value)
