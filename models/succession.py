"""Where the appeals of themes that are no longer found went, and what people had made of those."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa

from features.tables import THEME_LINEAGE, THEMES
from models.merging import merged_themes
from models.theme_queries import newest
from models.themes import Event, Status, Taken, Theme

__all__ = ["WATCHED", "with_succession"]

WATCHED: Final = (Status.WATCHING, Status.ESCALATED)
"""What people have not done with: no discovery takes a theme of these from their sight."""


def with_succession(
    connection: sa.Connection, themes: Iterable[Theme], least_subjects: int
) -> tuple[Theme, ...]:
    """Add to themes what discoveries found merged into them, and what they were merged into.

    A theme takes in what the newest discovery found so, and of earlier ones what people are
    watching or have escalated. Where the theme that took one over is no longer found itself, or
    has been merged by people, the one counts that it went into.

    Parameters
    ----------
    least_subjects
        Themes of fewer distinct subjects are not named among those taken in.
    """
    lost = _lost(connection)
    into = {row.theme_id: row.went_into[0] for row in lost} | merged_themes(connection)
    ends = {row.theme_id: _end(row.theme_id, into) for row in lost}
    latest = newest(connection)
    taken: dict[str | None, list[Taken]] = {}
    for row in lost:
        recent = latest is not None and row.as_of == latest.as_of
        if (recent or row.status in WATCHED) and row.subjects >= least_subjects:
            taken.setdefault(ends[row.theme_id], []).append(_taken(row))
    return tuple(
        replace(
            theme,
            merged=ends.get(theme.theme_id),
            took_in=tuple(taken.get(theme.theme_id, ())),
        )
        for theme in themes
    )


def _end(theme: str, into: Mapping[str, str]) -> str | None:
    """Follow a theme to its end; None where people merged that end into the theme itself."""
    seen = {theme}
    while theme in into:
        theme = into[theme]
        if theme in seen:
            return None
        seen.add(theme)
    return theme


def _taken(row: sa.Row[Any]) -> Taken:
    return Taken(row.theme_id, row.named, Status(row.status), row.owner, row.subjects)


def _lost(connection: sa.Connection) -> list[sa.Row[Any]]:
    """Read the retired themes whose last event is a merger, by theme number.

    Those that people have merged are where people want them.
    """
    lineage, theme = THEME_LINEAGE.c, THEMES.c
    last = (
        sa.select(lineage.theme_id, sa.func.max(lineage.as_of).label("as_of"))
        .group_by(lineage.theme_id)
        .subquery()
    )
    same = sa.and_(lineage.theme_id == last.c.theme_id, lineage.as_of == last.c.as_of)
    named = sa.func.coalesce(theme.given_title, theme.title).label("named")
    told = (lineage.as_of, lineage.went_into, theme.status, theme.owner, theme.subjects)
    query = (
        sa.select(lineage.theme_id, named, *told)
        .join(last, same)
        .join(THEMES, theme.theme_id == lineage.theme_id)
        .where(lineage.event == Event.MERGED.value)
        .where(theme.retired_on.is_not(None), theme.merged_into.is_(None))
    )
    return list(
        connection.execute(query.order_by(sa.func.length(lineage.theme_id), lineage.theme_id))
    )
