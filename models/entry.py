"""How a discovery enters the catalogue: it replaces the last one, and leaves what people gave."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa

from features.errors import CatalogAhead
from features.tables import (
    DISCOVERIES,
    THEME_DAYS,
    THEME_DRIVERS,
    THEME_LINEAGE,
    THEME_MEMBERS,
    THEMES,
)
from models.merging import merged_themes, take_in
from models.theme_queries import newest
from models.theme_rows import descent_of, place_row, portrait_row
from models.themes import Descent, Discovery, Event, Found, Member, Portrait, Status

_UNTOUCHED: Final = {"status": Status.NEW.value, "revision": 0}


def enter(connection: sa.Connection, found: Found) -> tuple[Descent, ...]:
    """Write a discovery as `Catalog.write` says, in a transaction of the caller's."""
    discovery = found.discovery
    known = set(connection.execute(sa.select(THEMES.c.theme_id)).scalars())
    _check(newest(connection), found, known)
    _write_discovery(connection, discovery)
    _write_themes(connection, found, known)
    _retire(connection, found)
    _write_days(connection, found.portraits, first_day(discovery))
    _write_drivers(connection, found.portraits)
    descents = _write_lineage(connection, discovery.as_of, found.descents)
    _write_members(connection, discovery.as_of, found.members)
    _count_late_merges(connection, found.portraits)
    return descents


def first_day(discovery: Discovery) -> date:
    """Give the first day of a discovery's window."""
    return discovery.as_of - timedelta(days=discovery.window_days - 1)


def require_not_ahead(latest: Discovery | None, as_of: date) -> None:
    """Refuse as `Catalog.require_not_ahead` says."""
    if latest is not None and as_of < latest.as_of:
        raise CatalogAhead(
            f"the catalogue is as of {latest.as_of}, later than {as_of}",
            f"a discovery as of {latest.as_of} or later",
            f"What is known is not taken back: redress discover --as-of {latest.as_of}",
        )


def _check(latest: Discovery | None, found: Found, known: set[str]) -> None:
    require_not_ahead(latest, found.discovery.as_of)
    new = {one.theme_id for one in found.descents if one.event in (Event.BORN, Event.SPLIT)}
    if new & known:
        raise CatalogAhead(
            f"{len(new & known)} of the themes that this discovery found first are there already:"
            " another one was written while it was made",
            "one discovery at a time",
            "Discover again.",
        )


def _write_discovery(connection: sa.Connection, discovery: Discovery) -> None:
    row = dict(vars(discovery))
    same = DISCOVERIES.c.as_of == discovery.as_of
    if not connection.execute(sa.update(DISCOVERIES).where(same).values(row)).rowcount:
        connection.execute(sa.insert(DISCOVERIES), row)


def _write_themes(connection: sa.Connection, found: Found, known: set[str]) -> None:
    portraits = {name: portrait_row(portrait) for name, portrait in found.portraits.items()}
    new = [
        {"theme_id": name, "born_on": found.discovery.as_of} | _UNTOUCHED | row
        for name, row in portraits.items()
        if name not in known
    ]
    old = {name: row for name, row in portraits.items() if name in known}
    places = {
        name: place_row(centre, floor, found.hubs.get(name), found.discovery)
        for name, (centre, floor) in found.centres.items()
    }
    if new:
        connection.execute(sa.insert(THEMES), new)
    _update(connection, old)
    _update(connection, places)
    _update(connection, {name: {"retired_on": None} for name in {*old, *places}})


def _update(connection: sa.Connection, rows: Mapping[str, Mapping[str, Any]]) -> None:
    """Update themes by id; all rows have the same columns."""
    if rows:
        names = next(iter(rows.values()))
        columns: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in names}
        update = sa.update(THEMES).where(THEMES.c.theme_id == sa.bindparam("of_theme"))
        values = [
            {"of_theme": theme} | {f"new_{name}": value for name, value in row.items()}
            for theme, row in rows.items()
        ]
        connection.execute(update.values(columns), values)


