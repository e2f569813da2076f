"""The charts of the page Model: what was said against what came, and how well it ranks by week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from models.performance import Estimate, Performance, performance
from models.reliability import Bin
from serving.dashboard.charts import Figure, chart_of, spec_of
from serving.dashboard.drawing import still_of
from serving.dashboard.model_contenders import three
from serving.dashboard.model_reading import Cases, as_day, weeks_of
from serving.dashboard.wording import NOTHING, day, number, share

if TYPE_CHECKING:
    import altair as alt

WEEKS: Final = 12
HEIGHT: Final = 280


@dataclass(frozen=True)
class Week:
    """The appeals that were decided in a week, which begins on a Monday."""

    monday: date
    measured: Performance
    said: float
    low: float
    high: float


def reliability_figure(name: str, bins: Sequence[Bin], whose: str) -> Figure:
    """Draw bins of alike many cases; on the diagonal the model means what it says."""
    return _reliability_figure(name, tuple(bins), whose)


@lru_cache(maxsize=16)
def _reliability_figure(name: str, bins: tuple[Bin, ...], whose: str) -> Figure:
    off = sum(not one.fits for one in bins)
    caption = (
        f"{whose} Each point is a tenth of the cases, with a 95 % interval; on the dashed line the"
        f" model means what it says. {_told_off(off, len(bins))}"
    )
    rows = [
        (
            share(one.said),
            share(one.came),
            f"{share(one.low)} to {share(one.high)}",
            number(one.cases),
        )
        for one in bins
    ]
    return Figure(
        name=name,
        caption=caption,
        spec=spec_of(_reliability(bins)),
        columns=("Foreseen by scores", "Overturned", "95 % interval", "Cases"),
        rows=tuple(rows),
        still=still_of(
            [round(100 * one.came) for one in bins],
            [100 * one.said for one in bins],
            unit="% overturned; a bar is a tenth of the cases, the line is what was said",
        ),
    )


def _told_off(off: int, bins: int) -> str:
    if not off:
        return "Chance alone may explain every distance from it."
    return f"{off} of {bins} lie farther from it than chance lets most."


def _reliability(bins: Sequence[Bin]) -> alt.TopLevelMixin:
    import altair as alt

    records = [
        {"said": one.said, "came": one.came, "low": one.low, "high": one.high, "cases": one.cases}
        for one in bins
    ]
    top = min(1.0, 1.05 * max(max(one.high for one in bins), max(one.said for one in bins)))
    percent, scale = alt.Axis(format="%", tickCount=5), alt.Scale(domain=[0, top], nice=False)
    x = alt.X("said:Q", title="Foreseen by scores", axis=percent, scale=scale)
    told = [
        alt.Tooltip("said:Q", title="Foreseen by scores", format=".1%"),
        alt.Tooltip("came:Q", title="Overturned", format=".1%"),
        alt.Tooltip("cases:Q", title="Cases"),
    ]
    ends = chart_of([{"said": 0, "came": 0}, {"said": top, "came": top}])
    diagonal = ends.mark_line(style="expected", strokeDash=[4, 4], opacity=0.45).encode(
        x=x, y=alt.Y("came:Q", title="Overturned", axis=percent, scale=scale)
    )
    base = chart_of(records)
    bars = base.mark_rule(style="observed", strokeWidth=3).encode(
        x=x, y=alt.Y("low:Q", title="Overturned", axis=percent, scale=scale), y2="high:Q"
    )
    dots = base.mark_circle(style="expected", size=55, opacity=1).encode(
        x=x, y=alt.Y("came:Q", title="Overturned"), tooltip=told
    )
    return alt.layer(diagonal, bars, dots).properties(width="container", height=HEIGHT)


def weeks_measured(cases: Cases) -> tuple[Week, ...]:
    """Measure the scores that were given before the decision, by the week of the decision."""
    mondays = weeks_of(cases.decided_on)
    weeks = []
    for monday in np.unique(mondays[cases.foreseen])[-WEEKS:]:
        of_it = cases.foreseen & (mondays == monday)
        came, said = cases.overturned[of_it], cases.probability[of_it]
        half = 1.96 * float(np.sqrt((said * (1 - said)).sum())) / len(said)
        mean = float(said.mean())
        measured = performance(came, said)
        weeks.append(
            Week(as_day(monday), measured, mean, max(mean - half, 0.0), min(mean + half, 1.0))
        )
    return tuple(weeks)


def weeks_figure(weeks: Sequence[Week]) -> Figure:
    """Draw the share overturned of each week against what the scores promised of it."""
    caption = (
        "Share overturned by week of decision. The band is where the scores given before put it,"
        " with the chance of 95 %: a week outside it is one that the model did not foresee."
    )
    rows = [
        (
            f"{day(one.monday)} to {day(one.monday + timedelta(days=6))}",
            number(one.measured.cases),
            share(_came(one)),
            f"{share(one.low)} to {share(one.high)}",
            _written(one.measured.auc),
            _written(one.measured.brier),
            _written(one.measured.ece),
        )
        for one in reversed(weeks)
    ]
    return Figure(
        name="weeks",
        caption=caption,
        spec=spec_of(_weeks(weeks)),
        columns=("Week", "Decided", "Overturned", "Foreseen", "AUC", "Brier", "Calibration error"),
        rows=tuple(rows),
        still=still_of(
            [round(100 * _came(one)) for one in weeks],
            [100 * one.said for one in weeks],
            unit="% overturned; a bar is a week, the line is what was said",
        ),
    )


def _came(week: Week) -> float:
    return week.measured.overturned / week.measured.cases


def _written(estimate: Estimate | None) -> str:
    if estimate is None:
        return NOTHING
    return f"{three(estimate.value)} ({three(estimate.low)} to {three(estimate.high)})"


def _weeks(weeks: Sequence[Week]) -> alt.TopLevelMixin:
    import altair as alt

    records = [
        {
            "week": one.monday.isoformat(),
            "came": _came(one),
            "low": one.low,
            "high": one.high,
            "cases": one.measured.cases,
        }
        for one in weeks
    ]
    dates = [one.monday.isoformat() for one in weeks]
    axis = alt.Axis(format="%-d %b", grid=False, values=dates[:: max(1, len(dates) // 6)])
    time = alt.X("week:T", title="Week from", scale=alt.Scale(type="utc", padding=14), axis=axis)
    percent = alt.Axis(format="%", tickCount=5)
    told = [
        alt.Tooltip("week:T", title="Week from", timeUnit="utcyearmonthdate"),
        alt.Tooltip("came:Q", title="Overturned", format=".1%"),
        alt.Tooltip("low:Q", title="Foreseen from", format=".1%"),
        alt.Tooltip("high:Q", title="to", format=".1%"),
        alt.Tooltip("cases:Q", title="Decided"),
    ]
    base = chart_of(records)
    share_of = alt.Y("low:Q", title="Overturned", axis=percent, scale=alt.Scale(zero=True))
    bars = base.mark_rule(style="observed", strokeWidth=9).encode(x=time, y=share_of, y2="high:Q")
    dots = base.mark_circle(style="expected", size=55, opacity=1).encode(
        x=time, y=alt.Y("came:Q", title="Overturned"), tooltip=told
    )
    return alt.layer(bars, dots).properties(width="container", height=190)
