"""The charts of the page Today: the days against what they let expect, and the overturn rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from models.expectation import Expectation, expectation
from models.tree.whole import intake_gaps
from serving.dashboard.charts import Figure, Note, chart_of, spec_of
from serving.dashboard.drawing import still_of
from serving.dashboard.rate_figures import WEEK, RateWeek, weeks_of
from serving.dashboard.theme_question import Question
from serving.dashboard.today_reading import DayCount
from serving.dashboard.wording import NOTHING, counted, day, number

if TYPE_CHECKING:
    import altair as alt

SHOWN_DAYS: Final = 42
SHOWN_WEEKS: Final = 12
HEIGHT: Final = 190
MOST_NOTES: Final = 5
"""Days outside the band that are told below the chart, the latest ones."""


@dataclass(frozen=True)
class ExpectedDay:
    """A day against what the days before it let expect; None where too little is known."""

    day: date
    observed: int
    expected: float | None
    lower: float | None
    upper: float | None

    @property
    def beyond(self) -> str:
        """Whether it is `above` or `below` the band; empty where it is in it, or there is none."""
        if self.lower is None or self.upper is None:
            return ""
        return "above" if self.observed > self.upper else "below" * (self.observed < self.lower)


def expected_days(days: Sequence[DayCount]) -> tuple[ExpectedDay, ...]:
    """Expect the last days by the days before each; days on which nothing came are left out."""
    counts = np.array([one.count for one in days], dtype=np.float64)
    known = np.where(intake_gaps(counts), np.nan, counts)
    known[: _first(counts)] = np.nan
    # What the last day holds is not looked at: while no other changes, this holds too.
    known[-1] = np.nan
    found = _expected(known.tobytes())
    ends = np.column_stack([found.expected[0], found.lower[0], found.upper[0]]).tolist()
    return tuple(
        _day(one.day, one.count, *to) for one, to in zip(days[-SHOWN_DAYS:], ends, strict=True)
    )


@lru_cache(maxsize=8)
def _expected(known: bytes) -> Expectation:
    return expectation(np.frombuffer(known)[None], SHOWN_DAYS)


def _day(when: date, observed: int, expected: float, lower: float, upper: float) -> ExpectedDay:
    if np.isnan(expected):
        return ExpectedDay(when, observed, None, None, None)
    return ExpectedDay(when, observed, expected, lower, upper)


def _first(counts: np.ndarray[Any, Any]) -> int:
    """Give the place of the first day that has a count: nothing was counted before it."""
    there = np.flatnonzero(counts)
    return int(there[0]) if len(there) else len(counts)


def rate_weeks(days: Sequence[DayCount]) -> tuple[RateWeek, ...]:
    """Sum weeks up to the last complete day, the last week last."""
    whole = days[:-1]
    begin = len(whole) % WEEK
    weeks = [whole[at : at + WEEK] for at in range(begin, len(whole), WEEK)]
    counts = [
        (sum(one.count for one in week), sum(one.overturned for one in week)) for week in weeks
    ]
    return weeks_of(counts, whole[-1].day, SHOWN_WEEKS) if weeks else ()


def days_figure(name: str, noun: str, days: Sequence[ExpectedDay]) -> Figure:
    """Draw days against their expectation; the last one is not complete."""
    caption = f"{noun} a day, {counted(len(days), 'day')} up to {day(days[-1].day)}."
    if any(one.expected is not None for one in days):
        caption += " The line is what the days before let expect, the band what chance may give;"
        caption += " days outside it are in colour."
    caption += f" {day(days[-1].day)} is not complete."
    return Figure(
        name=name,
        caption=caption,
        spec=spec_of(_days_chart(noun, days)),
        columns=("Day", noun, "Expected", "By chance", "Outside"),
        rows=tuple(_row(one, one is not days[-1]) for one in reversed(days)),
        still=still_of(
            [one.observed for one in days],
            [one.expected for one in days],
            within=[_ends(one) for one in days],
        ),
    )


def filed_figure(days: Sequence[ExpectedDay]) -> Figure:
    """Draw the intake; what came on a day leads to the themes of that day."""
    outside = [one for one in reversed(days[:-1]) if one.beyond]
    return replace(
        days_figure("filed", "Appeals", days),
        urls=tuple(themes_url(one) for one in reversed(days)),
        notes=tuple(
            Note(
                f"{one.day:%-d %b}: {number(one.observed)} filed,"
                f" {number(round(one.expected or 0))} expected",
                "the themes of that day",
                themes_url(one),
            )
            for one in outside[:MOST_NOTES]
        ),
    )


def themes_url(one: ExpectedDay) -> str:
    """Give the address of the themes that were told on a day."""
    return Question(since=one.day, until=one.day).url()


def _row(one: ExpectedDay, complete: bool) -> tuple[str, ...]:
    return (
        day(one.day) + ("" if complete else ", not complete"),
        number(one.observed),
        number(None if one.expected is None else round(one.expected, 1)),
        _span(one.lower, one.upper),
        one.beyond if complete else "",
    )


def _ends(one: ExpectedDay) -> tuple[float, float] | None:
    return None if one.lower is None or one.upper is None else (one.lower, one.upper)


def _span(lower: float | None, upper: float | None) -> str:
    return NOTHING if lower is None or upper is None else f"{number(lower)} to {number(upper)}"


def _days_chart(noun: str, days: Sequence[ExpectedDay]) -> alt.TopLevelMixin:
    import altair as alt

    last = days[-1].day
    axis = alt.Axis(format="%-d %b", grid=False, tickCount=6)
    time = alt.X("day:T", title=None, timeUnit="utcyearmonthdate", axis=axis, bandPosition=0.5)
    count = alt.Y("observed:Q", title=f"{noun} a day", axis=alt.Axis(tickMinStep=1, tickCount=5))
    told = [
        alt.Tooltip("day:T", title="Day", timeUnit="utcyearmonthdate"),
        alt.Tooltip("observed:Q", title=noun),
        alt.Tooltip("expected:Q", title="Expected", format=".1f"),
    ]
    known = [_record(one) for one in days if one.expected is not None]
    layers: list[alt.Chart] = []
    if known:
        band = chart_of(known).mark_area(style="band", interpolate="step")
        layers.append(band.encode(x=time, y=alt.Y("lower:Q", title=None), y2="upper:Q"))
    for lot, marked in (
        ([one for one in days if not one.beyond and one.day != last], {"style": "observed"}),
        ([one for one in days if one.beyond and one.day != last], {"style": "alarm"}),
        ([days[-1]], {"style": "observed", "opacity": 0.45}),
    ):
        if lot:
            bars = chart_of([_record(one) for one in lot]).mark_bar(**marked)
            layers.append(bars.encode(x=time, y=count, tooltip=told))
    if known:
        line = chart_of(known).mark_line(style="expected", interpolate="monotone")
        layers.append(line.encode(x=time, y="expected:Q"))
    return alt.layer(*layers).properties(width="container", height=HEIGHT)


def _record(one: ExpectedDay) -> dict[str, Any]:
    return {
        "day": one.day.isoformat(),
        "observed": one.observed,
        "expected": _short(one.expected),
        "lower": one.lower,
        "upper": one.upper,
    }


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
