"""What open alarms say of themes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from models.alarm_words import recurrence_words
from models.alarms import Alarm, Kind
from models.themes import Theme


@dataclass(frozen=True)
class Flag:
    """What an open alarm says of a theme.

    Attributes
    ----------
    what
        In a few words.
    observed, expected, days
        Appeals (of overturns, decisions overturned) in so many days, and what was expected.
    recurrence_days, chance
        How often chance alone raises one such alarm, in days and in words.
    by
        What was expected by: `by its own past`, say.
    """

    alarm_id: str
    what: str
    observed: int
    expected: float
    days: int
    since: date
    recurrence_days: float
    chance: str
    by: str


_WHAT: Final = {
    Kind.CAUSE: "a new cause in it",
    Kind.RISE: "rising",
    Kind.FALL: "falling",
    Kind.OVERTURNS: "overturned more",
}


_BY: Final = {
    Kind.CAUSE: "by earlier such appeals",
    Kind.OVERTURNS: "by its policies",
}


def flag_of(alarm: Alarm) -> Flag:
    """Say an alarm in short."""
    told = alarm.account
    emerging = told.emerging and told.kind in (Kind.CAUSE, Kind.RISE)
    return Flag(
        alarm.alarm_id,
        "emerging" if emerging else _WHAT[told.kind],
        told.observed,
        told.expected,
        told.window_days,
        told.since,
        told.recurrence_days,
        recurrence_words(told.recurrence_days),
        _BY.get(told.kind, "by its own past"),
    )


def flags_of(theme: Theme, alarms: Iterable[Alarm]) -> tuple[Flag, ...]:
    """Give what open alarms say of a theme; they come the rarest first."""
    return tuple(flag_of(one) for one in alarms if one.alarm_id in theme.alarms)
