"""Where a stream of events ends: stragglers after a silence do not carry it on.

Windows of days up to the last event move with it. Where a history was brought in up to October and
one decision is recorded in November, that one would otherwise empty the last weeks of every window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from statistics import median
from typing import Final

__all__ = ["SILENCE", "last_flowing_day"]

SILENCE: Final = 7
"""Days without an event from which on a daily stream has stopped: longer than holidays in a row."""
USUAL_DAYS: Final = 28
"""Last days with events that tell what is usual."""


def last_flowing_day(counts: Mapping[date, int]) -> date | None:
    """Give the last day on which a stream flowed.

    What comes after a silence carries the stream on only once it adds up to what a usual day
    brought before, the median of the last `USUAL_DAYS` days with events. A silence is more than
    `SILENCE` days without any, and more than twice the median step between those days: events may
    come in a lot a fortnight.

    Parameters
    ----------
    counts
        Events by day, from 0; days may be left out.

    Returns
    -------
    datetime.date or None
        A day with events; None where there is none.
    """
    flowing: list[date] = []
    held: list[date] = []
    for day in sorted(day for day, count in counts.items() if count > 0):
        if not flowing or (not held and not _silent(flowing[-USUAL_DAYS:], day)):
            flowing.append(day)
            continue
        held.append(day)
        usual = median(counts[one] for one in flowing[-USUAL_DAYS:])
        if sum(counts[one] for one in held) >= usual:
            flowing, held = [*flowing, *held], []
    return flowing[-1] if flowing else None


def _silent(days: Sequence[date], day: date) -> bool:
    """Tell whether there was a silence between the last of some days and a later one."""
    steps = [(late - early).days for early, late in pairwise(days)]
    usual = median(steps) if steps else 1
    return (day - days[-1]).days - 1 > max(SILENCE, 2 * usual)
