"""Figures of candidates: which is better, for whom, why a case got its score, what more gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from training.bench.comparing import Comparison, differences, worst_slices
from training.bench.drawing import (
    BLUE,
    GREY,
    ORANGE,
    ROW,
    canvas,
    forest,
    panels,
    plain,
    says_nothing,
)
from training.evaluation import Evaluation
from training.fairness import Fairness, Group, Grouping
from training.gap_bounds import LEAST_CASES, LEAST_EACH

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from models.scores import Reason, Score

__all__ = [
    "differences_figure",
    "fairness_figure",
    "learning_figure",
    "reasons_figure",
    "slices_figure",
]

MOST_REASONS: Final = 9
MOST_NAMED: Final = 4


def differences_figure(comparison: Comparison) -> Figure:
    """Draw what each candidate gains over the first, with bounds: off the line it is better."""
    table, first = differences(comparison), comparison.candidates[0].name
    figure, (ranking, loss) = panels(
        f"Is any candidate better than {first!r}, beyond chance?",
        2,
        height=2.0 + 1.4 * ROW * max(len(table), 2),
        width=9.5,
        share_y=True,
    )
    if table.empty:
        says_nothing(ranking, "only one candidate was fitted")
        says_nothing(loss, "")
        return figure
    _gains(ranking, table, "auc", "AUC gained: ranks better to the right")
    _gains(loss, table, "brier", "squared error saved: probabilities better to the right")
    count = len(comparison.outcome)
    figure.supxlabel(f"{count:,} later cases; 95 % intervals, together a panel", fontsize=9)
    return figure


def slices_figure(evaluation: Evaluation, most: int = 20) -> Figure:
    """Draw for each slice what the model said beside what came, and how well it ranks there."""
    table = worst_slices(evaluation, most)
    figure, (gap, ranking) = panels(
        "For whom does it say too much or too little, and for whom does it rank badly?",
        2,
        height=2.1 + ROW * max(len(table), 3),
        width=10,
        share_y=True,
    )
    if table.empty:
        says_nothing(gap, f"no slice has {LEAST_CASES} cases")
        says_nothing(ranking, "")
        return figure
    ends = table.assign(**{name: table[name] * 100 for name in ("gap", "gap_low", "gap_high")})
    names = [f"{row.dimension} {row.value}  ({row.rows:,})" for row in table.itertuples()]
    off = (ends["gap_low"] > 0) | (ends["gap_high"] < 0)
    colours = np.where(off, ORANGE, BLUE).tolist()
    forest(gap, ends, value="gap", low="gap_low", high="gap_high", names=names, colours=colours)
    gap.axvline(0, color=GREY, linestyle="--")
    gap.set_xlabel("said minus came (percentage points):\nleft too little, right too much")
    sure = table.assign(auc=table["auc"].where(table["auc_low"].notna()))
    forest(ranking, sure, value="auc", low="auc_low", high="auc_high", names=names)
    ranking.axvline(0.5, color=GREY, linestyle="--", label="a coin")
    overall = evaluation.overall.auc.value
    ranking.axvline(overall, color=BLUE, linestyle=":", label=f"all cases: {overall:.2f}")
    ranking.set_xlabel(f"AUC within the slice,\nfrom {LEAST_EACH} cases of each outcome on")
    ranking.legend(loc="lower left", fontsize=8)
    note = "95 % intervals that hold for all slices at once; orange: off beyond chance"
    figure.supxlabel(note, fontsize=9)
    return figure


def fairness_figure(found: Fairness) -> Figure:
    """Draw of each group what share of its wrongly enforced is reviewed first; a panel a fact.

    Groups that are left out are named below their panel.
    """
    told = [one for one in found.groupings if _ranked(one)]
    most = max((len(_ranked(one)) for one in told), default=2)
    title = (
        f"Whose wrongful enforcements are found in the first {found.capacity:.0%} by {found.order}?"
    )
    figure, each = panels(title, max(len(told), 1), 1.9 + ROW * max(most, 3), width=9)
    if not told:
        says_nothing(each[0], f"no group has {LEAST_EACH} cases of each outcome")
    for axes, one in zip(each, told, strict=False):
        _groups(axes, one)
    return figure


def reasons_figure(score: Score, title: str) -> Figure:
    """Draw the reasons of a score as steps from the average appeal to this one's probability.

    The strongest are drawn one by one, the rest together: the steps add up exactly.
    """
    shown = _steps(score.reasons)
    figure, axes = canvas(f"Why {score.probability:.0%}? ({title})", 1.7 + 0.3 * len(shown))
    logit = 0.0
    for place, (_, change) in enumerate(shown):
        first = place == 0
        colour = GREY if first else ORANGE if change > 0 else BLUE
        axes.barh(-place, change, left=logit, color=colour, height=0.7)
        at = max(logit, logit + change)
        axes.text(at, -place, f" {change:+.2f}", va="center", fontsize=8)
        logit += change
    axes.axvline(logit, color="black", linestyle="--", linewidth=1)
    axes.axvline(0, color="#e5e5e5", linewidth=1)
    axes.set_yticks([-place for place in range(len(shown))], [plain(name) for name, _ in shown])
    axes.use_sticky_edges = False
    axes.margins(x=0.12)
    axes.set_xlabel(
        "logit (0 is 50 %); orange raises the chance of being overturned, blue lowers it;\n"
        f"dashed: the sum, {logit:+.2f}, which is {score.probability:.1%}"
    )
    return figure


def learning_figure(table: pd.DataFrame) -> Figure:
    """Draw how good a model is by how many cases taught it."""
    title = "Would more decisions make it better?"
    figure, (ranking, loss) = panels(title, 2, height=3.7, width=9.5)
    _curve(ranking, table, "auc", "AUC (higher is better)")
    _curve(loss, table, "brier", "Brier score, the mean squared error (lower is better)")
    for axes in (ranking, loss):
        axes.set_xlabel("decided appeals learnt from, the latest ones")
        axes.set_xlim(left=0)
    figure.supxlabel("95 % intervals of each point; the judging cases are the same", fontsize=9)
    return figure


def _gains(axes: Axes, table: pd.DataFrame, name: str, label: str) -> None:
    low, high = f"{name}_low", f"{name}_high"
    better, worse = (table[low] > 0).to_numpy(), (table[high] < 0).to_numpy()
    colours = np.where(better, BLUE, np.where(worse, ORANGE, GREY)).tolist()
    names = table["candidate"].tolist()
    forest(axes, table, value=name, low=low, high=high, names=names, colours=colours)
    axes.axvline(0, color="black", linewidth=1)
    axes.locator_params(axis="x", nbins=5)
    axes.set_xlabel(label)


def _groups(axes: Axes, one: Grouping) -> None:
    groups = _ranked(one)
    bounds = [(group.found_first.low, group.found_first.high) for group in groups]
    table = pd.DataFrame(
        {
            "value": [100 * (group.found_first.value or 0.0) for group in groups],
            "low": [np.nan if low is None else 100 * low for low, _ in bounds],
            "high": [np.nan if high is None else 100 * high for _, high in bounds],
        }
    )
    names = [f"{group.value}  ({group.overturned:,})" for group in groups]
    forest(axes, table, value="value", low="low", high="high", names=names)
    axes.set_xlim(0, 100)
    left_out = f"\nleft out: {_named(one)}" if one.left_out else ""
    said = "found first (% of the overturned),\n95 % intervals, for all groups at once"
    axes.set_xlabel(said + left_out)
    axes.set_title(f"{one.dimension}  (overturned cases)", loc="left", fontsize=10)


def _ranked(one: Grouping) -> list[Group]:
    """Give the groups that tell what is found first."""
    return [group for group in one.groups if group.found_first.value is not None]


def _named(one: Grouping) -> str:
    names = [plain(group.value) for group in one.left_out]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more + " (too few cases)"


def _steps(reasons: Sequence[Reason]) -> list[tuple[str, float]]:
    """Give the base, the strongest reasons, and all others in one."""
    base = [one for one in reasons if one.kind == "base"]
    ranked = sorted(
        (one for one in reasons if one.kind != "base"), key=lambda one: -abs(one.contribution)
    )
    kept, rest = ranked[:MOST_REASONS], ranked[MOST_REASONS:]
    steps = [(one.name, one.contribution) for one in base]
    steps += [(_spelt(one), one.contribution) for one in kept]
    if rest:
        steps.append((f"{len(rest)} more together", sum(one.contribution for one in rest)))
    return steps


def _spelt(reason: Reason) -> str:
    if reason.kind == "phrase":
        return f"says “{reason.name}”"
    if reason.value is None:
        return reason.name if reason.kind == "text" else f"{reason.name}: not told"
    value = f"{reason.value:g}" if isinstance(reason.value, float) else str(reason.value)
    return f"{reason.name}: {value}"


def _curve(axes: Axes, table: pd.DataFrame, name: str, label: str) -> None:
    values = table[name].to_numpy(np.float64)
    low, high = table[f"{name}_low"].to_numpy(), table[f"{name}_high"].to_numpy()
    reach = np.nan_to_num(np.vstack([values - low, high - values])).clip(0)
    axes.errorbar(table["taught"], values, yerr=reach, fmt="o-", capsize=3, color=BLUE)
    axes.set_title(label, loc="left", fontsize=10)
