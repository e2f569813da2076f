"""Who waits, as the page Today tells it: by tier, by team, and which of them first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from models.priority import TIERS
from models.themes import Status
from serving.dashboard.today_reading import Longest, Told, Waits

CRITICAL, HIGH = "critical", "high"
GRAVE: Final = (CRITICAL, HIGH)
"""Tiers of cases that ought to be with a team already."""
UNSCORED: Final = "not scored"
MOST: Final = 0.5
"""Share of overdue appeals from which on to be overdue sets nothing apart."""
_ORDER: Final = [name for name, _, _ in TIERS]


@dataclass(frozen=True)
class Waiting:
    """Undecided appeals of a tier, or all.

    Attributes
    ----------
    oldest
        When the first of them was filed, and `lasting` how long ago that was.
    overdue
        Those that are due by now; `hot` where that is to be seen first.
    """

    name: str
    appeals: int
    overdue: int
    oldest: datetime
    lasting: str
    hot: bool


@dataclass(frozen=True)
class WhoWaits:
    """The undecided appeals.

    Attributes
    ----------
    total
        None: nobody waits.
    longest
        The tenth that has waited longest, where most are overdue; None elsewhere.
    """

    tiers: tuple[Waiting, ...]
    total: Waiting | None
    longest: Longest | None


@dataclass(frozen=True)
class TeamCases:
    """The undecided critical and high cases that would go to a team."""

    team: str
    critical: int
    high: int
    waiting: Waiting


@dataclass(frozen=True)
class Escalations:
    """What waits that is grave: cases by the team that they would go to, and themes.

    Attributes
    ----------
    teams
        Those with critical cases first, then by the oldest.
    themes
        Those that people have escalated.
    """

    critical: int
    high: int
    teams: tuple[TeamCases, ...]
    themes: tuple[Told, ...]


def who_waits(waits: Sequence[Waits], longest: Longest | None, now: datetime) -> WhoWaits:
    """Add up those who wait, by tier, the gravest first.

    Where most are overdue, only what is grave is told as hot.
    """
    if not waits:
        return WhoWaits((), None, None)
    total = _summed("all", waits, now, False)
    mostly = total.overdue > MOST * total.appeals
    lots = _sorted_by(waits, lambda one: one.tier or UNSCORED)
    tiers = [_summed(name, lot, now, not mostly or name in GRAVE) for name, lot in lots.items()]
    return WhoWaits(tuple(sorted(tiers, key=_place)), total, longest if mostly else None)


def escalations(waits: Iterable[Waits], themes: Iterable[Told], now: datetime) -> Escalations:
    """Tell what waits that is grave."""
    grave = [one for one in waits if one.tier in GRAVE]
    lots = _sorted_by(grave, lambda one: one.team or "")
    teams = [
        TeamCases(name, _of(lot, CRITICAL), _of(lot, HIGH), _summed(name, lot, now, True))
        for name, lot in lots.items()
    ]
    return Escalations(
        critical=_of(grave, CRITICAL),
        high=_of(grave, HIGH),
        teams=tuple(sorted(teams, key=lambda one: (not one.critical, one.waiting.oldest))),
        themes=tuple(one for one in themes if one.status is Status.ESCALATED),
    )


def _of(waits: Iterable[Waits], tier: str) -> int:
    return sum(one.appeals for one in waits if one.tier == tier)


def _sorted_by(waits: Iterable[Waits], name_of: Callable[[Waits], str]) -> dict[str, list[Waits]]:
    lots: dict[str, list[Waits]] = defaultdict(list)
    for one in waits:
        lots[name_of(one)].append(one)
    return lots


def _summed(name: str, lot: Sequence[Waits], now: datetime, marked: bool) -> Waiting:
    oldest = min(one.oldest for one in lot)
    appeals, overdue = sum(one.appeals for one in lot), sum(one.overdue for one in lot)
    return Waiting(name, appeals, overdue, oldest, lasting(now - oldest), marked and overdue > 0)


def _place(one: Waiting) -> tuple[int, datetime]:
    place = _ORDER.index(one.name) if one.name in _ORDER else len(_ORDER)
    return place, one.oldest


def lasting(time: timedelta) -> str:
    """Say how long something lasts: 40 minutes; 5 hours; 3 days."""
    minutes = max(int(time.total_seconds() // 60), 0)
    for unit, name, until in ((1, "minute", 120), (60, "hour", 48 * 60)):
        if minutes < until:
            count = minutes // unit
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{minutes // (24 * 60):,} days"
