"""The figure of `redress benchmark queue`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from training.benchmarks.queue import QueueBenchmark
from training.figures import FAINT, INK
from training.queue_value import at_once

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["queue_figure"]

_WITH_TIER: Final = ("first come, with the same critical tier sent at once", "#c55a11", "s:")
_DRAWN: Final = {
    "first_come": ("first come, first served", "#c55a11", "s-"),
    "redress": ("Redress: most harm and longest wait in turns", INK, "o-"),
    "oracle": ("an oracle that knows who is wrongly enforced", FAINT, "^:"),
}


def queue_figure(found: QueueBenchmark) -> Figure:
    """Draw by capacity: waits of the wrongly enforced, the longest wait, escalations in time."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 10), layout="constrained", dpi=110)
    restored, longest, in_time = figure.subplots(3, 1, sharex=True)
    _lines(restored, found, "restored_median", 1.0)
    restored.set_yscale("log")
    restored.set_ylabel("hours, median, until the\nwrongly enforced are restored")
    _lines(longest, found, "longest", 1.0)
    longest.set_ylabel("hours, the longest wait\nof anybody")
    longest.set_ylim(bottom=0)
    _lines(in_time, found, "within_hour", 100.0)
    _line(in_time, found, "first_come_with_tier", "within_hour", 100.0, _WITH_TIER)
    in_time.legend(handles=in_time.lines[-1:], loc="best")
    _load(in_time, found)
    in_time.set_ylabel("% of the escalated that reach\ntheir team within an hour")
    in_time.set_ylim(0, 100)
    in_time.set_xlabel("reviews, % of the intake")
    restored.legend(loc="best")
    answer = found.answer()
    restored.set_title(
        f"{answer['appeals']:,} appeals filed {found.first:%Y-%m-%d} to {found.last:%Y-%m-%d}, "
        f"{answer['wrongly_enforced']:,} of them overturned\n"
        "the same appeals and the same work, in another order"
    )
    return figure


def _load(axes: Axes, found: QueueBenchmark) -> None:
    """Say what the speed costs the teams: who sends all is never late."""
    sent = at_once(found.cases)
    axes.set_title(
        f"critical tier, sent at once: {sent.sent:,}, {sent.a_day:,.1f} a day; of its "
        f"{sent.decided:,} decided {sent.escalated:,} were escalated",
        fontsize="medium",
    )


def _lines(axes: Axes, found: QueueBenchmark, figure: str, scale: float) -> None:
    for rule, drawn in _DRAWN.items():
        _line(axes, found, rule, figure, scale, drawn)
    axes.axvline(100, color=FAINT, linewidth=0.8)


def _line(
    axes: Axes,
    found: QueueBenchmark,
    rule: str,
    figure: str,
    scale: float,
    drawn: tuple[str, str, str],
) -> None:
    label, colour, style = drawn
    capacities = [100 * one.capacity for one in found.curve]
    heights = [scale * float(getattr(getattr(one, rule), figure)) for one in found.curve]
    axes.plot(capacities, heights, style, color=colour, label=label)
