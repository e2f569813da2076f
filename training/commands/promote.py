"""`redress promote`: through the gate into service, or a refusal that says why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from features.command import json_option, report
from features.settings import Settings

if TYPE_CHECKING:
    from training.gate import GateLine
    from training.verdict import Verdict


@click.command()
@click.option("--version", help="Version to promote; the challenger where none is named.")
@click.option(
    "--to",
    "alias",
    type=click.Choice(["champion"]),
    default="champion",
    show_default=True,
    help="What the version becomes.",
)
@click.option(
    "--config", type=click.Path(path_type=Path), help="Configuration with a `gate`, YAML."
)
@json_option
def promote(version: str | None, alias: str, config: Path | None, json_file: Path | None) -> None:
    """Put a version in service, if it passes the gate.

    It must beat the prior and the champion on later appeals, mean what it says, and be clearly
    worse on no large slice. A refusal leaves the champion in service and ends with exit code 1.
    A version that was rolled back has to be named; a champion that is damaged is not compared.
    """
    from models.registry import Registry
    from training.card.making import renew_cards, renewed_cards
    from training.config import load_config
    from training.promote import crown, judge, record

    settings, declared = Settings.from_environment(), load_config(config)
    verdict = judge(settings, version, declared.gate, declared.seed)
    click.echo("\n".join(_lines(verdict)))
    report(verdict.answer(promoted=False), json_file)
    if verdict.serves_already:
        return
    record(settings, verdict, promoted=False)
    renew_cards(Registry(settings), verdict.version)
    with renewed_cards(Registry(settings)):
        crown(settings, verdict)
        record(settings, verdict, promoted=True)
        report(verdict.answer(promoted=True), json_file)
        click.echo(f"version {verdict.version} is {alias}")


def _lines(verdict: Verdict) -> list[str]:
    if verdict.serves_already:
        return [f"version {verdict.version} serves already; nothing to do"]
    rival = f"version {verdict.rival}" if verdict.rival else "the prior alone"
    heading = f"version {verdict.version} against {rival} on {verdict.cases:,} later appeals"
    if verdict.champion_saw:
        heading += (
            f", of which the champion has seen {verdict.champion_saw:,}: it has the advantage"
        )
    if verdict.not_compared:
        heading += f"\n  {verdict.not_compared}"
    shown = [line for line in verdict.lines if not (line.slice and line.passed)]
    kept = sum(line.slice and line.passed for line in verdict.lines)
    summary = f"  passed  not clearly worse on {kept} large slices"
    passed = [summary] if kept else []
    return [heading, *map(_line, shown), *passed, *_shadow(verdict), *_attempt(verdict)]


def _shadow(verdict: Verdict) -> list[str]:
    told = verdict.shadow
    if told is None or not told.scored:
        return []
    line = f"  in shadow: {told.scored:,} scored, {told.decided:,} decided since"
    if told.decided < told.needed:
        line += f"; the gate listens from {told.needed:,}"
    if told.saved is None:
        return [line]
    saved = told.saved
    return [f"{line}; saves {saved.value:+.4f} Brier ({saved.low:+.4f} to {saved.high:+.4f})"]


def _attempt(verdict: Verdict) -> list[str]:
    if verdict.attempt == 1:
        return []
    against = f"version {verdict.rival}" if verdict.rival else "the prior"
    told = f"judgement {verdict.attempt:,} against {against}"
    return [f"  {told}: the more there are, the likelier one passes by chance"]


def _line(line: GateLine) -> str:
    mark = "passed" if line.passed else "FAILED"
    figures = f"{line.value:8.3f}  bound {line.bound:.3f}  {line.cases:,} cases"
    return f"  {mark}  {line.name:<44} {figures}"
