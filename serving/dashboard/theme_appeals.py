"""The appeals of the newest discovery, column by column, as the list of themes counts them.

They are read once a discovery: counting a hundred thousand of them in memory takes milliseconds,
in the database a second.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from features.database import reading
from features.tables import APPEALS, DECISIONS, THEME_MEMBERS, THEMES
from models.outcomes import coded_outcomes
from models.theme_queries import newest
from models.themes import Discovery, Outcomes
from serving.dashboard.theme_question import FIELDS
from serving.dashboard.theme_span import Span

AT_ONCE: Final = 20_000
"""Rows in memory as Python has them; what is kept of them is much smaller."""
TOLD: Final = ("theme_id", *FIELDS, "submitted_at", "outcome")


@dataclass(frozen=True)
class SpanCount:
    """What a theme has on some days: its appeals, those of all the facts that are asked for."""

    appeals: int
    matching: int
    outcomes: Outcomes


NO_COUNT: Final = SpanCount(0, 0, Outcomes(0, 0, 0.0, 0.0, 0.0))


@dataclass(frozen=True, eq=False)
class Coded:
    """A column of words: `codes` (n,) are places in `values`; of a missing word too, in None."""

    values: tuple[str | None, ...]
    codes: NDArray[np.int32]

    def is_(self, value: str) -> NDArray[np.bool_]:
        """Tell which rows hold a value, (n,)."""
        code = self.values.index(value) if value in self.values else -1
        return np.asarray(self.codes == code)


@dataclass(frozen=True, eq=False)
class WindowAppeals:
    """The n appeals that were filed in the window of the newest discovery.

    Attributes
    ----------
    as_of
        Its last day; None before the first discovery.
    theme
        The theme of each.
    facts
        By field of `FIELDS`.
    ago
        (n,) days from filing to `as_of`.
    decided, overturned
        (n,) by the end of that day, as the discovery saw it.
    """

    as_of: date | None
    theme: Coded
    facts: Mapping[str, Coded]
    ago: NDArray[np.int64]
    decided: NDArray[np.bool_]
    overturned: NDArray[np.bool_]

    def filed(self, span: Span) -> NDArray[np.bool_]:
        """Tell which appeals were filed on some days, (n,)."""
        as_of = self.as_of or span.last
        latest, earliest = (as_of - span.last).days, (as_of - span.first).days
        return np.asarray((self.ago >= latest) & (self.ago <= earliest))

    def counts(self, span: Span, facts: Iterable[tuple[str, str]] = ()) -> dict[str, SpanCount]:
        """Count the appeals of each theme; one without any on those days is left out.

        Overturned ones are expected as of `models.outcomes.outcomes`, from the other appeals of the
        same days.
        """
        rows = self.filed(span)
        asked = rows.copy()
        for field, value in facts:
            asked &= self.facts[field].is_(value)
        themes = self.theme.values
        appeals = np.bincount(self.theme.codes[rows], minlength=len(themes)).tolist()
        matching = np.bincount(self.theme.codes[asked], minlength=len(themes)).tolist()
        told = zip(themes, appeals, matching, self._outcomes(rows), strict=True)
        return {
            theme: SpanCount(count, match, how)
            for theme, count, match, how in told
            if theme is not None and count
        }

    def daily(self, days: int) -> dict[str, list[int]]:
        """Count the appeals of each theme on each of the last days of the window, in order."""
        rows = self.ago < days
        table = np.zeros((len(self.theme.values), days), dtype=np.int64)
        np.add.at(table, (self.theme.codes[rows], days - 1 - self.ago[rows]), 1)
        told = zip(self.theme.values, table.tolist(), strict=True)
        return {theme: counts for theme, counts in told if theme is not None}

    def commonest(self, field: str, most: int) -> list[str]:
        """Name the values of a fact that most appeals tell."""
        fact = self.facts[field]
        counts = np.bincount(fact.codes, minlength=len(fact.values))
        falling = (fact.values[place] for place in np.argsort(-counts, kind="stable"))
        return [value for value in falling if value][:most]

    def _outcomes(self, rows: NDArray[np.bool_]) -> list[Outcomes]:
        themes = self.theme.values
        none = themes.index(None) if None in themes else -1
        theme = self.theme.codes[rows]
        return coded_outcomes(
            np.where(theme == none, np.int32(-1), theme),
            self.facts["policy"].codes[rows].astype(np.intp),
            self.decided[rows],
            self.overturned[rows],
            len(themes),
        )


class AppealReader:
    """Gives the appeals of the newest discovery; they are read again when that has changed.

    Parameters
    ----------
    engine
        As `features.database.open_database` gives it.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._reading = threading.Lock()
        self._key: Hashable = None
        self._appeals: WindowAppeals | None = None

    def appeals(self) -> WindowAppeals:
        """Give the appeals as the newest discovery and the merges by people have them."""
        with self._reading, reading(self.engine) as connection:
            latest = newest(connection)
            merges = sa.select(sa.func.count()).where(THEMES.c.merged_into.is_not(None))
            key = (
                latest and (latest.as_of, latest.made_at, latest.seconds),
                connection.execute(merges).scalar_one(),
            )
            if self._appeals is None or self._key != key:
                self._appeals = read_appeals(connection, latest)
                self._key = key
            return self._appeals


