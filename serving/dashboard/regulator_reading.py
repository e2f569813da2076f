"""What the report to the regulator reads: complaints of a period, and decisions on earlier ones."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

import pandas as pd
import sqlalchemy as sa

from features.database import reading
from features.tables import APPEALS, DECISIONS, HISTORY_DAYS
from models.grounds import Grounds

DAY_SECONDS: Final = 86_400
READ: Final = ("submitted_at", "policy", "action", "detection", "language")


@dataclass(frozen=True)
class Months:
    """Whole calendar months, UTC, `first` and `last` by their first days."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        """The first moment."""
        return datetime(self.first.year, self.first.month, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The first moment after them."""
        after = next_month(self.last)
        return datetime(after.year, after.month, 1, tzinfo=UTC)

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, such as `2026-03`."""
        found, month = [], self.first
        while month <= self.last:
            found.append(f"{month:%Y-%m}")
            month = next_month(month)
        return tuple(found)


def next_month(month: date) -> date:
    """Give the first day of the month after one."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def mark_of(engine: sa.Engine, months: Months) -> str:
    """Give what is another one when anything is entered that the report of some months tells."""
    marks = HISTORY_DAYS.c
    query = sa.select(marks.day, marks.filed, marks.answered).where(marks.day < months.end.date())
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(marks.day)).all()
    return hashlib.sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()


def complaints_of(engine: sa.Engine, months: Months, grounds: Grounds) -> pd.DataFrame:
    """Read the complaints filed in some months, as `models.transparency.report` takes them.

    Of several decisions on one, the latest before the end counts.
    """
    columns = [APPEALS.c[name] for name in READ]
    latest = _latest(months.end)
    query = (
        sa.select(*columns, latest.c.decided_at, latest.c.outcome)
        .select_from(APPEALS.outerjoin(latest, latest.c.appeal_id == APPEALS.c.appeal_id))
        .where(APPEALS.c.submitted_at >= months.start, APPEALS.c.submitted_at < months.end)
    )
    with reading(engine) as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    return _frame(rows, grounds)


def carried_over(engine: sa.Engine, months: Months, grounds: Grounds) -> pd.DataFrame:
    """Read the complaints that were pending when the months began, in the same columns."""
    columns = [APPEALS.c[name] for name in READ]
    latest = _latest(months.end)
    earlier = sa.exists().where(
        DECISIONS.c.appeal_id == APPEALS.c.appeal_id, DECISIONS.c.decided_at < months.start
    )
    query = (
        sa.select(*columns, latest.c.decided_at, latest.c.outcome)
        .select_from(APPEALS.outerjoin(latest, latest.c.appeal_id == APPEALS.c.appeal_id))
        .where(APPEALS.c.submitted_at < months.start, ~earlier)
    )
    with reading(engine) as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    return _frame(rows, grounds)


def _latest(until: datetime) -> sa.Subquery:
    """Select of each complaint the decision that counts at a moment."""
    later, when = DECISIONS.alias(), DECISIONS.c.decided_at
    overruled = sa.exists().where(
        later.c.appeal_id == DECISIONS.c.appeal_id,
        later.c.decided_at > when,
        later.c.decided_at < until,
    )
    columns = (DECISIONS.c.appeal_id, when, DECISIONS.c.outcome)
    return sa.select(*columns).where(when < until, ~overruled).subquery()


def _frame(rows: list[tuple[object, ...]], grounds: Grounds) -> pd.DataFrame:
    names = ("filed", *READ[1:], "decided", "outcome")
    columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}
    told = pd.DataFrame({name: pd.Series(columns.get(name, ()), dtype=object) for name in names})
    filed = pd.to_datetime(told["filed"], utc=True)
    waited = pd.to_datetime(told["decided"], utc=True) - filed
    bases = told["policy"].map(grounds.of)
    return pd.DataFrame(
        {
            "month": filed.dt.strftime("%Y-%m").astype(object),
            "ground": bases.map(lambda one: str(one.ground)).astype(object),
            "category": bases.map(lambda one: one.category).astype(object),
            "policy": told["policy"],
            "action": told["action"],
            "contested": told["action"].map(lambda one: _kind(grounds, one)).astype(object),
            "detection": told["detection"],
            "language": told["language"],
            "outcome": told["outcome"].map({"upheld": "upheld", "overturned": "reversed"}),
            "days": waited.dt.total_seconds() / DAY_SECONDS,
            "automated": told["detection"] == "automated",
        }
    )


def _kind(grounds: Grounds, action: str | None) -> str | None:
    kind = grounds.contested(action)
    return None if kind is None else str(kind)
