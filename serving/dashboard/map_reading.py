"""The sheet that the map is drawn on: where the appeals lie, and what may be told of them.

An appeal of a theme that is not shown, or of none, is a place alone: neither its text nor its
facts are told. Too few people stand behind it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from features.database import reading
from features.redact import redact
from features.tables import ALARM_MEMBERS, APPEALS, MAP_PLACES, THEME_MEMBERS, THEMES
from models.alarm_queries import open_alarms
from models.alarms import Kind
from models.theme_queries import newest, ordered
from serving.dashboard.map_question import FACTS

SIDE: Final = 10_000
"""Length of the longer side of a sheet: a hundredth of a pixel, and five digits at the most."""
MOST_LETTERS: Final = 500
"""Characters of a text that are told."""


@dataclass(frozen=True, eq=False)
class Fact:
    """What appeals say of one field: `codes` (n,) are places in `values`, from 1; 0 is not told."""

    values: tuple[str, ...]
    codes: NDArray[np.int32]

    def is_(self, value: str) -> NDArray[np.bool_]:
        """Tell which appeals say a value."""
        code = self.values.index(value) + 1 if value in self.values else -1
        return np.asarray(self.codes == code)


@dataclass(frozen=True, eq=False)
class Sheet:
    """The n appeals of a map.

    Attributes
    ----------
    key
        Another one after every discovery and every merge by people.
    ids
        Of the appeals.
    places
        (n, 2) whole numbers from 0 to `SIDE`.
    themes
        That may be shown, by falling cases.
    theme
        (n,) places in `themes`; -1 for none that may be shown.
    emerging
        (n,) whether an appeal makes up an open alarm that there is more of something; on the sheet
        of one alarm, whether it makes up that one.
    facts
        By field.
    """

    key: str
    ids: tuple[str, ...]
    places: NDArray[np.int32]
    themes: tuple[str, ...]
    theme: NDArray[np.int32]
    emerging: NDArray[np.bool_]
    facts: Mapping[str, Fact]

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Appeals on the map, by theme."""
        counts = np.bincount(self.theme + 1, minlength=len(self.themes) + 1)[1:]
        return dict(zip(self.themes, counts.tolist(), strict=True))

    @cached_property
    def marked(self) -> Mapping[str, int]:
        """Appeals that make up an open alarm, by theme."""
        told = self.theme[self.emerging & (self.theme >= 0)]
        counts = np.bincount(told, minlength=len(self.themes))
        return dict(zip(self.themes, counts.tolist(), strict=True))

    @cached_property
    def packed(self) -> bytes:
        """What the script draws, column by column: JSON in gzip."""
        told = {
            "x": self.places[:, 0].tolist(),
            "y": self.places[:, 1].tolist(),
            "theme": self.theme.tolist(),
            "emerging": np.flatnonzero(self.emerging).tolist(),
            "themes": self.themes,
            "anchors": self.anchors.tolist(),
            "facts": {
                field: {"values": fact.values, "codes": fact.codes.tolist()}
                for field, fact in self.facts.items()
            },
        }
        return gzip.compress(json.dumps(told, separators=(",", ":")).encode(), 5, mtime=0)

    @cached_property
    def anchors(self) -> NDArray[np.int32]:
        """Give the place of each theme's name: that of its appeal in the midst of all; (k, 2)."""
        return np.array(
            [_midst(self.places[self.theme == one]) for one in range(len(self.themes))],
            dtype=np.int32,
        ).reshape(-1, 2)


def _midst(places: NDArray[np.int32]) -> NDArray[np.int32]:
    if not len(places):
        return np.zeros(2, dtype=np.int32)
    away = np.abs(places - np.median(places, axis=0)).sum(axis=1)
    nearest: NDArray[np.int32] = places[away.argmin()]
    return nearest


