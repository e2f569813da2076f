"""The scorer as an MLflow model, kept as code: MLflow runs this file instead of a pickle.

Redress itself never loads a model this way; it is there for notebooks and for MLflow's own tools.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from models.packaging import from_mlflow
from models.score_table import score_table
from models.scorer import Scorer


class OverturnModel(PythonModel):
    """Scores a table of appeals, a row an appeal."""

    def load_context(self, context: PythonModelContext) -> None:
        """Load the scorer that lies beside this file."""
        self.scorer_ = Scorer.load(Path(context.artifacts["scorer"]))

    def predict(
        self,
        context: PythonModelContext,  # noqa: ARG002 - MLflow's signature
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,  # noqa: ARG002 - MLflow's signature
    ) -> pd.DataFrame:
        """Score appeals in the columns of `features.frame`; optional ones may be left out."""
        return score_table(self.scorer_.score(from_mlflow(model_input)))


set_model(OverturnModel())
