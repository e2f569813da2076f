"""When a decision can have been made: not before its appeal, and not in days to come."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from features.faults import Fault
from features.schema import Decision

__all__ = ["SLACK", "dated"]

SLACK: Final = timedelta(days=1)
"""How far a date may seem off and be right: dates without hours, local time, clocks that differ."""
EARLY: Final = Fault(
    "/decided_at", "decided a day or more before it was filed; expected a moment from then on"
)
AHEAD: Final = Fault("/decided_at", "decided a day or more from now; expected a moment up to now")


def dated(decision: Decision, filed: datetime, now: datetime) -> Decision | Fault:
    """Refuse a decision whose date cannot be; mend what coarse dates may do.

    One made less than `SLACK` before the filing was made with it. One made now stays as it is,
    though its appeal be dated ahead: of the two it is the filing that is wrong.

    Parameters
    ----------
    filed
        When its appeal was filed, UTC.
    now
        By the clock, UTC.
    """
    made = decision.decided_at
    if made - max(filed, now) >= SLACK:
        return AHEAD
    if made >= filed or now - SLACK < made <= now < filed:
        return decision
    if filed - made >= SLACK:
        return EARLY
    return decision.model_copy(update={"decided_at": filed})
