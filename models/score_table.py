"""Scores side by side: the columns of a bulk answer, in files and in MLflow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd
from pydantic_core import to_json

from models.scores import Reason, Score

COLUMNS: Final = {
    "appeal_id": "string",
    "probability": "double",
    "uncertain": "boolean",
    "risk_probability": "double",
    "team": "string",
    "tier": "string",
    "priority": "double",
    "due_at": "datetime",
    "logit": "double",
    "reasons": "string",
}
"""Columns, and MLflow's names of their types; `reasons` is JSON, `due_at` UTC."""


_DTYPES: Final = {
    "string": "str",
    "double": "float64",
    "boolean": "bool",
    "datetime": "datetime64[us, UTC]",
}


def score_columns(scores: Sequence[Score]) -> dict[str, list[Any]]:
    """Lay scores side by side, (len(scores),) a column, in the order of `COLUMNS`."""
    risks = [score.risk for score in scores]
    return {
        "appeal_id": [score.appeal_id for score in scores],
        "probability": [score.probability for score in scores],
        "uncertain": [score.uncertain for score in scores],
        "risk_probability": [risk.probability for risk in risks],
        "team": [str(risk.team) for risk in risks],
        "tier": [str(risk.tier) for risk in risks],
        "priority": [score.priority for score in scores],
        "due_at": [score.due_at for score in scores],
        "logit": [score.logit for score in scores],
        "reasons": [_as_json(score.reasons) for score in scores],
    }


def score_table(scores: Sequence[Score]) -> pd.DataFrame:
    """Lay scores side by side in a frame, a row a score; `due_at` is UTC."""
    return pd.DataFrame(
        {
            name: pd.Series(values, dtype=_DTYPES[COLUMNS[name]])
            for name, values in score_columns(scores).items()
        }
    )


def _as_json(reasons: Sequence[Reason]) -> str:
    told = [
        {"kind": kind, "name": name, "value": value, "contribution": contribution}
        for kind, name, value, contribution in reasons
    ]
    return to_json(told).decode()