def read_appeals(connection: sa.Connection, latest: Discovery | None) -> WindowAppeals:
    """Read the appeals of a discovery; none before the first."""
    if latest is None:
        return _columns(None, [])
    end = datetime.combine(latest.as_of, time(), UTC) + timedelta(days=1)
    query = _filed(latest, end - timedelta(days=latest.window_days), end)
    return _columns(latest.as_of, connection.execute(query).partitions(AT_ONCE))


def _filed(latest: Discovery, since: datetime, end: datetime) -> sa.Select[Any]:
    member, decision, later = THEME_MEMBERS.c, DECISIONS.c, DECISIONS.alias()
    overruled = sa.exists().where(
        later.c.appeal_id == decision.appeal_id,
        later.c.decided_at > decision.decided_at,
        later.c.decided_at < end,
    )
    appeal = APPEALS.c.appeal_id
    of_theme = sa.and_(member.as_of == latest.as_of, member.appeal_id == appeal)
    counts = sa.and_(decision.appeal_id == appeal, decision.decided_at < end, ~overruled)
    # As the database has it: making a hundred thousand aware moments would take a second.
    filed = sa.type_coerce(APPEALS.c.submitted_at, sa.String)
    return (
        sa.select(member.theme_id, *(APPEALS.c[one] for one in FIELDS), filed, decision.outcome)
        .select_from(APPEALS.outerjoin(THEME_MEMBERS, of_theme).outerjoin(DECISIONS, counts))
        .where(APPEALS.c.submitted_at >= since, APPEALS.c.submitted_at < end)
    )


def _columns(as_of: date | None, lots: Iterable[Sequence[Any]]) -> WindowAppeals:
    names = ("theme_id", *FIELDS, "outcome")
    places: dict[str, dict[str | None, int]] = {name: {} for name in names}
    codes = {name: [np.empty(0, "i4")] for name in names}
    filed = [np.empty(0, "M8[D]")]
    for lot in lots:
        columns = dict(zip(TOLD, zip(*lot, strict=True), strict=True))
        filed.append(np.array(columns["submitted_at"], "M8[s]").astype("M8[D]"))
        for name in names:
            known = places[name]
            told = [known.setdefault(value, len(known)) for value in columns[name]]
            codes[name].append(np.array(told, "i4"))
    found = {name: Coded(tuple(places[name]), np.concatenate(codes[name])) for name in names}
    outcome = found["outcome"]
    none = outcome.values.index(None) if None in outcome.values else -1
    return WindowAppeals(
        as_of=as_of,
        theme=found["theme_id"],
        facts={field: found[field] for field in FIELDS},
        ago=(np.datetime64(as_of or date.min, "D") - np.concatenate(filed)).astype("i8"),
        decided=outcome.codes != none,
        overturned=outcome.is_("overturned"),
    )
