"""Charts: Vega-Lite that `altair` makes, the table behind each, and a drawing without scripts.

Colours are left to the page's script, which knows whether the page is light or dark: a mark names
its part by its style: `observed`, `expected`, `band`, `alarm`, `episode` or `rule`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from serving.dashboard.drawing import Still, still_of, ticks_of
from serving.dashboard.wording import NOTHING, day, number

if TYPE_CHECKING:
    import altair as alt


@dataclass(frozen=True)
class Note:
    """What a chart shows that is worth a look, and where that leads.

    Attributes
    ----------
    told, link
        In words; those of the link come after the others.
    """

    told: str
    link: str
    url: str


@dataclass(frozen=True)
class Figure:
    """A chart, and what it shows in other ways.

    Attributes
    ----------
    name
        Of the element; one of its kind on a page.
    caption
        What is shown, in a sentence.
    spec
        Vega-Lite as JSON that is safe inside a script element.
    columns, rows
        The table behind the chart, as written.
    still
        A drawing that is there without scripts, or None: then the table is open.
    urls
        Where each row of the table leads to, empty: nowhere; () where none leads anywhere.
    notes
        Told below the chart.
    """

    name: str
    caption: str
    spec: Markup
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    still: Still | None = None
    urls: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class TrendDay:
    """A day of a trend.

    Attributes
    ----------
    expected, lower, upper
        What was expected, and the smallest and the largest count that chance may well give; None
        where nothing is known to expect.
    """

    day: date
    observed: int
    expected: float | None = None
    lower: float | None = None
    upper: float | None = None

    @property
    def beyond(self) -> str:
        """Whether it is `above` or `below` the band; empty where it is in it, or there is none."""
        if self.lower is None or self.upper is None:
            return ""
        return "above" if self.observed > self.upper else "below" * (self.observed < self.lower)


@dataclass(frozen=True)
class Episode:
    """Days on which an alarm was open, the first and the last."""

    first: date
    last: date
    name: str


def spec_of(chart: alt.TopLevelMixin) -> Markup:
    """Spell a chart as JSON that no browser takes for markup."""
    spec: dict[str, Any] = chart.to_dict(validate=False)
    return embedded(spec)


def embedded(value: object) -> Markup:
    """Spell a value as JSON that is safe inside a script element."""
    spelt = json.dumps(value, allow_nan=False, separators=(",", ":"), ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        spelt = spelt.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(spelt)


def trend_figure(days: Sequence[TrendDay], episodes: Sequence[Episode], caption: str) -> Figure:
    """Draw counts a day against what was expected, with the episodes of alarms behind them."""
    rows = [
        (
            day(one.day),
            number(one.observed),
            number(None if one.expected is None else round(one.expected, 1)),
            _span(one),
            one.beyond,
            _named(one.day, episodes),
        )
        for one in reversed(days)
    ]
    return Figure(
        name="trend",
        caption=caption,
        spec=spec_of(_trend(days, episodes)),
        columns=("Day", "Appeals", "Expected by its own past", "By chance", "Outside", "Alarm"),
        rows=tuple(rows),
        still=replace(
            still_of(
                [one.observed for one in days],
                [one.expected for one in days],
                _places(days, episodes),
                within=[_ends(one) for one in days],
            ),
            ticks=ticks_of([one.day for one in days]),
        ),
    )


def _ends(one: TrendDay) -> tuple[float, float] | None:
    return None if one.lower is None or one.upper is None else (one.lower, one.upper)


def _span(one: TrendDay) -> str:
    ends = _ends(one)
    return NOTHING if ends is None else f"{number(ends[0])} to {number(ends[1])}"


def _trend(days: Sequence[TrendDay], episodes: Sequence[Episode]) -> alt.TopLevelMixin:
    import altair as alt

    axis, whole = alt.Axis(format="%-d %b", grid=False), alt.Axis(tickMinStep=1)
    time = alt.X("day:T", title=None, timeUnit="utcyearmonthdate", axis=axis, bandPosition=0.5)
    count = alt.Y("observed:Q", title="Appeals a day", axis=whole)
    told = [
        alt.Tooltip("day:T", title="Day", timeUnit="utcyearmonthdate"),
        alt.Tooltip("observed:Q", title="Appeals"),
        alt.Tooltip("expected:Q", title="Expected by its own past", format=".1f"),
    ]
    base, known = alt.Chart(), "isValid(datum.expected)"
    layers = []
    if episodes:
        layers.append(_bands(episodes))
    if any(one.expected is not None for one in days):
        band = base.transform_filter(known).mark_area(style="band", interpolate="step")
        layers.append(band.encode(x=time, y=alt.Y("lower:Q", title=None), y2="upper:Q"))
    for style, beyond in (("observed", False), ("alarm", True)):
        if any(bool(one.beyond) is beyond for one in days):
            lot = base.transform_filter("datum.beyond" if beyond else "!datum.beyond")
            layers.append(lot.mark_bar(style=style).encode(x=time, y=count, tooltip=told))
    if any(one.expected is not None for one in days):
        line = base.transform_filter(known).mark_line(style="expected", interpolate="monotone")
        layers.append(line.encode(x=time, y="expected:Q"))
    # Once for all layers: the library looks at every value of every copy.
    values = alt.Data(values=[_record(one) for one in days])  # type: ignore[no-untyped-call]
    return alt.layer(*layers, data=values).properties(width="container", height=220)


def _record(one: TrendDay) -> dict[str, Any]:
    told: dict[str, Any] = {"day": one.day.isoformat(), "observed": one.observed}
    if one.expected is not None:
        told |= {"expected": round(one.expected, 2), "lower": one.lower, "upper": one.upper}
    return told | ({"beyond": one.beyond} if one.beyond else {})


def _bands(episodes: Sequence[Episode]) -> alt.Chart:
    import altair as alt

    spans = [
        {
            "first": one.first.isoformat(),
            "end": (one.last + timedelta(days=1)).isoformat(),
            "alarm": one.name,
        }
        for one in episodes
    ]
    bands = chart_of(spans).mark_rect(style="episode")
    first = alt.X("utcyearmonthdate(first):T", title=None)
    drawn: alt.Chart = bands.encode(x=first, x2="end:T", tooltip="alarm:N")
    return drawn


def chart_of(values: Sequence[Mapping[str, Any]]) -> alt.Chart:
    """Begin a chart of records."""
    import altair as alt

    chart: alt.Chart = alt.Chart(alt.Data(values=list(values)))  # type: ignore[no-untyped-call]
    return chart


def _named(when: date, episodes: Sequence[Episode]) -> str:
    return ", ".join(one.name for one in episodes if one.first <= when <= one.last)


def _places(days: Sequence[TrendDay], episodes: Sequence[Episode]) -> list[tuple[int, int]]:
    """Give the first and last place of the days of each episode that lie in a trend."""
    found = []
    for episode in episodes:
        within = [
            place for place, one in enumerate(days) if episode.first <= one.day <= episode.last
        ]
        if within:
            found.append((within[0], within[-1]))
    return found
