"""What an alarm says. Data alone: what is found, and how it is kept, are elsewhere.

A *finding* is what one day's statistics give. A *sighting* is a finding told to people. An *alarm*
is an episode: one or more sightings of the same thing on days that are not far apart.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.themes import Driver, Exemplar

__all__ = [
    "RAREST",
    "Account",
    "Against",
    "Alarm",
    "AlarmDay",
    "Finding",
    "Kind",
    "Part",
    "Place",
    "Sighting",
    "Turn",
]

RAREST: Final = 36_525.0
"""Days, a hundred years, beyond which no tail that is fitted to shuffles tells anything."""


class Kind(StrEnum):
    """What is out of line."""

    CAUSE = "cause"
    """More appeals that say the same, wherever that lies among the themes: the scan."""
    RISE = "rise"
    """More appeals of a part of the intake."""
    FALL = "fall"
    """Fewer of them."""
    OVERTURNS = "overturns"
    """More decisions of a part overturned."""


class Turn(StrEnum):
    """What became of an alarm on a day on which it was seen."""

    OPENED = "opened"
    SEEN = "seen"
    GREW = "grew"
    ESCALATED = "escalated"


@dataclass(frozen=True)
class Part:
    """A part of the intake: the appeals that share some facts; without any, all of it.

    Attributes
    ----------
    policy, market, detection
        As of `features.schema.Appeal`.
    theme
        Id of a theme.
    """

    policy: str | None = None
    theme: str | None = None
    market: str | None = None
    detection: str | None = None

    @property
    def facts(self) -> dict[str, str]:
        """The facts that its appeals share, by field, coarse to fine."""
        told = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: value for name, value in told if value is not None}

    def holds(self, other: Part) -> bool:
        """Tell whether every appeal of another part is one of this."""
        return self.facts.items() <= other.facts.items()


@dataclass(frozen=True, eq=False)
class Finding:
    """What one day's statistics find out of line.

    Attributes
    ----------
    part
        Of a cause: empty.
    rows
        Rising positions in the window of all appeals that make it up: those of the recent days, of
        overturns those overturned on them; of a fall none. Copies and repeats are among them, but
        of a cause around which no ball stands out.
    window_days
        Days that are recent, up to the last one.
    last
        The last of them.
    observed, expected
        Cases, so that `rows` may be more. Of a cause letters, of a subject one; no copies, no
        repeats. Of a part appeals, of a subject one a day in a policy, a market and a way of
        detection; the copies of a letter without a subject once. Of overturns overturned
        decisions, of a subject one a day of decision, likewise; without a subject each.
    decided
        Of overturns: all decisions of the recent days, counted as those overturned. None for
        others.
    p
        Chance that a quiet intake holds anything so far out of line, of all places looked at.
    """

    kind: Kind
    part: Part
    rows: NDArray[np.int64]
    window_days: int
    last: date
    observed: int
    expected: float
    p: float
    decided: int | None = None

    @property
    def recurrence_days(self) -> float:
        """Days, of a run a day, in which chance alone raises one such alarm; `RAREST` at most."""
        return min(1 / max(self.p, 1 / RAREST), RAREST)


@dataclass(frozen=True)
class Against:
    """A day's count against what was expected of it; None where too little is known."""

    day: date
    observed: int
    expected: float | None


@dataclass(frozen=True, eq=False)
class Place:
    """Where a cause lies: unit centre (d,) float32, and the least cosine that belongs to it."""

    centre: NDArray[np.float32]
    floor: float


@dataclass(frozen=True)
class Account:
    """What is told of an alarm on a day.

    Attributes
    ----------
    title
        Of a cause its phrases; of a part the title of its theme, and its facts.
    since
        Of a cause the day of the first of the appeals that make it up; else the first of the recent
        days, for appeals of a part are filed at all times.
    observed, expected, decided
        Cases, as of `Finding`: copies and repeats do not count.
    subjects
        Distinct subjects behind the appeals that make it up, copies and repeats included; of a fall
        behind all of the part in the window. An appeal without one counts as its own.
    theme
        The theme that at least half of those appeals are in, or None.
    emerging
        Whether that theme as a whole is what rises.
    drivers, exemplars, phrases
        As of `models.themes.Portrait`, of the appeals that make it up.
    days
        Of the last weeks.
    """

    kind: Kind
    part: Part
    title: str
    phrases: tuple[str, ...]
    since: date
    window_days: int
    observed: int
    expected: float
    decided: int | None
    p: float
    recurrence_days: float
    subjects: int
    theme: str | None
    emerging: bool
    drivers: tuple[Driver, ...]
    exemplars: tuple[Exemplar, ...]
    days: tuple[Against, ...]


@dataclass(frozen=True, eq=False)
class Sighting:
    """A finding told to people, with what tells it from others.

    Attributes
    ----------
    appeals
        Ids of those that make it up, as `Finding.rows`.
    place
        Of a cause; None for others.
    """

    account: Account
    appeals: tuple[str, ...]
    place: Place | None = None


@dataclass(frozen=True)
class AlarmDay:
    """An alarm on a day on which it was seen; `appeals` are all that made it up until then."""

    as_of: date
    turn: Turn
    observed: int
    expected: float
    recurrence_days: float
    appeals: int


@dataclass(frozen=True)
class Alarm:
    """An episode.

    Attributes
    ----------
    alarm_id
        Such as A7.
    account
        What was told last, but since it first began.
    opened_on, seen_on
        Days of its first and of its last sighting.
    closed_on
        Day from which it counts as over, or None while it is open.
    appeals
        All that ever made it up.
    history
        By day.
    """

    alarm_id: str
    account: Account
    opened_on: date
    seen_on: date
    closed_on: date | None
    appeals: int
    history: tuple[AlarmDay, ...]
