"""`python -m training.bench FOLDER`: makes a home to practise in, for the notebooks."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import click

from features.errors import RedressError
from features.settings import Settings, quieten_libraries


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--appeals", type=click.IntRange(2_000), default=5_000, show_default=True)
@click.option("--days", type=click.IntRange(60, 3_650), default=120, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=7, show_default=True)
def main(folder: Path, appeals: int, days: int, seed: int) -> None:
    """Make a home in FOLDER: a made-up history, a champion, and a challenger in its shadow."""
    quieten_libraries()
    from training.bench.practice import CONFIG, Practice, make_practice
    from training.stages import Stages

    settings = replace(Settings.from_environment(), home=folder)
    try:
        make_practice(settings, Practice(appeals, days, seed), Stages.on_stderr())
    except RedressError as error:
        raise click.ClickException(str(error)) from error
    home = f"REDRESS_HOME={shlex.quote(str(folder.absolute()))}"
    config = shlex.quote(str(folder.absolute() / CONFIG))
    click.echo(f"next: {home} jupyter lab notebooks")
    click.echo(f"then: {home} redress train --config {config}  # as its own models were")


if __name__ == "__main__":
    main()
