"""How far back the days of themes are known, and how many appeals they had before some days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import sqlalchemy as sa

from features.database import reading
from features.tables import DISCOVERIES, THEME_DAYS
from serving.dashboard.theme_span import Span

_DAY = timedelta(days=1)


def known_since(windows: Iterable[tuple[date, int]]) -> date | None:
    """Give the first day of those that discoveries have counted without a gap, up to the newest.

    Parameters
    ----------
    windows
        The last day, and the number of days, of each discovery.

    Returns
    -------
    date or None
        None where there is no discovery.
    """
    first: date | None = None
    for as_of, days in sorted(windows, reverse=True):
        if first is not None and as_of < first - _DAY:
            break
        begins = as_of - (days - 1) * _DAY
        first = begins if first is None else min(first, begins)
    return first


def filed_before(engine: sa.Engine, span: Span) -> Mapping[str, int] | None:
    """Count each theme's appeals of as many days before some days; None where they are not known.

    A theme without any is left out.
    """
    asked, days = span.before, THEME_DAYS.c
    counted = (
        sa.select(days.theme_id, sa.func.sum(days.appeals))
        .where(days.day >= asked.first, days.day <= asked.last)
        .group_by(days.theme_id)
    )
    with reading(engine) as connection:
        since = known_since(_windows(connection))
        if since is None or asked.first < since:
            return None
        return {theme: int(count) for theme, count in connection.execute(counted)}


def filed_by_day(engine: sa.Engine, since: date, until: date) -> Mapping[date, int]:
    """Count the appeals of all themes by day of filing; a day without any is left out."""
    days = THEME_DAYS.c
    query = (
        sa.select(days.day, sa.func.sum(days.appeals))
        .where(days.day >= since, days.day <= until)
        .group_by(days.day)
    )
    with reading(engine) as connection:
        return {when: int(count) for when, count in connection.execute(query)}


def known_days(engine: sa.Engine, born_on: date) -> date | None:
    """Give the first day from which on the days of a theme are known: all of them, zeros too.

    Before the discovery that found it first, its appeals were in other themes, or in none.
    """
    with reading(engine) as connection:
        return known_since(one for one in _windows(connection) if one[0] >= born_on)


def _windows(connection: sa.Connection) -> list[tuple[date, int]]:
    found = connection.execute(sa.select(DISCOVERIES.c.as_of, DISCOVERIES.c.window_days))
    return [(row.as_of, row.window_days) for row in found]
