"""`redress benchmark emergence`: how soon planted causes are found, and how often none is."""

from __future__ import annotations

from pathlib import Path

import click

from features.command import json_option, report
from features.settings import Settings

HEADS = ("events", "found", "median_delay_days", "p90_delay_days", "false_alarms_per_month")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--columns", type=click.Path(path_type=Path), required=True, help="Column mapping.")
@click.option("--label", required=True, help="Column that holds the known groups.")
@click.option(
    "--without", multiple=True, metavar="LABEL", help="Leave out rows with this label; repeatable."
)
@click.option(
    "--streams", type=click.IntRange(min=1), default=10, show_default=True, help="Of each kind."
)
@click.option(
    "--accepted",
    type=click.FloatRange(min=0, max=20, min_open=True),
    default=1.0,
    show_default=True,
    help="False alarms a month that are acceptable.",
)
@click.option("--seed", default=0, show_default=True, help="Of the streams and the scan.")
@json_option
def emergence(
    file: Path,
    columns: Path,
    label: str,
    without: tuple[str, ...],
    json_file: Path | None,
    **asked: float,
) -> None:
    """Plant surges in streams of the file's texts: found, delay, false alarms; BERTopic beside."""
    from training.benchmarks.clusters import read_labelled
    from training.benchmarks.emergence import Trial, benchmark_emergence
    from training.stages import Stages

    labelled = read_labelled(file, columns, label, without)
    trial = Trial(int(asked["streams"]), asked["accepted"], int(asked["seed"]))
    answer = benchmark_emergence(labelled, Settings.from_environment(), Stages.on_stderr(), trial)
    click.echo("\n".join(_lines(answer)))
    report(answer, json_file)


def _lines(answer: dict[str, object]) -> list[str]:
    lines = [" " * 16 + "".join(f"{head:>24}" for head in HEADS)]
    lines += [_line(kind, answer[kind]) for kind in ("steep", "slow", "no_surges")]
    peer = answer["peer_bertopic_z"]
    if isinstance(peer, dict):
        lines += [_line(f"BERTopic {kind}", figures) for kind, figures in peer.items()]
    else:
        lines.append("BERTopic is not installed")
    lines.append(f"{answer['seconds_per_day']:.2f} seconds a day")
    return lines


def _line(name: str, figures: object) -> str:
    cells = [figures.get(head) for head in HEADS] if isinstance(figures, dict) else []
    return f"{name:<16}" + "".join(
        f"{'-':>24}" if cell is None else f"{cell:>24.4g}" for cell in cells
    )
