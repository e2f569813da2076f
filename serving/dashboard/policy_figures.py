"""The chart of the page Policies: a dot and an interval for each part, against the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from serving.dashboard.charts import Figure, chart_of, spec_of
from serving.dashboard.drawing import still_of
from serving.dashboard.policy_rows import PolicyRow
from serving.dashboard.wording import counted, number, plain, share

if TYPE_CHECKING:
    import altair as alt

MOST_ROWS: Final = 12
STEP: Final = 30
MOST_NAME: Final = 60


def rows_figure(rows: Sequence[PolicyRow], weeks: int) -> Figure:
    """Draw the first rows of the table, in its order."""
    shown = rows[:MOST_ROWS]
    caption = (
        f"Share of decisions overturned in {counted(weeks, 'week')}, with 95 % intervals;"
        " in colour where it is above what all other decisions give (the upright stroke)."
    )
    if len(shown) < len(rows):
        caption += f" The first {len(shown)} of {len(rows)}."
    told = [
        (
            plain(one.name),
            share(one.rate),
            f"{share(one.lower)} to {share(one.upper)}",
            share(one.expected),
            number(one.decided),
        )
        for one in shown
    ]
    return Figure(
        name="rates",
        caption=caption,
        spec=spec_of(_chart(shown)),
        columns=("Part", "Overturned", "95 % interval", "All others", "Decisions"),
        rows=tuple(told),
        still=still_of(
            [round(100 * one.rate) for one in shown],
            [100 * one.expected for one in shown],
            unit="% overturned; a bar is a part, in the order of the table; the line is all others",
        ),
    )


def _names(rows: Sequence[PolicyRow]) -> list[str]:
    """Name the parts in short, each by a name of its own."""
    names: list[str] = []
    for one in rows:
        name = plain(one.name)
        name = name if len(name) <= MOST_NAME else name[: MOST_NAME - 1] + "…"
        names.append(f"{name} ({len(names) + 1})" if name in names else name)
    return names


def _record(one: PolicyRow, name: str) -> dict[str, Any]:
    return {
        "part": name,
        "rate": round(one.rate, 4),
        "lower": round(one.lower, 4),
        "upper": round(one.upper, 4),
        "expected": round(one.expected, 4),
        "decided": one.decided,
    }


def _chart(rows: Sequence[PolicyRow]) -> alt.TopLevelMixin:
    import altair as alt

    names = _names(rows)
    records = [(one.above, _record(one, name)) for one, name in zip(rows, names, strict=True)]
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
        alt.Tooltip("expected:Q", title="All others", format=".1%"),
        alt.Tooltip("decided:Q", title="Decisions"),
    ]
    layers: list[alt.Chart] = []
    for style, above in (("expected", False), ("alarm", True)):
        lot = [record for is_above, record in records if is_above is above]
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
