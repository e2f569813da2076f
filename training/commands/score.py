"""`redress score`: a file of appeals in, a file of scores out."""

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
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The answer: .parquet, .csv or .csv.gz.",
)
@json_option
def score(file: Path, columns: Path, out: Path, json_file: Path | None) -> None:
    """Score the appeals of FILE with the champion, and tell the theme that each is near to.

    Every score is written to the database too. Rows that cannot be read, or that do not fit the
    model, go to FILE.rejected.csv, each with its line and the reason.
    """
    from rich.console import Console
    from rich.progress import Progress

    from features.settings import Settings
    from training.bulk import Order, fill

    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("scoring", total=None)
        filled = fill(
            Order(file, columns, out),
            Settings.from_environment(),
            lambda done, of: progress.update(bar, completed=done, total=of),
        )
    report(filled.answer(), json_file)
    click.echo(
        f"{filled.scored:,} appeals scored by version {filled.model_version} in {out}"
        f" ({filled.scored / filled.seconds:,.0f} a second)"
    )
    if filled.themeless is not None:
        click.echo(f"Themes are left out: {filled.themeless}", err=True)
    if filled.rejected_file is not None:
        click.echo(f"{filled.rejected:,} rows rejected, see {filled.rejected_file}")
