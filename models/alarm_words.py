"""How rare an alarm is, in words."""

from __future__ import annotations

from typing import Final

from models.alarms import RAREST

__all__ = ["recurrence_words"]

_UNITS: Final = (
    (14, 1.0, "days"),
    (61, 7.0, "weeks"),
    (731, 365.25 / 12, "months"),
    (RAREST, 365.25, "years"),
)
"""Days up to which a unit is spoken in, its days, its name: two of a unit at least."""


def recurrence_words(days: float) -> str:
    """Say in how many days chance alone raises one such alarm: "once in 14 months".

    Parameters
    ----------
    days
        At least 1, of a run a day, as `models.alarms.Finding.recurrence_days`.
    """
    if days >= RAREST:
        return "less than once in a hundred years"
    if days < 1.5:
        return "once a day"
    unit, name = next((unit, name) for most, unit, name in _UNITS if days <= most)
    return f"once in {round(days / unit)} {name}"
