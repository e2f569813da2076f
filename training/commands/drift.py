"""`redress drift`: whether what is scored is still what the champion was trained on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from features.command import json_option, report
from features.settings import Settings

if TYPE_CHECKING:
    from models.drift_record import DriftRecord, Look
    from models.performance import Estimate

PRELIMINARY = 0.8
"""Share of cases that must be decided before what came is more than a first impression."""


@click.command()
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="First day of filing, UTC.  [default: `drift.days` before the last]",
)
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Last day of filing, UTC.  [default: the day of the latest appeal]",
)
@click.option(
    "--config", type=click.Path(path_type=Path), help="Configuration with a `drift`, YAML."
)
@json_option
def drift(
    since: datetime | None, until: datetime | None, config: Path | None, json_file: Path | None
) -> None:
    """Compare what is scored with what the champion was trained on.

    Texts, facts and scores are compared; how good the scores will turn out to be is foreseen from
    the scores themselves, and held against the decisions that have come in; appeals that tested
    the champion do not count for that. Ends with exit code 1 where something is past its limit and
    more than chance gives.
    """
    from models.registry import Registry
    from training import drift as job
    from training.card.making import renew_cards
    from training.config import load_config
    from training.stages import Stages

    declared, settings = load_config(config), Settings.from_environment()
    first, last = (None if day is None else day.date() for day in (since, until))
    drifted = job.drift(
        settings, declared.drift, Stages.on_stderr(), first, last, seed=declared.seed
    )
    click.echo("\n".join(_lines(drifted.record)))
    report(drifted.answer(), json_file)
    renew_cards(Registry(settings), drifted.record.version)
    job.require_within(drifted.record)


def _lines(record: DriftRecord) -> list[str]:
    heading = (
        f"version {record.version}: {record.cases:,} scored appeals filed {record.since} to"
        f" {record.until}, against the {record.learnt:,} that it has learnt from"
    )
    looks = sorted(record.looks, key=lambda look: (not look.past, not look.beyond_chance))
    shown = [look for look in looks if look.beyond_chance]
    calm = len(looks) - len(shown)
    rest = [f"  as by chance  {calm} of {len(looks)} looks"] if calm else []
    missing = [f"  not compared: {reason}" for reason in record.missing]
    return [heading, *map(_line, shown), *rest, *missing, *_outlook(record)]


def _line(look: Look) -> str:
    mark = "PAST LIMIT" if look.past else "moved"
    most = "; ".join(f"{one.value}: {one.before:.1%} to {one.now:.1%}" for one in look.moved[:2])
    return (
        f"  {mark:<12}{f'{look.kind}: {look.name}':<40} {look.value:.3f}"
        f"  limit {look.limit:.3f}, chance {look.by_chance:.3f}  {most or look.meaning}"
    )


def _outlook(record: DriftRecord) -> list[str]:
    outlook = record.outlook
    share = outlook.decided_share
    counts = f"{outlook.decided.cases:,} of {outlook.all.cases:,} ({share:.0%})"
    lines = [f"decided: {counts} of those filed after the cases that tested it"]
    if share < PRELIMINARY and outlook.realised.brier is not None:
        lines[0] += "; those decided first are seldom like the rest, so what came is preliminary"
    for name in ("auc", "brier", "ece"):
        told = [getattr(side, name) for side in (outlook.all, outlook.decided, outlook.realised)]
        if told[0] is not None:
            all_, decided, came = map(_shown, told)
            lines.append(
                f"  {name.upper():<6} foreseen {all_}; of the decided {decided}, came {came}"
            )
    if outlook.foretold is not None and outlook.all.auc is not None:
        lines.append(f"  AUC foreseen of the cases that tested it: {outlook.foretold:.3f}")
    return lines


def _shown(found: Estimate | None) -> str:
    return "-" if found is None else f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})"
