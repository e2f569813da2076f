"""Figures of a history before anything is learnt from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from models.delays import Delays
from training.bench.drawing import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    ROW,
    canvas,
    dated,
    forest,
    panels,
    plain,
    says_nothing,
)
from training.bench.exploring import base_rates, intake, missingness, rates_by_week

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "base_rates_figure",
    "delays_figure",
    "intake_figure",
    "missingness_figure",
    "moves_figure",
    "weekly_rate_figure",
]

DAY: Final = 24.0
MOST_MOVES: Final = 15


def intake_figure(appeals: pd.DataFrame) -> Figure:
    """Draw how many appeals each week brought, by what became of them."""
    counts = intake(appeals)
    figure, axes = canvas("How much comes in, and how much of it is decided?")
    floor = np.zeros(len(counts))
    colours = {"upheld": BLUE, "overturned": ORANGE, "undecided": "#c9c9c9"}
    for name, colour in colours.items():
        height = counts[name].to_numpy(np.float64)
        axes.bar(counts.index, height, 6.2, floor, align="edge", color=colour, label=name)
        floor = floor + height
    axes.set_xlabel("week of filing, from its Monday (the first and the last may be cut short)")
    axes.set_ylabel("appeals a week")
    axes.legend(ncols=3, loc="upper left", bbox_to_anchor=(0, 1.12), frameon=False)
    dated(axes)
    return figure


def weekly_rate_figure(decided: pd.DataFrame) -> Figure:
    """Draw the share overturned of each week of filing, beside that of the whole time."""
    table = rates_by_week(decided)
    figure, axes = canvas("Is the share overturned steady?", height=3.4)
    values, whole = table["share"] * 100, 100 * table["overturned"].sum() / table["decided"].sum()
    reach = np.vstack([values - table["low"] * 100, table["high"] * 100 - values])
    axes.errorbar(table.index, values, yerr=reach, fmt="o", capsize=3, color=BLUE)
    axes.axhline(whole, color=GREY, linestyle="--", label=f"whole time: {whole:.1f} %")
    axes.set_ylabel("overturned (%),\nwith 95 % intervals")
    axes.set_xlabel("Monday of the week of filing")
    axes.set_ylim(bottom=0)
    axes.legend(loc="lower left", frameon=False)
    dated(axes)
    return figure


def base_rates_figure(decided: pd.DataFrame, *dimensions: str) -> Figure:
    """Draw the share overturned by the values of one or more facts, a panel each."""
    told = [name for name in dimensions if name in decided and decided[name].notna().any()]
    tables = [base_rates(decided, name) for name in told]
    most = max((len(table) for table in tables), default=1)
    named = ", ".join(told) or "any fact"
    figure, each = panels(
        f"Whose appeals are overturned more often: by {named}?",
        max(len(tables), 1),
        1.9 + ROW * most,
        width=9.5,
    )
    if not tables:
        says_nothing(each[0], "no appeal has such a fact")
    whole = 100 * float((decided["outcome"] == "overturned").mean())
    for axes, name, table in zip(each, told, tables, strict=False):
        shown = table.assign(**{end: table[end] * 100 for end in ("share", "low", "high")})
        names = [f"{row.value} ({row.decided:,})" for row in table.itertuples()]
        forest(axes, shown, value="share", low="low", high="high", names=names)
        axes.axvline(whole, color=GREY, linestyle="--")
        axes.set_xlim(left=0)
        axes.set_xlabel("overturned (%)")
        axes.set_title(f"{name}  (decisions)", loc="left", fontsize=10)
    note = f"share overturned, with 95 % intervals; dashed: all appeals, {whole:.1f} %"
    figure.supxlabel(note, fontsize=9)
    return figure


def missingness_figure(decided: pd.DataFrame) -> Figure:
    """Draw how often each column is empty, by outcome: apart where emptiness tells something."""
    table = missingness(decided)
    figure, axes = canvas(
        "What is missing, and does it go with the outcome?", height=1.8 + 1.4 * ROW * len(table)
    )
    if table.empty:
        says_nothing(axes, "no column is empty for some and filled in for others")
        return figure
    sides = {"overturned": (ORANGE, -0.14), "upheld": (BLUE, 0.14)}
    for side, (colour, offset) in sides.items():
        ends = {end: table[f"{side}_{end}"] * 100 for end in ("share", "low", "high")}
        forest(
            axes,
            pd.DataFrame(ends),
            value="share",
            low="low",
            high="high",
            names=table["column"].tolist(),
            colours=colour,
            label=side,
            offset=offset,
        )
    axes.set_xlabel("share of the appeals whose column is empty (%), with 95 % intervals")
    axes.set_xlim(-2, 102)
    axes.legend(loc="lower right", frameon=False)
    return figure


def delays_figure(found: Delays) -> Figure:
    """Draw the share decided by the days since filing."""
    figure, axes = canvas("How long until an appeal is decided?", height=3.6)
    days, share = found.hours / DAY, found.share * 100
    axes.step(np.r_[0, days], np.r_[0, share], where="post", color=BLUE, linewidth=2)
    for part, colour in ((0.5, GREEN), (0.95, ORANGE)):
        hours = found.quantile(part)
        if hours is not None:
            ends, label = (
                ([hours / DAY] * 2, [0, part * 100]),
                f"{part:.0%} by day {hours / DAY:.1f}",
            )
            axes.plot(*ends, color=colour, linestyle="--", linewidth=2, label=label)
    axes.set_xlabel("days since filing")
    axes.set_ylabel("decided (%)")
    axes.set_ylim(0, 102)
    axes.set_xlim(left=0)
    axes.legend(loc="lower right", frameon=False)
    return figure


def moves_figure(table: pd.DataFrame, days: int) -> Figure:
    """Draw how far the mix of each fact has moved, beside what chance gives.

    Parameters
    ----------
    table
        As of `training.bench.exploring.moves`.
    days
        That counted as the last ones.
    """
    shown = table.head(MOST_MOVES)
    height = 1.8 + ROW * max(len(shown), 2)
    figure, axes = canvas(f"Have the last {days} days another mix than before?", height)
    if shown.empty:
        says_nothing(axes, "too few appeals on either side")
        return figure
    places = np.arange(len(shown))[::-1]
    beyond = (shown["index"] > shown["by_chance"]).to_numpy()
    axes.barh(places, shown["index"], color=np.where(beyond, ORANGE, "#c9c9c9"))
    label = "chance alone stays left of this"
    axes.vlines(shown["by_chance"], places - 0.4, places + 0.4, colors="black", label=label)
    for place, at, most, above in zip(places, shown["index"], shown["most"], beyond, strict=True):
        if above:
            axes.text(at, place, f"  {plain(most)}", va="center", fontsize=8)
    axes.set_yticks(places, [plain(name) for name in shown["fact"]])
    axes.set_xlabel("population stability index (0: the same mix; .1 slight, .25 great)")
    axes.set_xlim(0, 1.6 * float(max(shown["index"].max(), shown["by_chance"].max())))
    axes.legend(loc="lower right", frameon=False)
    return figure
