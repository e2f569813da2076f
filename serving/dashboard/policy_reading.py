"""What the pages on policies read: every decision of some weeks, and the appeals of one part."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from features.database import reading
from features.tables import APPEALS, DECISIONS

AT_ONCE: Final = 20_000
"""Rows in memory as Python has them; what is kept of them is much smaller."""
SECONDS_AN_HOUR: Final = 3_600


@dataclass(frozen=True, eq=False)
class Decided:
    """The decisions that count, of the weeks up to a day: arrays (n,).

    Attributes
    ----------
    last
        The day of the latest decision, UTC; None: there is none.
    parts
        Policy, detection and market, each None where it is not told; `part` is a place in it.
    ago
        Whole days from the decision to `last`.
    hours
        From filing to decision.
    """

    last: date | None
    parts: tuple[tuple[str | None, str | None, str | None], ...]
    part: NDArray[np.int64]
    ago: NDArray[np.int64]
    hours: NDArray[np.float64]
    overturned: NDArray[np.bool_]


@dataclass(frozen=True)
class DecidedAppeal:
    """An appeal in a list, as it was decided; its text is on its own page."""

    appeal_id: str
    submitted_at: datetime
    decided_at: datetime
    outcome: str
    market: str | None
    language: str | None


def last_decided(connection: sa.Connection, now: datetime) -> datetime | None:
    """Tell when the last decision was made that is not in the future."""
    when = DECISIONS.c.decided_at
    query = sa.select(sa.func.max(when)).where(when <= now)
    found: datetime | None = connection.execute(query).scalar_one()
    return found


def first_moment(last: datetime, days: int) -> datetime:
    """Give the midnight at which so many days up to the one of a moment begin."""
    return datetime(last.year, last.month, last.day, tzinfo=UTC) - timedelta(days=days - 1)


def read_decided(engine: sa.Engine, days: int, now: datetime) -> Decided:
    """Read the decisions of so many days up to the last one; of an appeal the latest counts."""
    # As the database has them: making a hundred thousand aware moments would take a second.
    moments = [
        sa.type_coerce(one, sa.String) for one in (APPEALS.c.submitted_at, DECISIONS.c.decided_at)
    ]
    with reading(engine) as connection:
        last = last_decided(connection, now)
        if last is None:
            return _decided(None, [])
        query = sa.select(
            APPEALS.c.policy, APPEALS.c.detection, APPEALS.c.market, *moments, DECISIONS.c.outcome
        ).where(*_counting(first_moment(last, days), last))
        lots = connection.execute(query).partitions(AT_ONCE)
        return _decided(last.date(), lots)


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


def _decided(last: date | None, lots: Iterable[Any]) -> Decided:
    places: dict[Hashable, int] = {}
    part, filed, decided, overturned = (
        [np.empty(0, kind)] for kind in ("i8", "M8[s]", "M8[s]", "?")
    )
    for lot in lots:
        policy, detection, market, submitted, at, outcome = zip(*lot, strict=True)
        told = zip(policy, detection, market, strict=True)
        part.append(np.array([places.setdefault(one, len(places)) for one in told], "i8"))
        filed.append(np.array(submitted, "M8[s]"))
        decided.append(np.array(at, "M8[s]"))
        overturned.append(np.array(outcome, object) == "overturned")
    when = np.concatenate(decided)
    days = when.astype("M8[D]").astype("i8")
    until = np.datetime64(last or date.min, "D").astype("i8")
    return Decided(
        last=last,
        parts=tuple(places),  # type: ignore[arg-type]
        part=np.concatenate(part),
        ago=until - days,
        hours=(when - np.concatenate(filed)).astype("f8") / SECONDS_AN_HOUR,
        overturned=np.concatenate(overturned).astype(bool),
    )


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
