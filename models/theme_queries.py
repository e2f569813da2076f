"""Reading themes from the database, within a transaction of the caller's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from features.errors import NoSuchTheme
from features.tables import (
    DISCOVERIES,
    THEME_CHANGES,
    THEME_DAYS,
    THEME_DRIVERS,
    THEME_LINEAGE,
    THEME_MEMBERS,
    THEMES,
)
from models.theme_rows import SHOWN, descent_of, discovery_of, theme_of
from models.themes import Change, Day, Discovery, Driver, Status, Theme


@dataclass(frozen=True)
class Heading:
    """What a score says of a theme, and the subjects that decide whether it may."""

    theme_id: str
    title: str
    status: Status
    subjects: int


def newest(connection: sa.Connection, before: date | None = None) -> Discovery | None:
    """Read the newest discovery, of those as of a day before `before` where that is given."""
    query = sa.select(DISCOVERIES).order_by(DISCOVERIES.c.as_of.desc()).limit(1)
    if before is not None:
        query = query.where(DISCOVERIES.c.as_of < before)
    row = connection.execute(query).one_or_none()
    return None if row is None else discovery_of(row)


def ordered(query: sa.Select[Any]) -> sa.Select[Any]:
    """Order themes by falling cases, then by falling size, T2 before T10."""
    names = THEMES.c
    number = (sa.func.length(names.theme_id), names.theme_id)
    return query.order_by(names.cases.desc(), names.size.desc(), *number)


def no_such_theme(theme_id: str) -> NoSuchTheme:
    """Say that a theme is not there, or is not shown: which of the two is nobody's business."""
    return NoSuchTheme(
        f"there is no theme {theme_id[:20]!r} to be shown",
        "the id of a theme, such as T12",
        "Take one from the list of themes.",
    )


def whole_theme(connection: sa.Connection, theme_id: str, least_subjects: int) -> Theme:
    """Read a theme with all that is told of it; raises NoSuchTheme as `Catalog.theme` does."""
    row = connection.execute(
        sa.select(*SHOWN).where(THEMES.c.theme_id == theme_id, THEMES.c.subjects >= least_subjects)
    ).one_or_none()
    if row is None:
        raise no_such_theme(theme_id)
    lineage, changes = THEME_LINEAGE.c, THEME_CHANGES.c
    descents = connection.execute(
        sa.select(THEME_LINEAGE).where(lineage.theme_id == theme_id).order_by(lineage.as_of)
    )
    made = connection.execute(
        sa.select(*(column for column in changes if column.name != "change_id"))
        .where(changes.theme_id == theme_id)
        .order_by(changes.change_id)
    )
    return theme_of(
        row,
        days_of(connection, date.min, theme_id).get(theme_id, ()),
        drivers_of(connection, theme_id).get(theme_id, ()),
        map(descent_of, descents),
        (Change(*one) for one in made),
    )


def days_of(
    connection: sa.Connection, since: date, theme_id: str | None = None
) -> Mapping[str, list[Day]]:
    """Read the days of each theme from one on, in order; of one theme where it is named."""
    columns = THEME_DAYS.c
    query = sa.select(
        columns.theme_id, columns.day, columns.appeals, columns.overturned, columns.decided
    ).where(columns.day >= since)
    if theme_id is not None:
        query = query.where(columns.theme_id == theme_id)
    days: dict[str, list[Day]] = {}
    rows = connection.execute(query.order_by(columns.theme_id, columns.day)).all()
    for theme, *counts in rows:
        days.setdefault(theme, []).append(Day(*counts))
    return days


def drivers_of(
    connection: sa.Connection, theme_id: str | None = None
) -> Mapping[str, list[Driver]]:
    """Read the drivers of each theme, the strongest first; of one theme where it is named."""
    columns = THEME_DRIVERS.c
    told = [column for column in columns if column.name not in ("theme_id", "place")]
    query = sa.select(columns.theme_id, *told).order_by(columns.theme_id, columns.place)
    if theme_id is not None:
        query = query.where(columns.theme_id == theme_id)
    drivers: dict[str, list[Driver]] = {}
    for theme, *facts in connection.execute(query):
        drivers.setdefault(theme, []).append(Driver(*facts))
    return drivers


def found_as(connection: sa.Connection, discovery: Discovery) -> dict[str, str]:
    """Say, by appeal, which theme its cluster was found as in a discovery."""
    member = THEME_MEMBERS.c
    query = sa.select(member.appeal_id, member.found_as).where(member.as_of == discovery.as_of)
    return dict(connection.execute(query).all())


def headings_of(connection: sa.Connection) -> dict[str, Heading]:
    """Read what scores say of each theme."""
    named = sa.func.coalesce(THEMES.c.given_title, THEMES.c.title)
    query = sa.select(THEMES.c.theme_id, named, THEMES.c.status, THEMES.c.subjects)
    return {
        theme: Heading(theme, title, Status(status), subjects)
        for theme, title, status, subjects in connection.execute(query)
    }
