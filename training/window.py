"""The window of a discovery: the appeals of the last so many days, and how they were decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pandas as pd

from features.errors import NoAppeals
from features.history import History

__all__ = ["Window", "read_window"]


@dataclass(frozen=True)
class Window:
    """Appeals filed on some days in a row.

    Attributes
    ----------
    as_of
        The last day, UTC.
    days
        How many.
    frame
        As `features.frame.appeal_frame`, in order of filing.
    outcome
        (n,) `overturned`, `upheld`, or None where it was undecided by the end of the last day.
    """

    as_of: date
    days: int
    frame: pd.DataFrame
    outcome: Sequence[str | None]


def read_window(history: History, as_of: date | None, days: int) -> Window:
    """Read a window from the history.

    Parameters
    ----------
    as_of
        Its last day; None: the day of the latest appeal that is not dated in the future.
    days
        Days in it.

    Raises
    ------
    NoAppeals
        When none was filed on those days.
    """
    end = _end(history, as_of)
    since = end - timedelta(days=days)
    frame = history.appeals(since, end)
    if not len(frame):
        raise _none(history, since, end)
    known = history.outcomes(since, end)
    outcome = [known.get(appeal) for appeal in frame["appeal_id"]]
    return Window((end - timedelta(days=1)).date(), days, frame, outcome)


def _end(history: History, as_of: date | None) -> datetime:
    """Give the midnight after the last day."""
    last = as_of
    if last is None:
        now = datetime.now(UTC)
        last = (history.last_filed(now) or now).date()
    return datetime.combine(last, time(), UTC) + timedelta(days=1)


def _none(history: History, since: datetime, end: datetime) -> NoAppeals:
    counts = history.counts()
    if counts.first_submitted_at is None or counts.last_submitted_at is None:
        return NoAppeals("the history holds no appeals", remedy="Run `redress ingest` first.")
    return NoAppeals(
        f"no appeal was filed from {since:%Y-%m-%d} to {end - timedelta(days=1):%Y-%m-%d}",
        f"a window within {counts.first_submitted_at:%Y-%m-%d}"
        f" to {counts.last_submitted_at:%Y-%m-%d}, which the history covers",
        "Name a day with --as-of, or set REDRESS_WINDOW_DAYS.",
    )
