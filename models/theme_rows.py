"""A theme in the database's columns, and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from features.tables import DISCOVERIES, THEMES
from models.themes import (
    Change,
    Day,
    Descent,
    Discovery,
    Driver,
    Event,
    Exemplar,
    Outcomes,
    Portrait,
    Status,
    Theme,
)

_CENTRE: Final = np.dtype("<f4")
_PLACE: Final = ("centre", "hubs", "floor", "encoder", "centred_on")
SHOWN: Final = tuple(column for column in THEMES.columns if column.name not in _PLACE)
"""The columns of a theme that are shown: without the centre, most of its bytes."""


def portrait_row(portrait: Portrait) -> dict[str, Any]:
    """Give what a portrait puts into the columns of a theme; days and drivers have own tables."""
    outcomes = portrait.outcomes
    return {
        "title": portrait.title,
        "phrases": list(portrait.phrases),
        "exemplars": [[one.appeal_id, one.text] for one in portrait.exemplars],
        "size": portrait.size,
        "cases": portrait.cases,
        "subjects": portrait.subjects,
        "campaigns": portrait.campaigns,
        "first_seen": portrait.first_seen,
        "last_seen": portrait.last_seen,
        "decided": outcomes.decided,
        "overturned": outcomes.overturned,
        "expected": outcomes.expected,
        "information": outcomes.information,
        "lower": outcomes.lower,
    }


def place_row(
    centre: NDArray[np.float32],
    floor: float,
    hubs: NDArray[np.float32] | None,
    discovery: Discovery,
) -> dict[str, Any]:
    """Give what the place of a cluster puts into the columns of the theme that it is found as."""
    return {
        "centre": centre.astype(_CENTRE).tobytes(),
        "hubs": (centre if hubs is None else hubs).astype(_CENTRE).tobytes(),
        "floor": float(floor),
        "encoder": discovery.encoder,
        "centred_on": discovery.as_of,
    }


def centre_of(kept: bytes) -> NDArray[np.float32]:
    """Read a centre (d,) as the column `centre` keeps it."""
    return np.frombuffer(kept, dtype=_CENTRE).astype(np.float32)


def hubs_of(kept: bytes, dimension: int) -> NDArray[np.float32]:
    """Read hubs (hubs, d) as the column `hubs` keeps them."""
    return centre_of(kept).reshape(-1, dimension)


def theme_of(
    row: sa.Row[Any],
    days: Sequence[Day] = (),
    drivers: Sequence[Driver] = (),
    descents: Iterable[Descent] = (),
    changes: Iterable[Change] = (),
) -> Theme:
    """Put a theme together from its row, of the columns `SHOWN`, and what other tables hold."""
    return Theme(
        theme_id=row.theme_id,
        title=row.given_title or row.title,
        named=row.given_title is not None,
        status=Status(row.status),
        owner=row.owner,
        note=row.note,
        revision=row.revision,
        born_on=row.born_on,
        retired_on=row.retired_on,
        merged_into=row.merged_into,
        portrait=_portrait(row, days, drivers),
        descents=tuple(descents),
        changes=tuple(changes),
    )


def _portrait(row: sa.Row[Any], days: Sequence[Day], drivers: Sequence[Driver]) -> Portrait:
    return Portrait(
        title=row.title,
        phrases=tuple(row.phrases),
        exemplars=tuple(Exemplar(*pair) for pair in row.exemplars),
        drivers=tuple(drivers),
        outcomes=outcomes_of(row),
        days=tuple(days),
        size=row.size,
        cases=row.cases,
        subjects=row.subjects,
        campaigns=row.campaigns,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
    )


def outcomes_of(row: sa.Row[Any]) -> Outcomes:
    """Read how the appeals of a theme were decided from its row."""
    return Outcomes(row.decided, row.overturned, row.expected, row.information, row.lower)


def descent_of(row: sa.Row[Any]) -> Descent:
    """Read a row of the lineage."""
    return Descent(
        row.theme_id, row.as_of, Event(row.event), tuple(row.parents), tuple(row.went_into)
    )


def discovery_of(row: sa.Row[Any]) -> Discovery:
    """Read a row of the discoveries."""
    return Discovery(**{column.name: getattr(row, column.name) for column in DISCOVERIES.columns})
