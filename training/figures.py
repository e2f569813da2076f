"""Figures logged with a run. Each can be read without its code."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING, Final

import numpy as np

from models.reliability import reliability
from training.metrics import Outcomes, Probabilities, average_precision, ece

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK: Final = "#1f4e79"
FAINT: Final = "#8a8a8a"


def calibration_figure(outcome: Outcomes, probability: Probabilities, title: str) -> Figure:
    """Draw what the model said against what came, and how often it said it.

    Points are bins of alike many cases, with 95 % Wilson intervals.

    Parameters
    ----------
    outcome, probability
        Shape (n,).
    title
        Which model and which cases; the number of cases is added.
    """
    figure = _figure(height=6.5)
    said, counted = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    _draw_calibration(said, outcome, probability)
    said.set_title(f"{title}\ncalibration on {len(outcome):,} cases")
    counted.hist(probability, bins=np.linspace(0, 1, 41).tolist(), color=INK)
    counted.set_xlabel("probability of being overturned, as predicted")
    counted.set_ylabel("cases")
    return figure


def precision_recall_figure(outcome: Outcomes, probability: Probabilities, title: str) -> Figure:
    """Draw the precision reached at each recall, beside that of a random order.

    Parameters
    ----------
    outcome, probability
        Shape (n,).
    title
        Which model and which cases; the counts are added.
    """
    from sklearn.metrics import precision_recall_curve

    figure = _figure(height=5)
    axes = figure.subplots()
    share = float(outcome.mean())
    if 0 < share < 1:
        precision, recall, _ = precision_recall_curve(outcome, probability)
        label = f"model: average precision {average_precision(outcome, probability):.3f}"
        axes.step(recall, precision, where="post", color=INK, label=label)
    axes.axhline(share, color=FAINT, linestyle="--", label=f"random order: {share:.3f}")
    axes.set_title(f"{title}\n{int(outcome.sum()):,} overturned of {len(outcome):,} cases")
    axes.set_xlabel("recall: share of the overturned cases found, the most probable first")
    axes.set_ylabel("precision: share overturned among those found")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    axes.legend(loc="upper right")
    return figure


def _draw_calibration(axes: Axes, outcome: Outcomes, probability: Probabilities) -> None:
    bins = reliability(outcome, probability)
    said, came, low, high, cases = np.array([astuple(one) for one in bins]).T
    axes.plot([0, 1], [0, 1], linestyle="--", color=FAINT, label="means what it says")
    label = (
        f"bins of about {int(np.median(cases)):,} cases, with 95 % intervals;"
        f" ECE {ece(outcome, probability):.3f}"
    )
    errors = np.vstack([np.maximum(came - low, 0), np.maximum(high - came, 0)])
    axes.errorbar(said, came, yerr=errors, fmt="o", capsize=3, color=INK, label=label)
    axes.set_ylabel("share overturned, as decided")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.legend(loc="upper left")


def _figure(height: float) -> Figure:
    # A figure of its own, without pyplot: no window system, no state shared between threads.
    from matplotlib.figure import Figure

    return Figure(figsize=(7, height), layout="constrained", dpi=110)
