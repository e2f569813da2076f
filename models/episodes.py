"""Which sighting goes on with which alarm, and which opens a new one. Computes; keeps nothing.

An alarm is an episode: it opens when something is first seen, goes on while the same is seen again
within a week, and is over after that. The same thing seen later opens another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from models.alarms import Account, AlarmDay, Kind, Part, Place, Sighting, Turn

__all__ = [
    "ABSENT",
    "Episode",
    "Family",
    "Told",
    "assign",
    "closed_on",
    "continues",
    "family_of",
    "last_seen_of",
    "open_since",
    "turn_of",
]

ABSENT: Final = timedelta(days=7)
"""How long an alarm stays open without being seen."""
DOUBLED: Final = 2
LEAST_MORE: Final = 10
"""Appeals by which an alarm must have grown to be escalated: two of one are no escalation."""


class Family(StrEnum):
    """Kinds that can be one episode: a cause and the rise of a part are both more of something."""

    MORE = "more"
    FALL = "fall"
    OVERTURNS = "overturns"


def family_of(kind: Kind) -> Family:
    """Give the family of a kind."""
    return Family.MORE if kind in (Kind.CAUSE, Kind.RISE) else Family(kind.value)


@dataclass(frozen=True, eq=False)
class Episode:
    """What an alarm is recognised by.

    Attributes
    ----------
    number
        Of A7: 7. The older of two alarms has the lower one.
    parts
        That it was seen in lately; those of causes, which have none, left out.
    appeals
        All that made it up.
    places
        Of the causes that it was seen as lately, in the space of today's encoder.
    told
        What is told of it on the day itself, where the day is told again; None for others.
    """

    number: int
    family: Family
    parts: frozenset[Part]
    appeals: frozenset[str]
    told: Account | None = None
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, eq=False)
class Told:
    """The sightings of a day that are one alarm, the strongest first: it is the one told."""

    number: int
    sightings: tuple[Sighting, ...]

    @property
    def account(self) -> Account:
        """What is told."""
        return self.sightings[0].account

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that they are about; causes are about none."""
        parts = (one.account.part for one in self.sightings if one.account.kind is not Kind.CAUSE)
        return tuple(dict.fromkeys(parts))

    @property
    def appeals(self) -> frozenset[str]:
        """The appeals of all of them."""
        return frozenset(appeal for one in self.sightings for appeal in one.appeals)


def open_since(as_of: date, looked_on: date | None) -> date:
    """Give the first day whose sightings are of alarms that can go on, on a day.

    Parameters
    ----------
    looked_on
        Of the discovery before it, None for none: what was seen then goes on, however long ago that
        is, as nobody has looked since.
    """
    since = as_of - ABSENT
    return since if looked_on is None else min(since, looked_on)


def closed_on(seen_on: date, as_of: date) -> date | None:
    """Give the day from which an alarm counts as over; None where it is open on `as_of`."""
    return None if as_of - seen_on <= ABSENT else seen_on + ABSENT + timedelta(days=1)


def last_seen_of(since: date) -> date:
    """Give the earliest last day of an alarm that was open on a day or later, or closed on it."""
    return date.fromordinal(max(since.toordinal() - ABSENT.days - 1, 1))


def continues(sighting: Sighting, episode: Episode) -> bool:
    """Tell whether a sighting is of an episode.

    It is if both are of one family, and it is about a part that the episode was seen in, about a
    part of that one, or about one that holds it; or if two causes lie in one place; or if the
    episode's appeals account for half of what is too much: of a part for half of its excess, of a
    cause for half of its appeals. A cause that has more than doubled since still has half of the
    episode's. A part may hold any number of causes, and is none of them for that.
    """
    account = sighting.account
    if family_of(account.kind) is not episode.family:
        return False
    if account.kind is not Kind.CAUSE and any(_nested(account.part, one) for one in episode.parts):
        return True
    if any(_one_place(sighting.place, place) for place in episode.places):
        return True
    shared = len(episode.appeals.intersection(sighting.appeals))
    if account.kind is Kind.CAUSE:
        wanted: float = min(len(set(sighting.appeals)), len(episode.appeals))
    else:
        wanted = account.observed - account.expected
    return shared > 0 and 2 * shared >= wanted


