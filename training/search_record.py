"""A search in MLflow: each trial is a child of the run of the training that it serves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from models.registry import Registry
from training.config import parameters
from training.search import Found, Tried
from training.search_study import RUN
from training.tracking import ending, running

if TYPE_CHECKING:
    from mlflow.entities import Run
    from optuna import Study

__all__ = ["KIND", "PARENT", "SEARCH", "TRIAL", "parent_run", "record_found", "record_trial"]

SEARCH: Final = "search.json"
KIND: Final = "search"
"""The tag of a run that has to do with a search: the study's name, or `TRIAL`."""
TRIAL: Final = "trial"
PARENT: Final = "mlflow.parentRunId"
_NAME: Final = "mlflow.runName"


@contextmanager
def parent_run(registry: Registry, study: Study) -> Iterator[str]:
    """Open the run of a training that searches, or open the one again that was cut short.

    A run that is being written looks just like one that was cut short: whoever asks holds the study
    (`training.search_lock.sole_search`).

    Yields
    ------
    str
        The run's id.
    """
    unfinished = _unfinished(registry, study)
    if unfinished is None:
        with running(registry) as run_id:
            study.set_user_attr(RUN, run_id)
            registry.client.set_tag(run_id, KIND, study.study_name)
            yield run_id
        return
    registry.client.update_run(unfinished, status="RUNNING")
    with ending(registry, unfinished):
        yield unfinished


def record_trial(registry: Registry, run_id: str, tried: Tried) -> str:
    """Log a trial as a child of a run: its penalties, and its loss after each slice.

    Returns
    -------
    str
        The child's id.
    """
    from mlflow.entities import Metric, Param

    client, now = registry.client, int(time.time() * 1000)
    experiment = client.get_run(run_id).info.experiment_id
    tags = {
        PARENT: run_id,
        _NAME: f"trial {tried.number}",
        KIND: TRIAL,
        "pruned": str(tried.pruned).lower(),
    }
    child = str(client.create_run(experiment, tags=tags).info.run_id)
    with ending(registry, child):
        client.log_batch(
            child,
            metrics=[Metric("loss", loss, now, step) for step, loss in enumerate(tried.losses)],
            params=[Param(name, str(value)) for name, value in parameters(tried.penalties).items()],
        )
    return child


def record_found(registry: Registry, run_id: str, found: Found) -> None:
    """Log what a search found with the run of the training that it served."""
    registry.client.log_dict(run_id, found.as_dict(), SEARCH)


def _unfinished(registry: Registry, study: Study) -> str | None:
    """Find the run of a search that was cut short; one that was measured already is left alone."""
    from mlflow.exceptions import MlflowException

    known = study.user_attrs.get(RUN)
    if known is None:
        return None
    try:
        run: Run = registry.client.get_run(known)
    except MlflowException:
        return None
    over = run.info.status == "FINISHED" or run.info.lifecycle_stage != "active" or run.data.params
    return None if over else str(known)
