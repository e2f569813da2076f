"""What a sample came to, in a few figures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from training.sample.making import Sample


def summarise(sample: Sample) -> dict[str, Any]:
    """Sum a sample up.

    Returns
    -------
    dict
        Counts and shares of all appeals, the share of decisions that miss the truth (`noise`), the
        AUC of the true probabilities (None with one outcome only), and appeals by incident.
    """
    cases = sample.cases
    end = np.datetime64(sample.plan.until.replace(tzinfo=None))
    return {
        "appeals": len(cases),
        "subjects": int(cases["seller"].nunique()),
        "decided": int((cases["decided_at"].to_numpy() < end).sum()),
        "overturned_share": _share(cases["overturned"]),
        "wrong_share": _share(cases["wrong"]),
        "noise": _share(cases["overturned"] != cases["wrong"]),
        "escalated_share": _share(cases["escalated"]),
        "second_attempt_share": _share(cases["attempt"] == 2),
        "template_share": _share(cases["letter"] != ""),
        "languages": cases["language"].value_counts(normalize=True).round(4).to_dict(),
        "best_auc": _best_auc(cases),
        "incidents": {
            placed.incident.key: int((cases["incident"] == position).sum())
            for position, placed in enumerate(sample.placed)
        },
    }


def _share(flags: pd.Series[bool]) -> float:
    return round(float(flags.mean()), 4)


def _best_auc(cases: pd.DataFrame) -> float | None:
    """Give the AUC of the true probabilities."""
    if cases["overturned"].nunique() < 2:
        return None
    return round(float(roc_auc_score(cases["overturned"], cases["probability"])), 4)
