"""`redress sample`: synthetic appeals and decisions, with planted incidents and their truth."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from features.command import json_option, report
from training.sample.making import (
    DEFAULT_APPEALS,
    DEFAULT_DAYS,
    DEFAULT_SEED,
    DEFAULT_UNTIL,
    Plan,
    make_sample,
)
from training.sample.summary import summarise
from training.sample.writer import check_folder, write_sample


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--appeals",
    type=click.IntRange(1, 5_000_000),
    default=DEFAULT_APPEALS,
    show_default=True,
    help="How many appeals to make.",
)
@click.option(
    "--days",
    type=click.IntRange(1, 3_650),
    default=DEFAULT_DAYS,
    show_default=True,
    help="How many days they span.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    default=DEFAULT_SEED,
    show_default=True,
    help="Same seed, same bytes.",
)
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    default=f"{DEFAULT_UNTIL:%Y-%m-%d}",
    show_default=True,
    help="The day before which they end.",
)
@json_option
def sample(
    out: Path, appeals: int, days: int, seed: int, until: datetime, json_file: Path | None
) -> None:
    """Write made-up appeals, their decisions and the truth behind them into the folder OUT.

    The folder then holds appeals.csv, again.csv (a few appeals that somebody else decided again),
    columns.yaml (the mapping that reads both), truth.csv (the probability that each decision was
    drawn from) and incidents.json (what was planted).
    """
    check_folder(out)
    made = make_sample(Plan(appeals, days, seed, until.replace(tzinfo=UTC)))
    write_sample(made, out)
    summary = summarise(made)
    click.echo(
        f"{summary['appeals']:,} appeals over {days} days in {out}:"
        f" {summary['decided']:,} decided, {summary['overturned_share']:.1%} overturned,"
        f" best reachable AUC {summary['best_auc']}"
    )
    report(summary, json_file)
