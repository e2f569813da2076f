"""The training job: read, slice, fit, measure, record, register. Registering comes last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from features.leaks import Leak, likely_leaks
from features.settings import Settings
from features.teacher import Teacher
from models.registry import CHAMPION, Registry
from training.card.making import renewed_cards
from training.config import TrainConfig, with_overturn
from training.evaluation import Evaluation, evaluate
from training.example import example_appeals
from training.judgement import Judgement, judge, record_judgement
from training.metrics import null_if_nan
from training.reference import record_makeup
from training.repeat_record import record_for_repeat
from training.selection import Selection, record_selection, selection
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
    from training.search import Found
    from training.searching import Plan

DECIDED_LATER: Final = "decided_later"
"""Metric of a run: see `training.split.Slices.decided_later`."""


@dataclass(frozen=True)
class Fitted:
    """A model that has been fitted and measured, and is not recorded anywhere yet."""

    scorer: Scorer
    slices: Slices
    evaluation: Evaluation
    origin: Origin
    judgement: Judgement
    selection: Selection


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
    found
        By the search, where there was one.
    """

    version: str
    run_id: str
    fitted: Fitted
    leaks: Sequence[Leak]
    rejected: int
    seconds: Mapping[str, float]
    found: Found | None = None

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
            "decided_later": slices.decided_later,
            "test": {name: null_if_nan(value) for name, value in figures.items()},
            "encoder_fidelity": null_if_nan(self.fitted.scorer.fidelity),
            "leaks": [leak.column for leak in self.leaks],
            **self.fitted.judgement.as_dict(),
            "selection": self.fitted.selection.as_dict(),
            "search": None if self.found is None else self.found.as_dict(),
            "seconds": dict(self.seconds),
        }


@dataclass(frozen=True)
class Material:
    """What a training is made of.

    Attributes
    ----------
    source, cases
        Where the decided appeals were read, and they themselves.
    slices
        Those that teach, and those that judge.
    leaks
        Columns that likely tell the outcome.
    """

    source: Source
    cases: Cases
    slices: Slices
    leaks: Sequence[Leak]


def train(
    source: Source,
    config: TrainConfig,
    settings: Settings,
    stages: Stages,
    plan: Plan | None = None,
) -> Trained:
    """Train a model on decided appeals and register it as the challenger.

    Parameters
    ----------
    source
        Where the decided appeals are.
    config
        With the data, decides every figure of the run.
    plan
        Of a search that betters the configuration first; None trains with it as it is.

    Raises
    ------
    InputError
        When the appeals cannot be read, or cannot teach: nothing is recorded then.
    UnfitStore
        When the store of runs cannot be used.
    """
    registry = Registry(settings)
    registry.alias_version(
        CHAMPION
    )  # a store that cannot be used is told of before the work, not after it
    with stages.stage("read", "reading decided appeals"):
        cases = read_cases(source, settings)
    material = cut(source, cases, config, stages)
    if plan is None:
        recorded = _train_plainly(material, config, registry, stages)
    else:
        recorded = _train_searching(material, config, registry, stages, plan)
    run_id, fitted, found = recorded
    with (
        stages.stage("card", "registering it, and writing the model card"),
        renewed_cards(registry),
    ):
        version = registry.register(run_id, fitted.origin.tags())
    return Trained(version, run_id, fitted, material.leaks, cases.rejected, stages.seconds, found)


def cut(source: Source, cases: Cases, config: TrainConfig, stages: Stages) -> Material:
    """Cut decided appeals into those that teach and those that judge; look for leaks.

    Raises
    ------
    InputError
        When they cannot teach.
    """
    slices = time_slices(cases.frame, config.split.test)
    with stages.stage("leaks", "looking for attributes that tell the outcome"):
        leaks = likely_leaks(slices.seen, overturned(slices.seen).astype(bool))
    return Material(source, cases, slices, leaks)


