"""How a card writes figures, days and values; and values that anybody may have typed."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Protocol

NOTHING: Final = "–"
NOT_MEASURED: Final = "not measured"
_MOST_SIGNS: Final = 120


class Spanned(Protocol):
    """A figure with the ends of its interval."""

    @property
    def value(self) -> float | None:
        """The figure itself."""

    @property
    def low(self) -> float | None:
        """The lower end."""

    @property
    def high(self) -> float | None:
        """The upper end."""


def shown(value: object) -> str:
    """Write a value that somebody else has chosen, on one line: no signs that steer the text."""
    line = " ".join(str(value).split())
    kept = "".join(sign for sign in line if sign.isprintable())
    return kept if len(kept) <= _MOST_SIGNS else kept[: _MOST_SIGNS - 1] + "…"


def three(value: float | None) -> str:
    """Write a figure with three decimals."""
    return NOTHING if value is None else f"{value:.3f}".replace("-", "−")


def signed(value: float | None) -> str:
    """Write a difference with its sign."""
    return NOTHING if value is None else f"{value:+.3f}".replace("-", "−")


def percent(value: float | None) -> str:
    """Write a share: 24.1 %."""
    return NOTHING if value is None else f"{100 * value:.1f} %"


def count(value: float | None) -> str:
    """Write a count: 1,204."""
    return NOTHING if value is None else f"{value:,.0f}"


def day(value: datetime | None) -> str:
    """Write a day: 2025-03-03."""
    return NOTHING if value is None else f"{value:%Y-%m-%d}"


def moment(value: datetime) -> str:
    """Write a moment, UTC."""
    return f"{value:%Y-%m-%d %H:%M} UTC"


def between(low: float | None, high: float | None) -> str:
    """Write the ends of an interval."""
    if low is None or high is None:
        return NOTHING
    return f"{three(low)} to {three(high)}"


def percents(low: float | None, high: float | None) -> str:
    """Write the ends of an interval of a share."""
    if low is None or high is None:
        return NOTHING
    return f"{percent(low)} to {percent(high)}"


def with_bounds(value: str, bounds: str) -> str:
    """Write the ends of an interval behind a figure, where there are any."""
    return value if bounds == NOTHING else f"{value} ({bounds})"


def spanned(found: Spanned | None) -> str:
    """Write a figure with its interval."""
    if found is None or found.value is None:
        return NOTHING
    return with_bounds(three(found.value), between(found.low, found.high))


def plain(name: str) -> str:
    """Write the name of a field as words."""
    return shown(name.replace("_", " "))
