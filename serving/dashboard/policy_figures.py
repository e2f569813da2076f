"""The chart of the page Policies: a dot and an interval for each part, against its own past."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from serving.dashboard.charts import Figure, chart_of, spec_of
from serving.dashboard.drawing import still_of
from serving.dashboard.policy_rows import RECENT_WEEKS, PolicyRow, Recent
from serving.dashboard.wording import counted, number, plain, share

if TYPE_CHECKING:
    import altair as alt

MOST_ROWS: Final = 12
STEP: Final = 30
MOST_NAME: Final = 60


def rows_figure(rows: Sequence[PolicyRow]) -> Figure | None:
    """Draw the first rows of the table, in its order; None where none was decided lately."""
    known = [one for one in rows if one.recent is not None]
    if not known:
        return None
    shown = known[:MOST_ROWS]
    caption = (
        f"Share of the decisions of the last {counted(RECENT_WEEKS, 'week')} overturned, with 95 %"
        " intervals, against what each part's own weeks before let expect (the upright stroke);"
        " in colour where it has risen beyond chance."
    )
    if len(shown) < len(known):
        caption += f" The first {len(shown)} of {len(known)}."
    return Figure(
        name="rates",
        caption=caption,
        spec=spec_of(_chart(shown)),
        columns=("Part", "Last 4 weeks", "95 % interval", "By its own past", "Decisions"),
        rows=tuple(_row(one, one.recent) for one in shown if one.recent is not None),
        still=still_of(
            [round(100 * one.recent.rate) for one in shown if one.recent is not None],
            [None if one.own is None else 100 * one.own for one in shown],
            unit="% overturned; a bar is a part, in the order of the table; the line is its past",
        ),
    )


def _row(one: PolicyRow, recent: Recent) -> tuple[str, ...]:
    return (
        plain(one.name),
        share(recent.rate),
        f"{share(recent.lower)} to {share(recent.upper)}",
        share(one.own),
        number(recent.decided),
    )


def _names(rows: Sequence[PolicyRow]) -> list[str]:
    """Name the parts in short, each by a name of its own."""
    names: list[str] = []
    for one in rows:
        name = plain(one.name)
        name = name if len(name) <= MOST_NAME else name[: MOST_NAME - 1] + "…"
        names.append(f"{name} ({len(names) + 1})" if name in names else name)
    return names


def _record(one: PolicyRow, recent: Recent, name: str) -> dict[str, Any]:
    return {
        "part": name,
        "rate": round(recent.rate, 4),
        "lower": round(recent.lower, 4),
        "upper": round(recent.upper, 4),
        "expected": round(one.own or 0.0, 4),
        "decided": recent.decided,
    }


def _chart(rows: Sequence[PolicyRow]) -> alt.TopLevelMixin:
    import altair as alt

    names = _names(rows)
    records = [
        (one.rising, _record(one, one.recent, name))
        for one, name in zip(rows, names, strict=True)
        if one.recent is not None
    ]
    # A line for the policy, one for the detection: names are long and telephones narrow.
    lines = alt.Axis(
        labelLimit=160, ticks=False, labelOffset=-6, labelExpr="split(datum.label, ', ')"
    )
    part = alt.Y("part:N", title=None, sort=names, axis=lines)
    percent = alt.Axis(format="%", tickCount=6)
    title = "Overturned"
    told = [
        alt.Tooltip("part:N", title="Part"),
        alt.Tooltip("rate:Q", title="Overturned", format=".1%"),
        alt.Tooltip("expected:Q", title="By its own past", format=".1%"),
        alt.Tooltip("decided:Q", title="Decisions"),
    ]
    layers: list[alt.Chart] = []
    for style, rising in (("expected", False), ("alarm", True)):
        lot = [record for has_risen, record in records if has_risen is rising]
        if lot:
            base = chart_of(lot)
            low = alt.X("lower:Q", title=title, axis=percent)
            rate = alt.X("rate:Q", title=title, axis=percent)
            line = base.mark_rule(style=style, strokeWidth=2, opacity=0.6)
            dots = base.mark_circle(style=style, size=55, opacity=1)
            layers.append(line.encode(y=part, x=low, x2="upper:Q"))
            layers.append(dots.encode(y=part, x=rate, tooltip=told))
    rest = chart_of([record for _, record in records])
    stroke = rest.mark_tick(style="observed", thickness=2, size=13)
    layers.append(stroke.encode(y=part, x=alt.X("expected:Q", title=title, axis=percent)))
    return alt.layer(*layers).properties(width="container", height=STEP * len(rows) + STEP)
