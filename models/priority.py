"""Priority: which case a reviewer should open next, and by when.

A review averts harm in two ways: it restores a subject who was wrongly enforced, and it brings a
case that must be escalated to its team. The unit is the harm of an average wrong enforcement: money
at stake counts by its logarithm, as a tenfold stake is not tenfold hardship.

Harm alone would let some wait for ever. Ageing by the hour does not mend it: while more comes in
than is reviewed, waits grow past any hours that were set, and the queue turns into first come first
served, or starves. So reviews take turns between most harm and longest wait; see `next_of`.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]

TIERS: Final = (
    ("critical", 0.5, 1.0),
    ("high", 0.2, 8.0),
    ("medium", 0.05, 24.0),
    ("low", 0.0, 72.0),
)
"""Name, least probability of an escalation, and hours within which the case is due."""
ESCALATION: Final = 5.0
"""Harm of a case that ought to be escalated and is not, in wrong enforcements."""
TURNS: Final = 2
"""Of so many reviews one opens the case that has waited longest."""


def tier_of(escalation: Array) -> NDArray[np.int64]:
    """Give each case's place in `TIERS`: (n,)."""
    least = np.array([bound for _, bound, _ in TIERS])
    return np.asarray((escalation[:, None] < least).sum(axis=1))


def harm(overturned: Array, escalation: Array, stake: Array, usual: float) -> Array:
    """Weigh the harm that a review is expected to avert: (n,), 0 and above.

    Parameters
    ----------
    overturned, escalation
        (n,) probabilities.
    stake
        (n,) money at stake, NaN where it is not known.
    usual
        A usual stake: one that counts 1.
    """
    known = np.where(np.isfinite(stake), stake, usual)
    weight = np.log1p(known) / np.log1p(max(usual, 1e-9)) if usual > 0 else np.ones(len(known))
    return np.asarray(overturned * weight + ESCALATION * escalation)


def next_of(averted: Array, waited: Array, reviewed: int) -> int:
    """Choose the case that a reviewer opens next: its place among those that wait.

    Of `TURNS` reviews one opens the case that has waited longest, the others the one whose review
    averts most harm. As one review in `TURNS` goes to the head of the line, a case that finds m
    others before it is opened after at most `TURNS` (m + 1) reviews, where first come first served
    would take m + 1: nobody waits longer than `TURNS` times, whatever comes in after, however much
    of it, and without any hour that would have to be set to the load.

    Parameters
    ----------
    averted
        (n,) from `harm`, NaN where it is not known: then only the wait counts. n is at least 1.
    waited
        (n,) hours, in any order. Of equal cases the one that has waited longest goes first, of
        these the first given.
    reviewed
        Reviews so far, by anybody: says whose turn it is.

    Notes
    -----
    Among cases that take alike long, the one of most harm first loses least in total while all
    wait: the c-mu rule, Cox and Smith (1961), Queues.
    """
    if reviewed % TURNS == TURNS - 1:
        return int(np.argmax(waited))
    known = np.where(np.isnan(averted), -np.inf, averted)
    best = np.flatnonzero(known == known.max())
    return int(best[np.argmax(waited[best])])


def in_turns(averted: Array, waited: Array, reviewed: int) -> NDArray[np.int64]:
    """Order all that wait as `next_of` would take them, if nothing else came in: (n,) places.

    Parameters
    ----------
    averted, waited, reviewed
        As of `next_of`; n may be 0.
    """
    known = np.where(np.isnan(averted), -np.inf, averted)
    by_wait = iter(np.argsort(-waited, kind="stable").tolist())
    by_harm = iter(np.lexsort((-waited, -known)).tolist())
    taken = bytearray(len(waited))
    order: list[int] = []
    for number in range(reviewed, reviewed + len(waited)):
        line = by_wait if number % TURNS == TURNS - 1 else by_harm
        place = next(line)
        while taken[place]:
            place = next(line)
        taken[place] = 1
        order.append(place)
    return np.array(order, dtype=np.int64)


def due(submitted: pd.Series, tier: NDArray[np.int64]) -> pd.Series:
    """Give the times by which cases are due, from their filing and their place in `TIERS`."""
    hours = np.array([hours for _, _, hours in TIERS])[tier]
    return submitted + pd.to_timedelta(hours, unit="h")
