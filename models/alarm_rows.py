"""An alarm in the database's columns, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any, Final

import numpy as np
import sqlalchemy as sa

from models.alarms import Account, Against, AlarmDay, Kind, Part, Place, Turn
from models.theme_rows import centre_of
from models.themes import Driver, Exemplar

__all__ = [
    "account_of",
    "account_row",
    "day_of",
    "id_of",
    "number_of",
    "parts_of",
    "place_of",
    "place_row",
]

_FLOAT: Final = np.dtype("<f4")


def number_of(alarm_id: str) -> int:
    """Give the number of an alarm: of A7, 7."""
    return int(alarm_id[1:])


def id_of(number: int) -> str:
    """Give the id of the alarm of a number."""
    return f"A{number}"


def account_row(account: Account) -> dict[str, Any]:
    """Give what an account puts into the columns of a day."""
    return {
        "kind": account.kind.value,
        "part": account.part.facts,
        "title": account.title,
        "phrases": list(account.phrases),
        "since": account.since,
        "window_days": int(account.window_days),
        "observed": int(account.observed),
        "expected": float(account.expected),
        "decided": None if account.decided is None else int(account.decided),
        "p": float(account.p),
        "recurrence_days": float(account.recurrence_days),
        "subjects": int(account.subjects),
        "theme_id": account.theme,
        "emerging": bool(account.emerging),
        "drivers": [asdict(driver) for driver in account.drivers],
        "exemplars": [[one.appeal_id, one.text] for one in account.exemplars],
        "days": [[one.day.isoformat(), one.observed, one.expected] for one in account.days],
    }


def account_of(row: sa.Row[Any], merged: Mapping[str, str]) -> Account:
    """Read an account.

    Parameters
    ----------
    row
        Of the columns that `account_row` gives.
    merged
        To which theme each merged one counts: it is told as that one.
    """
    return Account(
        kind=Kind(row.kind),
        part=_part(row.part, merged),
        title=row.title,
        phrases=tuple(row.phrases),
        since=row.since,
        window_days=row.window_days,
        observed=row.observed,
        expected=row.expected,
        decided=row.decided,
        p=row.p,
        recurrence_days=row.recurrence_days,
        subjects=row.subjects,
        theme=merged.get(row.theme_id, row.theme_id),
        emerging=row.emerging,
        drivers=tuple(Driver(**driver) for driver in row.drivers),
        exemplars=tuple(Exemplar(*pair) for pair in row.exemplars),
        days=tuple(
            Against(date.fromisoformat(day), observed, expected)
            for day, observed, expected in row.days
        ),
    )


def parts_of(row: sa.Row[Any], merged: Mapping[str, str]) -> tuple[Part, ...]:
    """Read the parts that an alarm was seen in on a day."""
    return tuple(_part(facts, merged) for facts in row.parts)


def _part(facts: Mapping[str, str], merged: Mapping[str, str]) -> Part:
    part = Part(**facts)
    return replace(part, theme=merged.get(part.theme or "", part.theme))


def day_of(row: sa.Row[Any]) -> AlarmDay:
    """Read a day of an alarm's history."""
    return AlarmDay(
        as_of=row.as_of,
        turn=Turn(row.turn),
        observed=row.observed,
        expected=row.expected,
        recurrence_days=row.recurrence_days,
        appeals=row.appeals,
    )


def place_row(place: Place) -> dict[str, Any]:
    """Give what a place puts into its columns; the encoder is the discovery's."""
    return {"centre": place.centre.astype(_FLOAT).tobytes(), "floor": float(place.floor)}


def place_of(row: sa.Row[Any]) -> Place:
    """Read a place."""
    return Place(centre_of(row.centre), row.floor)
