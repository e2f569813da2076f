"""`redress discover`: what appellants are saying, as themes that last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from features.command import json_option, report
from features.settings import Settings
from models.alarm_words import recurrence_words
from models.alarms import Alarm

if TYPE_CHECKING:
    from models.themes import Driver, Theme
    from training.discovered import Discovered
    from training.stages import Stages

LISTED = 10
"""Themes that are shown in the terminal; the answer for machines has all."""


@click.command()
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Last day of the window, UTC.  [default: the day of the latest appeal]",
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Discover the days gone by too, from this one on, as if it had been done then.",
)
@click.option(
    "--every",
    type=click.IntRange(1, 365),
    default=7,
    show_default=True,
    help="Days between two of them.",
)
@json_option
def discover(
    as_of: datetime | None, since: datetime | None, every: int, json_file: Path | None
) -> None:
    """Find the themes of the last REDRESS_WINDOW_DAYS days, and what emerges in them.

    Both go into the catalogue; an alarm that opens is sent to REDRESS_WEBHOOK_URL by the service.

    Themes of earlier days keep their ids, and what people made of them. The same day can be
    discovered again; an earlier day than the catalogue's cannot.
    """
    from training.stages import Stages

    settings, stages = Settings.from_environment(), Stages.on_stderr()
    for discovered in _days(settings, stages, _day(as_of), _day(since), every):
        click.echo("\n".join(_lines(discovered)))
    report(answer(discovered), json_file)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _days(
    settings: Settings, stages: Stages, as_of: date | None, since: date | None, every: int
) -> Iterator[Discovered]:
    """Discover one day, or several in order."""
    if since is None:
        from training.discover import discover

        yield discover(settings, stages, as_of)
    else:
        from training.replay import replay

        yield from replay(settings, stages, since, every, as_of)


def answer(discovered: Discovered) -> dict[str, object]:
    """Give the answer for machines."""
    discovery = discovered.found.discovery
    return {
        "as_of": discovery.as_of.isoformat(),
        "window_days": discovery.window_days,
        **discovered.figures,
        "shown": [_theme(theme) for theme in discovered.shown.themes],
        "alarms": [_alarm(alarm, discovery.as_of) for alarm in discovered.raised.alarms],
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
        "drivers": [_driver(driver) for driver in portrait.drivers],
    }


def _alarm(alarm: Alarm, as_of: date) -> dict[str, object]:
    """Give an alarm; its turn is that of the day, None where it was not seen on it."""
    account = alarm.account
    return {
        "id": alarm.alarm_id,
        "kind": str(account.kind),
        "part": account.part.facts,
        "title": account.title,
        "opened_on": alarm.opened_on.isoformat(),
        "seen_on": alarm.seen_on.isoformat(),
        "turn": str(alarm.history[-1].turn) if alarm.seen_on == as_of else None,
        "since": account.since.isoformat(),
        "window_days": account.window_days,
        "observed": account.observed,
        "expected": account.expected,
        "decided": account.decided,
        "recurrence_days": account.recurrence_days,
        "subjects": account.subjects,
        "appeals": alarm.appeals,
        "theme": account.theme,
        "drivers": [_driver(driver) for driver in account.drivers],
    }


def _driver(driver: Driver) -> dict[str, object]:
    return {"field": driver.field, "value": driver.value, "lower": driver.lower}


def _lines(discovered: Discovered) -> list[str]:
    discovery, shown = discovered.found.discovery, discovered.shown
    facts = {
        "appeals": f"{discovery.appeals:,} in the {discovery.window_days} days to"
        f" {discovery.as_of}; {discovery.copies:,} are copies of {discovery.campaigns:,} letters",
        "themes": f"{len(shown.themes)} shown, {shown.suppressed} suppressed (too few subjects)",
        "unassigned": f"{discovery.unassigned / discovery.appeals:.1%}",
        "kept their id": _kept(discovery.persistence),
        "alarms": _alarms(discovered),
        "seconds": f"{sum(discovered.seconds.values()):.1f}",
    }
    lines = [f"{name:<16} {value}" for name, value in facts.items()]
    lines += [_alarm_line(alarm, discovery.as_of) for alarm in discovered.raised.alarms]
    return [*lines, *(_line(theme) for theme in shown.themes[:LISTED])]


def _alarms(discovered: Discovered) -> str:
    as_of = discovered.found.discovery.as_of
    opened = sum(alarm.opened_on == as_of for alarm in discovered.raised.alarms)
    suppressed = discovered.emergence.suppressed
    return (
        f"{len(discovered.raised.alarms)} open, {opened} of them new,"
        f" {suppressed} suppressed (too few subjects)"
    )


def _alarm_line(alarm: Alarm, as_of: date) -> str:
    account = alarm.account
    seen = "" if alarm.seen_on == as_of else f"; last seen {alarm.seen_on}"
    return (
        f"{alarm.alarm_id:<6}{account.observed:>7,}  {account.title}"
        f"  [{account.kind} since {account.since}, {account.expected:.1f} expected in"
        f" {account.window_days} days; chance: {recurrence_words(account.recurrence_days)}{seen}]"
    )


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
