"""The overturn rate of weeks, as a chart against what the weeks before each let expect."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from models.proportions import wilson
from models.rate_band import rate_band
from serving.dashboard.charts import Figure, chart_of, spec_of
from serving.dashboard.drawing import still_of
from serving.dashboard.wording import NOTHING, counted, day, number, share

if TYPE_CHECKING:
    import altair as alt

WEEK: Final = 7
HEIGHT: Final = 190
BAR: Final = 10


@dataclass(frozen=True)
class RateWeek:
    """Seven days of decisions up to a day.

    Attributes
    ----------
    low, high
        Ends of Wilson's 95 % interval.
    expected, lower, upper
        Share that the weeks before let expect, and the smallest and the largest that chance may
        well give; None where too little is known.
    """

    last: date
    decided: int
    overturned: int
    low: float
    high: float
    expected: float | None = None
    lower: float | None = None
    upper: float | None = None

    @property
    def first(self) -> date:
        """The first of its days."""
        return self.last - timedelta(days=WEEK - 1)

    @property
    def rate(self) -> float | None:
        """Share overturned; None where nothing was decided."""
        return self.overturned / self.decided if self.decided else None

    @property
    def beyond(self) -> str:
        """Whether it is `above` or `below` the band; empty where it is in it, or there is none."""
        rate = self.rate
        if rate is None or self.lower is None or self.upper is None:
            return ""
        # Shares of one number of decisions: half a decision apart is never rounding.
        half = 0.5 / self.decided
        return "above" if rate > self.upper + half else "below" * (rate < self.lower - half)


def weeks_of(
    counts: Sequence[tuple[int, int]], last: date, shown: int | None = None
) -> tuple[RateWeek, ...]:
    """Put weeks together, each with its interval and what the weeks before it let expect.

    Parameters
    ----------
    counts
        Decided, and overturned of these, of every week in order.
    last
        Last day of the last week.
    shown
        How many of the last weeks are given; None: all.
    """
    if not counts:
        return ()
    table = np.array(counts, dtype=np.float64).T
    kept = len(counts) if shown is None else min(shown, len(counts))
    band = rate_band(table[1:], table[:1], kept)
    ends = np.column_stack([band.expected[0], band.lower[0], band.upper[0]]).tolist()
    lows, highs = wilson(table[1], table[0])
    weeks = []
    for place, end in enumerate(ends, len(counts) - kept):
        known = [None if math.isnan(one) else one for one in end]
        day_of = last - timedelta(days=WEEK * (len(counts) - 1 - place))
        interval = float(lows[place]), float(highs[place])
        weeks.append(RateWeek(day_of, *counts[place], *interval, *known))
    return tuple(weeks)


def rates_figure(weeks: Sequence[RateWeek]) -> Figure:
    """Draw the overturn rate of some weeks against what the weeks before each let expect."""
    caption = (
        f"Share of decisions overturned, {counted(len(weeks), 'week')} up to {day(weeks[-1].last)}."
    )
    if any(one.expected is not None for one in weeks):
        caption += " The line is what the weeks before let expect, the band what chance may give;"
        caption += " weeks outside it are in colour."
    return Figure(
        name="overturned",
        caption=caption,
        spec=spec_of(_rates_chart([one for one in weeks if one.decided])),
        columns=_COLUMNS,
        rows=tuple(_row(one) for one in reversed(weeks)),
        still=still_of(
            [round(100 * (one.rate or 0)) for one in weeks],
            [None if one.expected is None else 100 * one.expected for one in weeks],
            unit="% overturned in a week",
            within=[_percent(one) for one in weeks],
        ),
    )


_COLUMNS: Final = (
    "Week",
    "Decided",
    "Overturned",
    "Share",
    "95 % interval",
    "Expected",
    "By chance",
    "Outside",
)


def _row(one: RateWeek) -> tuple[str, ...]:
    known = one.lower is not None and one.upper is not None
    return (
        f"{day(one.first)} to {day(one.last)}",
        number(one.decided),
        number(one.overturned),
        share(one.rate),
        f"{share(one.low)} to {share(one.high)}" if one.decided else NOTHING,
        share(one.expected),
        f"{share(one.lower)} to {share(one.upper)}" if known else NOTHING,
        one.beyond,
    )


def _percent(one: RateWeek) -> tuple[float, float] | None:
    if one.lower is None or one.upper is None:
        return None
    return 100 * one.lower, 100 * one.upper


def _record(one: RateWeek) -> dict[str, Any]:
    told = {"rate": one.rate, "expected": one.expected, "lower": one.lower, "upper": one.upper}
    rounded = {name: None if value is None else round(value, 4) for name, value in told.items()}
    return {"week": one.last.isoformat(), "decided": one.decided, **rounded}


def _rates_chart(weeks: Sequence[RateWeek]) -> alt.TopLevelMixin:
    import altair as alt

    axis = alt.Axis(format="%-d %b", grid=False, tickCount=6)
    time = alt.X("week:T", title="Week up to", scale=alt.Scale(type="utc", padding=12), axis=axis)
    percent = alt.Axis(format="%", tickCount=5)
    rate = alt.Y("rate:Q", title="Overturned", axis=percent, scale=alt.Scale(zero=True))
    told = [
        alt.Tooltip("week:T", title="Week up to", timeUnit="utcyearmonthdate"),
        alt.Tooltip("rate:Q", title="Overturned", format=".1%"),
        alt.Tooltip("expected:Q", title="Expected", format=".1%"),
        alt.Tooltip("decided:Q", title="Decisions"),
    ]
    known = [_record(one) for one in weeks if one.expected is not None]
    layers: list[alt.Chart] = []
    for style, beyond in (("observed", False), ("alarm", True)):
        lot = [_record(one) for one in weeks if bool(one.beyond) is beyond]
        if lot:
            bars = chart_of(lot).mark_bar(style=style, size=BAR)
            layers.append(bars.encode(x=time, y=rate, tooltip=told))
    if known:
        band = chart_of(known).mark_area(style="band", interpolate="monotone")
        ends = alt.Y("lower:Q", title="Overturned", axis=percent)
        layers.insert(0, band.encode(x=time, y=ends, y2="upper:Q"))
        line = chart_of(known).mark_line(style="expected")
        layers.append(line.encode(x=time, y=alt.Y("expected:Q", title="Overturned", axis=percent)))
    return alt.layer(*layers).properties(width="container", height=HEIGHT)
