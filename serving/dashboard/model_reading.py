"""What the page Model reads of the ledger and the history: scores, decisions since, who files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from features.database import reading
from features.tables import APPEALS, DECISIONS, SCORES
from models.ledger import text_digest

RECENT: Final = timedelta(days=14)
"""What is looked at as now."""
FIRST: Final = timedelta(days=28)
"""What is looked at as the beginning: the weeks after all that a model has learnt from."""
LEAST_FIRST: Final = timedelta(days=7)
JUDGED: Final = timedelta(days=182)
"""How far back decisions are looked at."""
FIELDS: Final = ("policy", "market", "language", "detection")
UNTOLD: Final = "not told"
_WORDS: Final = (SCORES.c.text_digest, APPEALS.c.text)
Counts = Mapping[str, int]
Floats = NDArray[np.float64]


class Span(NamedTuple):
    """From a moment on, and before another."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class Spans:
    """The times that are compared; None where there is no such time, or it is too short.

    Attributes
    ----------
    begin
        The moment after all that the model has learnt from, or None where it is not known.
    learnt
        What the model has learnt from.
    first
        The first weeks after it.
    now
        The last weeks, none of which it has learnt from.
    """

    begin: datetime | None
    learnt: Span | None
    first: Span | None
    now: Span | None


@dataclass(frozen=True, eq=False)
class Cases:
    """Decided appeals and what a version said of them, each (n,).

    Attributes
    ----------
    decided_on
        Days as `datetime64[D]`.
    foreseen
        Whether the score was given before the decision was made.
    unseen
        Whether the appeal was filed after all that the model has learnt from.
    """

    decided_on: NDArray[np.datetime64]
    overturned: NDArray[np.bool_]
    probability: Floats
    foreseen: NDArray[np.bool_]
    unseen: NDArray[np.bool_]


@dataclass(frozen=True)
class Mix:
    """Appeals by value of a fact, in two times."""

    name: str
    before: Counts
    now: Counts


@dataclass(frozen=True, eq=False)
class Traffic:
    """What went through a model.

    Attributes
    ----------
    since
        The time that `mixes` compare the last weeks with, or None.
    first, now
        What it said of the appeals of these times, (n,) and (m,).
    scored
        Scores that it gave.
    """

    spans: Spans
    cases: Cases
    since: Span | None
    mixes: tuple[Mix, ...] = ()
    first: Floats = field(default_factory=lambda: np.empty(0))
    now: Floats = field(default_factory=lambda: np.empty(0))
    scored: int = 0


def last_moment(engine: sa.Engine, now: datetime) -> datetime | None:
    """Tell when anything was filed or decided last, the future left out: a mistyped date."""
    with reading(engine) as connection:
        lasts = [
            connection.execute(sa.select(sa.func.max(column)).where(column <= now)).scalar_one()
            for column in (APPEALS.c.submitted_at, DECISIONS.c.decided_at)
        ]
    return max((one for one in lasts if one is not None), default=None)


def spans_of(first: datetime | None, seen_until: datetime | None, moment: datetime) -> Spans:
    """Settle which times are compared.

    Parameters
    ----------
    first, seen_until
        When the first and the last appeal were filed that the model has learnt from, where known.
    moment
        The end of the last weeks.
    """
    end = moment + timedelta(microseconds=1)
    if seen_until is None or seen_until >= moment:
        return Spans(None, None, None, None if seen_until else Span(end - RECENT, end))
    begin = seen_until + timedelta(microseconds=1)
    now = Span(max(end - RECENT, begin), end)
    beginning = Span(begin, min(begin + FIRST, now.since))
    long_enough = beginning.until - beginning.since >= LEAST_FIRST
    learnt = None if first is None or first > seen_until else Span(first, begin)
    return Spans(begin, learnt, beginning if long_enough else None, now)


def read_traffic(
    engine: sa.Engine, version: str, spans: Spans, moment: datetime, least: int
) -> Traffic:
    """Read what went through a version, all as of one moment.

    Parameters
    ----------
    least
        Appeals that a time must hold to be compared with; a model may have learnt from appeals that
        are not in the history.
    """
    with reading(engine) as connection:
        count = sa.select(sa.func.count()).where(SCORES.c.model_version == version)
        return Traffic(
            spans,
            _cases(connection, version, spans, moment),
            *_mixes(connection, spans, least),
            first=_said(connection, version, spans.first),
            now=_said(connection, version, spans.now),
            scored=connection.execute(count).scalar_one(),
        )


