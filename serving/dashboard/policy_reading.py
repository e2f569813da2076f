"""What the pages on policies read: every decision of some weeks, and the appeals of one part."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from features.database import reading
from features.tables import APPEALS, DECISIONS, HISTORY_DAYS
from serving.dashboard.by_day import ByDay, bare, midnight
from serving.dashboard.flows import Flow, flow_of

AT_ONCE: Final = 20_000
"""Rows in memory as Python has them; what is kept of them is much smaller."""
MICROSECONDS_AN_HOUR: Final = 3.6e9
Told = tuple[str | None, str | None, str | None]
"""Policy, detection and market, each None where it is not told."""


@dataclass(frozen=True, eq=False)
class Decided:
    """The decisions that count, of the weeks up to a day: arrays (n,).

    Attributes
    ----------
    last
        The day up to which decisions flow (`serving.dashboard.flows`), UTC; None: there is none.
    parts
        Policy, detection and market, each None where it is not told; `part` is a place in it.
    ago
        Whole days from the decision to `last`.
    hours
        From filing to decision.
    late
        Decisions after `last` that are not among them.
    """

    last: date | None
    parts: tuple[Told, ...]
    part: NDArray[np.int64]
    ago: NDArray[np.int64]
    hours: NDArray[np.float64]
    overturned: NDArray[np.bool_]
    late: int = 0


@dataclass(frozen=True, eq=False)
class DecisionDay:
    """The n decisions that were made on a day: arrays (n,), moments as `datetime64[us]`.

    Attributes
    ----------
    part
        Place among the policies, detections and markets that were met.
    overruled
        When the next decision on the same appeal was made; NaT: there is none.
    """

    part: NDArray[np.int64]
    filed: NDArray[np.datetime64]
    decided: NDArray[np.datetime64]
    overruled: NDArray[np.datetime64]
    overturned: NDArray[np.bool_]

    def at(self, moment: np.datetime64) -> DecisionDay:
        """Keep those that had been made by a moment, and counted then."""
        counts = (self.decided <= moment) & ~(self.overruled <= moment)
        return self if counts.all() else self.take(np.flatnonzero(counts))

    def take(self, places: NDArray[np.int64]) -> DecisionDay:
        """Keep those at some places."""
        return DecisionDay(*(getattr(self, one.name)[places] for one in fields(self)))


NO_DECISIONS: Final = DecisionDay(
    *(np.empty(0, kind) for kind in ("i8", "M8[us]", "M8[us]", "M8[us]", "?"))
)


@dataclass(frozen=True)
class DecidedAppeal:
    """An appeal in a list, as it was decided; its text is on its own page."""

    appeal_id: str
    submitted_at: datetime
    decided_at: datetime
    outcome: str
    market: str | None
    language: str | None


def first_moment(last: datetime, days: int) -> datetime:
    """Give the midnight at which so many days up to the one of a moment begin."""
    return datetime(last.year, last.month, last.day, tzinfo=UTC) - timedelta(days=days - 1)


class DecisionDays:
    """The decisions of the history, kept by the day on which they were made.

    Parameters
    ----------
    engine
        As `features.database.open_database` gives it.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._places: dict[Told, int] = {}
        self._told: dict[int, tuple[object, Decided]] = {}
        self._days: ByDay[DecisionDay] = ByDay([HISTORY_DAYS.c.decided], self._read)
        self._turn = threading.Lock()

    def decided(self, days: int, now: datetime) -> Decided:
        """Give the decisions of so many days up to where they end; of an appeal the latest counts.

        What is given is the same one for as long as it holds.
        """
        with self._turn, reading(self.engine) as connection:
            flow = self._flow(connection, now)
            if flow is None:
                return _decided(None, (), [])
            lots = self.of(connection, first_moment(flow.until, days).date(), flow.until)
            asked = (self._days.turns, flow)
            if days not in self._told or self._told[days][0] != asked:
                found = _decided(flow.until.date(), tuple(self._places), [*lots.values()])
                self._told[days] = asked, replace(found, late=flow.late)
            return self._told[days][1]

    def flow(self, connection: sa.Connection, now: datetime) -> Flow | None:
        """Tell up to when decisions were made; None where there is none."""
        with self._turn:
            return self._flow(connection, now)

    def counts(
        self, connection: sa.Connection, since: date, until: datetime
    ) -> dict[date, tuple[int, int]]:
        """Count the decisions of each day up to a moment, and those that overturned."""
        with self._turn:
            lots = self.of(connection, since, until)
        return {
            day: (len(lot.part), int(lot.overturned.sum()))
            for day, lot in lots.items()
            if len(lot.part)
        }

    def _flow(self, connection: sa.Connection, now: datetime) -> Flow | None:
        when, mark = DECISIONS.c.decided_at, HISTORY_DAYS.c.decided
        return flow_of(connection, when, mark, self._made, now)

    def _made(self, connection: sa.Connection, since: date, until: datetime) -> dict[date, int]:
        """Count the decisions of each day, those that were overruled later included."""
        moment = np.datetime64(until.astimezone(UTC).replace(tzinfo=None), "us")
        days = self._days.days(connection, since, until.date())
        return {day: int((lot.decided <= moment).sum()) for day, lot in days.items()}

    def of(
        self, connection: sa.Connection, since: date, until: datetime
    ) -> dict[date, DecisionDay]:
        """Give the days from one to a moment, with the decisions that count at the moment."""
        days = self._days.days(connection, since, until.date())
        moment = np.datetime64(until.astimezone(UTC).replace(tzinfo=None), "us")
        return {day: lot.at(moment) for day, lot in days.items()}

    def _read(self, connection: sa.Connection, first: date, last: date) -> dict[date, DecisionDay]:
        when, later = DECISIONS.c.decided_at, DECISIONS.alias()
        overruled = (
            sa.select(sa.func.min(later.c.decided_at))
            .where(later.c.appeal_id == DECISIONS.c.appeal_id, later.c.decided_at > when)
            .scalar_subquery()
        )
        told = [APPEALS.c[name] for name in ("policy", "detection", "market")]
        query = sa.select(*told, *map(bare, (APPEALS.c.submitted_at, when, overruled))).where(
            APPEALS.c.appeal_id == DECISIONS.c.appeal_id,
            when >= midnight(first),
            when < midnight(last + timedelta(days=1)),
        )
        lots = connection.execute(query.add_columns(DECISIONS.c.outcome)).partitions(AT_ONCE)
        return _split([self._lot(lot) for lot in lots])

    def _lot(self, rows: Sequence[Sequence[Any]]) -> DecisionDay:
        policy, detection, market, filed, decided, overruled, outcome = zip(*rows, strict=True)
        told = zip(policy, detection, market, strict=True)
        places = self._places
        return DecisionDay(
            np.array([places.setdefault(one, len(places)) for one in told], "i8"),
            np.array(filed, "M8[us]"),
            np.array(decided, "M8[us]"),
            np.array(overruled, "M8[us]"),
            np.array(outcome, object) == "overturned",
        )


