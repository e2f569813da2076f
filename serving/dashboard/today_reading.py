"""What the page Today reads beside the catalogue: the days of the history, and who waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from features.database import reading
from features.tables import APPEALS, DECISIONS, SCORES, THEME_CHANGES, THEMES
from models.themes import Status

HISTORY_DAYS: Final = 182
"""Days that are read: what is older weighs a quarter at most in what is expected."""


@dataclass(frozen=True)
class DayCounts:
    """A day of the whole history, UTC.

    Attributes
    ----------
    filed, decided
        Appeals filed, and appeals decided for good, on the day.
    overturned
        Of `decided`.
    """

    day: date
    filed: int = 0
    decided: int = 0
    overturned: int = 0


@dataclass(frozen=True)
class Waits:
    """Undecided appeals of a tier that would go to a team.

    Attributes
    ----------
    tier, team
        As of their latest score; None for those that have none.
    oldest
        When the first of them was filed.
    overdue
        Appeals whose score says that they are due before now.
    """

    tier: str | None
    team: str | None
    appeals: int
    oldest: datetime
    overdue: int


@dataclass(frozen=True)
class Told:
    """A theme as it is named in passing; `escalated_at` is None where it never was."""

    theme_id: str
    title: str
    status: Status
    owner: str | None
    escalated_at: datetime | None = None


@dataclass(frozen=True)
class Course:
    """The history as it stands at a moment.

    Attributes
    ----------
    moment
        The latest filing or decision that is not in the future, or None: there is none.
    days
        Every day from the first on, at most `HISTORY_DAYS`, up to that of `moment`.
    waits
        Those that are not decided.
    """

    moment: datetime | None
    days: tuple[DayCounts, ...] = ()
    waits: tuple[Waits, ...] = ()


def read_course(engine: sa.Engine, now: datetime) -> Course:
    """Count the days and the waiting, all as of one moment."""
    with reading(engine) as connection:
        moment = _last_moment(connection, now)
        if moment is None:
            return Course(None)
        since = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
        since -= timedelta(days=HISTORY_DAYS - 1)
        filed = _filed(connection, since, moment)
        decided = _decided(connection, since, moment)
        return Course(moment, _days(filed, decided, moment), _waits(connection, now))


def _last_moment(connection: sa.Connection, now: datetime) -> datetime | None:
    """Tell when anything happened last. The future is left out: a date mistyped lies there."""
    lasts = [
        connection.execute(sa.select(sa.func.max(column)).where(column <= now)).scalar_one()
        for column in (APPEALS.c.submitted_at, DECISIONS.c.decided_at)
    ]
    return max((one for one in lasts if one is not None), default=None)


def _filed(connection: sa.Connection, since: datetime, until: datetime) -> dict[date, int]:
    when = APPEALS.c.submitted_at
    day = sa.func.date(when, type_=sa.Date)
    query = sa.select(day, sa.func.count()).where(when >= since, when <= until).group_by(day)
    return dict(connection.execute(query).all())


def _decided(
    connection: sa.Connection, since: datetime, until: datetime
) -> dict[date, tuple[int, int]]:
    """Count decisions by day, and those that overturned; of an appeal the latest one counts."""
    when, later = DECISIONS.c.decided_at, DECISIONS.alias()
    day = sa.func.date(when, type_=sa.Date)
    overruled = sa.exists().where(
        later.c.appeal_id == DECISIONS.c.appeal_id,
        later.c.decided_at > when,
        later.c.decided_at <= until,
    )
    overturned = sa.func.sum(sa.case((DECISIONS.c.outcome == "overturned", 1), else_=0))
    query = (
        sa.select(day, sa.func.count(), overturned)
        .where(when >= since, when <= until, ~overruled)
        .group_by(day)
    )
    return {row[0]: (row[1], row[2]) for row in connection.execute(query)}


def _days(
    filed: dict[date, int], decided: dict[date, tuple[int, int]], moment: datetime
) -> tuple[DayCounts, ...]:
    first = min([*filed, *decided, moment.date()])
    span = (first + timedelta(days=n) for n in range((moment.date() - first).days + 1))
    return tuple(DayCounts(one, filed.get(one, 0), *decided.get(one, (0, 0))) for one in span)


def _waits(connection: sa.Connection, now: datetime) -> tuple[Waits, ...]:
    """Count the undecided appeals of the history by what their latest score says."""
    other = SCORES.alias()
    latest = (
        sa.select(sa.func.max(other.c.score_id))
        .where(other.c.appeal_id == APPEALS.c.appeal_id)
        .scalar_subquery()
    )
    decided = sa.exists().where(DECISIONS.c.appeal_id == APPEALS.c.appeal_id)
    told: tuple[sa.ColumnElement[Any], ...] = (
        sa.func.count(),
        sa.func.min(APPEALS.c.submitted_at),
        sa.func.sum(sa.case((SCORES.c.due_at < now, 1), else_=0)),
    )
    by = (SCORES.c.risk_tier, SCORES.c.risk_team)
    query = (
        sa.select(*by, *told)
        .select_from(APPEALS.outerjoin(SCORES, SCORES.c.score_id == latest))
        .where(~decided, APPEALS.c.submitted_at <= now)
        .group_by(*by)
    )
    return tuple(Waits(row[0], row[1], row[2], row[3], row[4]) for row in connection.execute(query))


def told_themes(engine: sa.Engine, least_subjects: int) -> dict[str, Told]:
    """Name the themes that may be shown, merged ones left out."""
    columns = THEMES.c
    named = sa.func.coalesce(columns.given_title, columns.title)
    query = sa.select(columns.theme_id, named, columns.status, columns.owner).where(
        columns.subjects >= least_subjects, columns.merged_into.is_(None)
    )
    changed = THEME_CHANGES.c
    escalated = (
        sa.select(changed.theme_id, sa.func.max(changed.made_at))
        .where(changed.field == "status", changed.new == str(Status.ESCALATED))
        .group_by(changed.theme_id)
    )
    with reading(engine) as connection:
        since = dict(connection.execute(escalated).all())
        rows = connection.execute(query).all()
    return {row[0]: Told(row[0], row[1], Status(row[2]), row[3], since.get(row[0])) for row in rows}
