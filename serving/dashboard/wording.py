"""How numbers, days and shares are written on the pages; the filters of the templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

NOTHING: Final = "–"
"""Where there is no value."""


def number(value: float | None) -> str:
    """Write a count or an amount: 1,204; 38; 9.5; 0.04."""
    if value is None:
        return NOTHING
    if isinstance(value, int) or abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 0.95 else f"{value:.2g}"


def share(value: float | None) -> str:
    """Write a share as a percentage: 24 %; 3.1 %; under 0.1 %."""
    if value is None:
        return NOTHING
    percent = 100 * value
    if 0 < percent < 0.1:
        return "under 0.1 %"
    return f"{percent:.1f} %" if 0 < percent < 9.95 else f"{percent:.0f} %"


def change(value: int | None) -> str:
    """Write a difference with its sign: +12; −3; 0."""
    if value is None:
        return NOTHING
    return f"{value:+,d}".replace("-", "−") if value else "0"


def day(value: date | datetime | None) -> str:
    """Write a day: 3 Mar 2025."""
    return NOTHING if value is None else f"{value.day} {value:%b %Y}"


def day_span(first: date, last: date) -> str:
    """Write some days: 3 to 9 Mar; 27 Feb to 5 Mar."""
    head = f"{first.day}" if first.month == last.month else f"{first:%-d %b}"
    return f"{head} to {last:%-d %b}"


def moment(value: datetime | None) -> str:
    """Write a moment, UTC: 3 Mar 2025, 14:05."""
    return NOTHING if value is None else f"{day(value)}, {value:%H:%M}"


def iso(value: date | datetime) -> str:
    """Write a day or a moment for machines."""
    return value.isoformat()


def plain(value: str) -> str:
    """Write the name of a field or a value as words: payment_hold -> payment hold."""
    return value.replace("_", " ")


def counted(count: int, noun: str, nouns: str = "") -> str:
    """Count something: 1 theme; 2 themes."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def hours(value: float) -> str:
    """Write how long something took, in hours: 0.4 h; 31 h; 3.2 days."""
    return f"{number(round(value, 1))} h" if value < 48 else f"{number(round(value / 24, 1))} days"


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "number": number,
    "share": share,
    "change": change,
    "day": day,
    "day_span": day_span,
    "moment": moment,
    "iso": iso,
    "plain": plain,
    "counted": counted,
    "hours": hours,
}
