"""The filings of the history, counted by the day on which they came in."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from features.tables import APPEALS, HISTORY_DAYS
from serving.dashboard.by_day import ByDay, midnight
from serving.dashboard.flows import Flow, flow_of


class FilingDays:
    """Counts the appeals filed on each day; what was counted of a day is kept while it holds."""

    def __init__(self) -> None:
        self._days: ByDay[int] = ByDay([HISTORY_DAYS.c.filed], read_filed)
        self._turn = threading.Lock()

    def flow(self, connection: sa.Connection, now: datetime) -> Flow | None:
        """Tell up to when appeals came in; None where there is none."""
        when, mark = APPEALS.c.submitted_at, HISTORY_DAYS.c.filed
        return flow_of(connection, when, mark, self.counts, now)

    def counts(self, connection: sa.Connection, since: date, until: datetime) -> dict[date, int]:
        """Count the appeals filed on each day up to a moment."""
        last = until.date()
        with self._turn:
            filed = self._days.days(connection, since, last)
        # The day is not over: one filed on it in the future does not count yet.
        return {**filed, last: _filed_between(connection, midnight(last), until)}


def read_filed(connection: sa.Connection, first: date, last: date) -> dict[date, int]:
    """Count the appeals filed on each of some days."""
    when = APPEALS.c.submitted_at
    day = sa.func.date(when, type_=sa.Date)
    within = when >= midnight(first), when < midnight(last + timedelta(days=1))
    query = sa.select(day, sa.func.count()).where(*within).group_by(day)
    return dict(connection.execute(query).all())


def _filed_between(connection: sa.Connection, since: datetime, until: datetime) -> int:
    when = APPEALS.c.submitted_at
    query = sa.select(sa.func.count()).where(when >= since, when <= until)
    return int(connection.execute(query).scalar_one())
