"""The MLflow run of a backtest: its configuration, means, table and figure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from models.registry import Registry
from training.backtest_result import AGAINST, MEASURES, Backtest, Period
from training.config import TrainConfig
from training.figures import FAINT, INK
from training.tracking import record_config, running

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["ANSWER", "EXPERIMENT", "FIGURE", "backtest_figure", "record_backtest"]

EXPERIMENT: Final = "redress-backtest"
ANSWER: Final = "backtest.json"
"""The answer of `redress backtest --json`."""
FIGURE: Final = "figures/backtest.png"
RIVAL: Final = "#c55a11"


def record_backtest(registry: Registry, found: Backtest, config: TrainConfig, digest: str) -> str:
    """Log a backtest as a run of its own.

    Parameters
    ----------
    digest
        Of the decided appeals, as `training.source.Cases`.

    Returns
    -------
    str
        The run's id.
    """
    client = registry.client
    with running(registry, f"backtest by {found.every}", EXPERIMENT) as run_id:
        record_config(registry, run_id, config)
        client.log_param(run_id, "every", str(found.every))
        client.set_tag(run_id, "data_digest", digest)
        for name, value in _figures(found).items():
            if not math.isnan(value):
                client.log_metric(run_id, name, value)
        for step, one in enumerate(found.periods):
            for name in MEASURES:
                client.log_metric(run_id, f"period_{name}", getattr(one, name), step=step)
        client.log_dict(run_id, found.answer(), ANSWER)
        client.log_figure(run_id, backtest_figure(found), FIGURE)
    return run_id


def _figures(found: Backtest) -> dict[str, float]:
    gains = found.gains.get(AGAINST, {})
    return {
        **{f"mean_{name}": value for name, value in found.means.items()},
        **{f"mean_settled_{name}": value for name, value in found.settled_means.items()},
        **{f"gain_{name}": one.mean for name, one in gains.items()},
    }


def backtest_figure(found: Backtest) -> Figure:
    """Draw AUC and calibration error of each period, with their bounds.

    Beside them the second configuration, else the best plain baseline, and what honest
    probabilities would have by chance. Young periods are shaded.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 7), layout="constrained", dpi=110)
    ranking, error = figure.subplots(2, 1, sharex=True)
    named = [f"{one.test_first:%Y-%m}" for one in found.periods]
    _draw(ranking, found, "auc")
    name, values = _rival(found)
    if values is not None:
        ranking.plot(range(len(named)), values, color=RIVAL, linestyle=":", label=name)
    ranking.set_ylabel("AUC of the period's cases")
    _draw(error, found, "ece")
    chance = [one.ece_if_calibrated for one in found.periods]
    label = "what honest probabilities have by chance"
    error.plot(range(len(named)), chance, color=FAINT, linestyle="--", label=label)
    error.set_ylabel("calibration error (ECE)")
    error.set_ylim(bottom=0)
    error.set_xticks(range(len(named)), named, rotation=45, ha="right")
    error.set_xlabel(f"{found.every} foreseen, from what was decided before it")
    for axes in (ranking, error):
        axes.legend(loc="upper left")
        _shade(axes, found)
    ranking.set_title(
        f"{len(found.periods)} {found.every}s, each foreseen by a model of what came before\n"
        f"mean AUC {found.means['auc']:.3f}, mean ECE {found.means['ece']:.3f}{_settled(found)}"
    )
    return figure


def _shade(axes: Axes, found: Backtest) -> None:
    """Shade the periods of which only what was decided quickly is judged."""
    for place, one in enumerate(found.periods):
        if one.young:
            axes.axvspan(place - 0.5, place + 0.5, color="#ececec", zorder=0)


def _settled(found: Backtest) -> str:
    means = found.settled_means
    if not any(one.young for one in found.periods) or math.isnan(means["auc"]):
        return ""
    return f"\nwithout young periods (shaded): {means['auc']:.3f} and {means['ece']:.3f}"


def _draw(axes: Axes, found: Backtest, name: str) -> None:
    values = [getattr(one, name) for one in found.periods]
    below = [_reach(one, name, "low") for one in found.periods]
    above = [_reach(one, name, "high") for one in found.periods]
    places = range(len(values))
    label = "Redress, with 95 % intervals"
    axes.errorbar(places, values, yerr=[below, above], fmt="o-", capsize=3, color=INK, label=label)


def _reach(one: Period, name: str, end: str) -> float:
    value, bound = getattr(one, name), getattr(one, f"{name}_{end}")
    return 0.0 if math.isnan(bound) else abs(bound - value)


def _rival(found: Backtest) -> tuple[str, tuple[float, ...] | None]:
    """Give the second configuration, else the baseline with the highest mean AUC.

    The prior is left out: it ranks nothing.
    """
    if found.against is not None:
        return "the other configuration", found.against.auc
    told = {
        name: one.auc
        for name, one in found.baselines.items()
        if one.auc is not None and name != "prior"
    }
    if not told:
        return "", None
    best = max(told, key=lambda name: sum(told[name]))
    return best.replace("_", " "), told[best]
