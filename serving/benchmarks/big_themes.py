"""Made-up themes and alarms of a large home, as a discovery would leave them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import numpy as np

from features.encoder import StudentEncoder
from models.alarms import Account, Against, Kind, Part, Sighting
from models.themes import (
    Day,
    Descent,
    Discovery,
    Driver,
    Event,
    Exemplar,
    Found,
    Member,
    Outcomes,
    Portrait,
)
from serving.benchmarks.big_appeals import POLICIES, WINDOW_DAYS, Plan, name_of, words_of

ALARMS: Final = 6
FLOOR: Final = 0.2
MAP_SIDE: Final = 100.0


def found_of(plan: Plan, encoder: StudentEncoder, digest: str) -> Found:
    """Say what a discovery of the day before the last found: the last day is not looked at yet."""
    as_of = plan.end.date() - timedelta(days=1)
    within = _within(plan, as_of)
    texts = [" ".join(words_of(theme)) for theme in range(plan.themes)]
    centres = encoder.encode(texts)
    lots = np.bincount(plan.theme[:within], minlength=plan.themes)
    there = [theme for theme in range(plan.themes) if lots[theme]]
    return Found(
        discovery=_discovery(as_of, digest, within),
        portraits={_id(one): _portrait(plan, one, as_of, within) for one in there},
        members=tuple(
            Member(name_of(place), _id(theme), _id(theme), 0.9)
            for place, theme in enumerate(plan.theme[:within].tolist())
        ),
        descents=tuple(Descent(_id(one), as_of, Event.BORN) for one in there),
        centres={_id(one): (centres[one], FLOOR) for one in there},
    )


def sightings_of(plan: Plan) -> list[Sighting]:
    """Make the alarms that are open: rises of a few themes."""
    as_of = plan.end.date() - timedelta(days=1)
    within = _within(plan, as_of)
    days = tuple(Against(as_of - timedelta(days=ago), 9, 2.5) for ago in reversed(range(28)))
    largest = np.argsort(-np.bincount(plan.theme), kind="stable")[:ALARMS].tolist()
    return [
        Sighting(_account(theme, as_of, days), tuple(map(name_of, places.tolist())), None)
        for theme in largest
        if len(places := np.flatnonzero(plan.theme[:within] == theme)[-40:])
    ]


def places_of(plan: Plan) -> Mapping[str, tuple[float, float]]:
    """Place the appeals of each theme around a point of its own."""
    rng = np.random.default_rng(plan.seed + 4)
    within = _within(plan, plan.end.date() - timedelta(days=1))
    middles = rng.random((plan.themes, 2)) * MAP_SIDE
    places = middles[plan.theme[:within]] + rng.normal(size=(within, 2))
    return {name_of(place): (x, y) for place, (x, y) in enumerate(places.tolist())}


def _within(plan: Plan, as_of: date) -> int:
    """Count the appeals filed until the end of a day."""
    end = datetime.combine(as_of + timedelta(days=1), time(), UTC)
    return sum(plan.filed(place) < end for place in range(plan.appeals))


def _id(theme: int) -> str:
    return f"T{theme + 1}"


def _discovery(as_of: date, digest: str, appeals: int) -> Discovery:
    return Discovery(
        as_of=as_of,
        window_days=WINDOW_DAYS,
        made_at=datetime.combine(as_of + timedelta(days=1), time(6), UTC),
        seconds=60.0,
        encoder=digest,
        appeals=appeals,
        unassigned=0,
        campaigns=0,
        copies=0,
        resolution=0.5,
        agreement=0.9,
        recall=1.0,
        persistence=None,
    )


def _portrait(plan: Plan, theme: int, as_of: date, within: int) -> Portrait:
    places = np.flatnonzero(plan.theme[:within] == theme)
    size, words = len(places), words_of(theme)
    days = np.array([(as_of - plan.filed(one).date()).days for one in places.tolist()])
    counts = np.bincount(days, minlength=WINDOW_DAYS)
    told = f"my {' and my '.join(words)} stopped, I wrote to the seller centre thrice " * 3
    return Portrait(
        title=f"{', '.join(words)} {theme}",
        phrases=tuple(f"{one} {two}" for one in words for two in words if one != two),
        exemplars=tuple(Exemplar(name_of(int(one)), told) for one in places[:5]),
        drivers=tuple(_driver(field, theme, size) for field in ("policy", "action", "category")),
        outcomes=Outcomes(size, size // 3, size / 4, 0.4, 0.1),
        days=tuple(
            Day(as_of - timedelta(days=ago), int(counts[ago]), 0, int(counts[ago]))
            for ago in reversed(range(len(counts)))
            if counts[ago]
        ),
        size=size,
        cases=size,
        subjects=max(size, 5),
        campaigns=0,
        first_seen=plan.filed(int(places[0])),
        last_seen=plan.filed(int(places[-1])),
    )


def _driver(field: str, theme: int, size: int) -> Driver:
    return Driver(field, f"{field}_{theme % POLICIES}", size, size, size / 2, 0.9, 0.4)


def _account(theme: int, as_of: date, days: tuple[Against, ...]) -> Account:
    return Account(
        kind=Kind.RISE,
        part=Part(theme=_id(theme)),
        title=", ".join(words_of(theme)),
        phrases=tuple(words_of(theme)),
        since=as_of - timedelta(days=6),
        window_days=7,
        observed=40,
        expected=12.5,
        decided=None,
        p=0.001,
        recurrence_days=1000.0,
        subjects=40,
        theme=_id(theme),
        emerging=True,
        drivers=(_driver("policy", theme, 40),),
        exemplars=(Exemplar(name_of(theme), "my funds are held"),),
        days=days,
    )
