"""`redress benchmark`: what the product does on a user's own file, beside named peers."""

from __future__ import annotations

from pathlib import Path

import click

from features.command import json_option, report
from features.settings import Settings
from training.commands.benchmark_clusters import clusters
from training.commands.benchmark_emergence import emergence
from training.commands.benchmark_languages import languages
from training.commands.benchmark_queue import queue
from training.commands.benchmark_surveillance import outbreaks, surveillance
from training.commands.search_option import search_option


@click.group()
def benchmark() -> None:
    """Measure the product on a file of your own, beside plain baselines and named peers."""


benchmark.add_command(clusters)
benchmark.add_command(emergence)
benchmark.add_command(languages)
benchmark.add_command(queue)
benchmark.add_command(surveillance)
benchmark.add_command(outbreaks)


@benchmark.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--columns", type=click.Path(path_type=Path), required=True, help="Column mapping.")
@search_option
@json_option
def overturn(file: Path, columns: Path, trials: int | None, json_file: Path | None) -> None:
    """Foresee overturns: the latest 30 % by time, and ten-fold cross-validation.

    With --search each model is searched for anew, within what teaches it.
    """
    from training.benchmarks.overturn import benchmark_overturn
    from training.source import Source, read_cases
    from training.stages import Stages

    settings = Settings.from_environment()
    cases = read_cases(Source(file, columns), settings)
    answer = benchmark_overturn(cases.frame, settings, Stages.on_stderr(), trials=trials or 0)
    click.echo("\n".join(_lines(answer)))
    report(answer, json_file)


def _lines(answer: dict[str, object]) -> list[str]:
    lines = []
    for part, figures in answer.items():
        if isinstance(figures, dict):
            lines.append(part)
            lines += [f"  {name:<24} {_told(value)}" for name, value in figures.items()]
        else:
            lines.append(f"{part:<26} {_told(figures)}")
    return lines


def _told(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, dict):
        return "  ".join(f"{name} {_told(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "-" if value is None else str(value)
