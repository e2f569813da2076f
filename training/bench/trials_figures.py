"""The figure of a search in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.bench.drawing import BLUE, GREY, ORANGE, canvas
from training.bench.trials import Searched

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["trials_figure"]


def trials_figure(searched: Searched) -> Figure:
    """Draw the loss of each trial beside what is chosen without a search, and what was found."""
    from matplotlib.ticker import MaxNLocator

    figure, axes = canvas("Does a search find better penalties?")
    whole = [one for one in searched.tried if not one.pruned]
    given_up = [one for one in searched.tried if one.pruned]
    axes.scatter(
        [one.number for one in whole], [one.losses[-1] for one in whole], c=BLUE, label="trial"
    )
    if given_up:
        at = [one.number for one in given_up]
        lost = [one.losses[-1] for one in given_up]
        label = "given up: its mean over the slices so far"
        axes.scatter(at, lost, c=GREY, marker="x", label=label)
    found = searched.found
    axes.axhline(found.plain_loss, color=GREY, linestyle="--", label="chosen without a search")
    taken = "taken" if found.taken else "not taken"
    axes.axhline(found.loss, color=ORANGE, label=f"middle of the best trials: {taken}")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("trial, in order")
    axes.set_ylabel("log loss on later slices (lower is better)")
    axes.legend(fontsize=8)
    return figure
