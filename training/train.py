"""The training job: read, slice, fit, measure, record, register. Registering comes last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from features.leaks import Leak, likely_leaks
from features.settings import Settings
from features.teacher import Teacher
from models.registry import Registry
from training.config import TrainConfig
from training.evaluation import Evaluation, evaluate
from training.example import example_appeals
from training.metrics import null_if_nan
from training.source import Cases, Source, read_cases, row_prints
from training.split import Slices, overturned, time_slices
from training.stages import Stages
from training.tracking import (
    Origin,
    overall_figures,
    record_config,
    record_data,
    record_evaluation,
    running,
)

if TYPE_CHECKING:
    from models.scorer import Scorer


@dataclass(frozen=True)
class Fitted:
    """A model that has been fitted and measured, and is not recorded anywhere yet."""

    scorer: Scorer
    slices: Slices
    evaluation: Evaluation
    origin: Origin


@dataclass(frozen=True)
class Trained:
    """What a training gave.

    Attributes
    ----------
    version, run_id
        Of the registered challenger.
    fitted
        The model and its measures.
    leaks
        Columns that likely tell the outcome.
    rejected
        Rows of the file that could not be read.
    seconds
        By stage.
    """

    version: str
    run_id: str
    fitted: Fitted
    leaks: Sequence[Leak]
    rejected: int
    seconds: Mapping[str, float]

    def answer(self) -> dict[str, object]:
        """Give the answer of `redress train --json`."""
        slices, origin = self.fitted.slices, self.fitted.origin
        figures = overall_figures(self.fitted.evaluation)
        return {
            "version": self.version,
            "run_id": self.run_id,
            **origin.tags(),
            "rows": origin.rows,
            "rejected": self.rejected,
            "train_rows": len(slices.seen),
            "test_rows": len(slices.test),
            "test": {name: null_if_nan(value) for name, value in figures.items()},
            "encoder_fidelity": null_if_nan(self.fitted.scorer.fidelity),
            "leaks": [leak.column for leak in self.leaks],
            "seconds": dict(self.seconds),
        }


def train(source: Source, config: TrainConfig, settings: Settings, stages: Stages) -> Trained:
    """Train a model on decided appeals and register it as the challenger.

    Parameters
    ----------
    source
        Where the decided appeals are.
    config
        With the data, decides every figure of the run.

    Raises
    ------
    InputError
        When the appeals cannot be read, or cannot teach: nothing is recorded then.
    """
    from models.scorer import Scorer

    with stages.stage("read", "reading decided appeals"):
        cases = read_cases(source, settings)
    slices = time_slices(cases.frame, config.split.test)
    with stages.stage("leaks", "looking for attributes that tell the outcome"):
        leaks = likely_leaks(slices.seen, overturned(slices.seen).astype(bool))
    teacher = Teacher(settings.teacher, settings.home / "encoders")
    label = f"fitting on {len(slices.seen):,} of {len(cases.frame):,} appeals"
    with stages.stage("fit", label):
        scorer = Scorer.fit(slices.seen, config.scorer, teacher)
    with stages.stage("evaluate", f"measuring on the {len(slices.test):,} latest"):
        evaluation = _evaluate(scorer, slices.test, config)
    fitted = Fitted(scorer, slices, evaluation, _origin(source, cases, slices))
    registry = Registry(settings)
    with stages.stage("record", "recording the run"), running(registry) as run_id:
        _record(registry, run_id, fitted, config)
    version = registry.register(run_id, fitted.origin.tags())
    return Trained(version, run_id, fitted, leaks, cases.rejected, stages.seconds)


def _evaluate(scorer: Scorer, test: pd.DataFrame, config: TrainConfig) -> Evaluation:
    return evaluate(test, scorer.probabilities(test), config.evaluation.rounds, config.seed)


def _origin(source: Source, cases: Cases, slices: Slices) -> Origin:
    filed = cases.frame["submitted_at"]
    return Origin(
        source=source,
        digest=cases.digest,
        rows=len(cases.frame),
        first=filed.min(),
        last=filed.max(),
        seen_until=slices.seen["submitted_at"].max(),
        prior=float(overturned(slices.seen).mean()),
    )


def _record(registry: Registry, run_id: str, fitted: Fitted, config: TrainConfig) -> None:
    record_config(registry, run_id, config)
    record_data(registry, run_id, fitted.origin, row_prints(fitted.slices.seen))
    further = {
        "rows": float(fitted.origin.rows),
        "encoder_fidelity": fitted.scorer.fidelity,
    }
    record_evaluation(registry, run_id, fitted.evaluation, further)
    registry.package(run_id, fitted.scorer, example_appeals(fitted.slices.seen))
