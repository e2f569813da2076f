"""Where themes and open alarms lie as of the newest discovery: what a score must know of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from features.tables import THEMES
from models.emerging import OpenAlarms, calm, read_open_alarms
from models.merging import merged_themes
from models.theme_queries import Heading, headings_of, newest, ordered
from models.theme_rows import centre_of, hubs_of

__all__ = ["Places", "nowhere", "read_places"]


@dataclass(frozen=True, eq=False)
class Places:
    """Where the themes of the newest discovery lie in the encoder's space.

    Attributes
    ----------
    encoder
        Digest of the encoder; empty before the first discovery.
    as_of
        Day of the discovery, None before the first.
    ids
        (k,) what each cluster was found as.
    centres
        (k, d) unit rows.
    floors
        (k,) the least cosine to its centre at which an appeal belongs there.
    headings
        (k,) the theme that each counts to: another than its own where people have merged it.
    hubs
        (h, d) unit rows: the nearest one tells the theme.
    hub_of
        (h,) int: the place among the k that each is a hub of.
    outlook
        The open alarms that an appeal may fall into.
    """

    encoder: str
    as_of: date | None
    ids: tuple[str, ...]
    centres: NDArray[np.float32]
    floors: NDArray[np.float64]
    headings: tuple[Heading, ...]
    hubs: NDArray[np.float32]
    hub_of: NDArray[np.intp]
    outlook: OpenAlarms = field(default_factory=calm)

    @property
    def empty(self) -> bool:
        """Whether there is nothing that an appeal could be near to."""
        return not self.ids and not self.outlook.alarms


def nowhere() -> Places:
    """Give the places before the first discovery: none."""
    none = np.empty((0, 0), dtype=np.float32)
    return Places("", None, (), none, np.empty(0), (), none, np.empty(0, dtype=np.intp))


def read_places(connection: sa.Connection) -> Places:
    """Read the places of the newest discovery."""
    latest = newest(connection)
    query = sa.select(THEMES).where(THEMES.c.centred_on == (latest and latest.as_of))
    rows = connection.execute(ordered(query)).all()
    if latest is None:
        return nowhere()
    outlook = read_open_alarms(connection, latest.encoder)
    if not rows:
        return replace(nowhere(), encoder=latest.encoder, as_of=latest.as_of, outlook=outlook)
    merged, headings = merged_themes(connection), headings_of(connection)
    centres = np.stack([centre_of(row.centre) for row in rows])
    hubs = [hubs_of(row.hubs, centres.shape[1]) for row in rows]
    return Places(
        encoder=latest.encoder,
        as_of=latest.as_of,
        ids=tuple(row.theme_id for row in rows),
        centres=centres,
        floors=np.array([row.floor for row in rows], dtype=np.float64),
        headings=tuple(headings[merged.get(row.theme_id, row.theme_id)] for row in rows),
        hubs=np.concatenate(hubs),
        hub_of=np.repeat(np.arange(len(rows)), [len(own) for own in hubs]),
        outlook=outlook,
    )
