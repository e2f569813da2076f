"""What is emerging: which themes open alarms tell, and which appeals fall into those alarms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from features.tables import ALARM_PLACES
from models.alarm_queries import open_alarms
from models.alarm_rows import place_of
from models.alarms import Alarm, Kind, Part, Place
from models.themes import Theme

__all__ = [
    "ROUNDING",
    "Alarmed",
    "Emerging",
    "OpenAlarms",
    "alarmed_themes",
    "calm",
    "read_open_alarms",
]

ROUNDING: Final = 1e-6
"""Cosine by which float32 vectors of one text may differ: a member at the floor still belongs."""
_COARSE: Final = 1e-3
"""Far more than a product of float32 matrices can be off."""
_MORE: Final = (Kind.CAUSE, Kind.RISE)


@dataclass(frozen=True)
class Alarmed:
    """The themes that open alarms tell.

    Attributes
    ----------
    alarms
        By theme, their ids, the oldest first.
    emerging
        Themes of which one of them says that they rise as a whole.
    """

    alarms: Mapping[str, tuple[str, ...]]
    emerging: frozenset[str]

    def mark(self, theme: Theme) -> Theme:
        """Say of a theme which alarms tell it."""
        name = theme.theme_id
        return replace(theme, alarms=self.alarms.get(name, ()), emerging=name in self.emerging)


def alarmed_themes(connection: sa.Connection, least_subjects: int) -> Alarmed:
    """Read which themes the open alarms tell; those of fewer distinct subjects are left out."""
    told: dict[str, tuple[str, ...]] = {}
    emerging = set()
    for alarm in open_alarms(connection):
        account = alarm.account
        if account.subjects < least_subjects:
            continue
        for theme in {account.theme, account.part.theme} - {None}:
            told[str(theme)] = (*told.get(str(theme), ()), alarm.alarm_id)
        if account.emerging and account.kind in _MORE and account.theme is not None:
            emerging.add(account.theme)
    return Alarmed(told, frozenset(emerging))


@dataclass(frozen=True)
class Emerging:
    """What a score says of the open alarm that its appeal falls into."""

    alarm_id: str
    title: str
    since: date
    recurrence_days: float
    subjects: int


@dataclass(frozen=True, eq=False)
class OpenAlarms:
    """The open alarms that say that there is more of something, what chance makes rarest first.

    Attributes
    ----------
    alarms
        (m,)
    parts
        (m,) the part of the intake that each is about; None where it is not about one, or about
        all of it: that would mark everybody.
    centres
        (c, d) float32 unit rows, the causes' places in the encoder's space.
    floors
        (c,) the least cosine that belongs to each.
    alarm_of
        (c,) int: the position among the m that each is a place of; rising.
    """

    alarms: tuple[Emerging, ...]
    parts: tuple[Part | None, ...]
    centres: NDArray[np.float32]
    floors: NDArray[np.float64]
    alarm_of: NDArray[np.intp]

    def of(self, least_subjects: int) -> OpenAlarms:
        """Leave out the alarms of fewer distinct subjects."""
        told = [at for at, one in enumerate(self.alarms) if one.subjects >= least_subjects]
        lying = np.isin(self.alarm_of, told)
        return OpenAlarms(
            alarms=tuple(self.alarms[at] for at in told),
            parts=tuple(self.parts[at] for at in told),
            centres=self.centres[lying],
            floors=self.floors[lying],
            alarm_of=np.searchsorted(told, self.alarm_of[lying]),
        )

    def fallen_into(
        self, vectors: NDArray[np.float32], facts: Sequence[Part]
    ) -> list[Emerging | None]:
        """Tell the rarest alarm that each appeal falls into: by its place, or by its part.

        Parameters
        ----------
        vectors
            (n, d) unit rows, a zero row for a text without tokens, which lies nowhere.
        facts
            (n,) of each appeal, the theme that it is nearest to among them.
        """
        if not self.alarms:
            return [None] * len(facts)
        by_place = self._by_place(vectors).tolist()
        found = [min(place, self._by_part(own)) for place, own in zip(by_place, facts, strict=True)]
        return [self.alarms[one] if one < len(self.alarms) else None for one in found]

    def _by_place(self, vectors: NDArray[np.float32]) -> NDArray[np.intp]:
        """Give the first alarm by place, or m; (n,)."""
        first = np.full(len(vectors), len(self.alarms), dtype=np.intp)
        if not len(self.centres):
            return first
        near = vectors @ self.centres.T >= self.floors - _COARSE
        spoken = np.asarray(vectors.any(axis=1))
        rows, places = np.nonzero(near & spoken[:, None])
        # Once more, one by one: a product of matrices rounds a row by how many there are.
        cosines = np.multiply(vectors[rows], self.centres[places], dtype=np.float64).sum(axis=1)
        belongs = cosines >= self.floors[places] - ROUNDING
        np.minimum.at(first, rows[belongs], self.alarm_of[places[belongs]])
        return first

    def _by_part(self, facts: Part) -> int:
        holding = (at for at, part in enumerate(self.parts) if part and _holds(part, facts))
        return next(holding, len(self.alarms))


def _holds(part: Part, facts: Part) -> bool:
    return (
        part.policy in (None, facts.policy)
        and part.theme in (None, facts.theme)
        and part.market in (None, facts.market)
        and part.detection in (None, facts.detection)
    )


def calm() -> OpenAlarms:
    """Give none."""
    none = np.empty((0, 0), dtype=np.float32)
    return OpenAlarms((), (), none, np.empty(0), np.empty(0, dtype=np.intp))


def read_open_alarms(connection: sa.Connection, encoder: str) -> OpenAlarms:
    """Read the open alarms that say that there is more of something.

    Parameters
    ----------
    encoder
        Digest of the newest discovery's: places in another space tell nothing.
    """
    alarms = [one for one in open_alarms(connection) if one.account.kind in _MORE]
    alarms.sort(key=lambda one: one.account.p)
    places = _places(connection, alarms, encoder)
    if not alarms:
        return calm()
    its = [(at, place) for at, one in enumerate(alarms) for place in places.get(one.alarm_id, ())]
    return OpenAlarms(
        alarms=tuple(map(_told, alarms)),
        parts=tuple(map(_part, alarms)),
        centres=np.stack([place.centre for _, place in its]) if its else calm().centres,
        floors=np.array([place.floor for _, place in its], dtype=np.float64),
        alarm_of=np.array([at for at, _ in its], dtype=np.intp),
    )


def _told(alarm: Alarm) -> Emerging:
    account = alarm.account
    return Emerging(
        alarm.alarm_id, account.title, account.since, account.recurrence_days, account.subjects
    )


def _part(alarm: Alarm) -> Part | None:
    part = alarm.account.part
    return part if part.facts else None


def _places(
    connection: sa.Connection, alarms: Iterable[Alarm], encoder: str
) -> dict[str, list[Place]]:
    """Read where each alarm lay when it was last seen to lie somewhere."""
    place, told = ALARM_PLACES.c, [one.alarm_id for one in alarms]
    query = sa.select(ALARM_PLACES).where(place.alarm_id.in_(told), place.encoder == encoder)
    rows = connection.execute(query.order_by(place.as_of, place.place)).all()
    last = {row.alarm_id: row.as_of for row in rows}
    places: dict[str, list[Place]] = {}
    for row in rows:
        if row.as_of == last[row.alarm_id]:
            places.setdefault(row.alarm_id, []).append(place_of(row))
    return places
