"""Figures of themes and of what emerges: how fine, where it lies, when it would have been told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from textwrap import fill, shorten
from typing import TYPE_CHECKING, Final

import numpy as np

from models.resolution import TOLERANCE, ResolutionChoice
from training.bench.drawing import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PALETTE,
    canvas,
    dated,
    placed,
    plain,
    says_nothing,
)
from training.bench.rehearsal import Alarm, Rehearsal
from training.bench.themes import Workshop
from training.bench.truth import Planted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["loudness_figure", "map_figure", "resolution_figure", "timeline_figure"]

COLOURED: Final = len(PALETTE)
"""Themes that have a colour of their own."""
TITLE_SIGNS: Final = 45


def resolution_figure(choice: ResolutionChoice) -> Figure:
    """Draw how well halves of the appeals predict one another's themes, by how fine these are."""
    figure, axes = canvas("How fine can themes be cut before chance does the cutting?", 3.8)
    if not choice.resolutions:
        says_nothing(axes, "too few appeals to split in halves")
        return figure
    agreements = np.array(choice.agreements)
    level = agreements.max() * (1 - TOLERANCE)
    axes.plot(choice.resolutions, agreements, "o-", color=BLUE, label="agreement of the halves")
    axes.axhspan(level, agreements.max(), color=GREEN, alpha=0.15, label="six sevenths of the best")
    label = f"chosen: {choice.resolution:.2f}, the middle of that plateau"
    axes.axvline(choice.resolution, color=ORANGE, linestyle="--", label=label)
    axes.set_xscale("log", base=2)
    axes.set_xticks(choice.resolutions, [f"{one:.2g}" for one in choice.resolutions])
    axes.minorticks_off()
    axes.set_xlabel("resolution: coarse themes left, fine ones right (log scale)")
    axes.set_ylabel("adjusted Rand index\n(1 the same themes, 0 chance)")
    axes.set_ylim(bottom=0)
    axes.legend(loc="upper right", frameon=False)
    return figure


def map_figure(bench: Workshop, alarms: Sequence[Alarm]) -> Figure:
    """Draw the appeals of the window by meaning: the largest themes in colour, alarms ringed.

    Parameters
    ----------
    alarms
        Of which those that are open on the last day are drawn.
    """
    places = bench.places
    figure, axes = canvas(
        "Where do appeals lie, and where is something new?", height=8.0, width=8.5
    )
    others = places[~places["label"].between(0, COLOURED - 1)]
    axes.scatter(others["x"], others["y"], s=4, color="#cfcfcf", label="all other appeals")
    for label, colour in enumerate(PALETTE):
        mine = places[places["label"] == label]
        if len(mine):
            name = f"{label + 1}  {_short(bench.titles[label])} ({len(mine):,})"
            axes.scatter(mine["x"], mine["y"], s=6, color=colour, label=name)
    for alarm in _open(alarms, bench):
        mine = places[places.index.isin(alarm.appeals)]
        named = f"open alarm: {_short(alarm.title)}"
        ring = axes.scatter(mine["x"], mine["y"], s=55, edgecolors="black", label=named)
        ring.set_facecolor("none")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_aspect("equal")
    axes.set_xlabel("near to one another: letters that say alike; the axes mean nothing else")
    title = "the largest themes (appeals)"
    figure.legend(loc="outside lower center", ncols=2, frameon=False, title=title, markerscale=2)
    return figure


