"""Themes that people have merged: which counts to which, and what that makes of the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from features.tables import APPEALS, THEME_DAYS, THEME_MEMBERS, THEMES
from models.information import component, lower_bound
from models.theme_queries import newest


def merged_themes(connection: sa.Connection) -> dict[str, str]:
    """Say to which theme each merged one counts in the end: chains are followed."""
    query = sa.select(THEMES.c.theme_id, THEMES.c.merged_into).where(
        THEMES.c.merged_into.is_not(None)
    )
    into = dict(connection.execute(query).all())
    return {theme: _end(theme, into) for theme in into}


def _end(theme: str, into: Mapping[str, str]) -> str:
    while theme in into:
        theme = into[theme]
    return theme


def take_in(connection: sa.Connection, source: str, target: str) -> None:
    """Count the appeals and the days of one theme to another; the source has none of them left.

    A theme that is no longer found has no days in the newest window: only its history moves. What
    the target's portrait says beyond numbers, the next discovery draws anew.

    Parameters
    ----------
    source, target
        Themes in the catalogue; the source is merged into the target.
    """
    members = sa.update(THEME_MEMBERS).where(THEME_MEMBERS.c.theme_id == source)
    connection.execute(members.values(theme_id=target))
    _move_days(connection, source, target)
    _count(connection, source, target)


def _move_days(connection: sa.Connection, source: str, target: str) -> None:
    columns = THEME_DAYS.c
    of_source = columns.theme_id == source
    added = connection.execute(sa.select(THEME_DAYS).where(of_source)).all()
    there = {
        row.day: row
        for row in connection.execute(sa.select(THEME_DAYS).where(columns.theme_id == target))
    }
    rows = [_sum(row, there.get(row.day)) | {"theme_id": target} for row in added]
    same_day = sa.delete(THEME_DAYS).where(
        columns.theme_id == target, columns.day == sa.bindparam("on")
    )
    if rows:
        connection.execute(sa.delete(THEME_DAYS).where(of_source))
        connection.execute(same_day, [{"on": row["day"]} for row in rows])
        connection.execute(sa.insert(THEME_DAYS), rows)


def _sum(one: sa.Row[Any], other: sa.Row[Any] | None) -> dict[str, Any]:
    counts = ("appeals", "overturned", "decided")
    return {"day": one.day} | {
        name: getattr(one, name) + (0 if other is None else getattr(other, name)) for name in counts
    }


def _count(connection: sa.Connection, source: str, target: str) -> None:
    """Write the numbers of a theme that has taken another in, if any of the two is current."""
    query = sa.select(THEMES).where(THEMES.c.theme_id.in_([source, target]))
    current = [row for row in connection.execute(query) if row.retired_on is None]
    if not current:
        return
    sums = {
        name: sum(getattr(row, name) for row in current)
        for name in ("cases", "decided", "overturned", "expected")
    }
    seen = {
        "first_seen": min(row.first_seen for row in current),
        "last_seen": max(row.last_seen for row in current),
    }
    surely = {
        "information": float(component(sums["overturned"], sums["expected"])),
        "lower": float(lower_bound(sums["overturned"], sums["expected"])),
    }
    values = _members(connection, target) | sums | surely | seen | {"retired_on": None}
    connection.execute(sa.update(THEMES).where(THEMES.c.theme_id == target).values(values))


def _members(connection: sa.Connection, theme_id: str) -> dict[str, Any]:
    """Count the members of a theme at the newest discovery, and who wrote them."""
    latest = newest(connection)
    members, filed = THEME_MEMBERS.c, APPEALS.c
    nobody = sa.case((filed.subject_id.is_(None), 1), else_=0)
    query = sa.select(
        sa.func.count(),
        sa.func.count(filed.subject_id.distinct()) + sa.func.coalesce(sa.func.sum(nobody), 0),
        sa.func.count(members.campaign.distinct()),
    ).select_from(THEME_MEMBERS.outerjoin(APPEALS, members.appeal_id == filed.appeal_id))
    row = connection.execute(
        query.where(members.theme_id == theme_id, members.as_of == (latest and latest.as_of))
    ).one()
    return dict(zip(("size", "subjects", "campaigns"), row, strict=True))
