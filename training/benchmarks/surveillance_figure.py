"""What detectors find, drawn against the false alarms that they raise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.errors import UnwritableFile

__all__ = ["Trade", "draw_trades"]

COLOURS: Final = ("#1f4e79", "#c55a11", "#8a8a8a", "#b0b0b0", "#d0d0d0")
MARKED: Final = 0.01
"""The false-alarm rate at which detectors are compared."""


@dataclass(frozen=True)
class Trade:
    """What one detector finds at each false-alarm rate, and by its own limit.

    Attributes
    ----------
    rates, found
        (k,) false-alarm rates, ascending, and the shares of the outbreaks found, 0 to 1.
    own
        False-alarm rate and share found by the detector's own limit.
    """

    rates: NDArray[np.float64]
    found: NDArray[np.float64]
    own: tuple[float, float]


def draw_trades(trades: Mapping[str, Trade], title: str, file: Path) -> None:
    """Draw a line a detector, and a dot where its own limit lies.

    Parameters
    ----------
    trades
        By the detector's name.
    title
        Which series.
    file
        Where to; its ending says the format.

    Raises
    ------
    UnwritableFile
        When it cannot be written, or its ending is of no known format.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 5), layout="constrained", dpi=110)
    axes = figure.subplots()
    for colour, (name, trade) in zip(COLOURS, trades.items(), strict=False):
        axes.plot(trade.rates, trade.found, color=colour, label=name.replace("_", " "))
        axes.plot(*trade.own, marker="o", color=colour, linestyle="none")
    axes.axvline(MARKED, color=COLOURS[2], linestyle=":")
    axes.set_xlim(0, max(float(trade.rates[-1]) for trade in trades.values()))
    axes.set_ylim(0, 1)
    axes.set_xlabel("false alarms: share of the quiet weeks (dots: by the detector's own limit)")
    axes.set_ylabel("share of the planted outbreaks found")
    axes.set_title(title)
    axes.legend(loc="lower right")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(file)
    except (OSError, ValueError) as error:
        raise UnwritableFile(
            f"the figure {file.name} cannot be written", "a file ending in .png, .svg or .pdf"
        ) from error
