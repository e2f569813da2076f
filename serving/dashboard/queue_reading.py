"""What the queue reads: appeals without a decision, each with the latest score it was given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray

from features.tables import (
    ALARM_MEMBERS,
    APPEALS,
    DECISIONS,
    DISCOVERIES,
    HISTORY_DAYS,
    SCORES,
    THEME_MEMBERS,
    THEMES,
    Moment,
)
from models.theme_queries import newest
from serving.dashboard.by_day import ByDay, NewScores, bare, midnight

FACTS: Final = ("appeal_id", "submitted_at", "policy", "market", "language")
SCORED: Final = {
    "probability": "probability",
    "uncertain": "uncertain",
    "risk_tier": "tier",
    "risk_team": "team",
    "priority": "priority",
    "due_at": "due_at",
}
"""Columns of the ledger, and what the queue calls them."""
COLUMNS: Final = (*FACTS, *SCORED.values(), "theme")
MOMENTS: Final = ("submitted_at", "due_at")


class WaitingDays:
    """The appeals that wait for a decision, kept by the day on which they were filed.

    Not for several threads at once.
    """

    def __init__(self) -> None:
        self.days: ByDay[Mapping[str, NDArray[Any]]] = ByDay(
            [HISTORY_DAYS.c.filed, HISTORY_DAYS.c.answered], read_days
        )
        self.scores = NewScores()
        self._as_of: object = None

    def turn(self, connection: sa.Connection) -> int:
        """Read what has changed; the number given is another one where anything has."""
        as_of = catalog_mark(connection)
        if as_of != self._as_of:
            self.days.forget()
            self._as_of = as_of
        self.days.forget(self.scores.days(connection, APPEALS.c.submitted_at))
        self.days.days(connection)
        return self.days.turns

    def frame(self, connection: sa.Connection) -> pd.DataFrame:
        """Give the appeals, in no order, with `COLUMNS`.

        Scores are missing of those that were never scored, themes of those that are in none as of
        the newest discovery.
        """
        lots = [*self.days.days(connection).values()] or [_columns(())]
        frame = pd.DataFrame(
            {name: np.concatenate([lot[name] for lot in lots]) for name in COLUMNS}
        )
        for name in MOMENTS:
            frame[name] = frame[name].dt.tz_localize("UTC")
        return frame


def read_days(
    connection: sa.Connection, first: date, last: date
) -> Mapping[date, Mapping[str, NDArray[Any]]]:
    """Read the appeals filed on some days that wait, `COLUMNS` side by side, by day."""
    given = SCORES.alias("given")
    latest = (
        sa.select(sa.func.max(given.c.score_id))
        .where(given.c.appeal_id == APPEALS.c.appeal_id)
        .correlate(APPEALS)
        .scalar_subquery()
    )
    belongs = sa.and_(
        THEME_MEMBERS.c.as_of == (newest_day(connection) or date.min),
        THEME_MEMBERS.c.appeal_id == APPEALS.c.appeal_id,
    )
    told = [*(APPEALS.c[name] for name in FACTS), *(SCORES.c[name] for name in SCORED)]
    filed = APPEALS.c.submitted_at
    query = (
        sa.select(*(bare(one) if isinstance(one.type, Moment) else one for one in told))
        .add_columns(THEME_MEMBERS.c.theme_id)
        .outerjoin_from(APPEALS, SCORES, SCORES.c.score_id == latest)
        .outerjoin(THEME_MEMBERS, belongs)
        .where(filed >= midnight(first), filed < midnight(last + timedelta(days=1)))
        .where(~_is_decided())
    )
    return _by_day(_columns(connection.execute(query).all()))


def _is_decided() -> sa.ColumnElement[bool]:
    return sa.exists().where(DECISIONS.c.appeal_id == APPEALS.c.appeal_id)


def _columns(rows: Sequence[Sequence[Any]]) -> Mapping[str, NDArray[Any]]:
    values: list[Sequence[Any]] = [*zip(*rows, strict=True)] or [()] * len(COLUMNS)
    columns = dict(zip(COLUMNS, values, strict=True))
    return {name: _column(name, columns[name]) for name in COLUMNS}


def _column(name: str, values: Sequence[Any]) -> NDArray[Any]:
    if name in MOMENTS:
        return np.array(values, "M8[us]")
    if name in ("probability", "priority"):
        return np.array(values, np.float64)
    if name == "uncertain":
        return np.array([value is True for value in values], np.bool_)
    column = np.empty(len(values), object)
    column[:] = values
    return column


def _by_day(columns: Mapping[str, NDArray[Any]]) -> Mapping[date, Mapping[str, NDArray[Any]]]:
    days = columns["submitted_at"].astype("M8[D]")
    return {
        day.astype(object): {name: column[days == day] for name, column in columns.items()}
        for day in np.unique(days)
    }


def catalog_mark(connection: sa.Connection) -> tuple[object, ...]:
    """Give what is another one after every discovery, and every merge by people."""
    latest = newest(connection)
    merges = sa.select(sa.func.count()).where(THEMES.c.merged_into.is_not(None))
    found = () if latest is None else (latest.as_of, latest.made_at, latest.seconds)
    return *found, connection.execute(merges).scalar_one()


def newest_day(connection: sa.Connection) -> date | None:
    """Give the last day of the newest discovery; None before the first."""
    found: date | None = connection.execute(
        sa.select(sa.func.max(DISCOVERIES.c.as_of))
    ).scalar_one()
    return found


def end_of(day: date) -> datetime:
    """Give the moment at which a day is over."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def decisions_since(connection: sa.Connection, since: datetime) -> int:
    """Count the decisions made from a moment on."""
    query = sa.select(sa.func.count()).where(DECISIONS.c.decided_at >= since)
    return int(connection.execute(query).scalar_one())


def decided_among(connection: sa.Connection, appeals: Sequence[str]) -> frozenset[str]:
    """Say which of some appeals have been decided."""
    query = sa.select(DECISIONS.c.appeal_id).where(DECISIONS.c.appeal_id.in_(appeals))
    return frozenset(connection.execute(query).scalars())


def alarmed_among(
    connection: sa.Connection, appeals: Sequence[str], alarms: Sequence[str]
) -> Mapping[str, str]:
    """Say which of some appeals make up one of some alarms; of several the first counts."""
    query = sa.select(ALARM_MEMBERS.c.appeal_id, ALARM_MEMBERS.c.alarm_id).where(
        ALARM_MEMBERS.c.appeal_id.in_(appeals), ALARM_MEMBERS.c.alarm_id.in_(alarms)
    )
    found: dict[str, str] = {}
    for appeal_id, alarm_id in connection.execute(query):
        there = found.get(appeal_id, alarm_id)
        found[appeal_id] = min(there, alarm_id, key=list(alarms).index)
    return found


def said_in(connection: sa.Connection, appeals: Sequence[str]) -> Sequence[sa.Row[Any]]:
    """Read what tells where some appeals lie: text, policy, market and detection."""
    told = ("appeal_id", "text", "policy", "market", "detection")
    query = sa.select(*(APPEALS.c[name] for name in told))
    return connection.execute(query.where(APPEALS.c.appeal_id.in_(appeals))).all()
