"""What the page Model reads of the ledger and the history: scores, decisions since, who files."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from features.database import reading
from features.tables import APPEALS, DECISIONS, HISTORY_DAYS, SCORES
from models.ledger import text_digest
from serving.dashboard.by_day import ByDay, NewScores, bare, midnight

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
Moments = NDArray[np.datetime64]
Facts = tuple[str | None, ...]
"""What an appeal says of `FIELDS`."""


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


class Ledgers:
    """What went through a version, kept by the days of filing and of deciding.

    Parameters
    ----------
    engine
        As `features.database.open_database` gives it.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._filed: ByDay[FiledDay] = ByDay([HISTORY_DAYS.c.filed], read_filed)
        self._version: VersionDays | None = None
        self._told: tuple[object, Traffic] | None = None
        self._turn = threading.Lock()

    def traffic(self, version: str, spans: Spans, moment: datetime, least: int) -> Traffic:
        """Tell what went through a version, all as of one moment: the same one while it holds.

        Parameters
        ----------
        least
            Appeals that a time must hold to be compared with; a model may have learnt from appeals
            that are not in the history.
        """
        with self._turn, reading(self.engine) as connection:
            if self._version is None or self._version.version != version:
                self._version = VersionDays(version)
            days = self._version
            days.follow(connection)
            count = sa.select(sa.func.count()).where(SCORES.c.model_version == version)
            found = Traffic(
                spans,
                days.cases(connection, spans, moment),
                *self._mixes(connection, spans, least),
                first=days.said(connection, spans.first),
                now=days.said(connection, spans.now),
                scored=connection.execute(count).scalar_one(),
            )
            told = (version, spans, moment, least, self._filed.turns, days.turns, found.scored)
            if self._told is None or self._told[0] != told:
                self._told = told, found
            return self._told[1]

    def _mixes(
        self, connection: sa.Connection, spans: Spans, least: int
    ) -> tuple[Span | None, tuple[Mix, ...]]:
        """Count the values of each fact now, and in the first earlier time that has enough."""
        if spans.now is None:
            return None, ()
        now = self._counts(connection, spans.now)
        for span in (spans.learnt, spans.first):
            told = None if span is None else self._counts(connection, span)
            if told is not None and told.total() >= least:
                return span, tuple(
                    Mix(name, _marginal(told, place), _marginal(now, place))
                    for place, name in enumerate(FIELDS)
                )
        return None, ()

    def _counts(self, connection: sa.Connection, span: Span) -> Counter[Facts]:
        """Count the appeals filed in a time by what is told of them."""
        told: Counter[Facts] = Counter()
        days = self._filed.days(connection, span.since.date(), span.until.date())
        for day in days.values():
            told.update(day.told(span))
        return told


@dataclass(frozen=True, eq=False)
class FiledDay:
    """The n appeals filed on a day: when, and a place in `facts`; (n,) each."""

    filed: Moments
    place: NDArray[np.int64]
    facts: tuple[Facts, ...]

    def told(self, span: Span) -> Mapping[Facts, int]:
        """Count those filed in a time by their facts."""
        counts = np.bincount(self.place[_within(self.filed, span)], minlength=len(self.facts))
        return dict(zip(self.facts, counts.tolist(), strict=True))


def read_filed(connection: sa.Connection, first: date, last: date) -> Mapping[date, FiledDay]:
    """Read what is told of the appeals filed on some days."""
    filed = APPEALS.c.submitted_at
    query = sa.select(bare(filed), *(APPEALS.c[name] for name in FIELDS)).where(
        filed >= midnight(first), filed < midnight(last + timedelta(days=1))
    )
    rows = connection.execute(query).all()
    moments = np.array([row[0] for row in rows], "M8[us]")
    days, found = moments.astype("M8[D]"), {}
    for day in np.unique(days):
        places: dict[Facts, int] = {}
        of_day = np.flatnonzero(days == day)
        place = [places.setdefault(tuple(rows[one][1:]), len(places)) for one in of_day.tolist()]
        found[as_day(day)] = FiledDay(moments[of_day], np.array(place, np.int64), tuple(places))
    return found


def _marginal(told: Counter[Facts], place: int) -> Counts:
    counts: Counter[str] = Counter()
    for facts, count in told.items():
        value = facts[place]
        counts[UNTOLD if value is None else value] += count
    return {value: count for value, count in counts.items() if count}


@dataclass(frozen=True, eq=False)
class JudgedDay:
    """The n decisions of a day on appeals that a version scored, (n,) each; see `Cases`.

    Attributes
    ----------
    overruled
        When the next decision on the same appeal was made; NaT: there is none.
    """

    decided: Moments
    overruled: Moments
    filed: Moments
    overturned: NDArray[np.bool_]
    probability: Floats
    foreseen: NDArray[np.bool_]


NOBODY_JUDGED: Final = JudgedDay(
    *(np.empty(0, kind) for kind in ("M8[us]", "M8[us]", "M8[us]", "?", "f8", "?"))
)


@dataclass(frozen=True, eq=False)
class SaidDay:
    """The latest score of each of the n appeals filed on a day, and when it was filed."""

    filed: Moments
    probability: Floats


