"""Counts by day: how many were filed in each corner of the intake, and how they were decided.

Of a subject, one appeal a day counts in a corner (a policy, a market and a way of detection): who
writes ten times in a day is one case. Counting is done by the database; what comes back is small
however long the history is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa

from features.database import reading
from features.tables import APPEALS, DECISIONS

__all__ = ["CORNER", "decided_appeals", "decided_by_day", "filed_by_day"]

CORNER: Final = ("policy", "market", "detection")
"""The facts by which appeals are counted."""


def filed_by_day(engine: sa.Engine, since: datetime, until: datetime) -> pd.DataFrame:
    """Count what was filed from `since` on and before `until`.

    Parameters
    ----------
    engine
        As `features.database.open_database` gives it.
    since, until
        Aware moments; midnights, or the first and the last day are not whole.

    Returns
    -------
    pandas.DataFrame
        A row a day (UTC `datetime.date`) and corner in which anything was filed, in order: `day`,
        `policy`, `market`, `detection` (None where unknown) and `filed`, the distinct subjects; an
        appeal without a subject counts as its own.
    """
    day = _day(APPEALS.c.submitted_at)
    query = (
        sa.select(day, *_corner(), _subjects(sa.true()).label("filed"))
        .where(APPEALS.c.submitted_at >= since, APPEALS.c.submitted_at < until)
        .group_by(day, *_corner())
    )
    return _counted(engine, query, ("filed",))


def decided_by_day(engine: sa.Engine, since: datetime, until: datetime) -> pd.DataFrame:
    """Count the decisions from `since` on, by the day of the decision.

    Of an appeal that was decided more than once the latest decision before `until` counts, as of
    `features.history.History.outcomes`; of a subject one decision a day in a corner, overturned
    where any was.

    Returns
    -------
    pandas.DataFrame
        As of `filed_by_day`, with `decided` and `overturned` for `filed`.
    """
    day = _day(DECISIONS.c.decided_at)
    overturned = DECISIONS.c.outcome == "overturned"
    query = (
        sa.select(
            day,
            *_corner(),
            _subjects(sa.true()).label("decided"),
            _subjects(overturned).label("overturned"),
        )
        .where(*_decided(until), DECISIONS.c.decided_at >= since)
        .group_by(day, *_corner())
    )
    return _counted(engine, query, ("decided", "overturned"))


def decided_appeals(engine: sa.Engine, since: datetime, until: datetime) -> pd.DataFrame:
    """Give the decisions before `until` on the appeals filed from `since` on and before `until`.

    Returns
    -------
    pandas.DataFrame
        A row a decided appeal, by `appeal_id`: `appeal_id`, `day` of the decision that counts (UTC
        `datetime.date`), and whether it was `overturned`.
    """
    query = sa.select(
        DECISIONS.c.appeal_id,
        _day(DECISIONS.c.decided_at),
        (DECISIONS.c.outcome == "overturned").label("overturned"),
    ).where(*_decided(until), APPEALS.c.submitted_at >= since, APPEALS.c.submitted_at < until)
    names = ("appeal_id", "day", "overturned")
    with reading(engine) as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    return _frame(sorted(rows), names).astype({"overturned": bool})


def _day(moment: sa.Column[datetime]) -> sa.Label[Any]:
    """Select the day of a moment, in a spelling that both databases know."""
    return sa.func.date(moment, type_=sa.Date).label("day")


def _subjects(wanted: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    """Count the distinct subjects of the wanted rows; an appeal without one counts as its own."""
    subject = APPEALS.c.subject_id
    known = sa.func.count(sa.distinct(sa.case((wanted, subject))))
    nobody = sa.func.sum(sa.case((sa.and_(wanted, subject.is_(None)), 1), else_=0))
    return known + nobody


def _corner() -> list[sa.Column[Any]]:
    return [APPEALS.c[name] for name in CORNER]


def _decided(until: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Say which decision counts: the latest on its appeal before a moment."""
    later = DECISIONS.alias()
    overruled = sa.exists().where(
        later.c.appeal_id == DECISIONS.c.appeal_id,
        later.c.decided_at > DECISIONS.c.decided_at,
        later.c.decided_at < until,
    )
    return (
        APPEALS.c.appeal_id == DECISIONS.c.appeal_id,
        DECISIONS.c.decided_at < until,
        ~overruled,
    )


def _counted(engine: sa.Engine, query: sa.Select[Any], counts: tuple[str, ...]) -> pd.DataFrame:
    with reading(engine) as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    # Sorted here: databases differ in where they put what is unknown.
    rows.sort(key=lambda row: (row[0], *((cell is None, cell or "") for cell in row[1:4])))
    return _frame(rows, ("day", *CORNER, *counts)).astype(dict.fromkeys(counts, "int64"))


def _frame(rows: list[tuple[Any, ...]], names: tuple[str, ...]) -> pd.DataFrame:
    columns = [*zip(*rows, strict=True)] or [()] * len(names)
    return pd.DataFrame(
        {name: pd.Series(column, dtype=object) for name, column in zip(names, columns, strict=True)}
    )
