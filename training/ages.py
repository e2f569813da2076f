"""How old appeals are at the moment at which the data were seen."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.flow import last_flowing_day

__all__ = ["hours", "seen_at"]


def seen_at(filed: pd.Series[pd.Timestamp], decided: pd.Series[pd.Timestamp]) -> pd.Timestamp:
    """Tell the moment at which the data were seen: that of the latest filing or decision.

    Neither the few that come long after all others move it (`models.flow`), nor any that lies in
    the future, as long as there are others.

    Parameters
    ----------
    filed
        (n,) UTC, at least one.
    decided
        (m,) UTC; missing where there is none.
    """
    now = pd.Timestamp(datetime.now(UTC))
    streams = [one[one <= now] for one in (filed, decided)]
    ends = [_end(one) for one in streams if len(one)]
    return max(ends) if ends else filed.max()


def hours(spans: pd.Series[pd.Timedelta]) -> NDArray[np.float64]:
    """Give spans in hours, (n,): none below 0, as a decision dated before its filing took none."""
    return np.asarray((spans / pd.Timedelta(hours=1)).to_numpy(np.float64)).clip(min=0.0)


def _end(moments: pd.Series[pd.Timestamp]) -> pd.Timestamp:
    """Give the last moment of the last day on which a stream flowed."""
    days = moments.dt.floor("D")
    counts = {pd.Timestamp(str(day)).date(): int(n) for day, n in days.value_counts().items()}
    end = last_flowing_day(counts) or max(counts)
    return moments[days <= pd.Timestamp(end, tz="UTC")].max()
