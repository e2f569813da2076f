"""`redress train`: from decided appeals to a registered challenger."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from features.command import json_option, report
from features.errors import FiguresDiffer
from features.settings import Settings
from training.commands.search_option import search_option

if TYPE_CHECKING:
    from training.searching import Plan
    from training.train import Trained

LENGTH_OF_ID: Final = 32
"""Hexadecimal digits of a run's id: fewer decimal ones are the number of a version."""


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--columns", type=click.Path(path_type=Path), help="Column mapping of FILE.")
@click.option("--config", type=click.Path(path_type=Path), help="Training configuration, YAML.")
@search_option
@click.option(
    "--study",
    help="Name of the search; a larger N goes on with it.  [default: by data and configuration]",
)
@click.option("--repeat", "run", metavar="RUN", help="Run id or version to repeat and compare.")
@json_option
def train(
    file: Path | None,
    columns: Path | None,
    config: Path | None,
    trials: int | None,
    study: str | None,
    run: str | None,
    json_file: Path | None,
) -> None:
    """Fit a model on the decided appeals of the history, or of FILE, and register it.

    The latest appeals are kept from the model and judge it. The model becomes the challenger;
    `redress promote` puts it in service.

    With --repeat nothing is registered: exit 0 says that all figures are the same to the last
    digit, 1 that some differ.
    """
    if (file is None) != (columns is None):
        raise click.UsageError("FILE and --columns MAP go together; for the history give neither.")
    if study is not None and trials is None:
        raise click.UsageError("--study names a search; give --search N too.")
    if run is not None:
        if file or config or trials:
            raise click.UsageError("--repeat RUN takes all else from the run; give it alone.")
        _repeat(_run_id(run), json_file)
        return
    _train(file, columns, config, _plan(trials, study), json_file)


def _plan(trials: int | None, study: str | None) -> Plan | None:
    from training.searching import Plan

    return None if trials is None else Plan(trials, study or "")


def _train(
    file: Path | None,
    columns: Path | None,
    config: Path | None,
    plan: Plan | None,
    json_file: Path | None,
) -> None:
    from training import train as job
    from training.config import load_config
    from training.source import Source
    from training.stages import Stages

    settings, source = Settings.from_environment(), Source(file, columns)
    trained = job.train(source, load_config(config), settings, Stages.on_stderr(), plan)
    click.echo("\n".join(_lines(trained)))
    report(trained.answer(), json_file)


def _run_id(run: str) -> str:
    """Give the run behind the number of a version; a run's own id is as it is."""
    from models.registry import Registry

    if run.isdecimal() and len(run) < LENGTH_OF_ID:
        return Registry(Settings.from_environment()).describe(run).run_id
    return run


def _repeat(run_id: str, json_file: Path | None) -> None:
    from training.repeat import repeat

    repeated = repeat(run_id)
    differing = [figure for figure in repeated.figures if not figure.same]
    lines = [f"{one.name:<20} {one.then!r} then, {one.now!r} now" for one in differing]
    told = f"identical: all {len(repeated.figures)} figures of run {run_id}"
    click.echo("\n".join(lines) or told)
    report(repeated.answer(), json_file)
    if differing:
        raise FiguresDiffer(
            f"{len(differing)} of {len(repeated.figures)} figures differ",
            f"those of run {run_id}",
            _remedy(repeated.versions),
        )


def _remedy(versions: Mapping[str, tuple[str, str]]) -> str:
    changed = ", ".join(f"{name} {then} (now {now})" for name, (then, now) in versions.items())
    if changed:
        return f"Install what was there: {changed}"
    return "The packages are the same: another machine or number of threads rounds otherwise"


def _lines(trained: Trained) -> list[str]:
    from training.judgement import judgement_words
    from training.selection import selection_words

    fitted = trained.fitted
    overall, origin, slices = fitted.evaluation.overall, fitted.origin, fitted.slices
    metrics, bounds = overall.metrics, overall.auc
    table = {
        "appeals": f"{origin.rows:,} decided, {origin.first:%Y-%m-%d} to {origin.last:%Y-%m-%d}",
        "split": f"{len(slices.seen):,} teach, the {len(slices.test):,} latest judge",
        "decided later": f"{slices.decided_later:,} of those that teach, when the test had begun",
        "AUC": f"{_shown(bounds.value)}  (95 %: {bounds.low:.3f} to {bounds.high:.3f})",
        "within policies": _shown(fitted.evaluation.within_policy_auc),
        "Brier skill": f"{_shown(metrics.brier_skill)}  (above 0 beats every constant)",
        "ECE": _shown(metrics.ece),
        **judgement_words(fitted.evaluation, fitted.judgement),
        **selection_words(fitted.selection),
        "encoder": f"{_shown(fitted.scorer.fidelity)}  (cosine to the teacher, unseen texts)",
        **_found(trained),
        "seconds": f"{sum(trained.seconds.values()):.1f}",
        "registered": f"version {trained.version}, challenger; run {trained.run_id}",
    }
    lines = [f"{name:<16} {value}" for name, value in table.items()]
    warned = [f"likely leak: {leak.column}: {leak.reason}" for leak in trained.leaks]
    if trained.rejected:
        warned.append(f"{trained.rejected:,} rows could not be read and were left out")
    return [*warned, *lines, "next             redress promote"]


def _found(trained: Trained) -> dict[str, str]:
    found = trained.found
    if found is None:
        return {}
    said = "taken" if found.taken else "not clearly better: the declared configuration is kept"
    gain = f"gain {found.gain:.5f} in log loss on later slices, standard error {found.error:.5f}"
    return {"search": f"{found.trials:,} trials, {found.pruned:,} given up; {gain}; {said}"}


def _shown(figure: float) -> str:
    return "does not apply" if math.isnan(figure) else f"{figure:.3f}"