def _retire(connection: sa.Connection, found: Found) -> None:
    current = connection.execute(
        sa.select(THEMES.c.theme_id).where(THEMES.c.retired_on.is_(None))
    ).scalars()
    lost = set(current) - {*found.portraits, *found.centres}
    _update(connection, {theme: {"retired_on": found.discovery.as_of} for theme in lost})


def _write_days(connection: sa.Connection, portraits: Mapping[str, Portrait], first: date) -> None:
    """Write the days of the window, and forget what was counted there before.

    A theme without a portrait loses its days there too: its appeals are in other themes now, or
    in none, and each counts once.
    """
    connection.execute(sa.delete(THEME_DAYS).where(THEME_DAYS.c.day >= first))
    rows = [
        {"theme_id": theme, **vars(day)}
        for theme, portrait in portraits.items()
        for day in portrait.days
    ]
    if rows:
        connection.execute(sa.insert(THEME_DAYS), rows)


def _write_drivers(connection: sa.Connection, portraits: Mapping[str, Portrait]) -> None:
    """Say the drivers of some themes in place of those that were said before."""
    before = sa.delete(THEME_DRIVERS).where(THEME_DRIVERS.c.theme_id == sa.bindparam("of_theme"))
    rows = [
        {"theme_id": theme, "place": place, **vars(driver)}
        for theme, portrait in portraits.items()
        for place, driver in enumerate(portrait.drivers)
    ]
    if portraits:
        connection.execute(before, [{"of_theme": theme} for theme in portraits])
    if rows:
        connection.execute(sa.insert(THEME_DRIVERS), rows)


def _write_lineage(
    connection: sa.Connection, as_of: date, descents: Iterable[Descent]
) -> tuple[Descent, ...]:
    """Write the lineage of a day, and give it by theme number."""
    same_day = THEME_LINEAGE.c.as_of == as_of
    superseded = connection.execute(sa.select(THEME_LINEAGE).where(same_day)).all()
    kept = _lineage({row.theme_id: descent_of(row) for row in superseded}, descents)
    connection.execute(sa.delete(THEME_LINEAGE).where(same_day))
    rows = [
        {
            "as_of": as_of,
            "theme_id": one.theme_id,
            "event": one.event.value,
            "parents": list(one.parents),
            "went_into": list(one.into),
        }
        for one in kept
    ]
    if rows:
        connection.execute(sa.insert(THEME_LINEAGE), rows)
    return tuple(sorted(kept, key=lambda one: (len(one.theme_id), one.theme_id)))


def _lineage(superseded: Mapping[str, Descent], descents: Iterable[Descent]) -> list[Descent]:
    """Tell the lineage from the last discovery of an earlier day, not from a superseded one."""
    lost = (Event.RETIRED, Event.MERGED)
    told = {theme: one for theme, one in superseded.items() if one.event in lost}
    for one in descents:
        before = superseded.get(one.theme_id, one)
        goes_on = one.event is Event.CONTINUED and before.event not in lost
        told[one.theme_id] = before if goes_on else one
    return list(told.values())


def _write_members(connection: sa.Connection, as_of: date, members: Iterable[Member]) -> None:
    """Write the members, and forget those of all but the last discovery of an earlier day."""
    day = THEME_MEMBERS.c.as_of
    last = newest(connection, before=as_of)
    outdated = day.not_in([] if last is None else [last.as_of])
    connection.execute(sa.delete(THEME_MEMBERS).where(outdated))
    rows = [
        {
            "as_of": as_of,
            "appeal_id": one.appeal_id,
            "theme_id": one.theme_id,
            "found_as": one.found_as,
            "similarity": float(one.similarity),
            "campaign": one.campaign,
        }
        for one in members
    ]
    if rows:
        connection.execute(sa.insert(THEME_MEMBERS), rows)


def _count_late_merges(connection: sa.Connection, found: Collection[str]) -> None:
    """Count to their targets the themes that people merged while the discovery was made."""
    for theme, target in merged_themes(connection).items():
        if theme in found:
            take_in(connection, theme, target)
