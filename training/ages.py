"""How old appeals are at the moment at which the data were seen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["hours", "seen_at"]

ALMOST_ALL: Final = 0.999
"""Share of the decisions that tell the moment: a few dates far ahead are mistakes."""


def seen_at(filed: pd.Series[pd.Timestamp], decided: pd.Series[pd.Timestamp]) -> pd.Timestamp:
    """Tell the moment at which the data were seen: that of the latest filing or decision.

    A few decisions dated far ahead do not move it, nor any that lies in the future.

    Parameters
    ----------
    filed
        (n,) UTC, at least one.
    decided
        (m,) UTC; missing where there is none.
    """
    known = decided.dropna().sort_values().tolist()
    if not known:
        return filed.max()
    latest = known[int(ALMOST_ALL * (len(known) - 1))]
    return max(filed.max(), min(latest, pd.Timestamp(datetime.now(UTC))))


def hours(spans: pd.Series[pd.Timedelta]) -> NDArray[np.float64]:
    """Give spans in hours, (n,): none below 0, as a decision dated before its filing took none."""
    return np.asarray((spans / pd.Timedelta(hours=1)).to_numpy(np.float64)).clip(min=0.0)
