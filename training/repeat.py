"""A training repeated from its MLflow record alone: the same data, and so the same figures.

Whatever decides a figure is in the record: the configuration, where the data were read and their
digest, the teacher. Nothing new is registered.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray

from features.errors import ChangedData, DamagedModel, NoSuchRun, UnreadableFile
from features.frame import ATTRIBUTE_PREFIX, digest_of
from features.settings import Settings
from models.registry import MODEL, Registry
from training.config import TrainConfig, read_config
from training.metrics import null_if_nan
from training.repeat_record import TEACHER, installed, read_installed, read_judged
from training.search_record import KIND, PARENT, TRIAL
from training.source import Cases, read_cases, row_prints
from training.stages import Stages
from training.tracking import CONFIG, ORIGIN, Origin, read_origin, read_seen
from training.train import cut, figures_of, fit

if TYPE_CHECKING:
    from mlflow.entities import Run

__all__ = ["Figure", "Repeated", "repeat"]


@dataclass(frozen=True)
class Figure:
    """One measure, as it was and as it is; NaN where it does not apply."""

    name: str
    then: float
    now: float

    @property
    def same(self) -> bool:
        """Whether the two agree to the last digit."""
        return self.then == self.now or (math.isnan(self.then) and math.isnan(self.now))

    def as_dict(self) -> dict[str, str | float | bool | None]:
        """Give it for JSON."""
        then, now = null_if_nan(self.then), null_if_nan(self.now)
        return {"name": self.name, "then": then, "now": now, "same": self.same}


@dataclass(frozen=True)
class Repeated:
    """What a repetition gave.

    Attributes
    ----------
    run_id
        Of the training that was repeated.
    figures
        All that the run recorded of its model.
    later
        Decided appeals that have come since, and were left out.
    versions
        Of packages that are not what they were: name to (then, now).
    """

    run_id: str
    figures: tuple[Figure, ...]
    later: int
    versions: Mapping[str, tuple[str, str]]

    @property
    def identical(self) -> bool:
        """Whether all figures agree to the last digit."""
        return all(figure.same for figure in self.figures)

    def answer(self) -> dict[str, object]:
        """Give the answer of `redress train --repeat --json`."""
        return {
            "run_id": self.run_id,
            "identical": self.identical,
            "figures": [figure.as_dict() for figure in self.figures],
            "later": self.later,
            "versions": {name: list(pair) for name, pair in self.versions.items()},
        }


def repeat(run_id: str, settings: Settings | None = None, stages: Stages | None = None) -> Repeated:
    """Fit and measure again what a training's run says, and compare.

    Parameters
    ----------
    run_id
        Of a training; `redress train` and MLflow's pages tell it.
    settings
        Say where the runs and the history are; from the environment where left out.
    stages
        Show the progress; on standard error where left out.

    Raises
    ------
    NoSuchRun
        When there is no such run, or it is no training's.
    ChangedData, UnreadableFile
        When the data are not what they were, or not there; the message says what differs.
    DamagedModel, InvalidConfig
        When the record itself is broken.
    """
    settings, stages = settings or Settings.from_environment(), stages or Stages.on_stderr()
    registry = Registry(settings)
    run = _run(registry, run_id)
    settings = replace(settings, teacher=run.data.tags.get(TEACHER, settings.teacher))
    origin, config = read_origin(registry, run_id), _config(registry, run_id)
    with stages.stage("read", "reading the decided appeals of then"):
        found = _read(origin, settings)
        cases = _as_then(found, origin, settings, run_id)
    fitted = fit(cut(origin.source, cases, config, stages), config, settings, stages)
    now, then = figures_of(fitted), run.data.metrics
    return Repeated(
        run_id,
        tuple(Figure(name, then.get(name, math.nan), value) for name, value in now.items()),
        len(found.frame) - len(cases.frame),
        _other_versions(registry, run_id),
    )


def _run(registry: Registry, run_id: str) -> Run:
    """Find a run that trained a model."""
    from mlflow.exceptions import MlflowException

    store = Path(registry.settings.tracking.removeprefix("sqlite:///"))
    try:
        if not store.exists():
            raise _no_run("there are no runs yet")
        run = registry.client.get_run(run_id)
        experiment = registry.client.get_experiment(run.info.experiment_id).name
    except MlflowException as error:
        raise _no_run(f"no run {run_id!r}") from error
    if run.data.tags.get(KIND) == TRIAL:
        training = run.data.tags.get(PARENT, "none")
        raise _no_run(f"run {run_id!r} is a trial of the search of run {training}")
    if experiment != MODEL:
        raise _no_run(f"run {run_id!r} is of the experiment {experiment!r}")
    if not registry.artifact(run_id, ORIGIN).exists() and run.info.status != "FINISHED":
        raise _no_run(f"run {run_id!r} came to no end ({run.info.status.lower()})")
    return run


def _no_run(found: str) -> NoSuchRun:
    return NoSuchRun(
        found,
        "the run of a training",
        "`redress train` tells its run_id, and MLflow lists them in the experiment 'redress'",
    )


def _config(registry: Registry, run_id: str) -> TrainConfig:
    path = registry.artifact(run_id, CONFIG)
    try:
        return read_config(yaml.safe_load(path.read_text(encoding="utf-8")), str(path))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DamagedModel(
            f"{path} cannot be read ({type(error).__name__})",
            "the configuration of the run",
            "Put it back from a copy, or train again",
        ) from error


def _read(origin: Origin, settings: Settings) -> Cases:
    file = origin.source.file
    if file is not None and not file.exists():
        raise UnreadableFile(
            f"{file} is not there any more",
            f"the {origin.rows:,} decided appeals with the digest {origin.digest[:12]}",
            "Put the file back in its place",
        )
    return read_cases(origin.source, settings)


def _as_then(found: Cases, origin: Origin, settings: Settings, run_id: str) -> Cases:
    """Leave out what has come since, second decisions too; refuse what has changed."""
    if found.digest == origin.digest:
        return found
    there = []
    for cases in chain([found], _former_outcomes(origin, settings)):
        rows = _of_then(cases.frame, origin, Registry(settings), run_id)
        then = _without_empty(cases.frame[rows].reset_index(drop=True))
        if (digest := digest_of(then)) == origin.digest:
            return Cases(then, cases.rejected, digest, cases.undecided)
        there.append(len(then))
    raise _changed(origin, there[0], len(found.frame))


def _of_then(
    frame: pd.DataFrame, origin: Origin, registry: Registry, run_id: str
) -> NDArray[np.bool_]:
    seen, judged = read_seen(registry, run_id), read_judged(registry, run_id)
    if judged is None:
        return (frame["submitted_at"] <= origin.last).to_numpy()
    return np.isin(row_prints(frame), np.concatenate([seen, judged]))


def _former_outcomes(origin: Origin, settings: Settings) -> Iterator[Cases]:
    """Read a history as its decisions were then: some have been decided again since."""
    if origin.source.file is None and origin.decided_until is not None:
        until = origin.decided_until + timedelta(microseconds=1)
        yield read_cases(origin.source, settings, until)


def _without_empty(frame: pd.DataFrame) -> pd.DataFrame:
    """Drop attributes that none of the appeals has: they came with later ones."""
    empty = [
        name
        for name in frame
        if str(name).startswith(ATTRIBUTE_PREFIX) and frame[name].isna().all()
    ]
    return frame.drop(columns=empty)


def _changed(origin: Origin, there: int, now: int) -> ChangedData:
    missing = origin.rows - there
    differs = "all are there, but facts or outcomes of some have changed"
    if missing > 0:
        differs = f"{missing:,} of them are gone, or their time or text has changed"
    elif missing < 0:
        differs = f"{-missing:,} of that time are new, and this older run does not tell which"
    place = origin.source.file or "the history"
    return ChangedData(
        f"{place} holds {now:,} decided appeals, not those of the run: {differs}",
        f"{origin.rows:,} with the digest {origin.digest[:12]}",
        "Put the data back as they were, or train anew on what is there",
    )


def _other_versions(registry: Registry, run_id: str) -> dict[str, tuple[str, str]]:
    then, now = read_installed(registry, run_id), installed()
    return {name: (then[name], now[name]) for name in now if then.get(name, now[name]) != now[name]}
