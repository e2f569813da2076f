"""`redress backtest`: how the past would have been foreseen, period by period."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from features.command import json_option, report
from features.settings import Settings

if TYPE_CHECKING:
    from training.backtest import Backtest, Year


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
@json_option
def backtest(
    file: Path | None,
    columns: Path | None,
    every: str | None,
    first: datetime | None,
    config: Path | None,
    json_file: Path | None,
) -> None:
    """Walk through the decided appeals of the history, or of FILE, as if they came now.

    At the end of each period a model is fitted on what had been decided by then, and judged on the
    appeals of the next. Nothing is registered; the run is in MLflow.
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
    cases = read_cases(Source(file, columns), settings)
    division = None if every is None else Every(every)
    begin = None if first is None else first.replace(tzinfo=UTC)
    found = job.backtest(cases.frame, declared, settings, Stages.on_stderr(), division, begin)
    run_id = record_backtest(Registry(settings), found, declared, cases.digest)
    click.echo("\n".join(_lines(found)))
    report({**found.answer(), "rejected": cases.rejected, "run_id": run_id}, json_file)


def _lines(found: Backtest) -> list[str]:
    chosen = ", chosen by the span; --every says otherwise" if found.chosen else ""
    lines = [f"by {found.every}{chosen}"]
    lines += [f"left out   {one.begins:%Y-%m-%d}: {one.reason}" for one in found.skipped]
    lines.append("foreseen from   teach   judge  overturned  said   AUC (95 %)            ECE")
    lines += [
        f"{one.train_until:%Y-%m-%d} {one.train_rows:>10,} {one.test_rows:>7,} "
        f"{one.overturned:>11.3f} {one.mean_probability:>5.3f}   "
        f"{one.auc:.3f} ({one.auc_low:.3f} to {one.auc_high:.3f})  {one.ece:.3f}"
        for one in found.periods
    ]
    means = found.means
    lines.append(
        f"mean: AUC {means['auc']:.3f}, ECE {means['ece']:.3f} "
        f"(by chance alone {means['ece_if_calibrated']:.3f}), "
        f"Brier skill {means['brier_skill']:.3f}"
    )
    lines += [f"  {one.year}: AUC {one.auc:.3f}, ECE {one.ece:.3f}" for one in _pooled(found)]
    for name, one in found.baselines.items():
        told = one.as_dict()
        if told["auc"] is not None:
            lines.append(f"  {name:<20} AUC {told['auc']:.3f}, ECE {told['ece']:.3f}")
    return lines


def _pooled(found: Backtest) -> tuple[Year, ...]:
    """Give the years, where they are not the periods themselves."""
    return () if len(found.years) == len(found.periods) else found.years