def _nested(part: Part, other: Part) -> bool:
    """Tell whether one part holds the other; the whole, which holds all, is only itself."""
    if not (part.facts and other.facts):
        return part == other
    return part.holds(other) or other.holds(part)


def _one_place(place: Place | None, other: Place) -> bool:
    """Tell whether the middle of each cause lies in the other's place."""
    return place is not None and bool(place.centre @ other.centre >= max(place.floor, other.floor))


def assign(
    sightings: Iterable[Sighting],
    before: Sequence[Episode],
    superseded: Sequence[Episode],
    next_number: int,
) -> tuple[Told, ...]:
    """Say of which alarms the sightings of a day are.

    The strongest come first; of several alarms that one continues, one that was seen in that very
    part goes on, or else the oldest. Those of the
    same day that continue an alarm that has just been told, or opened, are told with it: no two
    alarms open over one thing.

    Parameters
    ----------
    before
        Alarms that were open on earlier days.
    superseded
        Those of an earlier discovery of the same day, as that one told them: what it opened keeps
        its number.
    next_number
        That no alarm has had.

    Returns
    -------
    tuple of Told
        By number.
    """
    episodes = {one.number: one for one in before}
    spare = {one.number: one for one in superseded}
    told: dict[int, list[Sighting]] = {}
    for sighting in sorted(sightings, key=_strongest):
        number = _oldest(sighting, episodes.values())
        if number is None:
            free = [one for one in spare.values() if one.number not in told]
            number = _again(sighting, free)
        if number is None:
            number, next_number = next_number, next_number + 1
        told.setdefault(number, []).append(sighting)
        episodes[number] = _grown(number, sighting, episodes.get(number))
    return tuple(Told(number, tuple(told[number])) for number in sorted(told))


def _strongest(sighting: Sighting) -> tuple[object, ...]:
    """Order by falling rarity; ties by what is told, so that a day gives one answer."""
    account = sighting.account
    facts = tuple(account.part.facts.items())
    return (account.p, account.kind, facts, account.since, sorted(sighting.appeals))


def _oldest(sighting: Sighting, episodes: Iterable[Episode]) -> int | None:
    """Find the episode that goes on: one seen in that very part, or else the oldest."""
    part, cause = sighting.account.part, sighting.account.kind is Kind.CAUSE
    ranked = (
        (not cause and part not in one.parts, one.number)
        for one in episodes
        if continues(sighting, one)
    )
    return min(ranked, default=(False, None))[1]


def _again(sighting: Sighting, superseded: Sequence[Episode]) -> int | None:
    """Find the alarm that told the same on this day already, or else one that it continues."""
    same = [one for one in superseded if one.told is not None and _same(sighting, one.told)]
    return _oldest(sighting, same) or _oldest(sighting, superseded)


def _same(sighting: Sighting, told: Account) -> bool:
    names = ("kind", "part", "since", "window_days", "observed", "expected", "p", "title")
    return all(getattr(sighting.account, name) == getattr(told, name) for name in names)


def _grown(number: int, sighting: Sighting, episode: Episode | None) -> Episode:
    """Add a sighting to what an alarm is recognised by."""
    account, place = sighting.account, sighting.place
    parts = frozenset() if account.kind is Kind.CAUSE else frozenset([account.part])
    places = () if place is None else (place,)
    appeals = frozenset(sighting.appeals)
    if episode is None:
        return Episode(number, family_of(account.kind), parts, appeals, places=places)
    return replace(
        episode,
        parts=episode.parts | parts,
        appeals=episode.appeals | appeals,
        places=episode.places + places,
        told=None,
    )


def turn_of(appeals: int, before: Sequence[AlarmDay], escalated: bool) -> Turn:
    """Say what became of an alarm on a day.

    Parameters
    ----------
    appeals
        All that made it up until then.
    before
        Its earlier days, in order.
    escalated
        Whether people escalated its theme.
    """
    if not before:
        return Turn.OPENED
    loud = (Turn.OPENED, Turn.ESCALATED)
    last = next((day.appeals for day in reversed(before) if day.turn in loud), 0)
    if escalated or (appeals >= DOUBLED * last and appeals - last >= LEAST_MORE):
        return Turn.ESCALATED
    return Turn.GREW if appeals > before[-1].appeals else Turn.SEEN