class Sheets:
    """Gives the sheet of the newest discovery; it is read again when that has changed.

    Parameters
    ----------
    engine
        As `features.database.open_database` gives it.
    least_subjects
        Distinct subjects below which nothing is told of a theme.
    """

    def __init__(self, engine: sa.Engine, least_subjects: int) -> None:
        self.engine = engine
        self.least_subjects = least_subjects
        self._reading = threading.Lock()
        self._sheet: Sheet | None = None

    def sheet(self) -> Sheet:
        """Give the sheet as it is now."""
        with self._reading, reading(self.engine) as connection:
            key = self._key(connection)
            if self._sheet is None or self._sheet.key != key:
                self._sheet = read_sheet(connection, key, self.least_subjects)
            return self._sheet

    def of_alarm(self, alarm_id: str) -> Sheet:
        """Give the sheet on which the appeals of one alarm are marked, instead of all open ones."""
        sheet = self.sheet()
        with reading(self.engine) as connection:
            marked = _members(connection, [alarm_id])
        return replace(sheet, emerging=np.array([one in marked for one in sheet.ids], dtype=bool))

    def _key(self, connection: sa.Connection) -> str:
        """Name the discovery and the merges: what else people change is not on the sheet."""
        latest = newest(connection)
        merges = sa.select(sa.func.count()).where(THEMES.c.merged_into.is_not(None))
        found = None if latest is None else (latest.as_of, latest.made_at, latest.seconds)
        stamp = f"{found}/{connection.execute(merges).scalar_one()}/{self.least_subjects}"
        return hashlib.sha256(stamp.encode()).hexdigest()[:16]

    def text(self, sheet: Sheet, point: int) -> str | None:
        """Give the text of an appeal without what tells who wrote it; None where it is not told."""
        if not 0 <= point < len(sheet.ids) or sheet.theme[point] < 0:
            return None
        query = sa.select(APPEALS.c.text).where(APPEALS.c.appeal_id == sheet.ids[point])
        with reading(self.engine) as connection:
            text = connection.execute(query).scalar_one_or_none()
        return None if text is None else _shortened(redact(text))


def _shortened(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1].rstrip() + "…"


def read_sheet(connection: sa.Connection, key: str, least_subjects: int) -> Sheet:
    """Read the sheet of the newest discovery, empty before the first."""
    latest = newest(connection)
    rows = connection.execute(_points(latest and latest.as_of)).all()
    columns: Sequence[Sequence[Any]] = [*zip(*rows, strict=True)] or [()] * (4 + len(FACTS))
    ids, x, y, themes, *facts = columns
    shown = _shown(connection, least_subjects, {*themes})
    place = {theme: number for number, theme in enumerate(shown)}
    theme = np.array([place.get(one, -1) for one in themes], dtype=np.int32)
    alarmed = _emerging(connection)
    return Sheet(
        key=key,
        ids=tuple(ids),
        places=_scaled(np.array([x, y], dtype=np.float64).T.reshape(-1, 2)),
        themes=shown,
        theme=theme,
        emerging=np.array([one in alarmed for one in ids], dtype=bool),
        facts={field: _fact(values, theme) for field, values in zip(FACTS, facts, strict=True)},
    )


def _points(as_of: object) -> sa.Select[Any]:
    place, member = MAP_PLACES.c, THEME_MEMBERS.c
    same = sa.and_(member.as_of == place.as_of, member.appeal_id == place.appeal_id)
    return (
        sa.select(
            place.appeal_id, place.x, place.y, member.theme_id, *(APPEALS.c[one] for one in FACTS)
        )
        .select_from(
            MAP_PLACES.outerjoin(THEME_MEMBERS, same).outerjoin(
                APPEALS, APPEALS.c.appeal_id == place.appeal_id
            )
        )
        .where(place.as_of == as_of)
        .order_by(place.appeal_id)
    )


def _shown(
    connection: sa.Connection, least_subjects: int, there: set[str | None]
) -> tuple[str, ...]:
    query = sa.select(THEMES.c.theme_id).where(THEMES.c.subjects >= least_subjects)
    return tuple(one for one in connection.execute(ordered(query)).scalars() if one in there)


def _emerging(connection: sa.Connection) -> frozenset[str]:
    """Name the appeals that make up the open alarms which say that there is more of something."""
    rising = (Kind.CAUSE, Kind.RISE)
    alarms = [one.alarm_id for one in open_alarms(connection) if one.account.kind in rising]
    return _members(connection, alarms)


def _members(connection: sa.Connection, alarms: Sequence[str]) -> frozenset[str]:
    query = sa.select(ALARM_MEMBERS.c.appeal_id).where(ALARM_MEMBERS.c.alarm_id.in_(alarms))
    return frozenset(connection.execute(query).scalars())


def _scaled(places: NDArray[np.float64]) -> NDArray[np.int32]:
    """Scale places so that the longer side is `SIDE`."""
    if not len(places):
        return np.empty((0, 2), dtype=np.int32)
    least, span = places.min(axis=0), np.ptp(places, axis=0)
    scale = SIDE / span.max() if span.max() > 0 else 0.0
    return np.asarray(np.rint((places - least) * scale), dtype=np.int32)


def _fact(values: Sequence[str | None], theme: NDArray[np.int32]) -> Fact:
    told = [value if of >= 0 else None for value, of in zip(values, theme.tolist(), strict=True)]
    names = sorted({value for value in told if value})
    number = {value: place for place, value in enumerate(names, 1)}
    return Fact(
        tuple(names), np.array([number.get(value or "", 0) for value in told], dtype=np.int32)
    )
