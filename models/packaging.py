"""A saved scorer as an MLflow model: its signature, its example, its code in place of a pickle."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pandas as pd

from features.frame import APPEAL_COLUMNS, NUMBERS
from models.score_table import COLUMNS

CODE: Final = Path(__file__).with_name("pyfunc.py")
REQUIRED: Final = ("appeal_id", "submitted_at", "text")


def save_package(package: Path, scorer: Path, example: pd.DataFrame) -> None:
    """Write an MLflow model around a scorer's folder; MLflow loads it and tries the example.

    Parameters
    ----------
    package
        The folder to make.
    scorer
        The folder that `Scorer.save` wrote; it is copied.
    example
        Appeals, as `features.frame.appeal_frame` gives them.
    """
    import mlflow.pyfunc

    mlflow.pyfunc.save_model(
        package,
        python_model=str(CODE),
        artifacts={"scorer": str(scorer)},
        signature=signature(example),
        input_example=to_mlflow(example),
        pip_requirements=["redress"],
    )


def to_mlflow(frame: pd.DataFrame) -> pd.DataFrame:
    """Put appeals in MLflow's types, which have no time zones (UTC is meant) and no tuples."""
    return frame.assign(
        submitted_at=frame["submitted_at"].dt.tz_convert("UTC").dt.tz_localize(None),
        evidence=frame["evidence"].map(list, na_action="ignore"),
    )


def from_mlflow(frame: pd.DataFrame) -> pd.DataFrame:
    """Bring back what `to_mlflow` changed, and add the columns that were left out, empty."""
    absent = [name for name in APPEAL_COLUMNS if name not in frame]
    whole = frame.assign(**dict.fromkeys(absent))
    return whole.assign(
        submitted_at=pd.to_datetime(whole["submitted_at"], utc=True),
        evidence=whole["evidence"].map(lambda kinds: () if kinds is None else tuple(kinds)),
    ).astype(dict.fromkeys(NUMBERS, "float64"))


def signature(example: pd.DataFrame) -> Any:  # noqa: ANN401 - MLflow's class, imported late
    """Declare what a model takes and gives; attributes have the types of the example's."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema
    from mlflow.types.schema import Array, DataType

    known: dict[str, Any] = {
        "submitted_at": DataType.datetime,
        "evidence": Array(DataType.string),
        **dict.fromkeys(NUMBERS, DataType.double),
    }
    inferred = {"float64": DataType.double, "bool": DataType.boolean}
    kinds = {
        str(name): inferred.get(str(cells.infer_objects().dtype), DataType.string)
        for name, cells in example.items()
    }
    asked = [
        ColSpec(known.get(name, kind), name, required=name in REQUIRED)
        for name, kind in kinds.items()
    ]
    given = [ColSpec(getattr(DataType, kind), name) for name, kind in COLUMNS.items()]
    return ModelSignature(inputs=Schema([*asked]), outputs=Schema([*given]))