def _cases(connection: sa.Connection, version: str, spans: Spans, moment: datetime) -> Cases:
    later, when = DECISIONS.alias(), DECISIONS.c.decided_at
    overruled = sa.exists().where(
        later.c.appeal_id == DECISIONS.c.appeal_id,
        later.c.decided_at > when,
        later.c.decided_at <= moment,
    )
    foreseen = (when > SCORES.c.scored_at).label("foreseen")
    filed = APPEALS.c.submitted_at
    unseen = (sa.false() if spans.begin is None else filed >= spans.begin).label("unseen")
    query = (
        sa.select(
            SCORES.c.appeal_id,
            sa.func.date(when, type_=sa.String),
            DECISIONS.c.outcome == "overturned",
            SCORES.c.probability,
            foreseen,
            unseen,
            *_WORDS,
        )
        .join_from(SCORES, DECISIONS, DECISIONS.c.appeal_id == SCORES.c.appeal_id)
        .join(APPEALS, APPEALS.c.appeal_id == SCORES.c.appeal_id)
        .where(SCORES.c.model_version == version, when <= moment, when > moment - JUDGED)
        .where(~overruled, sa.or_(foreseen, unseen))
        .order_by(SCORES.c.score_id)
    )
    counted: dict[str, tuple[str, bool, float, bool, bool]] = {}
    for appeal, *told, digest, text in connection.execute(query):
        # The last score before the decision; one given after it only where there is no other.
        later_only = appeal in counted and counted[appeal][3] and not told[3]
        if not later_only and _is_of(digest, text):
            counted[appeal] = (str(told[0]), *told[1:])
    columns = [*zip(*counted.values(), strict=True)] or [()] * 5
    return Cases(
        np.array(columns[0], "datetime64[D]"),
        np.array(columns[1], np.bool_),
        np.array(columns[2], np.float64),
        np.array(columns[3], np.bool_),
        np.array(columns[4], np.bool_),
    )


def _mixes(
    connection: sa.Connection, spans: Spans, least: int
) -> tuple[Span | None, tuple[Mix, ...]]:
    """Count the values of each fact now, and in the first of the earlier times that has enough."""
    if spans.now is None:
        return None, ()
    for span in (spans.learnt, spans.first):
        if span is not None and _filed(connection, span) >= least:
            pairs = ((name, APPEALS.c[name]) for name in FIELDS)
            return span, tuple(
                Mix(name, _counts(connection, column, span), _counts(connection, column, spans.now))
                for name, column in pairs
            )
    return None, ()


def _filed(connection: sa.Connection, span: Span) -> int:
    query = sa.select(sa.func.count()).select_from(APPEALS).where(*_in(span))
    return int(connection.execute(query).scalar_one())


def _counts(connection: sa.Connection, column: sa.Column[str], span: Span) -> Counts:
    query = sa.select(column, sa.func.count()).where(*_in(span)).group_by(column)
    return {UNTOLD if row[0] is None else row[0]: row[1] for row in connection.execute(query)}


def _said(connection: sa.Connection, version: str, span: Span | None) -> Floats:
    """Give the latest probability of each appeal filed in a time."""
    if span is None:
        return np.empty(0)
    query = (
        sa.select(SCORES.c.appeal_id, SCORES.c.probability, *_WORDS)
        .join_from(SCORES, APPEALS, APPEALS.c.appeal_id == SCORES.c.appeal_id)
        .where(SCORES.c.model_version == version, *_in(span))
        .order_by(SCORES.c.score_id)
    )
    latest = {row[0]: row[1] for row in connection.execute(query) if _is_of(row[2], row[3])}
    return np.array(list(latest.values()), np.float64)


def _is_of(digest: str | None, text: str) -> bool:
    """Tell whether a score is of an appeal's own words: an identifier may have been given twice."""
    return digest in (None, text_digest(text))


def _in(span: Span) -> tuple[sa.ColumnElement[bool], ...]:
    return APPEALS.c.submitted_at >= span.since, APPEALS.c.submitted_at < span.until


def weeks_of(days: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    """Give the Monday of each day's week, (n,) as `datetime64[D]`."""
    # Day 0 is a Thursday.
    return days - (days.astype(np.int64) + 3) % 7


def as_day(value: np.datetime64) -> date:
    """Read a day."""
    found: date = value.astype(object)
    return found