def _split(lots: Sequence[DecisionDay]) -> dict[date, DecisionDay]:
    """Sort decisions by the day on which they were made."""
    if not lots:
        return {}
    whole = _joined(lots)
    days = whole.decided.astype("M8[D]")
    order = np.argsort(days, kind="stable")
    names, begins = np.unique(days[order], return_index=True)
    parts = np.split(order, begins[1:])
    return {name: whole.take(part) for name, part in zip(names.astype(object), parts, strict=True)}


def _joined(lots: Sequence[DecisionDay]) -> DecisionDay:
    names = [one.name for one in fields(DecisionDay)]
    return DecisionDay(*(np.concatenate([getattr(lot, name) for lot in lots]) for name in names))


def _decided(last: date | None, parts: tuple[Told, ...], lots: Sequence[DecisionDay]) -> Decided:
    whole = _joined(lots) if lots else NO_DECISIONS
    # Parts of other weeks than those that are asked for are left out.
    there, part = np.unique(whole.part, return_inverse=True)
    until = np.datetime64(last or date.min, "D").astype("i8")
    return Decided(
        last=last,
        parts=tuple(parts[place] for place in there.tolist()),
        part=part.astype("i8"),
        ago=until - whole.decided.astype("M8[D]").astype("i8"),
        hours=(whole.decided - whole.filed).astype("f8") / MICROSECONDS_AN_HOUR,
        overturned=whole.overturned,
    )


def _counting(since: datetime, until: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    later = DECISIONS.alias()
    overruled = sa.exists().where(
        later.c.appeal_id == DECISIONS.c.appeal_id,
        later.c.decided_at > DECISIONS.c.decided_at,
        later.c.decided_at <= until,
    )
    return (
        APPEALS.c.appeal_id == DECISIONS.c.appeal_id,
        DECISIONS.c.decided_at >= since,
        DECISIONS.c.decided_at <= until,
        ~overruled,
    )


def known(engine: sa.Engine, facts: Mapping[str, str | None]) -> bool:
    """Tell whether any appeal of the history has some facts, by column; None: not told."""
    if any("\0" in (value or "") for value in facts.values()):
        return False  # No database holds such a text, and some refuse to look for it.
    same = (APPEALS.c[name].is_not_distinct_from(value) for name, value in facts.items())
    with reading(engine) as connection:
        return connection.execute(sa.select(1).where(*same).limit(1)).first() is not None


def appeals_of(
    engine: sa.Engine,
    facts: dict[str, str | None],
    since: datetime,
    until: datetime,
    outcome: str,
    page: tuple[int, int],
) -> tuple[DecidedAppeal, ...]:
    """List decided appeals that share some facts, the latest decision first.

    Parameters
    ----------
    facts
        Values by column of the appeals; None where it must not be told.
    since, until
        Of the decision.
    outcome
        Only these; empty: both.
    page
        How many, and how many before them.
    """
    columns = [APPEALS.c.appeal_id, APPEALS.c.submitted_at, DECISIONS.c.decided_at]
    columns += [DECISIONS.c.outcome, APPEALS.c.market, APPEALS.c.language]
    query = sa.select(*columns).where(*_counting(since, until))
    query = query.where(*(APPEALS.c[name].is_not_distinct_from(one) for name, one in facts.items()))
    if outcome:
        query = query.where(DECISIONS.c.outcome == outcome)
    most, before = page
    query = query.order_by(DECISIONS.c.decided_at.desc(), APPEALS.c.appeal_id)
    with reading(engine) as connection:
        rows = connection.execute(query.limit(most).offset(before)).all()
    return tuple(DecidedAppeal(*row) for row in rows)
