"""`python -m serving.benchmarks HOME`: how long the pages of a large home take, and their bytes."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from features.command import json_option, report
from features.errors import RedressError
from features.settings import Settings


@click.command()
@click.argument("home", type=click.Path(file_okay=False, path_type=Path))
@click.option("--appeals", type=click.IntRange(1_000), default=100_000, show_default=True)
@click.option("--themes", type=click.IntRange(1, 2_000), default=300, show_default=True)
@click.option("--cold", is_flag=True, help="Look at once, without waiting until pages are warm.")
@json_option
def pages(home: Path, appeals: int, themes: int, cold: bool, json_file: Path | None) -> None:
    """Measure the pages of a made-up home in the folder HOME, which is made where it is not there.

    A service is started on it. Of each page: the first view in that process, and those after it,
    in milliseconds; kilobytes as sent, and what gzip would leave of them.
    """
    from serving.benchmarks.big_appeals import plan_of
    from serving.benchmarks.big_home import fill_home
    from serving.benchmarks.pages import lines_of, measured

    settings = Settings(home=home)
    if not (home / "redress.db").exists():
        click.echo(f"Making {appeals:,} appeals and {themes} themes in {home}: a minute", err=True)
        fill_home(settings, plan_of(appeals, themes))
    try:
        took = measured(settings, wait=not cold)
    except RedressError as error:
        raise click.ClickException(str(error)) from None
    click.echo("\n".join(lines_of(took)))
    report({"pages": [asdict(one) for one in took]}, json_file)


if __name__ == "__main__":
    pages()
