"""A training that searches first: its study, its run, and its trials in both."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from features.distill import Distilled, distill
from features.errors import SearchFinished
from features.teacher import Teacher
from models.registry import Registry
from training.config import TrainConfig
from training.search import Bench, Found, Tried, done_trials, search
from training.search_lock import sole_search
from training.search_record import parent_run, record_found, record_trial
from training.search_study import RUN, basis_of, open_study, study_name
from training.stages import Stages

if TYPE_CHECKING:
    from optuna import Study, Trial

__all__ = ["OpenedSearch", "Plan", "opened_search"]


@dataclass(frozen=True)
class Plan:
    """How far to search.

    Attributes
    ----------
    trials
        Those that a search that was cut short has done included.
    study
        Its name; empty for the name that follows from data and configuration.
    """

    trials: int
    study: str = ""


@dataclass(frozen=True)
class OpenedSearch:
    """A search that is being made.

    Attributes
    ----------
    run_id
        Of the training that it serves.
    """

    run_id: str
    registry: Registry
    study: Study
    config: TrainConfig
    trials: int

    def search(
        self, seen: pd.DataFrame, teacher: Teacher, stages: Stages
    ) -> tuple[Found, Distilled]:
        """Search on the decided appeals that teach, with one student for all trials."""
        config = self.config.scorer
        with stages.stage("distil", f"distilling the encoder on {len(seen):,} appeals"):
            student = distill(teacher, seen["text"].tolist(), config.distill)
        with stages.stage("prepare", "reading the appeals for all trials"):
            bench = Bench.prepare(student.encoder, seen, config.overturn)

        def tell(tried: Tried, trial: Trial) -> None:
            trial.set_user_attr(RUN, record_trial(self.registry, self.run_id, tried))
            stages.console.print(_line(tried, self.trials), soft_wrap=True)

        with stages.stage("search", f"search {self.study.study_name}: {self.trials:,} trials"):
            found = search(bench, self.study, self.trials, self.config.seed, tell)
        return found, student

    def record(self, found: Found) -> None:
        """Log what was found."""
        record_found(self.registry, self.run_id, found)


@contextmanager
def opened_search(
    registry: Registry, digest: str, config: TrainConfig, plan: Plan
) -> Iterator[OpenedSearch]:
    """Open the study and the run of a search; both go on where they were cut short.

    Parameters
    ----------
    digest
        Of the decided appeals.

    Raises
    ------
    SearchRunning
        When another command is making the same search.
    SearchFinished
        When all trials asked for were made, and what they gave is registered.
    InvalidConfig, DamagedDatabase
        As `training.search_study.open_study`.
    """
    settings = registry.settings
    basis = basis_of(digest, config, settings.teacher)
    name = plan.study or study_name(basis)
    with sole_search(settings, name):
        study = open_study(settings, name, basis)
        _require_unfinished(registry, study, plan.trials)
        with parent_run(registry, study) as run_id:
            yield OpenedSearch(run_id, registry, study, config, plan.trials)


def _require_unfinished(registry: Registry, study: Study, trials: int) -> None:
    """Refuse to fit and register the very same model again."""
    done = len(done_trials(study))
    if done < trials:
        return
    run_id = study.user_attrs.get(RUN)
    for given in registry.versions():
        if given.run_id == run_id:
            raise SearchFinished(
                f"the search {study.study_name!r} has made {done:,} trials and given version "
                f"{given.version}, run {run_id}",
                f"more than {done:,} trials to make",
                "Give --search a larger number to go on, or name another --study",
            )


def _line(tried: Tried, trials: int) -> str:
    said = "given up" if tried.pruned else f"loss {tried.losses[-1]:.5f}"
    best = f"{tried.best:.5f}" if math.isfinite(tried.best) else "none yet"
    return f"        trial {tried.done:,} of {trials:,}: {said}; best {best}"
