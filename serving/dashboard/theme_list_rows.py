"""The rows of the list of themes: counted, sorted, and written as CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Any, Final

from models.themes import Driver, Outcomes, Status, Theme
from serving.dashboard.csv_files import csv_of
from serving.dashboard.drawing import Spark, spark_of
from serving.dashboard.theme_appeals import NO_COUNT, SpanCount
from serving.dashboard.theme_flags import Flag
from serving.dashboard.theme_question import Question
from serving.dashboard.theme_span import Span

SPARK_DAYS: Final = 28
CLEARLY: Final = 2.33
"""Standard errors that a rise exceeds by chance once in a hundred."""


@dataclass(frozen=True)
class Tally:
    """What the days that are asked about hold.

    Attributes
    ----------
    span
        The days.
    appeals
        All that were filed on them, of any theme or none.
    counts
        By theme; one without an appeal may be left out.
    before
        Appeals by theme of as many days before; None where they are not known.
    daily
        Appeals by theme of each of the last `SPARK_DAYS` days of the window; one without any may
        be left out.
    """

    span: Span
    appeals: int
    counts: Mapping[str, SpanCount]
    before: Mapping[str, int] | None
    daily: Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Compared:
    """Appeals of some days, and of as many days before; None where those are not known."""

    now: int
    before: int | None

    @property
    def change(self) -> int | None:
        """Appeals more than on the days before."""
        return None if self.before is None else self.now - self.before

    @property
    def risen(self) -> bool:
        """Whether it is more than two equal Poisson counts differ by chance (normal test)."""
        return (self.change or 0) > CLEARLY * sqrt(self.now + (self.before or 0))


@dataclass(frozen=True)
class ThemeRow:
    """A theme in the list.

    Attributes
    ----------
    week
        The last seven days of the window.
    whole
        All days that are asked about.
    told
        What the list shows: `whole` where days were chosen, or else `week`.
    matching
        Appeals of those days that have all facts that are asked for.
    share
        Of all appeals of those days; outcomes are of the appeals of those days, too.
    first_seen
        Filing of its first appeal in the window, or the day it was first found on, if earlier.
    driver
        The strongest that is not a language, where there is one: in which language people write is
        seldom why. None where nothing is told more often than chance explains.
    flag
        What its rarest open alarm says, or None.
    """

    theme_id: str
    title: str
    status: Status
    owner: str | None
    spark: Spark
    week: Compared
    whole: Compared
    told: Compared
    matching: int
    share: float
    outcomes: Outcomes
    driver: Driver | None
    first_seen: date
    retired_on: date | None
    emerging: bool
    flag: Flag | None

    @property
    def overturn_rate(self) -> float | None:
        """Share of its decisions that were overturned; None where there is none."""
        decided = self.outcomes.decided
        return self.outcomes.overturned / decided if decided else None

    @property
    def expected_rate(self) -> float | None:
        """The share that its policies would give."""
        return self.outcomes.expected / self.outcomes.decided if self.outcomes.decided else None


def row_of(theme: Theme, tally: Tally, flag: Flag | None) -> ThemeRow:
    """Count a theme, and put its row together."""
    portrait = theme.portrait
    daily = tally.daily.get(theme.theme_id, [0] * SPARK_DAYS)
    week = Compared(sum(daily[-7:]), sum(daily[-14:-7]))
    count, before = _counted(theme, tally)
    whole = Compared(count.appeals, before)
    return ThemeRow(
        theme_id=theme.theme_id,
        title=theme.title,
        status=theme.status,
        owner=theme.owner,
        spark=spark_of(daily),
        week=week,
        whole=whole,
        told=whole if tally.span.chosen else week,
        matching=count.matching,
        share=count.appeals / tally.appeals if tally.appeals else 0.0,
        outcomes=count.outcomes,
        driver=cause_of(portrait.drivers),
        first_seen=min(portrait.first_seen.date(), theme.born_on),
        retired_on=theme.retired_on,
        emerging=theme.emerging,
        flag=flag,
    )


def cause_of(drivers: Sequence[Driver]) -> Driver | None:
    """Choose the driver to be told of a theme: the strongest, a language only where it is alone."""
    others = (one for one in drivers if one.field != "language")
    return next(others, drivers[0] if drivers else None)


def _counted(theme: Theme, tally: Tally) -> tuple[SpanCount, int | None]:
    """Count a theme on the days asked about; of all days its portrait tells, retired ones' too."""
    count = tally.counts.get(theme.theme_id, NO_COUNT)
    before = None if tally.before is None else tally.before.get(theme.theme_id, 0)
    if tally.span.chosen:
        return count, before
    portrait = theme.portrait
    return SpanCount(portrait.size, count.matching, portrait.outcomes), before


_KEYS: Final[Mapping[str, Callable[[ThemeRow], Any]]] = {
    "new": lambda row: (row.flag.recurrence_days if row.flag else 0.0, row.told.now),
    "title": lambda row: row.title.casefold(),
    "status": lambda row: list(Status).index(row.status),
    "match": lambda row: row.matching,
    "week": lambda row: row.told.now,
    "change": lambda row: row.told.change or 0,
    "share": lambda row: row.share,
    "overturned": lambda row: -1.0 if row.overturn_rate is None else row.overturn_rate,
    "seen": lambda row: row.first_seen,
    "owner": lambda row: (row.owner or "").casefold(),
}


def in_order(rows: Iterable[ThemeRow], question: Question) -> list[ThemeRow]:
    """Sort rows; equal ones stay as the catalogue has them, by falling cases."""
    return sorted(rows, key=_KEYS[question.sort], reverse=question.falling)


_COLUMNS: Final = (
    "theme",
    "title",
    "status",
    "emerging",
    "alarm",
    "appeals this week",
    "appeals last week",
    "from",
    "to",
    "appeals",
    "appeals on as many days before",
    "matching appeals",
    "share of appeals",
    "decided",
    "overturned",
    "overturned expected",
    "strongest driver",
    "first seen",
    "owner",
)


def themes_csv(rows: Iterable[ThemeRow], span: Span | None, facts: bool) -> str:
    """Write rows as CSV: from `appeals` to `overturned expected` of some days.

    Parameters
    ----------
    span
        The days; None before the first discovery.
    facts
        Whether facts were asked for, so that some appeals match and some do not.
    """
    ends = (span.first.isoformat(), span.last.isoformat()) if span else (None, None)
    return csv_of(_COLUMNS, (_csv_row(row, ends, facts) for row in rows))


def _csv_row(row: ThemeRow, ends: tuple[str | None, str | None], facts: bool) -> tuple[object, ...]:
    return (
        row.theme_id,
        row.title,
        str(row.status),
        "yes" if row.emerging else "no",
        row.flag.alarm_id if row.flag else None,
        row.week.now,
        row.week.before,
        *ends,
        row.whole.now,
        row.whole.before,
        row.matching if facts else None,
        round(row.share, 5),
        row.outcomes.decided,
        row.outcomes.overturned,
        round(row.outcomes.expected, 2),
        f"{row.driver.field}:{row.driver.value}" if row.driver else None,
        row.first_seen.isoformat(),
        row.owner,
    )
