"""What the page Today reads beside the catalogue: the days of the history, and who waits."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import pandas as pd
import sqlalchemy as sa

from features.database import reading
from features.tables import APPEALS, DECISIONS, HISTORY_DAYS, THEME_CHANGES, THEMES
from models.themes import Status
from serving.dashboard.by_day import ByDay, midnight
from serving.dashboard.policy_reading import DecisionDays
from serving.dashboard.queue_waiting import Waiting, WaitingRoom

HISTORY_DAYS_READ: Final = 182
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
        Every day from the first on, at most `HISTORY_DAYS_READ`, up to that of `moment`.
    waits
        Those that are not decided.
    """

    moment: datetime | None
    days: tuple[DayCounts, ...] = ()
    waits: tuple[Waits, ...] = ()


class Courses:
    """Counts the days and the waiting; what was counted of a day is kept while it holds.

    Parameters
    ----------
    engine
        As `features.database.open_database` gives it.
    decisions, room
        Decisions by day, and the appeals that wait.
    """

    def __init__(self, engine: sa.Engine, decisions: DecisionDays, room: WaitingRoom) -> None:
        self.engine = engine
        self.decisions = decisions
        self.room = room
        self._filed: ByDay[int] = ByDay([HISTORY_DAYS.c.filed], read_filed)
        self._turn = threading.Lock()

    def course(self, now: datetime) -> Course:
        """Tell how things stand at a moment."""
        with self._turn, reading(self.engine) as connection:
            moment = _last_moment(connection, now)
            if moment is None:
                return Course(None)
            since = moment.date() - timedelta(days=HISTORY_DAYS_READ - 1)
            filed = self._filed.days(connection, since, moment.date())
            # The day is not over: one filed on it in the future does not count yet.
            filed[moment.date()] = _filed_between(connection, midnight(moment.date()), moment)
            decided = self.decisions.counts(connection, since, moment)
        return Course(moment, _days(filed, decided, moment), waits_of(self.room.waiting(), now))


def _last_moment(connection: sa.Connection, now: datetime) -> datetime | None:
    """Tell when anything happened last. The future is left out: a date mistyped lies there."""
    lasts = [
        connection.execute(sa.select(sa.func.max(column)).where(column <= now)).scalar_one()
        for column in (APPEALS.c.submitted_at, DECISIONS.c.decided_at)
    ]
    return max((one for one in lasts if one is not None), default=None)


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


def _days(
    filed: dict[date, int], decided: dict[date, tuple[int, int]], moment: datetime
) -> tuple[DayCounts, ...]:
    first = min([*(day for day, count in filed.items() if count), *decided, moment.date()])
    span = (first + timedelta(days=n) for n in range((moment.date() - first).days + 1))
    return tuple(DayCounts(one, filed.get(one, 0), *decided.get(one, (0, 0))) for one in span)


def waits_of(waiting: Waiting, now: datetime) -> tuple[Waits, ...]:
    """Count the undecided appeals by what their latest score says."""
    frame, moment = waiting.frame, pd.Timestamp(now)
    told = frame[frame["submitted_at"] <= moment]
    late = (told["due_at"] < moment).rename("late")
    by = [told["tier"], told["team"]]
    lots = told["submitted_at"].groupby(by, dropna=False).agg(["size", "min"])
    overdue = late.groupby(by, dropna=False).sum()
    return tuple(
        Waits(_told(tier), _told(team), int(size), oldest.to_pydatetime(), int(past))
        for (tier, team), size, oldest, past in zip(
            lots.index, lots["size"], lots["min"], overdue, strict=True
        )
    )


def _told(name: object) -> str | None:
    return name if isinstance(name, str) else None


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