def loudness_figure(
    rehearsal: Rehearsal, incidents: Sequence[Planted], accepted: Sequence[float]
) -> Figure:
    """Draw how rare by chance the loudest place of each day was, and where each bar would lie.

    Parameters
    ----------
    accepted
        False alarms a month, the bars.
    """
    title = "How loud was each day, and how high should the bar be?"
    figure, axes = canvas(title, height=4.6, width=10)
    days = placed([day.as_of for day in rehearsal.days])
    once = [min(1 / max(day.p, 1e-5), 1e5) for day in rehearsal.days]
    axes.vlines(days, 1, once, color=BLUE, linewidth=2)
    axes.plot(days, once, "o", color=BLUE, markersize=3, label="loudest place of the day")
    for place, one in enumerate(incidents):
        begin, end = placed([one.start, one.end])
        axes.axvspan(begin, end, color=GREY, alpha=0.18, linewidth=0)
        axes.text((begin + end) / 2, 1.6e5, str(place + 1), ha="center", fontsize=9)
    for number, style in zip(accepted, ("-", "--", ":", "-."), strict=False):
        bar = 1 / rehearsal.most_chance(number)
        label = f"bar at {number:g} accepted a month"
        axes.axhline(bar, color=ORANGE, linestyle=style, linewidth=1.5, label=label)
    axes.set_yscale("log")
    axes.set_ylim(1, 4e5)
    axes.set_ylabel("chance alone: once in so many days\n(log scale, cut at 100,000)")
    named = "; grey: planted incidents, by number" if incidents else ""
    axes.set_xlabel(f"day looked at as if it were the last{named}")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    dated(axes)
    return figure


def timeline_figure(alarms: Sequence[Alarm], incidents: Sequence[Planted], title: str) -> Figure:
    """Draw the days on which alarms were open, beside the planted incidents where any are known."""
    rows: list[Planted | Alarm] = [*incidents, *_others(alarms, incidents)]
    figure, axes = canvas(title, height=2.0 + 0.46 * max(len(rows), 2), width=10)
    if not rows:
        says_nothing(axes, "no alarm would have opened")
        return figure
    for place, row in enumerate(rows):
        if isinstance(row, Planted):
            _incident(axes, -place, row)
        mine = [row] if isinstance(row, Alarm) else [a for a in alarms if row.is_behind(a.first)]
        for alarm in mine:
            _alarm(axes, -place, alarm)
    names = [_row_name(place, row) for place, row in enumerate(rows)]
    axes.set_yticks([-place for place in range(len(rows))], names)
    axes.set_ylim(-len(rows) + 0.4, 0.6)
    axes.set_xlabel("day")
    dated(axes)
    handles, labels = axes.get_legend_handles_labels()
    first = dict(zip(reversed(labels), reversed(handles), strict=True))
    figure.legend(
        list(first.values()), list(first), loc="outside lower center", ncols=4, frameon=False
    )
    return figure


def _open(alarms: Sequence[Alarm], bench: Workshop) -> list[Alarm]:
    return [one for one in alarms if bench.window.as_of - one.seen_on <= timedelta(days=7)]


def _others(alarms: Sequence[Alarm], incidents: Sequence[Planted]) -> list[Alarm]:
    return [one for one in alarms if not any(known.is_behind(one.first) for known in incidents)]


def _incident(axes: Axes, place: int, one: Planted) -> None:
    begin, end = placed([one.start, one.end])
    label = "incident, as planted"
    axes.barh(place, end - begin, left=begin, height=0.75, color="#d0d0d0", label=label)
    filed = placed(list(one.appeals.values()))
    axes.plot(filed, [place] * len(filed), "k|", markersize=8, label="one of its appeals")


def _alarm(axes: Axes, place: int, one: Alarm) -> None:
    span = placed([one.opened_on, one.seen_on])
    axes.plot(span, [place - 0.3] * 2, color=ORANGE, linewidth=4, label="alarm is seen")
    axes.plot(span[:1], [place - 0.3], ">", color=ORANGE, markersize=8, label="alarm opens")


def _row_name(place: int, row: Planted | Alarm) -> str:
    if isinstance(row, Alarm):
        return f"no incident: {_short(row.title)}"
    return f"{place + 1}  {fill(plain(row.title), 40)}"


def _short(title: str) -> str:
    return plain(shorten(title, TITLE_SIGNS, placeholder=" …"))
