"""`redress benchmark surveillance` and `outbreaks`: rises in count series, found and made up."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from features.command import json_option, report


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--figure",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw outbreaks found against false alarms into FILE (PNG, SVG or PDF).",
    metavar="FILE",
)
@json_option
def surveillance(folder: Path, figure: Path | None, json_file: Path | None) -> None:
    """Find planted outbreaks in DIR/series.csv.gz; R's answers beside ours where they are there."""
    from training.benchmarks.surveillance import benchmark_surveillance
    from training.stages import Stages

    answer = benchmark_surveillance(folder, Stages.on_stderr(), figure)
    click.echo(f"{answer['series']} series, {answer['evaluations_per_second']:,.0f} evaluations/s")
    click.echo("\n".join(_detectors(answer["detectors"])))
    click.echo(_told("difference from R", answer["difference_from_r"]))
    report(answer, json_file)


@click.command()
@click.option("--series", type=click.IntRange(min=60), default=1_000, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@json_option
def outbreaks(series: int, seed: int, json_file: Path | None) -> None:
    """Find outbreaks in simulated series; how many more than Farrington Flexible are found."""
    from training.benchmarks.surveillance import benchmark_outbreaks
    from training.stages import Stages

    answer = benchmark_outbreaks(series, seed, Stages.on_stderr())
    click.echo(f"{answer['series']} series, seed {answer['seed']}")
    click.echo("\n".join(_detectors(answer["detectors"])))
    click.echo(_told("gain over farrington_flexible", answer["gain"]))
    report(answer, json_file)


def _detectors(detectors: object) -> list[str]:
    heads = ("false_alarm_rate", "found", "found_at_false_alarm_rate_0_01")
    lines = [" " * 20 + "".join(f"{head:>32}" for head in heads)]
    if isinstance(detectors, Mapping):
        lines += [
            f"{name:<20}" + "".join(f"{figures[head]:>32.4f}" for head in heads)
            for name, figures in detectors.items()
        ]
    return lines


def _told(name: str, figures: object) -> str:
    if not isinstance(figures, Mapping):
        return f"{name}: not known"
    return f"{name}: " + "  ".join(f"{key} {value:.3g}" for key, value in figures.items())
