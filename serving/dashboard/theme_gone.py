"""Themes that are not found now: where their appeals went, and as of when they are told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import sqlalchemy as sa

from features.database import reading
from features.tables import DISCOVERIES, THEME_CHANGES, THEME_LINEAGE, THEMES
from models.merging import merged_themes
from models.theme_queries import newest
from models.theme_rows import discovery_of
from models.themes import Discovery, Event, Theme
from serving.dashboard.theme_reading import names_of

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Named:
    """Another theme, that a page leads to; without a title where it may not be named."""

    theme_id: str
    title: str


@dataclass(frozen=True)
class Gone:
    """A theme that is not found now.

    Attributes
    ----------
    since
        The day of the discovery that no longer found it, or on which people merged it.
    into
        The theme that most of its appeals count to now, or None.
    by
        Who merged it; empty: a discovery.
    """

    theme_id: str
    title: str
    since: date
    into: Named | None
    by: str


@dataclass(frozen=True)
class Taking:
    """A theme that a discovery found merged into another, and the day of that discovery."""

    theme_id: str
    title: str
    as_of: date


@dataclass(frozen=True)
class Telling:
    """As of which discovery the figures of a theme are.

    Attributes
    ----------
    discovery
        The last one that found it; of a theme that people merged the last one before they did.
    current
        Whether that is the newest, and the theme counts to itself.
    days_until
        The last day whose appeals count to it still; None where none do.
    """

    discovery: Discovery
    current: bool
    days_until: date | None


def gone_of(engine: sa.Engine, themes: Iterable[Theme], least_subjects: int) -> tuple[Gone, ...]:
    """Say of themes that are not found now where they went.

    Parameters
    ----------
    themes
        With their succession, as of `Catalog.gone` or `Catalog.theme`.
    least_subjects
        Themes of fewer distinct subjects are not named.
    """
    names = names_of(engine, least_subjects)
    with reading(engine) as connection:
        merged, made = merged_themes(connection), _merges(connection)
    found = []
    for theme in themes:
        into, change = merged.get(theme.theme_id, theme.merged), made.get(theme.theme_id)
        since = change[0] if change else theme.retired_on
        assert since is not None  # people merged it, or a discovery did not find it
        named = None if into is None else Named(into, names.get(into, ""))
        found.append(Gone(theme.theme_id, theme.title, since, named, change[1] if change else ""))
    return tuple(found)


def _merges(connection: sa.Connection) -> dict[str, tuple[date, str]]:
    """Say by theme when people merged it, and who."""
    change = THEME_CHANGES.c
    query = sa.select(change.theme_id, change.made_at, change.made_by)
    rows = connection.execute(query.where(change.field == "merged_into"))
    return {row.theme_id: (row.made_at.date(), row.made_by) for row in rows}


def telling_of(engine: sa.Engine, theme: Theme, gone: Gone | None) -> Telling:
    """Say as of which discovery the figures of a theme are; there must be one.

    The days of the first window in which it was no longer found are counted anew, in other themes;
    those before stay its own. People who merge themes move all of them.
    """
    with reading(engine) as connection:
        latest = newest(connection)
        assert latest is not None  # a theme has been found
        if gone is None:
            return Telling(latest, True, latest.as_of)
        last = _last_found(connection, theme, gone) or latest
        until = None if theme.retired_on is None else _own_until(connection, theme.retired_on)
    own = until is not None and any(one.day <= until for one in theme.portrait.days)
    return Telling(last, False, until if own else None)


def _last_found(connection: sa.Connection, theme: Theme, gone: Gone) -> Discovery | None:
    """Read the last discovery before the theme was no longer found, and before people merged it."""
    query = sa.select(DISCOVERIES).order_by(DISCOVERIES.c.as_of.desc()).limit(1)
    if theme.retired_on is not None:
        query = query.where(DISCOVERIES.c.as_of < theme.retired_on)
    if gone.by:
        query = query.where(
            DISCOVERIES.c.made_at < datetime.combine(gone.since + _DAY, time(), UTC)
        )
    row = connection.execute(query).one_or_none()
    return None if row is None else discovery_of(row)


def _own_until(connection: sa.Connection, retired_on: date) -> date | None:
    """Give the last day before the window of a discovery."""
    window = sa.select(DISCOVERIES.c.window_days).where(DISCOVERIES.c.as_of == retired_on)
    days = connection.execute(window).scalar_one_or_none()
    return None if days is None else retired_on - days * _DAY


def taken_in(engine: sa.Engine, theme_id: str, least_subjects: int) -> tuple[Taking, ...]:
    """List the themes that discoveries found merged into a theme, in order.

    Those of fewer distinct subjects are left out.
    """
    lineage, theme = THEME_LINEAGE.c, THEMES.c
    named = sa.func.coalesce(theme.given_title, theme.title)
    query = (
        sa.select(lineage.theme_id, named, lineage.as_of, lineage.went_into)
        .join(THEMES, theme.theme_id == lineage.theme_id)
        .where(lineage.event == Event.MERGED.value, theme.subjects >= least_subjects)
        .order_by(lineage.as_of, sa.func.length(lineage.theme_id), lineage.theme_id)
    )
    with reading(engine) as connection:
        rows = connection.execute(query).all()
    return tuple(
        Taking(one, title, as_of) for one, title, as_of, into in rows if into[:1] == [theme_id]
    )
