"""The MLflow run of a training: all that is needed to judge it, and to repeat it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import yaml

from features.errors import DamagedModel
from models.registry import MODEL, Registry, quiet
from models.reliability import bins_table, reliability
from models.run_record import CALIBRATION, GATE, SLICES
from training.config import TrainConfig, parameters
from training.evaluation import Evaluation
from training.figures import calibration_figure, precision_recall_figure
from training.source import Source

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

ORIGIN: Final = "origin.json"
SEEN: Final = "seen.parquet"
CONFIG: Final = "config.yaml"
COLUMNS: Final = "columns.yaml"


@dataclass(frozen=True)
class Origin:
    """Where a model comes from.

    Attributes
    ----------
    source
        Where its appeals were read from.
    digest
        SHA-256 over all of them, the test slice included.
    rows
        How many.
    first, last
        Of filing, UTC.
    seen_until
        The latest filing that the model has seen; the test slice begins here or later.
    prior
        Share overturned among what it has seen.
    decided_until
        The latest decision of all of them; None where no moments of decisions are known.
    """

    source: Source
    digest: str
    rows: int
    first: datetime
    last: datetime
    seen_until: datetime
    prior: float
    decided_until: datetime | None = None

    def tags(self) -> dict[str, str]:
        """Give what the registered version says of its data."""
        return {
            "data_digest": self.digest,
            "data_source": self.source.kind,
            "data_rows": str(self.rows),
            "data_first": self.first.isoformat(),
            "data_last": self.last.isoformat(),
            "seen_until": self.seen_until.isoformat(),
        }

    def dump(self) -> str:
        """Give the origin as JSON."""
        file = None if self.source.file is None else str(self.source.file.resolve())
        until = None if self.decided_until is None else self.decided_until.isoformat()
        further = {"file": file, "prior": self.prior, "decided_until": until}
        return json.dumps({**self.tags(), **further}, indent=2)


@contextmanager
def running(registry: Registry, name: str | None = None, experiment: str = MODEL) -> Iterator[str]:
    """Open a run, which ends as `ending` says.

    Parameters
    ----------
    name
        Of the run, for people.
    experiment
        Name of the experiment that it belongs to; it is made where it is not there.

    Yields
    ------
    str
        The run's id.
    """
    registry.settle_in()
    client = registry.client
    run_id = str(client.create_run(_experiment(registry, experiment), run_name=name).info.run_id)
    with ending(registry, run_id):
        yield run_id


@contextmanager
def ending(registry: Registry, run_id: str) -> Iterator[None]:
    """End a run with what is done inside: finished, killed by who stopped it, or else failed."""
    client = registry.client
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        client.set_terminated(run_id, "KILLED")
        raise
    except BaseException:
        client.set_terminated(run_id, "FAILED")
        raise
    client.set_terminated(run_id, "FINISHED")


def record_data(
    registry: Registry, run_id: str, origin: Origin, seen: npt.NDArray[np.uint64]
) -> None:
    """Log where the data came from, and the prints of the rows that the model has seen."""
    client = registry.client
    for key, value in origin.tags().items():
        client.set_tag(run_id, key, value)
    client.log_text(run_id, origin.dump(), ORIGIN)
    with TemporaryDirectory() as folder:
        path = Path(folder) / SEEN
        pd.DataFrame({"print": np.sort(seen)}).to_parquet(path, index=False)
        client.log_artifact(run_id, str(path))
    if origin.source.columns is not None:
        client.log_text(run_id, origin.source.columns.read_text(encoding="utf-8"), COLUMNS)


def record_config(registry: Registry, run_id: str, config: TrainConfig) -> None:
    """Log the configuration, as parameters to compare runs by and as a file to repeat one from."""
    for name, value in parameters(config).items():
        registry.client.log_param(run_id, name, value)
    declared = yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False)
    registry.client.log_text(run_id, declared, CONFIG)


def record_evaluation(
    registry: Registry,
    run_id: str,
    evaluation: Evaluation,
    further: Mapping[str, float],
) -> None:
    """Log measures, the table of slices, the bins of the reliability diagram, and the figures.

    Parameters
    ----------
    evaluation
        On the test slice.
    further
        Other figures, such as the encoder's fidelity. What is NaN is left out.
    """
    client = registry.client
    figures = {**overall_figures(evaluation), **further}
    for name, value in figures.items():
        if not math.isnan(value):
            client.log_metric(run_id, name, value)
    with quiet():
        client.log_table(run_id, evaluation.table(), SLICES)
    bins = reliability(evaluation.outcome, evaluation.probability)
    client.log_dict(run_id, {"bins": bins_table(bins)}, CALIBRATION)
    _record_figures(client, run_id, evaluation)


def record_verdict(registry: Registry, run_id: str, answer: Mapping[str, object]) -> None:
    """Log what the gate said of a run's model, in place of what it said before."""
    registry.client.log_dict(run_id, dict(answer), GATE)


def overall_figures(evaluation: Evaluation) -> dict[str, float]:
    """Name the measures of a test slice as a run lists them."""
    overall = evaluation.overall
    return {
        **vars(overall.metrics),
        "auc_low": overall.auc.low,
        "auc_high": overall.auc.high,
        "within_policy_auc": evaluation.within_policy_auc,
        "mean_probability": overall.mean_probability,
        **{f"{name}_low": one.low for name, one in evaluation.losses.items()},
        **{f"{name}_high": one.high for name, one in evaluation.losses.items()},
    }


def read_origin(registry: Registry, run_id: str) -> Origin:
    """Read where a model came from.

    Raises
    ------
    DamagedModel
        When the run's record is gone or broken.
    """
    path = registry.artifact(run_id, ORIGIN)
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        file = None if said["file"] is None else Path(said["file"])
        until = said.get("decided_until")
        return Origin(
            source=Source(file, None if file is None else registry.artifact(run_id, COLUMNS)),
            digest=said["data_digest"],
            rows=int(said["data_rows"]),
            first=datetime.fromisoformat(said["data_first"]),
            last=datetime.fromisoformat(said["data_last"]),
            seen_until=datetime.fromisoformat(said["seen_until"]),
            prior=float(said["prior"]),
            decided_until=None if until is None else datetime.fromisoformat(until),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _gone(path) from error


def read_seen(registry: Registry, run_id: str) -> npt.NDArray[np.uint64]:
    """Read the prints of the rows that a model has seen, shape (n,).

    Raises
    ------
    DamagedModel
        When the run's record is gone or broken.
    """
    path = registry.artifact(run_id, SEEN)
    try:
        return pd.read_parquet(path)["print"].to_numpy(np.uint64)
    except (OSError, ValueError, KeyError) as error:
        raise _gone(path) from error


def _record_figures(client: MlflowClient, run_id: str, evaluation: Evaluation) -> None:
    title = "Later cases, which the model has not seen"
    drawn = {
        "calibration.png": calibration_figure,
        "precision_recall.png": precision_recall_figure,
    }
    for name, draw in drawn.items():
        figure = draw(evaluation.outcome, evaluation.probability, title)
        client.log_figure(run_id, figure, f"figures/{name}")


def _experiment(registry: Registry, name: str) -> str:
    found = registry.client.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    place = registry.settings.artifacts.resolve().as_uri()
    return str(registry.client.create_experiment(name, place))


def _gone(path: Path) -> DamagedModel:
    return DamagedModel(
        f"{path} cannot be read", "the record of the training", "Train again, or put it back"
    )
