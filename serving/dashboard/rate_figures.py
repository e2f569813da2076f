"""The overturn rate of weeks, as a chart with what chance leaves open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from models.proportions import wilson
from serving.dashboard.charts import Figure, chart_of, spec_of
from serving.dashboard.drawing import still_of
from serving.dashboard.wording import NOTHING, counted, day, number, share

if TYPE_CHECKING:
    import altair as alt

WEEK: Final = 7
HEIGHT: Final = 190


@dataclass(frozen=True)
class RateWeek:
    """Seven days of decisions up to a day; the ends are those of Wilson's interval."""

    last: date
    decided: int
    overturned: int
    lower: float
    upper: float

    @property
    def rate(self) -> float | None:
        """Share overturned; None where nothing was decided."""
        return self.overturned / self.decided if self.decided else None


def rate_week(last: date, decided: int, overturned: int) -> RateWeek:
    """Put a week together, with its interval."""
    low, high = wilson(overturned, decided)
    return RateWeek(last, decided, overturned, float(low), float(high))


def rates_figure(weeks: Sequence[RateWeek]) -> Figure:
    """Draw the overturn rate of some weeks, with what chance leaves open."""
    caption = (
        f"Share of decisions overturned, {counted(len(weeks), 'week')} up to"
        f" {day(weeks[-1].last)}, with 95 % intervals."
    )
    rows = [
        (
            f"{day(one.last - timedelta(days=WEEK - 1))} to {day(one.last)}",
            number(one.decided),
            number(one.overturned),
            share(one.rate),
            f"{share(one.lower)} to {share(one.upper)}" if one.decided else NOTHING,
        )
        for one in reversed(weeks)
    ]
    return Figure(
        name="overturned",
        caption=caption,
        spec=spec_of(_rates_chart([one for one in weeks if one.decided])),
        columns=("Week", "Decided", "Overturned", "Share", "95 % interval"),
        rows=tuple(rows),
        still=still_of(
            [round(100 * (one.rate or 0)) for one in weeks],
            [None for _ in weeks],
            unit="% overturned in a week",
        ),
    )


def _rates_chart(weeks: Sequence[RateWeek]) -> alt.TopLevelMixin:
    import altair as alt

    records = [
        {
            "week": one.last.isoformat(),
            "rate": one.rate,
            "lower": one.lower,
            "upper": one.upper,
            "decided": one.decided,
        }
        for one in weeks
    ]
    axis = alt.Axis(format="%-d %b", grid=False, tickCount=6)
    time = alt.X("week:T", title="Week up to", scale=alt.Scale(type="utc"), axis=axis)
    percent = alt.Axis(format="%", tickCount=5)
    rate = alt.Y("rate:Q", title="Overturned", axis=percent, scale=alt.Scale(zero=True))
    told = [
        alt.Tooltip("week:T", title="Week up to", timeUnit="utcyearmonthdate"),
        alt.Tooltip("rate:Q", title="Overturned", format=".1%"),
        alt.Tooltip("decided:Q", title="Decisions"),
    ]
    base = chart_of(records)
    bars = base.mark_rule(style="observed", strokeWidth=3).encode(
        x=time, y=alt.Y("lower:Q", title="Overturned", axis=percent), y2="upper:Q"
    )
    line = base.mark_line(style="expected").encode(x=time, y=rate)
    dots = base.mark_circle(style="expected", size=45, opacity=1).encode(
        x=time, y=rate, tooltip=told
    )
    return alt.layer(bars, line, dots).properties(width="container", height=HEIGHT)
