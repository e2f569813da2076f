"""`redress card`: the model card of a version."""

from __future__ import annotations

from pathlib import Path

import click

from features.command import json_option, report
from features.errors import UnwritableFile
from features.settings import Settings


@click.command()
@click.option("--version", help="Version to tell of; the champion, or else the newest.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write: .html or .md.  [default: Markdown on standard output]",
    metavar="FILE",
)
@json_option
def card(version: str | None, out: Path | None, json_file: Path | None) -> None:
    """Tell what a model is, what it has learnt from, how good it is, and where it ends.

    The card is made anew from what is known by now, and kept with the version in place of the one
    that was there.
    """
    from models.registry import Registry
    from training.card.making import chosen_version, make_card

    if out is not None and out.suffix not in (".html", ".md"):
        raise click.UsageError(f"--out is {out}; expected a file that ends in .html or .md.")
    registry = Registry(Settings.from_environment())
    made = make_card(registry, chosen_version(registry, version))
    report(made.data, json_file)
    if out is None:
        click.echo(made.markdown, nl=False)
        return
    _write(out, made.html if out.suffix == ".html" else made.markdown)
    click.echo(f"card of version {made.version} in {out}")


def _write(out: Path, text: str) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UnwritableFile(
            f"{out} cannot be written ({type(error).__name__})",
            "a file in a folder that can be written to",
            "Name another with --out",
        ) from error
