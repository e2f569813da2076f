"""Up to when appeals came in, and up to when they were decided: each by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa

from features.tables import HISTORY_DAYS
from models.flow import last_flowing_day
from serving.dashboard.by_day import midnight

LOOKED_AT: Final = 182
"""Last days with anything on them, by which it is told what is usual."""
Counted = Callable[[sa.Connection, date, datetime], Mapping[date, int]]


@dataclass(frozen=True)
class Flow:
    """A stream of appeals or of decisions.

    Attributes
    ----------
    until
        The last of those that flow, UTC.
    late
        Those that came after it, too few and after too long a silence to carry it on.
    """

    until: datetime
    late: int = 0


def flow_of(
    connection: sa.Connection,
    when: sa.Column[datetime],
    mark: sa.Column[int],
    counted: Counted,
    now: datetime,
) -> Flow | None:
    """Tell up to when something flowed; None where there is nothing that is not in the future.

    Parameters
    ----------
    when, mark
        The moment of each, and the mark of a day that has any (`features.tables.HISTORY_DAYS`).
    counted
        Counts by day, from a day up to a moment.
    now
        What lies after it does not count: a date mistyped.
    """
    last = _latest(connection, when, when <= now)
    if last is None:
        return None
    counts = counted(connection, _first_looked_at(connection, mark, last.date()), last)
    end = last_flowing_day(counts) or last.date()
    if end == last.date():
        return Flow(last)
    until = _latest(connection, when, when < midnight(end + timedelta(days=1)))
    return Flow(until or last, sum(count for day, count in counts.items() if day > end))


def _latest(
    connection: sa.Connection, when: sa.Column[datetime], where: sa.ColumnElement[bool]
) -> datetime | None:
    found: datetime | None = connection.execute(sa.select(sa.func.max(when)).where(where)).scalar()
    return found


def _first_looked_at(connection: sa.Connection, mark: sa.Column[int], last: date) -> date:
    day = HISTORY_DAYS.c.day
    query = sa.select(day).where(mark > 0, day <= last).order_by(day.desc()).limit(LOOKED_AT)
    return min(connection.execute(query).scalars(), default=last)
