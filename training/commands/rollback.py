"""`redress rollback`: the former champion serves again."""

from __future__ import annotations

from pathlib import Path

import click

from features.command import json_option, report
from features.settings import Settings

MOST_REASON = 1_000
"""Characters of a reason."""


@click.command()
@click.option("--version", help="Version to go back to; the one that served before otherwise.")
@click.option("--reason", default="", help="Why; kept with the version.")
@json_option
def rollback(version: str | None, reason: str, json_file: Path | None) -> None:
    """Put the version in service that served before.

    It has passed the gate in its time and is not judged again; its files must be whole. The service
    takes it up within seconds. A second rollback takes the first one back.
    """
    from models.registry import Registry
    from training.card.making import renewed_cards
    from training.rollback import roll_back

    if len(reason) > MOST_REASON:
        raise click.UsageError(f"--reason has {len(reason):,} characters; at most {MOST_REASON:,}.")
    settings = Settings.from_environment()
    with renewed_cards(Registry(settings)):
        tenure = roll_back(settings, version, reason)
        report(
            {
                "version": tenure.version,
                "rolled_back": tenure.former,
                "since": tenure.since.isoformat(),
                "by": tenure.by,
                "reason": tenure.reason,
            },
            json_file,
        )
        click.echo(
            f"version {tenure.version} is champion again, in place of version {tenure.former}"
        )
