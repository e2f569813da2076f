"""What the page Today says before all else: what has stopped, and what does not count yet."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from serving.dashboard.today_reading import Course, Stream
from serving.dashboard.today_waiting import lasting
from serving.dashboard.wording import counted, day

QUIET: Final = timedelta(hours=36)
"""Time without a filing from which the page says so: longer than any night."""
IDLE: Final = timedelta(days=4)
"""Time without a decision from which the page says so: longer than any weekend."""


def notices(course: Course, now: datetime) -> tuple[str, ...]:
    """Say in sentences what the days told leave out, each stream by itself."""
    told = [_of_intake(course.filed, now), _of_decisions(course.decided, now)]
    return tuple(one for one in told if one)


def _of_intake(filed: Stream | None, now: datetime) -> str:
    if filed is None:
        return ""
    if filed.late:
        return (
            f"Since {day(filed.until)} no more than {counted(filed.late, 'appeal')} came in, after"
            " a silence: the intake is told up to then, until a usual day's worth has come."
        )
    if now - filed.until <= QUIET:
        return ""
    return (
        f"No appeal has come in for {lasting(now - filed.until)}. The intake is told up to then;"
        " who waits, up to now."
    )


def _of_decisions(decided: Stream | None, now: datetime) -> str:
    if decided is None:
        return ""
    if decided.late:
        return (
            f"Decisions are told up to {day(decided.until)}: {counted(decided.late, 'decision')}"
            f" made since, after a silence, {'counts' if decided.late == 1 else 'count'} once a"
            " usual day's worth has been made."
        )
    if now - decided.until <= IDLE:
        return ""
    return f"No decision has been made for {lasting(now - decided.until)}."
