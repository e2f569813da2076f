"""Months, quarters and years of filing, and which of them a backtest can be tried on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import TooFewDecisions
from training.split import LEAST_DECISIONS, overturned, require_decisions

__all__ = ["Every", "Origin", "Skipped", "every_of", "origins"]

MOST_PERIODS: Final = 24
"""Periods above which a coarser division is taken."""
USUAL_DECISIONS: Final = 100
"""Decisions that half of the periods should have at least, for a finer division to be taken."""
FIRST_SHARE: Final = 0.3
"""Share of the periods that only teach: a model of the first months tells little of later ones."""
LEAST_TESTED: Final = 50
"""Decisions of a period below which it tells nothing."""
LEAST_EACH: Final = 5
"""Cases of each outcome that a period must hold."""


class Every(StrEnum):
    """How long a period is."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_CODE: Final = {Every.MONTH: "M", Every.QUARTER: "Q", Every.YEAR: "Y"}


@dataclass(frozen=True)
class Origin:
    """A moment at which a model is fitted, and the period after it.

    Attributes
    ----------
    until
        The period's beginning, UTC: what was decided before it teaches.
    ends
        The beginning of the one after it, UTC.
    seen, test
        Appeals decided before `until`; and those filed in the period and decided by now.
    """

    until: datetime
    ends: datetime
    seen: pd.DataFrame
    test: pd.DataFrame


@dataclass(frozen=True)
class Skipped:
    """A period that tells nothing, and why."""

    begins: datetime
    reason: str


def every_of(frame: pd.DataFrame) -> Every:
    """Choose the finest division of the span that leaves periods few and full enough.

    Parameters
    ----------
    frame
        As `features.frame.decided_frame`.

    Returns
    -------
    Every
        At most `MOST_PERIODS` periods, half of them with `USUAL_DECISIONS` decisions; else years.
    """
    for every in (Every.MONTH, Every.QUARTER):
        sizes = _periods(frame, every).value_counts()
        if len(sizes) <= MOST_PERIODS and sizes.median() >= USUAL_DECISIONS:
            return every
    return Every.YEAR


def origins(
    frame: pd.DataFrame, every: Every, first: datetime | None = None
) -> Iterator[Origin | Skipped]:
    """Walk through the periods: each is foreseen from what had been decided when it began.

    An appeal that was filed before but decided later does not teach: its outcome was not known.

    Parameters
    ----------
    frame
        As `features.frame.decided_frame`.
    every
        The length of a period.
    first
        The first moment that may be tested; None for after `FIRST_SHARE` of the periods.

    Raises
    ------
    NoDecidedAppeals, OneOutcomeOnly, TooFewDecisions
        When there is nothing to learn from, or no second period to be foreseen.
    """
    require_decisions(frame)
    ordered = frame.sort_values("submitted_at", kind="stable", ignore_index=True)
    period = _periods(ordered, every)
    held = pd.period_range(period.min(), period.max(), freq=_CODE[every])
    if len(held) < 2:
        raise TooFewDecisions(
            f"all {len(frame)} decisions on appeals of one {every}",
            f"appeals of two {every}s or more",
            "Choose shorter periods with --every, or ingest older appeals",
        )
    begin = max(int(np.ceil(FIRST_SHARE * len(held))), 1)
    for number, one in enumerate(held):
        starts, ends = (_begin(each) for each in (one, one + 1))
        asked = number >= begin if first is None else starts >= first
        if asked:
            yield _origin(ordered, starts, ends, (period == one).to_numpy())


def _origin(
    frame: pd.DataFrame, starts: datetime, ends: datetime, within: NDArray[np.bool_]
) -> Origin | Skipped:
    known = (frame["submitted_at"] < starts) & (frame["decided_at"] < starts)
    seen = frame[known].reset_index(drop=True)
    test = frame[within].reset_index(drop=True)
    for part, least, each, name in (
        (seen, LEAST_DECISIONS, 1, "decided before"),
        (test, LEAST_TESTED, LEAST_EACH, "to be foreseen"),
    ):
        up = int(overturned(part).sum())
        if len(part) < least or min(up, len(part) - up) < each:
            found = f"{len(part)} {name}, {up} of them overturned"
            return Skipped(starts, f"{found}; at least {least}, and {each} of each outcome")
    return Origin(starts, ends, seen, test)


def _begin(period: pd.Period) -> datetime:
    begins: datetime = period.start_time.to_pydatetime().replace(tzinfo=UTC)
    return begins


def _periods(frame: pd.DataFrame, every: Every) -> pd.Series[Any]:
    filed = frame["submitted_at"].dt.tz_convert("UTC").dt.tz_localize(None)
    return pd.Series(pd.PeriodIndex(filed, freq=_CODE[every]), index=frame.index)
