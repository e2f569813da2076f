"""Small drawings that need no script: paths of bars and lines for inline SVG.

Coordinates are whole numbers or one decimal, y downwards, as SVG has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Final

STEP: Final = 4
"""Width of a day in a sparkline."""
HEIGHT: Final = 20
RECENT: Final = 7
"""Days at the end that are drawn in the accent's colour."""
LEAST_TOP: Final = 4
"""Counts below it do not fill the height: one appeal is no peak."""
MOST_TICKS: Final = 4
"""Days that are named below a drawing: more do not fit on a telephone."""
LANE: Final = 10
"""Height of a line of `lanes_of`."""


@dataclass(frozen=True)
class Spark:
    """A sparkline of counts, one bar a day.

    Attributes
    ----------
    before, recent
        Paths of the bars before the last seven days, and of those.
    width, height
        In pixels.
    words
        What it shows, for those who do not see it.
    """

    before: str
    recent: str
    width: int
    height: int
    words: str


def spark_of(counts: Sequence[int], noun: str = "appeals") -> Spark:
    """Draw counts, one a day, the last day last."""
    top = max([LEAST_TOP, *counts])
    bars = [
        f"M{STEP * place + 2} {HEIGHT}v-{max(1, round(HEIGHT * count / top))}" if count else ""
        for place, count in enumerate(counts)
    ]
    split = max(0, len(bars) - RECENT)
    words = (
        f"{noun} a day over {len(counts)} days, at most {max(counts, default=0)};"
        f" {sum(counts[split:])} in the last {len(counts) - split}"
    )
    width = STEP * len(counts)
    return Spark("".join(bars[:split]), "".join(bars[split:]), width, HEIGHT, words)


@dataclass(frozen=True)
class Still:
    """A chart that is there without scripts: bars, a line over them, bands behind them.

    Attributes
    ----------
    bars, line, band
        Paths; the band is around the line, and empty where none is known.
    bands
        Pairs of left edge and width.
    top, unit
        Value at the upper edge, and what it is counted in.
    open
        Path of what goes on still, in the accent's colour; empty: nothing.
    axis
        What the axes say, where it is not from 0 to `top`.
    beyond
        Path of the bars outside the band, in the accent's colour; empty: none.
    ticks
        Days along the lower edge, evenly apart, the first and the last among them; empty: none are
        named.
    """

    bars: str
    line: str
    bands: tuple[tuple[int, int], ...]
    width: int
    height: int
    top: float
    unit: str = "a day"
    band: str = ""
    open: str = ""
    axis: str = ""
    beyond: str = ""
    ticks: tuple[str, ...] = ()


def still_of(
    counts: Sequence[int],
    expected: Sequence[float | None],
    bands: Sequence[tuple[int, int]] = (),
    height: int = 160,
    unit: str = "a day",
    within: Sequence[tuple[float, float] | None] = (),
) -> Still:
    """Draw counts against what was expected of them; those outside the band in colour.

    Parameters
    ----------
    counts, expected
        One a day, of the same days; None where nothing is known to expect.
    bands
        First and last place of the days that lie in a band.
    within
        Ends of the band around what was expected of the same days, or None; empty: of no day.
    """
    ends = [one[1] for one in within if one is not None]
    known = [one for one in expected if one is not None]
    top = max([float(LEAST_TOP), *counts, *known, *ends])
    scale = height / top
    outside = [
        ends is not None and not ends[0] <= count <= ends[1]
        for count, ends in zip_longest(counts, within[: len(counts)])
    ]
    bars, beyond = (
        _bars(
            [0 if out is not wanted else one for one, out in zip(counts, outside, strict=True)],
            scale,
            height,
        )
        for wanted in (False, True)
    )
    edges = tuple((8 * first, 8 * (last - first + 1)) for first, last in bands)
    line, band = _line(expected, scale, height), _band(within, scale, height)
    return Still(bars, line, edges, 8 * len(counts), height, top, unit, band, beyond=beyond)


def ticks_of(days: Sequence[date]) -> tuple[str, ...]:
    """Name days evenly apart, four of them where there are as many."""
    number = min(MOST_TICKS, len(days))
    places = [round(n * (len(days) - 1) / max(1, number - 1)) for n in range(number)]
    return tuple(f"{days[place].day} {days[place]:%b}" for place in places)


def _bars(counts: Sequence[int], scale: float, height: int) -> str:
    return "".join(
        f"M{8 * place + 4} {height}v-{count * scale:.1f}"
        for place, count in enumerate(counts)
        if count
    )


def _band(ends: Sequence[tuple[float, float] | None], scale: float, height: int) -> str:
    """Draw a box a day from the lower end to the upper one."""
    return "".join(
        f"M{8 * place} {height - one[0] * scale:.1f}h8V{height - one[1] * scale:.1f}h-8z"
        for place, one in enumerate(ends)
        if one is not None
    )


def _line(values: Sequence[float | None], scale: float, height: int) -> str:
    """Draw a line that breaks where a value is missing."""
    parts, drawing = [], False
    for place, value in enumerate(values):
        if value is not None:
            parts.append(f"{'L' if drawing else 'M'}{8 * place + 4} {height - value * scale:.1f}")
        drawing = value is not None
    return "".join(parts)


def lanes_of(
    lanes: Sequence[tuple[int, int, int, bool]], size: tuple[int, int], axis: str
) -> Still:
    """Draw spans one below the other.

    Parameters
    ----------
    lanes
        Number of the line, place of the first day and of the one after the last, and whether it
        goes on still.
    size
        Days, and the height: `LANE` a line.
    axis
        What is drawn, in words.
    """
    spans = [
        (is_open, f"M{8 * first} {LANE * place + LANE // 2}H{8 * end}")
        for place, first, end, is_open in lanes
    ]
    closed = "".join(path for is_open, path in spans if not is_open)
    going_on = "".join(path for is_open, path in spans if is_open)
    return Still(closed, "", (), 8 * size[0], size[1], 0.0, open=going_on, axis=axis)
