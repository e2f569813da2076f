"""Figures for a promotion, and for the time after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from models.drift_record import DriftRecord, Look
from models.makeup import bare_name
from models.shadow import LEAST_PAIRS, Pairs
from training.bench.drawing import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    ROW,
    canvas,
    forest,
    panels,
    plain,
    says_nothing,
)
from training.bench.monitoring import CAME, THEN, gate_table, outlook_table, saved_so_far
from training.verdict import Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["gate_figure", "moved_figure", "outlook_figure", "shadow_figure"]

MOST_LOOKS: Final = 15
_NAMES: Final = {
    "auc": "AUC (higher is better)",
    "brier": "Brier score (lower is better)",
    "ece": "calibration error (lower is better)",
}


def gate_figure(verdict: Verdict) -> Figure:
    """Draw each demand of the gate: what was found, and the bound that it must keep."""
    table = gate_table(verdict)
    kinds = list(dict.fromkeys(table["meaning"]))
    sizes = [max(int((table["meaning"] == kind).sum()), 1) for kind in kinds] or [1]
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 1.2 + 0.85 * len(sizes) + ROW * sum(sizes)), layout="constrained")
    each = figure.subplots(len(sizes), 1, squeeze=False, height_ratios=sizes)[:, 0]
    title = f"Does version {verdict.version} keep every bound of the gate?"
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
    if not kinds:
        serves = f"version {verdict.version} serves already: nothing is judged"
        said = serves if verdict.serves_already else "nothing was asked"
        says_nothing(each[0], said)
    for axes, kind in zip(each, kinds, strict=False):
        _demands(axes, table[table["meaning"] == kind], kind)
    return figure


def shadow_figure(pairs: Pairs) -> Figure:
    """Draw what the challenger saves of the champion's squared error, as decisions come in."""
    table = saved_so_far(pairs)
    figure, axes = canvas("In the champion's shadow: did the challenger do better?", height=3.8)
    if table.empty:
        says_nothing(
            axes, f"{len(pairs)} decided appeals were scored by both; {LEAST_PAIRS} are needed"
        )
        return figure
    ends = (table["low"], table["high"])
    axes.fill_between(
        table["decided"], *ends, color=BLUE, alpha=0.2, label="95 % at all looks together"
    )
    axes.plot(table["decided"], table["saved"], color=BLUE, label="saved so far, on average")
    axes.axhline(0, color="black", linewidth=1)
    axes.set_xlabel("appeals decided after both had scored them")
    axes.set_ylabel("squared error saved an appeal\n(above 0: the challenger is better)")
    axes.legend(loc="upper right", frameon=False)
    return figure


def moved_figure(looked: DriftRecord | str) -> Figure:
    """Draw the looks at drift as multiples of their limits, the farthest on top."""
    if isinstance(looked, str):
        return _nothing("What has moved?", looked)
    looks = sorted(looked.looks, key=lambda one: -_of_limit(one.value, one))[:MOST_LOOKS]
    title = f"What has moved since version {looked.version} was trained?"
    figure, axes = canvas(title, height=1.9 + ROW * max(len(looks), 2))
    if not looks:
        says_nothing(axes, "nothing could be compared")
        return figure
    places = np.arange(len(looks))[::-1]
    colours = [ORANGE if one.past else BLUE if one.beyond_chance else "#c9c9c9" for one in looks]
    axes.barh(places, [max(_of_limit(one.value, one), 0) for one in looks], color=colours)
    chance = [max(_of_limit(one.by_chance, one), 0) for one in looks]
    label = "chance alone stays left of this"
    axes.vlines(chance, places - 0.4, places + 0.4, colors="black", label=label)
    axes.axvline(1, color=ORANGE, linestyle="--", label="the limit")
    axes.set_yticks(places, [plain(_look_name(one)) for one in looks])
    axes.set_xlabel(
        "share of its limit; grey: no more than chance, blue: moved, orange: past its limit"
    )
    axes.legend(loc="lower right", frameon=False)
    return figure


def outlook_figure(looked: DriftRecord | str) -> Figure:
    """Draw each measure as it was foreseen from the scores alone, and as it came."""
    title = "Were the scores as good as they promised to be?"
    if isinstance(looked, str):
        return _nothing(title, looked)
    table, outlook = outlook_table(looked), looked.outlook
    figure, each = panels(title, 3, height=3.1, width=11, share_y=True)
    found = dict.fromkeys(table["side"])
    sides = [*(one for one in THEN if one in found), *(one for one in found if one not in THEN)]
    colours = {side: GREY if side in THEN else BLUE for side in sides} | {CAME: ORANGE}
    for axes, (measure, label) in zip(each, _NAMES.items(), strict=True):
        rows = table[table["measure"] == measure].set_index("side").reindex(sides).reset_index()
        told = [colours[side] for side in rows["side"]]
        forest(axes, rows, value="value", low="low", high="high", names=sides, colours=told)
        axes.set_xlabel(label)
    share = f"{outlook.decided_share:.0%} of {outlook.all.cases:,} appeals are decided"
    figure.supxlabel(f"{share}, none of which taught or tested it; 95 % intervals", fontsize=9)
    return figure


def _nothing(title: str, why: str) -> Figure:
    figure, axes = canvas(title, height=1.6)
    says_nothing(axes, why)
    return figure


def _demands(axes: Axes, table: pd.DataFrame, meaning: str) -> None:
    places = np.arange(len(table))[::-1]
    colours = np.where(table["passed"], GREEN, ORANGE).tolist()
    axes.hlines(places, table["bound"], table["found"], colors=colours, linewidth=2)
    axes.scatter(table["found"], places, c=colours, s=40, zorder=3)
    axes.vlines(table["bound"], places - 0.4, places + 0.4, colors="black", linewidth=2)
    names = [
        f"{'passed' if row.passed else 'FAILED'}: {row.asked} ({row.cases:,})"
        for row in table.itertuples()
    ]
    axes.set_yticks(places, [plain(name) for name in names])
    axes.set_ylim(-0.7, len(table) - 0.3)
    axes.margins(x=0.1)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel(f"dot: found; bar: bound. {meaning}", fontsize=8)


def _of_limit(value: float, look: Look) -> float:
    # An AUC begins at one half, all else at nothing.
    floor = 0.5 if look.kind == "text" else 0.0
    return (value - floor) / max(look.limit - floor, 1e-9)


def _look_name(look: Look) -> str:
    named = "text" if look.kind == "text" else f"{look.kind}: {bare_name(look.name)}"
    return named + (" (expected)" if look.expected else "")
