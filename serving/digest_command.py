"""`redress digest`: what opened, grew and closed, as a page to send."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import click

from features.command import json_option, report
from features.database import open_database
from features.errors import UnwritableFolder
from features.settings import Settings
from serving.digest.digest import Digest, Section
from serving.digest.html import digest_html
from serving.digest.markdown import digest_markdown
from serving.digest.period import read_day
from serving.digest.reading import read_digest
from serving.digest.words import counted, headline


def _day(_context: click.Context, _option: click.Parameter, text: str | None) -> date | None:
    return None if text is None else read_day(text)


@click.command()
@click.option("--since", required=True, callback=_day, metavar="DATE", help="First day, UTC.")
@click.option(
    "--until",
    callback=_day,
    metavar="DATE",
    help="Last day, UTC.  [default: the day of the newest discovery]",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Where to write.  [default: digests in REDRESS_HOME]",
)
@json_option
def digest(since: date, until: date | None, out: Path | None, json_file: Path | None) -> None:
    """Write what opened, grew and closed since a day, as HTML that mails well and as Markdown.

    Days without anything to tell give a digest that says so.
    """
    settings = Settings.from_environment()
    engine = open_database(settings)
    try:
        told = read_digest(engine, settings, since, until, datetime.now(UTC).date())
    finally:
        engine.dispose()
    html, markdown = _write(told, out or settings.home / "digests")
    click.echo("\n".join(_lines(told)))
    click.echo(f"{html}\n{markdown}")
    report({**answer(told), "html": str(html), "markdown": str(markdown)}, json_file)


def answer(told: Digest) -> dict[str, object]:
    """Give the answer for machines."""
    alarms = {section: [one.alarm.alarm_id for one in told.of(section)] for section in Section}
    return {
        "since": told.period.since.isoformat(),
        "until": told.period.until.isoformat(),
        "as_of": told.newest.isoformat(),
        "headline": headline(told),
        "appeals": told.intake.filed,
        "appeals_before": told.intake.before,
        "expected_false_alarms": told.expected_false_alarms,
        "alarms": {str(section): ids for section, ids in alarms.items()},
        "themes": [
            {"id": one.theme.theme_id, "event": str(one.event), "day": one.day.isoformat()}
            for one in told.shifts
        ],
        "changes": len(told.changes),
        "suppressed": {"alarms": told.suppressed_alarms, "themes": told.suppressed_themes},
    }


def _write(told: Digest, folder: Path) -> tuple[Path, Path]:
    """Write both files, and give their paths."""
    stem = f"digest-{told.period.since}-{told.period.until}"
    html, markdown = folder / f"{stem}.html", folder / f"{stem}.md"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        html.write_text(digest_html(told), encoding="utf-8")
        markdown.write_text(digest_markdown(told), encoding="utf-8")
    except OSError as error:
        raise UnwritableFolder(
            f"{folder} cannot be written into ({error.strerror})",
            "a folder that can be",
            "Name another one with --out.",
        ) from error
    return html, markdown


def _lines(told: Digest) -> list[str]:
    """Say what the digest holds, a line a section."""
    names = {
        Section.OPENED: "opened",
        Section.GROWN: "grew",
        Section.OPEN: "still open",
        Section.CLOSED: "closed",
    }
    lines = [headline(told)]
    for section, name in names.items():
        entries = told.of(section)
        ids = ", ".join(one.alarm.alarm_id for one in entries[:10])
        more = f" and {len(entries) - 10} more" if len(entries) > 10 else ""
        lines.append(f"{name:<12} {len(entries):>4}  {ids}{more}".rstrip())
    lines.append(f"{'themes':<12} {len(told.shifts):>4}  born, merged or no longer found")
    lines.append(f"{'changes':<12} {len(told.changes):>4}  by people")
    hidden = counted(told.suppressed_alarms, "alarm"), counted(told.suppressed_themes, "theme")
    lines.append(f"{'suppressed':<12} {' and '.join(hidden)}: too few subjects")
    return lines
