"""Small charts that survive the mail: cells of a table, and signs of a line.

A mail client strips drawings: scripts, SVG and embedded images. What is left are the cells of a
table, each with its height and its colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from models.alarms import Against
from serving.digest.words import amount, counted, day

__all__ = ["Bar", "Chart", "chart_of", "sparkline"]

STEPS: Final = 12
"""Rows of cells: what a bar's height is rounded to."""
DAYS: Final = 21
SIGNS: Final = "▁▂▃▄▅▆▇█"
PLAIN, OVER, SHORT, EMPTY = "plain", "over", "short", "empty"


@dataclass(frozen=True)
class Bar:
    """A cell over some rows.

    Its tone is `plain` up to what was expected, `over` above it, `short` below it, or `empty`.
    """

    rows: int
    tone: str


@dataclass(frozen=True)
class Chart:
    """Days, observed against expected.

    Attributes
    ----------
    rows
        From the top: the cells that begin in each of the rows, by day. Those of a day fill its
        column.
    first, last
        The days at the ends.
    observed, expected
        A sign a day, both on one scale; a day of which nothing was expected has a dot.
    words
        The chart in a sentence.
    """

    rows: tuple[tuple[Bar, ...], ...]
    first: str
    last: str
    observed: str
    expected: str
    words: str


def chart_of(days: Sequence[Against]) -> Chart | None:
    """Draw the last days; None where there are none, or nothing was filed or expected on any."""
    told = _without_gaps(days)[-DAYS:]
    top = max((max(one.observed, one.expected or 0.0) for one in told), default=0.0)
    if top <= 0:
        return None
    columns = [_column(one, top) for one in told]
    return Chart(
        rows=tuple(_beginning(columns, row) for row in range(STEPS)),
        first=day(told[0].day),
        last=day(told[-1].day),
        observed=sparkline([one.observed for one in told], top),
        expected=sparkline([one.expected for one in told], top),
        words=_words(told),
    )


def sparkline(values: Sequence[float | None], top: float) -> str:
    """Give a sign a value, from ▁ for 0 to █ for `top`; a dot for None."""
    last = len(SIGNS) - 1
    return "".join("·" if one is None else SIGNS[_step(one, top, last)] for one in values)


def _without_gaps(days: Sequence[Against]) -> list[Against]:
    """Order days, and give those that are missing between two a count of 0."""
    by_day = {one.day: one for one in days}
    if not by_day:
        return []
    first, last = min(by_day), max(by_day)
    every = (first + timedelta(days=place) for place in range((last - first).days + 1))
    return [by_day.get(one, Against(one, 0, None)) for one in every]


def _step(value: float, top: float, steps: int) -> int:
    """Round to steps; what is more than nothing is seen."""
    return max(round(value / top * steps), int(value >= 1))


def _column(one: Against, top: float) -> tuple[Bar, ...]:
    """Stack the cells of a day, from the top."""
    observed = _step(one.observed, top, STEPS)
    expected = observed if one.expected is None else _step(one.expected, top, STEPS)
    tone = OVER if observed > expected else SHORT
    low, high = sorted((observed, expected))
    bars = (Bar(STEPS - high, EMPTY), Bar(high - low, tone), Bar(low, PLAIN))
    return tuple(bar for bar in bars if bar.rows)


def _beginning(columns: Sequence[tuple[Bar, ...]], row: int) -> tuple[Bar, ...]:
    """Give the cells that begin in a row."""
    found = []
    for bars in columns:
        top = 0
        for bar in bars:
            if top == row:
                found.append(bar)
            top += bar.rows
    return tuple(found)


def _words(days: Sequence[Against]) -> str:
    most = max(days, key=lambda one: (one.observed, one.day))
    known = [one.expected for one in days if one.expected is not None]
    usual = f"; {amount(sum(known) / len(known))} a day expected" if known else ""
    return (
        f"{counted(len(days), 'day')} to {day(days[-1].day)}:"
        f" most on {day(most.day)}, {most.observed:,}; last {days[-1].observed:,}{usual}"
    )
