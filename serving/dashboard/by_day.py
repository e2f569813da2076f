"""What pages keep of the history: read a day at a time, and again when the day's mark has changed.

Nothing is kept by the clock. The database marks a day whenever an appeal or a decision is entered
for it (`features.tables.HISTORY_DAYS`), whoever enters it, so every process sees what is out of
date; of a history of a hundred thousand appeals, the day of a new one is read, not all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Generic, TypeVar

import sqlalchemy as sa

from features.tables import APPEALS, DECISIONS, HISTORY_DAYS, SCORES

T = TypeVar("T")

GAP: Final = timedelta(days=3)
"""Days within so many of each other are read by one question."""
LATE: Final = 1_000
"""Scores that are looked at again: several writers' rows may appear out of the order of their
numbers."""


class ByDay(Generic[T]):
    """Keeps what was read of each day. Not for several threads at once.

    Parameters
    ----------
    marks
        Columns of `HISTORY_DAYS`: what a day is read again for.
    read
        Reads the days from one to another, both included; a day may be left out that has nothing.

    Attributes
    ----------
    turns
        How often anything was read: as long as it stays, so do the days.
    """

    def __init__(
        self,
        marks: Iterable[sa.Column[int]],
        read: Callable[[sa.Connection, date, date], Mapping[date, T]],
    ) -> None:
        self.marks = tuple(marks)
        self.read = read
        self.turns = 0
        self._held: dict[date, tuple[tuple[int, ...], T | None]] = {}

    def days(
        self, connection: sa.Connection, since: date = date.min, until: date = date.max
    ) -> dict[date, T]:
        """Give the days from one to another that hold anything, in order, as they are now."""
        marks = self._marks(connection, since, until)
        stale = [day for day, mark in marks.items() if self._mark_of(day) != mark]
        for first, last in _runs(stale):
            self.turns += 1
            found = self.read(connection, first, last)
            within = (day for day in marks if first <= day <= last)
            self._held |= {day: (marks[day], found.get(day)) for day in within}
        held = ((day, self._held[day][1]) for day in marks)
        return {day: value for day, value in held if value is not None}

    def forget(self, days: Iterable[date] | None = None) -> None:
        """Let some days be read again, or all."""
        for day in [*self._held] if days is None else days:
            self._held.pop(day, None)

    def _mark_of(self, day: date) -> tuple[int, ...] | None:
        held = self._held.get(day)
        return None if held is None else held[0]

    def _marks(
        self, connection: sa.Connection, since: date, until: date
    ) -> dict[date, tuple[int, ...]]:
        day = HISTORY_DAYS.c.day
        query = sa.select(day, *self.marks).where(day >= since, day <= until).order_by(day)
        return {row[0]: tuple(row[1:]) for row in connection.execute(query)}


def bare(moment: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Ask for moments as the database has them: making each an aware datetime takes longest."""
    return sa.type_coerce(moment, sa.String)


def midnight(day: date) -> datetime:
    """Give the moment at which a day begins, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _runs(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """Join days that lie near each other, given in order: first and last of each run."""
    run: tuple[date, date] | None = None
    for day in days:
        if run is not None and day - run[1] > GAP:
            yield run
            run = None
        run = (day if run is None else run[0], day)
    if run is not None:
        yield run


class NewScores:
    """Tells of which days appeals were scored since it was last asked; at first, of none."""

    def __init__(self) -> None:
        self._known: frozenset[int] | None = None

    def days(self, connection: sa.Connection, of: sa.Column[Any]) -> frozenset[date]:
        """Name the days on which the appeals of new scores were filed, or decided.

        Parameters
        ----------
        of
            `APPEALS.c.submitted_at` or `DECISIONS.c.decided_at`.
        """
        number = SCORES.c.score_id
        known = self._known
        last = connection.execute(sa.select(sa.func.max(number))).scalar() or 0
        since = last if known is None else max(known, default=0)
        query = sa.select(number).where(number > since - LATE)
        self._known = there = frozenset(connection.execute(query).scalars())
        new = frozenset() if known is None else there - known
        if not new:
            return frozenset()
        scored = sa.select(SCORES.c.appeal_id).where(number >= min(new))
        table = APPEALS if of.table is APPEALS else DECISIONS
        days = sa.select(sa.func.date(of, type_=sa.Date)).distinct()
        found = connection.execute(days.where(table.c.appeal_id.in_(scored)))
        return frozenset(found.scalars())
