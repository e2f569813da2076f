"""`redress benchmark clusters`: whether the groups that a file names are found unnamed."""

from __future__ import annotations

from pathlib import Path

import click

from features.command import json_option, report
from features.settings import Settings


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--columns", type=click.Path(path_type=Path), required=True, help="Column mapping.")
@click.option("--label", required=True, help="Column that holds the known groups.")
@click.option(
    "--without", multiple=True, metavar="LABEL", help="Leave out rows with this label; repeatable."
)
@json_option
def clusters(
    file: Path, columns: Path, label: str, without: tuple[str, ...], json_file: Path | None
) -> None:
    """Find known groups again: V-measure, ARI, their number and seconds; BERTopic beside it."""
    from training.benchmarks.clusters import benchmark_clusters, read_labelled
    from training.stages import Stages

    labelled = read_labelled(file, columns, label, without)
    answer = benchmark_clusters(labelled, Settings.from_environment(), Stages.on_stderr())
    click.echo("\n".join(_lines(answer)))
    report(answer, json_file)


def _lines(answer: dict[str, object]) -> list[str]:
    lines = [f"{answer['rows']} rows, {answer['labels']} labels"]
    heads = ("v_measure", "ari", "clusters", "unassigned_share", "seconds")
    lines.append(" " * 10 + "".join(f"{head:>18}" for head in heads))
    for name in ("teacher", "student", "bertopic"):
        figures = answer[name]
        if isinstance(figures, dict):
            cells = "".join(f"{figures[head]:>18.4g}" for head in heads)
            lines.append(f"{name:<10}{cells}")
        else:
            lines.append(f"{name:<10}{'not installed':>18}")
    return lines
