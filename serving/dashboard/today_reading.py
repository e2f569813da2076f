"""What the page Today reads beside the catalogue: the days of the history, and who waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import pandas as pd
import sqlalchemy as sa

from features.database import reading
from features.tables import THEME_CHANGES, THEMES
from models.themes import Status
from serving.dashboard.filings import FilingDays
from serving.dashboard.flows import Flow
from serving.dashboard.policy_reading import DecisionDays
from serving.dashboard.queue_waiting import Waiting, WaitingRoom

HISTORY_DAYS_READ: Final = 182
"""Days that are read: what is older weighs a quarter at most in what is expected."""


@dataclass(frozen=True)
class DayCount:
    """A day of the whole history, UTC.

    Attributes
    ----------
    count
        Appeals filed on the day, or decided for good.
    overturned
        Of `count`, where they are decisions.
    """

    day: date
    count: int = 0
    overturned: int = 0


@dataclass(frozen=True)
class Stream:
    """Appeals as they came in, or decisions as they were made.

    Attributes
    ----------
    until, late
        As of `serving.dashboard.flows.Flow`.
    days
        Every day from the first on, at most `HISTORY_DAYS_READ`, up to that of `until`.
    """

    until: datetime
    late: int
    days: tuple[DayCount, ...]


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
class Longest:
    """The tenth of the undecided appeals that has waited longest.

    Attributes
    ----------
    until
        When the last of them was filed.
    """

    appeals: int
    until: datetime


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
    filed, decided
        Each up to a day of its own; None where there is none that is not in the future.
    waits, longest
        Those that are not decided; None: there is none.
    """

    filed: Stream | None
    decided: Stream | None = None
    waits: tuple[Waits, ...] = ()
    longest: Longest | None = None


class Courses:
    """Counts the days and the waiting; what was counted of a day is kept while it holds.

    Parameters
    ----------
    engine
        As `features.database.open_database` gives it.
    filings, decisions, room
        Appeals by day, decisions by day, and the appeals that wait.
    """

    def __init__(
        self, engine: sa.Engine, filings: FilingDays, decisions: DecisionDays, room: WaitingRoom
    ) -> None:
        self.engine = engine
        self.filings = filings
        self.decisions = decisions
        self.room = room

    def course(self, now: datetime) -> Course:
        """Tell how things stand at a moment."""
        with reading(self.engine) as connection:
            filed = self._filings(connection, now)
            decided = self._decisions(connection, now)
        if filed is None:
            return Course(None)
        waiting = self.room.waiting()
        return Course(filed, decided, waits_of(waiting, now), longest_of(waiting, now))

    def _filings(self, connection: sa.Connection, now: datetime) -> Stream | None:
        flow = self.filings.flow(connection, now)
        if flow is None:
            return None
        filed = self.filings.counts(connection, _first_read(flow), flow.until)
        counts = {day: (count, 0) for day, count in filed.items() if count}
        return Stream(flow.until, flow.late, _days(counts, flow))

    def _decisions(self, connection: sa.Connection, now: datetime) -> Stream | None:
        flow = self.decisions.flow(connection, now)
        if flow is None:
            return None
        counts = self.decisions.counts(connection, _first_read(flow), flow.until)
        return Stream(flow.until, flow.late, _days(counts, flow))


def _first_read(flow: Flow) -> date:
    return flow.until.date() - timedelta(days=HISTORY_DAYS_READ - 1)


def _days(counts: Mapping[date, tuple[int, int]], flow: Flow) -> tuple[DayCount, ...]:
    last = flow.until.date()
    first = min([*counts, last])
    span = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(DayCount(one, *counts.get(one, (0, 0))) for one in span)


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


def longest_of(waiting: Waiting, now: datetime) -> Longest | None:
    """Tell which tenth of the undecided appeals has waited longest."""
    filed = waiting.frame["submitted_at"]
    told = filed[filed <= pd.Timestamp(now)]
    if told.empty:
        return None
    number = -(-len(told) // 10)
    return Longest(number, told.nsmallest(number).iloc[-1].to_pydatetime())


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
