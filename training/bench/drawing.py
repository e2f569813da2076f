"""What all figures of the bench share: colours, a canvas, and points with their intervals."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "ORANGE",
    "PALETTE",
    "PURPLE",
    "ROW",
    "SKY",
    "YELLOW",
    "canvas",
    "dated",
    "forest",
    "panels",
    "placed",
    "plain",
    "says_nothing",
]

BLUE: Final = "#0072B2"
ORANGE: Final = "#D55E00"
GREEN: Final = "#009E73"
PURPLE: Final = "#CC79A7"
SKY: Final = "#56B4E9"
YELLOW: Final = "#E69F00"
GREY: Final = "#8a8a8a"
PALETTE: Final = (BLUE, ORANGE, GREEN, PURPLE, SKY, YELLOW)
"""Told apart by people who do not see red and green apart (Okabe and Ito 2008)."""
ROW: Final = 0.27
"""Inches that a row of a forest takes."""


def canvas(title: str, height: float = 4.0, width: float = 8.5) -> tuple[Figure, Axes]:
    """Make a figure of one panel; `height` and `width` in inches."""
    figure, (axes,) = panels(title, 1, height, width)
    return figure, axes


def panels(
    title: str,
    columns: int,
    height: float = 4.0,
    width: float = 8.5,
    share_y: bool = False,
    widths: Sequence[float] | None = None,
) -> tuple[Figure, list[Axes]]:
    """Make a figure of panels beside one another; the title is the question that it answers."""
    # A figure of its own, without pyplot: no window system, and a notebook shows it once.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained", dpi=100)
    made = figure.subplots(1, columns, squeeze=False, sharey=share_y, width_ratios=widths)[0]
    for axes in made:
        axes.spines[["top", "right"]].set_visible(False)
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
    return figure, list(made)


def forest(
    axes: Axes,
    table: pd.DataFrame,
    *,
    value: str,
    low: str,
    high: str,
    names: Sequence[str],
    colours: Sequence[str] | str = BLUE,
    label: str | None = None,
    offset: float = 0.0,
) -> None:
    """Draw a point and its interval a row, the first row on top; NaN bounds draw the point alone.

    Parameters
    ----------
    value, low, high
        Columns of the table.
    names
        (n,) of the rows.
    colours
        One for all, or (n,).
    offset
        Rows by which the points are moved, where two sets share the rows.
    """
    places = np.arange(len(table))[::-1] - offset
    values = table[value].to_numpy(np.float64)
    below = np.nan_to_num(values - table[low].to_numpy(np.float64))
    above = np.nan_to_num(table[high].to_numpy(np.float64) - values)
    each = [colours] * len(table) if isinstance(colours, str) else list(colours)
    axes.hlines(places, values - below, values + above, colors=each, linewidth=2)
    axes.scatter(values, places, c=each, s=28, zorder=3, label=label)
    axes.set_yticks(np.arange(len(table))[::-1], [plain(name) for name in names])
    axes.set_ylim(-0.7, len(table) - 0.3)
    axes.grid(axis="x", color="#e5e5e5", linewidth=0.8)
    axes.set_axisbelow(True)


def dated(axes: Axes) -> None:
    """Write days under the axis, short."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator()  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def placed(days: Sequence[date]) -> list[float]:
    """Give the places of days on an axis that `dated` writes under."""
    from matplotlib.dates import date2num

    return [float(date2num(day)) for day in days]  # type: ignore[no-untyped-call]


def plain(text: object) -> str:
    """Spell a word of the data so that it can be drawn.

    Signs that matplotlib's own font does not have would be drawn as boxes: a run of them is told by
    the name of its script, such as `[thai]`. And `$` is no mathematics here.
    """
    known, parts = _drawable(), list[str]()
    for sign in str(text):
        part = sign if ord(sign) in known else f"[{_script(sign)}]"
        if not (part.startswith("[") and len(part) > 1 and parts and parts[-1] == part):
            parts.append(part)
    return "".join(parts).replace("$", r"\$")


@cache
def _drawable() -> frozenset[int]:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return frozenset(get_font(findfont(FontProperties())).get_charmap())


def _script(sign: str) -> str:
    return unicodedata.name(sign, "other").split()[0].lower()


def says_nothing(axes: Axes, why: str) -> None:
    """Say in an empty panel why it is empty."""
    said: dict[str, Any] = {"ha": "center", "va": "center", "transform": axes.transAxes}
    axes.text(0.5, 0.5, why, color=GREY, wrap=True, **said)
    axes.set_axis_off()
