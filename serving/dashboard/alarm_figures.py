"""The charts of alarms: episodes over the calendar, and the days of one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

from models.alarms import Against, Kind
from serving.dashboard.alarm_list_rows import AlarmRow
from serving.dashboard.charts import Figure, chart_of, spec_of
from serving.dashboard.drawing import LANE, Still, lanes_of, still_of
from serving.dashboard.wording import counted, day, number

if TYPE_CHECKING:
    import altair as alt

ROW_HEIGHT: Final = 18
LEAST_HEIGHT: Final = 72
DAYS_HEIGHT: Final = 220
MOST_NAME: Final = 60
"""Characters of a title beside its bar."""
ROOM: Final = 0.35
"""Share of the calendar that must be free beside a bar for its title to be written there."""
_DAY = timedelta(days=1)


@lru_cache(maxsize=8)
def timeline_figure(rows: tuple[AlarmRow, ...], as_of: date) -> Figure:
    """Draw a bar an episode over the calendar, in the order of the rows; the same ones once.

    Parameters
    ----------
    rows
        At least one.
    as_of
        Day of the newest discovery: open alarms are drawn to it.
    """
    first = min(one.since for one in rows)
    caption = (
        f"{counted(len(rows), 'alarm')} from {day(first)} to {day(as_of)}, a bar each: from the day"
        " it is told since to the one on which it closed, a week after it was seen last. Open ones,"
        " in colour, reach to the edge."
    )
    table = [
        (
            # Marks that isolate: the title may run from right to left.
            f"{one.alarm_id} \u2068{one.title}\u2069",
            one.badge,
            day(one.since),
            day(one.opened_on),
            day(one.seen_on),
            day(one.closed_on) if one.closed_on else "open",
            number(one.appeals),
        )
        for one in rows
    ]
    return Figure(
        name="timeline",
        caption=caption,
        spec=spec_of(_timeline(rows, as_of)),
        columns=("Alarm", "Kind", "Since", "Opened", "Last seen", "Closed", "Appeals"),
        rows=tuple(table),
        still=_still(rows, first, as_of),
    )


def _end(row: AlarmRow, as_of: date) -> date:
    return row.closed_on or as_of + _DAY


def _still(rows: Sequence[AlarmRow], first: date, as_of: date) -> Still:
    last = max(_end(one, as_of) for one in rows)
    lanes = [
        (place, (one.since - first).days, (_end(one, as_of) - first).days, one.closed_on is None)
        for place, one in enumerate(rows)
    ]
    axis = f"{day(first)} to {day(last - _DAY)}; a line an alarm, in the order of the table"
    return lanes_of(lanes, ((last - first).days, LANE * len(rows)), axis)


def _timeline(rows: Sequence[AlarmRow], as_of: date) -> alt.TopLevelMixin:
    import altair as alt

    records = [_record(one, as_of) for one in rows]
    first, last = min(one["first"] for one in records), max(one["end"] for one in records)
    axis = alt.Axis(format="%-d %b %y", grid=True, tickCount=5, labelOverlap=True)
    begin = alt.X("utcyearmonthdate(first):T", title=None, axis=axis)
    lanes = alt.Axis(ticks=False, domain=False, labelPadding=6)
    lane = alt.Y("alarm:N", title=None, sort=[one.alarm_id for one in rows], axis=lanes)
    told = [
        alt.Tooltip("name:N", title="Alarm"),
        alt.Tooltip("kind:N", title="Kind"),
        alt.Tooltip("first:T", title="Since", timeUnit="utcyearmonthdate"),
        alt.Tooltip("closed:N", title="Closed"),
        alt.Tooltip("appeals:Q", title="Appeals", format=","),
    ]
    layers: list[alt.Chart] = []
    for style, is_open in (("observed", False), ("alarm", True)):
        lot = [one for one in records if one["open"] is is_open]
        if lot:
            bars = chart_of(lot).mark_bar(style=style, height=ROW_HEIGHT - 6)
            layers.append(bars.encode(x=begin, x2="end:T", y=lane, tooltip=told))
    layers += [
        chart_of(lot)
        .mark_text(align=align, dx=dx, limit=alt.ExprRef(f"{ROOM} * width"), fontSize=11)
        .encode(x=alt.X(f"utcyearmonthdate({at}):T", title=None), y=lane, text="name:N")
        for lot, align, dx, at in _named(records, date.fromisoformat(first), last)
    ]
    height = max(LEAST_HEIGHT, ROW_HEIGHT * len(rows))
    return alt.layer(*layers).properties(width="container", height=height)


def _named(
    records: Sequence[dict[str, Any]], first: date, end: str
) -> Iterator[tuple[list[dict[str, Any]], Literal["left", "right"], int, str]]:
    """Sort bars by the side on which there is room for their titles; those of no room left out."""
    whole = (date.fromisoformat(end) - first).days
    before, after = [], []
    for one in records:
        if (date.fromisoformat(one["first"]) - first).days >= ROOM * whole:
            before.append(one)
        elif (date.fromisoformat(end) - date.fromisoformat(one["end"])).days >= ROOM * whole:
            after.append(one)
    if before:
        yield before, "right", -5, "first"
    if after:
        yield after, "left", 5, "end"


def _record(one: AlarmRow, as_of: date) -> dict[str, Any]:
    return {
        "alarm": one.alarm_id,
        "name": one.title[:MOST_NAME],
        "kind": one.badge,
        "first": one.since.isoformat(),
        "end": _end(one, as_of).isoformat(),
        "closed": day(one.closed_on) if one.closed_on else "open",
        "open": one.closed_on is None,
        "appeals": one.appeals,
    }


def days_figure(kind: Kind, days: Sequence[Against], ends: tuple[date, date]) -> Figure:
    """Draw what was counted each day of an alarm against what was expected.

    Parameters
    ----------
    kind
        Of the alarm. What is expected of overturns are decisions, while its days are those of
        filing: it is left out.
    days
        At least one, by day.
    ends
        The first and the last day of the episode.
    """
    known = kind is not Kind.OVERTURNS
    expected = [one.expected if known else None for one in days]
    within = [ends[0] <= one.day <= ends[1] for one in days]
    rows = [
        (
            day(one.day),
            number(one.observed),
            number(usual),
            "yes" if inside else "",
        )
        for one, usual, inside in zip(days, expected, within, strict=True)
    ]
    return Figure(
        name="days",
        caption=_days_caption(kind, days, expected),
        spec=spec_of(_days_chart(days, expected, within)),
        columns=("Day", "Appeals", "Expected", "Of the alarm"),
        rows=tuple(reversed(rows)),
        still=still_of([one.observed for one in days], expected, _shaded(within)),
    )


def _shaded(within: Sequence[bool]) -> list[tuple[int, int]]:
    places = [place for place, inside in enumerate(within) if inside]
    return [(places[0], places[-1])] if places else []


def _days_caption(kind: Kind, days: Sequence[Against], expected: Sequence[float | None]) -> str:
    what = "that say the same" if kind is Kind.CAUSE else "of the part"
    told = f"Appeals {what} by day of filing, {counted(len(days), 'day')} up to {day(days[-1].day)}"
    told += ", with copies and repeats; days of the alarm are in colour."
    if any(one is not None for one in expected):
        told += (
            " The line is what was expected, in cases: copies and repeats left out. It is known of"
            " the days that the detector called recent."
        )
    if kind is Kind.OVERTURNS:
        told += " What stood out is how they were decided, not how many they were."
    return told


def _days_chart(
    days: Sequence[Against], expected: Sequence[float | None], within: Sequence[bool]
) -> alt.TopLevelMixin:
    import altair as alt

    axis, whole = alt.Axis(format="%-d %b", grid=False), alt.Axis(tickMinStep=1)
    time = alt.X("day:T", title=None, timeUnit="utcyearmonthdate", axis=axis, bandPosition=0.5)
    count = alt.Y("observed:Q", title="Appeals a day", axis=whole)
    told = [
        alt.Tooltip("day:T", title="Day", timeUnit="utcyearmonthdate"),
        alt.Tooltip("observed:Q", title="Appeals"),
        alt.Tooltip("expected:Q", title="Expected", format=".1f"),
    ]
    records = [
        {
            "day": one.day.isoformat(),
            "observed": one.observed,
            "expected": None if usual is None else round(usual, 2),
        }
        for one, usual in zip(days, expected, strict=True)
    ]
    layers: list[alt.Chart] = []
    for style, wanted in (("observed", False), ("alarm", True)):
        lot = [one for one, inside in zip(records, within, strict=True) if inside is wanted]
        if lot:
            layers.append(chart_of(lot).mark_bar(style=style).encode(x=time, y=count, tooltip=told))
    known = [one for one in records if one["expected"] is not None]
    if known:
        line = chart_of(known).mark_line(style="expected", interpolate="step")
        layers.append(line.encode(x=time, y="expected:Q"))
    return alt.layer(*layers).properties(width="container", height=DAYS_HEIGHT)
