"""What the queue reads: appeals without a decision, each with the latest score it was given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd
import sqlalchemy as sa

from features.tables import ALARM_MEMBERS, APPEALS, DECISIONS, DISCOVERIES, SCORES, THEME_MEMBERS

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


def read_waiting(connection: sa.Connection) -> pd.DataFrame:
    """Read the appeals that wait for a decision, in no order, with `COLUMNS`.

    Scores are missing of those that were never scored, themes of those that are in none as of the
    newest discovery.
    """
    given = SCORES.alias("given")
    latest = (
        sa.select(sa.func.max(given.c.score_id))
        .where(given.c.appeal_id == APPEALS.c.appeal_id)
        .correlate(APPEALS)
        .scalar_subquery()
    )
    belongs = sa.and_(
        THEME_MEMBERS.c.as_of == sa.bindparam("as_of", type_=sa.Date),
        THEME_MEMBERS.c.appeal_id == APPEALS.c.appeal_id,
    )
    query = (
        sa.select(
            *(APPEALS.c[name] for name in FACTS),
            *(SCORES.c[name] for name in SCORED),
            THEME_MEMBERS.c.theme_id,
        )
        .outerjoin_from(APPEALS, SCORES, SCORES.c.score_id == latest)
        .outerjoin(THEME_MEMBERS, belongs)
        .where(~_is_decided())
    )
    rows = connection.execute(query, {"as_of": newest_day(connection) or date.min}).all()
    return _frame(rows)


def _is_decided() -> sa.ColumnElement[bool]:
    return sa.exists().where(DECISIONS.c.appeal_id == APPEALS.c.appeal_id)


def _frame(rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    values: list[Sequence[Any]] = [*zip(*rows, strict=True)] or [()] * len(COLUMNS)
    columns = dict(zip(COLUMNS, values, strict=True))
    frame = pd.DataFrame({name: pd.Series(columns[name], dtype=object) for name in COLUMNS})
    for name in ("submitted_at", "due_at"):
        moments = np.array([_microseconds(one) for one in columns[name]], dtype=np.int64)
        frame[name] = pd.to_datetime(moments, unit="us", utc=True).where(frame[name].notna())
    for name in ("probability", "priority"):
        frame[name] = frame[name].to_numpy(np.float64, na_value=np.nan)
    frame["uncertain"] = frame["uncertain"].eq(True)
    return frame


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def _microseconds(moment: datetime | None) -> int:
    return 0 if moment is None else (moment - _EPOCH) // _MICROSECOND


def newest_day(connection: sa.Connection) -> date | None:
    """Give the last day of the newest discovery; None before the first."""
    found: date | None = connection.execute(
        sa.select(sa.func.max(DISCOVERIES.c.as_of))
    ).scalar_one()
    return found


def end_of(day: date) -> datetime:
    """Give the moment at which a day is over."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


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