class VersionDays:
    """What the ledger says of a version. Not for several threads at once."""

    def __init__(self, version: str) -> None:
        self.version = version
        # Spelt so that no index of versions is used: a day's scores are few, a version's all.
        self._given = sa.func.coalesce(SCORES.c.model_version, "") == version
        self._judged: ByDay[JudgedDay] = ByDay([HISTORY_DAYS.c.decided], self._read_judged)
        self._said: ByDay[SaidDay] = ByDay([HISTORY_DAYS.c.filed], self._read_said)
        self._news = (
            (NewScores(), DECISIONS.c.decided_at, self._judged),
            (NewScores(), APPEALS.c.submitted_at, self._said),
        )

    def follow(self, connection: sa.Connection) -> None:
        """Let the days of new scores be read again."""
        for scores, of, days in self._news:
            days.forget(scores.days(connection, of))

    @property
    def turns(self) -> int:
        """How often anything was read; see `ByDay`."""
        return self._judged.turns + self._said.turns

    def cases(self, connection: sa.Connection, spans: Spans, moment: datetime) -> Cases:
        """Give the decided appeals, and what was said of them."""
        days = self._judged.days(connection, (moment - JUDGED).date(), moment.date())
        whole = JudgedDay(
            *(
                np.concatenate([getattr(one, name.name) for one in (NOBODY_JUDGED, *days.values())])
                for name in fields(JudgedDay)
            )
        )
        end = _bare(moment)
        counts = (whole.decided <= end) & (whole.decided > _bare(moment - JUDGED))
        unseen = np.zeros(len(counts), np.bool_)
        if spans.begin is not None:
            unseen = whole.filed >= _bare(spans.begin)
        kept = counts & ~(whole.overruled <= end) & (whole.foreseen | unseen)
        return Cases(
            whole.decided[kept].astype("M8[D]"),
            whole.overturned[kept],
            whole.probability[kept],
            whole.foreseen[kept],
            unseen[kept],
        )

    def said(self, connection: sa.Connection, span: Span | None) -> Floats:
        """Give the latest probability of each appeal filed in a time."""
        if span is None:
            return np.empty(0)
        days = self._said.days(connection, span.since.date(), span.until.date())
        lots = [one.probability[_within(one.filed, span)] for one in days.values()]
        return np.concatenate([np.empty(0), *lots])

    def _read_judged(
        self, connection: sa.Connection, first: date, last: date
    ) -> Mapping[date, JudgedDay]:
        later, when = DECISIONS.alias(), DECISIONS.c.decided_at
        overruled = (
            sa.select(sa.func.min(later.c.decided_at))
            .where(later.c.appeal_id == DECISIONS.c.appeal_id, later.c.decided_at > when)
            .scalar_subquery()
        )
        foreseen = (when > SCORES.c.scored_at).label("foreseen")
        query = (
            sa.select(
                SCORES.c.appeal_id,
                *map(bare, (when, overruled, APPEALS.c.submitted_at)),
                DECISIONS.c.outcome == "overturned",
                SCORES.c.probability,
                foreseen,
                *_WORDS,
            )
            .join_from(SCORES, DECISIONS, DECISIONS.c.appeal_id == SCORES.c.appeal_id)
            .join(APPEALS, APPEALS.c.appeal_id == SCORES.c.appeal_id)
            .where(self._given)
            .where(when >= midnight(first), when < midnight(last + timedelta(days=1)))
            .order_by(SCORES.c.score_id)
        )
        counted: dict[tuple[str, str], tuple[Any, ...]] = {}
        for appeal, *told, digest, text in connection.execute(query):
            # The last score before the decision; one given after it only where there is no other.
            key = (appeal, told[0])
            later_only = key in counted and counted[key][-1] and not told[-1]
            if not later_only and _is_of(digest, text):
                counted[key] = tuple(told)
        return _split(JudgedDay, NOBODY_JUDGED, [*counted.values()])

    def _read_said(
        self, connection: sa.Connection, first: date, last: date
    ) -> Mapping[date, SaidDay]:
        filed = APPEALS.c.submitted_at
        query = (
            sa.select(SCORES.c.appeal_id, bare(filed), SCORES.c.probability, *_WORDS)
            .join_from(SCORES, APPEALS, APPEALS.c.appeal_id == SCORES.c.appeal_id)
            .where(self._given)
            .where(filed >= midnight(first), filed < midnight(last + timedelta(days=1)))
            .order_by(SCORES.c.score_id)
        )
        latest = {
            row[0]: (row[1], row[2]) for row in connection.execute(query) if _is_of(row[3], row[4])
        }
        return _split(SaidDay, SaidDay(NOBODY_JUDGED.filed, np.empty(0)), [*latest.values()])


Lot = TypeVar("Lot", JudgedDay, SaidDay)


def _split(kind: type[Lot], empty: Lot, rows: Sequence[tuple[Any, ...]]) -> dict[date, Lot]:
    """Lay rows side by side, and sort them by the day of their first column."""
    names = [one.name for one in fields(kind)]
    columns = [
        np.array(values, getattr(empty, name).dtype)
        for name, values in zip(names, zip(*rows, strict=True), strict=False)
    ]
    days = columns[0].astype("M8[D]") if columns else np.empty(0, "M8[D]")
    return {
        as_day(day): kind(*(column[days == day] for column in columns)) for day in np.unique(days)
    }


def _bare(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "us")


def _within(moments: Moments, span: Span) -> NDArray[np.bool_]:
    return np.asarray((moments >= _bare(span.since)) & (moments < _bare(span.until)))


def _is_of(digest: str | None, text: str) -> bool:
    """Tell whether a score is of an appeal's own words: an identifier may have been given twice."""
    return digest in (None, text_digest(text))


def weeks_of(days: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    """Give the Monday of each day's week, (n,) as `datetime64[D]`."""
    # Day 0 is a Thursday.
    return days - (days.astype(np.int64) + 3) % 7


def as_day(value: np.datetime64) -> date:
    """Read a day."""
    found: date = value.astype(object)
    return found
