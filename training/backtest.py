"""The rolling-origin backtest: fit on what was known at the end of each period, foresee the next.

One split by time is one draw of what the future may bring; walking through the past gives as many
as there are periods, and shows whether a model holds or was lucky (Tashman 2000). At each origin
all is fitted anew on what had been decided by then: student, penalties, calibration. What is shared
between them is the teacher alone, which was fixed before any of the data was seen; it is asked once
for the vector of each text, whoever learns from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

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
from training.backtest_result import AGAINST, Backtest, Baseline, Period, Year
from training.baselines import Predict, plain_baselines
from training.config import TrainConfig
from training.metrics import (
    Outcomes,
    Probabilities,
    auc,
    brier_skill,
    ece,
    ece_if_calibrated,
)
from training.periods import Every, Origin, Skipped, every_of, origins
from training.settling import Settling, settling_of
from training.source import Cases
from training.split import overturned
from training.stages import Stages

__all__ = ["SharedTeacher", "backtest"]


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
    cases: Cases,
    config: TrainConfig,
    settings: Settings,
    stages: Stages,
    every: Every | None = None,
    first: datetime | None = None,
    against: TrainConfig | None = None,
) -> Backtest:
    """Walk through the past: fit at the end of each period, foresee the next.

    Parameters
    ----------
    cases
        The decided appeals, and those that are not: these are counted alone.
    config
        How each model is fitted; its seed and rounds serve the bounds.
    settings
        Which teacher; where its vocabulary is kept.
    every
        The length of a period; None: see `training.periods.every_of`.
    first
        The first moment that may be tested.
    against
        A second configuration, fitted and judged on the same periods.

    Raises
    ------
    NoDecidedAppeals, OneOutcomeOnly, TooFewDecisions
        When there is nothing to learn from, or no period can be foreseen.
    """
    frame = cases.frame
    division = every or every_of(frame)
    walked, skipped = _walk(frame, division, first)
    teacher = SharedTeacher(settings.teacher, settings.home / "encoders")
    said = [_foreseen(one, config, teacher, stages) for one in walked]
    settling = settling_of(frame, cases.undecided)
    periods = tuple(
        _measured(one, told, config, _waiting(one, cases.undecided), settling)
        for one, told in zip(walked, said, strict=True)
    )
    plain = plain_baselines(frame, config.seed)
    baselines = {name: _baseline(name, plain[name], walked, stages) for name in plain}
    rival = None if against is None else _rival(against, walked, teacher, stages)
    years = _years(walked, said)
    return Backtest(division, every is None, periods, years, skipped, baselines, rival)


def _walk(
    frame: pd.DataFrame, every: Every, first: datetime | None
) -> tuple[list[Origin], tuple[Skipped, ...]]:
    found = list(origins(frame, every, first))
    walked = [one for one in found if isinstance(one, Origin)]
    skipped = tuple(one for one in found if isinstance(one, Skipped))
    if not walked:
        raise _nothing_to_foresee(every, skipped)
    return walked, skipped


def _foreseen(
    origin: Origin, config: TrainConfig, teacher: Teacher, stages: Stages
) -> Probabilities:
    label = f"until {origin.until:%Y-%m-%d}: {len(origin.seen):,} teach, {len(origin.test):,} judge"
    with stages.stage(f"until {origin.until:%Y-%m-%d}", label):
        return _fitted(origin, config, teacher)


def _fitted(origin: Origin, config: TrainConfig, teacher: Teacher) -> Probabilities:
    student = distill(teacher, origin.seen["text"].tolist(), config.scorer.distill)
    model = OverturnModel(student.encoder, config.scorer.overturn).fit(origin.seen)
    return model.probabilities(origin.test)


def _waiting(origin: Origin, undecided: pd.DataFrame) -> pd.DataFrame:
    """Give the undecided appeals that were filed in a period."""
    filed = undecided["submitted_at"]
    return undecided[(filed >= origin.until) & (filed < origin.ends)]


def _measured(
    origin: Origin,
    said: Probabilities,
    config: TrainConfig,
    waiting: pd.DataFrame,
    settling: Settling,
) -> Period:
    test, came = origin.test, overturned(origin.test)
    error = performance(came, said, config.seed)
    low, high = _auc_bounds(test, came, said, config)
    return Period(
        train_until=origin.until,
        test_first=test["submitted_at"].min().to_pydatetime(),
        test_last=test["submitted_at"].max().to_pydatetime(),
        train_rows=len(origin.seen),
        test_rows=len(test),
        undecided=len(waiting),
        settled_share=settling.share(test, waiting),
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
        return _judged(walked, [predict(one.seen, one.test) for one in walked])


def _rival(
    config: TrainConfig, walked: Sequence[Origin], teacher: Teacher, stages: Stages
) -> Baseline:
    with stages.stage(AGAINST, f"the other configuration: the same {len(walked)} periods"):
        return _judged(walked, [_fitted(one, config, teacher) for one in walked])


def _judged(walked: Sequence[Origin], said: Sequence[Probabilities]) -> Baseline:
    told = [(overturned(one.test), each) for one, each in zip(walked, said, strict=True)]
    return Baseline(
        auc=tuple(auc(came, each) for came, each in told),
        ece=tuple(ece(came, each) for came, each in told),
        brier_skill=tuple(brier_skill(came, each) for came, each in told),
    )


def _nothing_to_foresee(every: Every, skipped: Sequence[Skipped]) -> TooFewDecisions:
    last = f"; the last of them has {skipped[-1].reason}" if skipped else ""
    return TooFewDecisions(
        f"no {every} that can be foreseen{last}",
        f"a {every} with decisions enough, in it and before it",
        "Choose longer periods with --every, an earlier --from, or ingest more decided appeals",
    )
