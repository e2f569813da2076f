"""The window of a discovery: the appeals of the last so many days, and how they were decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pandas as pd

from features.errors import InvalidDate, NoAppeals
from features.history import History

__all__ = ["Window", "last_day", "read_window"]


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
    InvalidDate
        When the last day is in the future, or the first before the calendar begins.
    """
    last = as_of or last_day(history)
    if last > (today := datetime.now(UTC).date()):
        raise InvalidDate(
            f"{last} is in the future",
            f"a day up to {today}, today in UTC: the catalogue cannot go back from one",
            "Name another day with --as-of.",
        )
    since, end = _span(last, days)
    frame = history.appeals(since, end)
    if not len(frame):
        raise _none(history, since, end)
    known = history.outcomes(since, end)
    outcome = [known.get(appeal) for appeal in frame["appeal_id"]]
    return Window((end - timedelta(days=1)).date(), days, frame, outcome)


def last_day(history: History) -> date:
    """Give the day of the latest appeal that is not dated in the future; today where none is."""
    now = datetime.now(UTC)
    return (history.last_filed(now) or now).date()


def _span(last: date, days: int) -> tuple[datetime, datetime]:
    """Give the midnight before the first day, and the one after the last."""
    try:
        end = datetime.combine(last, time(), UTC) + timedelta(days=1)
        return end - timedelta(days=days), end
    except OverflowError as error:
        raise InvalidDate(
            f"{days} days to {last} are not all in the calendar",
            "a window within the years 1 to 9999",
            "Name another day with --as-of.",
        ) from error


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
