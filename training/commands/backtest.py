"""`redress backtest`: how the past would have been foreseen, period by period."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from features.command import json_option, report
from features.settings import Settings

if TYPE_CHECKING:
    from training.backtest_result import Backtest, Period, Year
    from training.paired import Gain


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--columns", type=click.Path(path_type=Path), help="Column mapping of FILE.")
@click.option(
    "--every",
    type=click.Choice(["month", "quarter", "year"]),
    help="How long a period is.  [default: by the span of the appeals]",
)
@click.option(
    "--from",
    "first",
    type=click.DateTime(["%Y-%m-%d", "%Y"]),
    help="First day that is foreseen, UTC.  [default: after the first 30 % of the periods]",
)
@click.option("--config", type=click.Path(path_type=Path), help="Training configuration, YAML.")
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    help="A second configuration, on the same periods: what is gained over it.",
)
@json_option
def backtest(
    file: Path | None,
    columns: Path | None,
    every: str | None,
    first: datetime | None,
    config: Path | None,
    against: Path | None,
    json_file: Path | None,
) -> None:
    """Walk through the decided appeals of the history, or of FILE, as if they came now.

    At the end of each period a model is fitted on what had been decided by then, and judged on the
    appeals of the next. Nothing is registered; the run is in MLflow. Of a young period, marked,
    outcomes are still to come: what is judged of it is what was decided quickly.
    """
    from models.registry import Registry
    from training import backtest as job
    from training.backtest_run import record_backtest
    from training.config import load_config
    from training.periods import Every
    from training.source import Source, read_cases
    from training.stages import Stages

    if (file is None) != (columns is None):
        raise click.UsageError("FILE and --columns MAP go together; for the history give neither.")
    settings, declared = Settings.from_environment(), load_config(config)
    rival = None if against is None else load_config(against)
    cases = read_cases(Source(file, columns), settings)
    division = None if every is None else Every(every)
    begin = None if first is None else first.replace(tzinfo=UTC)
    found = job.backtest(cases, declared, settings, Stages.on_stderr(), division, begin, rival)
    run_id = record_backtest(Registry(settings), found, declared, cases.digest)
    click.echo("\n".join(_lines(found)))
    report({**found.answer(), "rejected": cases.rejected, "run_id": run_id}, json_file)


def _lines(found: Backtest) -> list[str]:
    chosen = ", chosen by the span; --every says otherwise" if found.chosen else ""
    lines = [f"by {found.every}{chosen}"]
    lines += [f"left out   {one.begins:%Y-%m-%d}: {one.reason}" for one in found.skipped]
    lines.append(
        "foreseen from   teach   judge  undecided  overturned  said   AUC (95 %)            ECE"
    )
    lines += [_period(one) for one in found.periods]
    lines.append(f"mean: {_means(found.means)}")
    if young := sum(one.young for one in found.periods):
        rest = "no period is left" if young == len(found.periods) else _means(found.settled_means)
        lines.append(f"  without the {young} young, marked *: {rest}")
    lines += [f"  {one.year}: AUC {one.auc:.3f}, ECE {one.ece:.3f}" for one in _pooled(found)]
    return lines + _rivals(found)


def _period(one: Period) -> str:
    return (
        f"{one.train_until:%Y-%m-%d} {one.train_rows:>10,} {one.test_rows:>7,} "
        f"{one.undecided:>10,} {one.overturned:>11.3f} {one.mean_probability:>5.3f}   "
        f"{one.auc:.3f} ({one.auc_low:.3f} to {one.auc_high:.3f})  {one.ece:.3f}"
        f"{' *' if one.young else ''}"
    )


def _means(means: Mapping[str, float]) -> str:
    return (
        f"AUC {means['auc']:.3f}, ECE {means['ece']:.3f} "
        f"(by chance alone {means['ece_if_calibrated']:.3f}), "
        f"Brier skill {means['brier_skill']:.3f}"
    )


def _rivals(found: Backtest) -> list[str]:
    """Tell of each other predictor its means, and what is gained over it."""
    rivals = dict(found.baselines)
    if found.against is not None:
        rivals["against"] = found.against
    lines = []
    for name, gains in found.gains.items():
        told = rivals[name].as_dict()
        means = f"AUC {told['auc']:.3f}, ECE {told['ece']:.3f}"
        lines.append(f"  {name:<20} {means}; {_gain(gains['auc'])}")
    return lines


def _gain(gain: Gain) -> str:
    error = "" if math.isnan(gain.error) else f" (standard error {gain.error:.3f})"
    return f"AUC gained {gain.mean:+.3f}{error}, in {gain.better} of {len(gain.periods)} periods"


def _pooled(found: Backtest) -> tuple[Year, ...]:
    """Give the years, where they are not the periods themselves."""
    return () if len(found.years) == len(found.periods) else found.years
