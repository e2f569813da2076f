"""The rows of the list of themes: counted, sorted, and written as CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from models.catalog import Shown
from models.themes import Driver, Status, Theme
from serving.dashboard.csv_files import csv_of
from serving.dashboard.drawing import Spark, spark_of
from serving.dashboard.theme_flags import Flag
from serving.dashboard.theme_question import Question

SPARK_DAYS: Final = 28


@dataclass(frozen=True)
class ThemeRow:
    """A theme in the list.

    Attributes
    ----------
    week, before
        Appeals of the last seven days of the window, and of the seven before.
    share
        Of all appeals of the window.
    flag
        What its rarest open alarm says, or None.
    """

    theme_id: str
    title: str
    status: Status
    owner: str | None
    spark: Spark
    week: int
    before: int
    share: float
    decided: int
    overturned: int
    expected: float
    driver: Driver | None
    first_seen: date
    retired_on: date | None
    emerging: bool
    flag: Flag | None

    @property
    def change(self) -> int:
        """Appeals more than in the week before."""
        return self.week - self.before

    @property
    def overturn_rate(self) -> float | None:
        """Share of its decisions that were overturned; None where there is none."""
        return self.overturned / self.decided if self.decided else None

    @property
    def expected_rate(self) -> float | None:
        """The share that its policies would give."""
        return self.expected / self.decided if self.decided else None


def row_of(theme: Theme, shown: Shown, flag: Flag | None) -> ThemeRow:
    """Count a theme's weeks, and put its row together."""
    latest, portrait = shown.discovery, theme.portrait
    until = latest.as_of if latest else portrait.last_seen.date()
    appeals = {one.day: one.appeals for one in portrait.days}
    counts = [appeals.get(until - timedelta(days=SPARK_DAYS - 1 - n), 0) for n in range(SPARK_DAYS)]
    return ThemeRow(
        theme_id=theme.theme_id,
        title=theme.title,
        status=theme.status,
        owner=theme.owner,
        spark=spark_of(counts),
        week=sum(counts[-7:]),
        before=sum(counts[-14:-7]),
        share=portrait.size / latest.appeals if latest and latest.appeals else 0.0,
        decided=portrait.outcomes.decided,
        overturned=portrait.outcomes.overturned,
        expected=portrait.outcomes.expected,
        driver=portrait.drivers[0] if portrait.drivers else None,
        first_seen=portrait.first_seen.date(),
        retired_on=theme.retired_on,
        emerging=theme.emerging,
        flag=flag,
    )


_KEYS: Final[Mapping[str, Callable[[ThemeRow], Any]]] = {
    "new": lambda row: (row.flag.recurrence_days if row.flag else 0.0, row.week),
    "title": lambda row: row.title.casefold(),
    "status": lambda row: list(Status).index(row.status),
    "week": lambda row: row.week,
    "change": lambda row: row.change,
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
    "share of appeals",
    "decided",
    "overturned",
    "overturned expected",
    "strongest driver",
    "first seen",
    "owner",
)


def _csv_row(row: ThemeRow) -> tuple[object, ...]:
    return (
        row.theme_id,
        row.title,
        str(row.status),
        "yes" if row.emerging else "no",
        row.flag.alarm_id if row.flag else None,
        row.week,
        row.before,
        round(row.share, 5),
        row.decided,
        row.overturned,
        round(row.expected, 2),
        fact_of(row.driver) if row.driver else None,
        row.first_seen.isoformat(),
        row.owner,
    )


def themes_csv(rows: Iterable[ThemeRow]) -> str:
    """Write rows as CSV."""
    return csv_of(_COLUMNS, map(_csv_row, rows))


def fact_of(driver: Driver) -> str:
    """Spell a fact as the list is asked for it: market:SG."""
    return f"{driver.field}:{driver.value}"
