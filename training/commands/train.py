"""`redress train`: from decided appeals to a registered challenger."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from features.command import json_option, report
from features.settings import Settings

if TYPE_CHECKING:
    from training.train import Trained


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--columns", type=click.Path(path_type=Path), help="Column mapping of FILE.")
@click.option("--config", type=click.Path(path_type=Path), help="Training configuration, YAML.")
@json_option
def train(
    file: Path | None, columns: Path | None, config: Path | None, json_file: Path | None
) -> None:
    """Fit a model on the decided appeals of the history, or of FILE, and register it.

    The latest appeals are kept from the model and judge it. The model becomes the challenger;
    `redress promote` puts it in service.
    """
    from training import train as job
    from training.config import load_config
    from training.source import Source
    from training.stages import Stages

    if (file is None) != (columns is None):
        raise click.UsageError("FILE and --columns MAP go together; for the history give neither.")
    settings = Settings.from_environment()
    trained = job.train(Source(file, columns), load_config(config), settings, Stages.on_stderr())
    click.echo("\n".join(_lines(trained)))
    report(trained.answer(), json_file)


def _lines(trained: Trained) -> list[str]:
    fitted = trained.fitted
    overall, origin, slices = fitted.evaluation.overall, fitted.origin, fitted.slices
    metrics, bounds = overall.metrics, overall.auc
    table = {
        "appeals": f"{origin.rows:,} decided, {origin.first:%Y-%m-%d} to {origin.last:%Y-%m-%d}",
        "split": f"{len(slices.seen):,} teach, the {len(slices.test):,} latest judge",
        "AUC": f"{_shown(bounds.value)}  (95 %: {bounds.low:.3f} to {bounds.high:.3f})",
        "within policies": _shown(fitted.evaluation.within_policy_auc),
        "Brier skill": f"{_shown(metrics.brier_skill)}  (above 0 beats every constant)",
        "ECE": _shown(metrics.ece),
        "encoder": f"{_shown(fitted.scorer.fidelity)}  (cosine to the teacher, unseen texts)",
        "seconds": f"{sum(trained.seconds.values()):.1f}",
        "registered": f"version {trained.version}, challenger",
    }
    lines = [f"{name:<16} {value}" for name, value in table.items()]
    warned = [f"likely leak: {leak.column}: {leak.reason}" for leak in trained.leaks]
    if trained.rejected:
        warned.append(f"{trained.rejected:,} rows could not be read and were left out")
    return [*warned, *lines, "next             redress promote"]


def _shown(figure: float) -> str:
    return "does not apply" if math.isnan(figure) else f"{figure:.3f}"
