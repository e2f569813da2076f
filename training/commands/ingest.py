"""`redress ingest`: a table of appeals and decisions into the history."""

from __future__ import annotations

from pathlib import Path

import click

from features.command import json_option, report


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--columns",
    required=True,
    type=click.Path(path_type=Path),
    metavar="MAP",
    help="YAML that says which column is which.",
)
@json_option
def ingest(file: Path, columns: Path, json_file: Path | None) -> None:
    """Take the appeals and decisions of FILE into the history.

    FILE is CSV, CSV.gz, JSON lines or Parquet. What the history knows already is not added again:
    the same file twice is harmless. Rows that cannot be read go to FILE.rejected.csv, each with its
    line and the reason, and the others go in.
    """
    from features.settings import Settings
    from training.ingest import ingest_file
    from training.stages import Stages

    with Stages.on_stderr().stage("ingest", f"take {file.name} in"):
        answer = ingest_file(file, columns, Settings.from_environment())
    report(answer.as_json(), json_file)
    click.echo("\n".join(answer.lines()))