def fit(material: Material, config: TrainConfig, settings: Settings, stages: Stages) -> Fitted:
    """Fit a model and measure it; nothing is recorded."""
    from models.scorer import Scorer

    seen = material.slices.seen
    with stages.stage("fit", _label(material)):
        scorer = Scorer.fit(seen, config.scorer, teacher_of(settings))
    return _measured(material, scorer, config, settings, stages)


def teacher_of(settings: Settings) -> Teacher:
    """Give the teacher that the settings name."""
    return Teacher(settings.teacher, settings.home / "encoders")


def _train_plainly(
    material: Material, config: TrainConfig, registry: Registry, stages: Stages
) -> tuple[str, Fitted, Found | None]:
    fitted = fit(material, config, registry.settings, stages)
    with stages.stage("record", "recording the run"), running(registry) as run_id:
        _record(registry, run_id, fitted, config)
    return run_id, fitted, None


def _train_searching(
    material: Material, config: TrainConfig, registry: Registry, stages: Stages, plan: Plan
) -> tuple[str, Fitted, Found | None]:
    """Search on what teaches, fit with what was found, and only then look at what judges."""
    from models.scorer import Scorer
    from training.searching import opened_search

    settings, seen = registry.settings, material.slices.seen
    with opened_search(registry, material.cases.digest, config, plan) as opened:
        found, student = opened.search(seen, teacher_of(settings), stages)
        better = with_overturn(config, found.config)
        with stages.stage("fit", _label(material)):
            scorer = Scorer.fit_with(student.encoder, seen, better.scorer, student.fidelity)
        fitted = _measured(material, scorer, better, settings, stages)
        with stages.stage("record", "recording the run"):
            _record(registry, opened.run_id, fitted, better)
            opened.record(found)
    return opened.run_id, fitted, found


def _label(material: Material) -> str:
    seen, all_cases = material.slices.seen, material.cases.frame
    return f"fitting on {len(seen):,} of {len(all_cases):,} appeals"


def _measured(
    material: Material, scorer: Scorer, config: TrainConfig, settings: Settings, stages: Stages
) -> Fitted:
    source, slices = material.source, material.slices
    with stages.stage("evaluate", f"measuring on the {len(slices.test):,} latest"):
        evaluation = _evaluate(scorer, slices.test, config)
        priority = scorer.priorities(slices.test)
        judgement = judge(slices.test, evaluation, priority, source, settings, config)
        left_out = selection(slices, material.cases.undecided, evaluation)
    origin = _origin(source, material.cases, slices)
    return Fitted(scorer, slices, evaluation, origin, judgement, left_out)


def figures_of(fitted: Fitted) -> dict[str, float]:
    """Name all measures of a model as its run lists them; NaN where one does not apply."""
    return {**overall_figures(fitted.evaluation), **_further(fitted)}


def _further(fitted: Fitted) -> dict[str, float]:
    return {
        "rows": float(fitted.origin.rows),
        "encoder_fidelity": fitted.scorer.fidelity,
        "vocabulary_coverage": fitted.scorer.encoder.coverage(fitted.slices.test["text"].tolist()),
    }


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
        decided_until=None if pd.isna(decided := cases.frame["decided_at"].max()) else decided,
    )


def _record(registry: Registry, run_id: str, fitted: Fitted, config: TrainConfig) -> None:
    record_config(registry, run_id, config)
    record_data(registry, run_id, fitted.origin, row_prints(fitted.slices.seen))
    record_for_repeat(registry, run_id, row_prints(fitted.slices.test))
    record_evaluation(registry, run_id, fitted.evaluation, _further(fitted))
    registry.client.log_metric(run_id, DECIDED_LATER, fitted.slices.decided_later)
    record_judgement(registry, run_id, fitted.judgement)
    record_selection(registry, run_id, fitted.selection)
    record_makeup(registry, run_id, fitted.slices.seen, fitted.evaluation.probability)
    registry.package(run_id, fitted.scorer, example_appeals(fitted.slices.seen))
