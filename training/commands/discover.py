"""`redress discover`: what appellants are saying, as themes that last."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from features.command import json_option, report
from features.settings import Settings

if TYPE_CHECKING:
    from models.themes import Theme
    from training.discover import Discovered

LISTED = 10
"""Themes that are shown in the terminal; the answer for machines has all."""


@click.command()
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Last day of the window, UTC.  [default: the day of the latest appeal]",
)
@json_option
def discover(as_of: datetime | None, json_file: Path | None) -> None:
    """Find the themes of the last REDRESS_WINDOW_DAYS days and enter them in the catalogue.

    Themes of earlier days keep their ids, and what people made of them. The same day can be
    discovered again; an earlier day than the catalogue's cannot.
    """
    from training import discover as job
    from training.stages import Stages

    settings = Settings.from_environment()
    day = None if as_of is None else as_of.date()
    discovered = job.discover(settings, Stages.on_stderr(), day)
    click.echo("\n".join(_lines(discovered)))
    report(answer(discovered), json_file)


def answer(discovered: Discovered) -> dict[str, object]:
    """Give the answer for machines."""
    from training.theme_run import figures_of

    discovery = discovered.found.discovery
    return {
        "as_of": discovery.as_of.isoformat(),
        "window_days": discovery.window_days,
        **figures_of(discovered.found, discovered.shown, discovered.seconds),
        "shown": [_theme(theme) for theme in discovered.shown.themes],
        "run_id": discovered.run_id,
    }


def _theme(theme: Theme) -> dict[str, object]:
    portrait = theme.portrait
    return {
        "id": theme.theme_id,
        "title": theme.title,
        "status": str(theme.status),
        "appeals": portrait.size,
        "cases": portrait.cases,
        "subjects": portrait.subjects,
        "overturned": portrait.outcomes.overturned,
        "decided": portrait.outcomes.decided,
        "expected_overturned": portrait.outcomes.expected,
        "drivers": [
            {"field": driver.field, "value": driver.value, "lower": driver.lower}
            for driver in portrait.drivers
        ],
    }


def _lines(discovered: Discovered) -> list[str]:
    discovery, shown = discovered.found.discovery, discovered.shown
    facts = {
        "appeals": f"{discovery.appeals:,} in the {discovery.window_days} days to"
        f" {discovery.as_of}; {discovery.copies:,} are copies of {discovery.campaigns:,} letters",
        "themes": f"{len(shown.themes)} shown, {shown.suppressed} suppressed (too few subjects)",
        "unassigned": f"{discovery.unassigned / discovery.appeals:.1%}",
        "kept their id": _kept(discovery.persistence),
        "seconds": f"{sum(discovered.seconds.values()):.1f}",
    }
    lines = [f"{name:<16} {value}" for name, value in facts.items()]
    return [*lines, *(_line(theme) for theme in shown.themes[:LISTED])]


def _kept(persistence: float | None) -> str:
    if persistence is None:
        return "no appeal was in a theme before"
    return f"{persistence:.1%} of the appeals that were in a theme before"


def _line(theme: Theme) -> str:
    outcomes, drivers = theme.portrait.outcomes, theme.portrait.drivers
    share = f"{outcomes.overturned / outcomes.decided:.0%}" if outcomes.decided else "-"
    expected = f"{outcomes.expected / outcomes.decided:.0%}" if outcomes.decided else "-"
    cause = f"{drivers[0].field}: {drivers[0].value}" if drivers else "-"
    return (
        f"{theme.theme_id:<6}{theme.portrait.size:>7,}  {theme.title}"
        f"  [overturned {share}, expected {expected}; {cause}]"
    )
