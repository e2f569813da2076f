"""Where the appeals of a discovery lie on its map, in the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa

from features.tables import MAP_PLACES
from models.theme_queries import newest

__all__ = ["enter_map", "read_map"]

_PLACE = MAP_PLACES.c


def enter_map(
    connection: sa.Connection, as_of: date, places: Mapping[str, tuple[float, float]]
) -> None:
    """Write the map of a day, and forget those of all but the last discovery of an earlier day."""
    last = newest(connection, before=as_of)
    outdated = _PLACE.as_of.not_in([] if last is None else [last.as_of])
    connection.execute(sa.delete(MAP_PLACES).where(outdated))
    rows = [
        {"as_of": as_of, "appeal_id": appeal, "x": x, "y": y} for appeal, (x, y) in places.items()
    ]
    if rows:
        connection.execute(sa.insert(MAP_PLACES), rows)


def read_map(connection: sa.Connection, before: date) -> dict[str, tuple[float, float]]:
    """Read the map of the newest discovery of a day before one; empty where there is none."""
    last = newest(connection, before)
    query = sa.select(_PLACE.appeal_id, _PLACE.x, _PLACE.y).where(
        _PLACE.as_of == (last and last.as_of)
    )
    return {appeal: (x, y) for appeal, x, y in connection.execute(query)}
