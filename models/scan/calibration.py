"""The statistic held against its own replayed past.

Shuffles let every appeal come on its own. Real ones come in waves: a holiday, a policy's new
wording, a slow week of one detector. The statistic's quiet days are then louder than any
shuffle, and a shuffle's p-value promises too much. So the same scan is run as of earlier days of
the window, and what stood out then is compared with what stands out in shuffles. By how much it
stood out more is the `widening`: the largest score that chance gives is taken to be that many times
larger.

Why a replay and not an estimated variance: a wave may last a day or a fortnight, may be as
narrow as one complaint or as wide as a policy, and a replay meets it in the same windows and
neighbourhoods as the scan does; a variance must be told its scale beforehand. What a replay must
withstand are true causes of the past, which stood out for a better reason than chance: the places
that stand out beyond doubt on any day are left out on all of them, and the days are compared by
their median.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.scan.permutation import Chance, Shuffler
from models.scan.regions import Standout, standouts
from models.scan.statistic import Places, Recency

__all__ = ["UNWIDENED", "Widening", "widening"]

LOUDEST: Final = 2
"""Places of a day whose mean excess is compared. The first alone is what an alarm hangs on, but a
median of a few dozen firsts is unsteady; further down, waves tell less of how loud a first can be.
"""
SPARE: Final = 6
"""Places of a day that are looked at beside true causes, so that enough are left."""
BEYOND_DOUBT: Final = 1e-5
"""Chance, by the shuffles, below which a place of the past is a cause and no wave."""
COMPARISONS: Final = 30
"""Shuffles that the replayed days are compared with."""
LEAST_DAYS: Final = 10
"""Replayed days below which nothing is concluded from them."""


@dataclass(frozen=True)
class Widening:
    """By how much the past stood out more than shuffles do.

    Attributes
    ----------
    factor
        At least 1; 1 where too few days could be replayed.
    days
        Days that were replayed.
    """

    factor: float
    days: int


UNWIDENED: Final = Widening(1.0, 0)
"""Shuffles taken at their word."""


def widening(
    places: Places,
    chance: Chance,
    today: Recency,
    past: Sequence[Recency],
    shuffler: Shuffler,
) -> Widening:
    """Compare earlier days with shuffles.

    Parameters
    ----------
    places
        The neighbourhoods.
    chance
        What the shuffles of today gave.
    today, past
        Which appeals are recent today, and which were on each earlier day.
    shuffler
        Draws the shuffles to compare with.

    Returns
    -------
    Widening
    """
    if len(past) < LEAST_DAYS:
        return Widening(1.0, len(past))

    days = [_look(places, recency, chance) for recency in past]
    causes = _causes([*days, _look(places, today, chance)], chance, len(places.neighbours))
    replayed = [_loudness([s for s in day if causes[s.recent].mean() < 0.5]) for day in days]
    shuffled = [
        _loudness(list(islice(standouts(places, again, chance.usual), LOUDEST)))
        for again in (today.shuffled(shuffler.draw()) for _ in range(COMPARISONS))
    ]
    ratio = (np.median(replayed) + chance.level) / max(np.median(shuffled) + chance.level, 1e-9)
    return Widening(float(max(ratio, 1.0)), len(past))


def _look(places: Places, recency: Recency, chance: Chance) -> list[Standout]:
    """Give a day's loudest places: all that are beyond doubt, and a few more."""
    found, spare = [], SPARE
    for standout in standouts(places, recency, chance.usual):
        found.append(standout)
        spare -= chance.tail(standout.excess) >= BEYOND_DOUBT
        if not spare:
            break
    return found


def _loudness(found: Sequence[Standout]) -> float:
    """Give the mean excess of the loudest places; a day without any has none."""
    return float(np.mean([standout.excess for standout in found[:LOUDEST]])) if found else 0.0


def _causes(days: Sequence[Sequence[Standout]], chance: Chance, n: int) -> NDArray[np.bool_]:
    """Tell which appeals, (n,), are in a place that stands out beyond doubt on any day."""
    members = np.zeros(n, dtype=bool)
    for found in days:
        for standout in found:
            if chance.tail(standout.excess) < BEYOND_DOUBT:
                members[standout.members] = True
    return members
