"""Promotion: the challenger and the champion judged on the same later cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from features.database import open_database
from features.errors import DamagedModel, InputError, NoSuchVersion, PromotionRefused
from features.settings import Settings
from models.registry import CHALLENGER, CHAMPION, Registry, Served
from models.shadow import Pairs, difference, pairs_of, shadowed
from models.tenure import Move, put_in_service, rollback_of, tenures_of
from training.attempts import attempt_of, record_attempt
from training.card.words import moment, shown
from training.config import GateConfig
from training.gate import Contest, GateLine, gate
from training.seen import Seen, later_cases
from training.source import read_cases
from training.tracking import Origin, read_origin, read_seen, record_verdict
from training.verdict import ShadowVerdict, Verdict

__all__ = ["NAMED", "crown", "judge", "record"]

NAMED: Final = 5
"""Failed lines that a refusal names; `redress promote --json` has them all."""


def judge(settings: Settings, version: str | None, config: GateConfig, seed: int = 0) -> Verdict:
    """Hold a version, the challenger unless another is named, to the gate.

    A champion that is damaged is not compared: the prior alone is the rival then, as of a first
    model.

    Raises
    ------
    NoSuchVersion
        When there is no such version, or no challenger yet.
    PromotionRefused
        When the appeals that it is to be judged on cannot be read any more, or when the challenger
        was rolled back and is not named.
    DamagedModel
        When its files, or the record of its training, are not as they were.
    """
    registry = Registry(settings)
    chosen = version or registry.alias_version(CHALLENGER)
    if chosen is None:
        raise NoSuchVersion("there is no challenger", remedy="Run `redress train` first")
    serving = registry.alias_version(CHAMPION)
    if serving == registry.describe(chosen).version:
        return Verdict(chosen, serving, (), 0, 0, None, None)
    if version is None:
        _require_not_rolled_back(registry, chosen)
    champion = _champion(registry, serving)
    verdict = replace(
        _judge(registry, _known(registry, chosen), champion, config, seed),
        champion=serving,
        damaged=serving is not None and champion is None,
    )
    return replace(verdict, attempt=attempt_of(verdict.judgement, registry.versions()))


def crown(settings: Settings, verdict: Verdict) -> None:
    """Put the version in service that the verdict speaks for.

    Raises
    ------
    PromotionRefused
        When the gate refused it, naming the lines that failed, or when another version has come
        into service since.
    """
    if not verdict.passed:
        raise PromotionRefused(
            f"version {verdict.version} did not pass: {_faults(verdict.failed)}",
            remedy=f"{_still(verdict)}; train on more or other data, then promote again",
        )
    put_in_service(Registry(settings), verdict.version, verdict.champion, Move.PROMOTED)


def record(settings: Settings, verdict: Verdict, promoted: bool) -> None:
    """Keep with a version's run what the gate said of it, and that it was asked."""
    registry = Registry(settings)
    if not promoted and registry.alias_version(CHAMPION) == verdict.version:
        return  # somebody else was quicker to promote it, and has recorded that
    run_id = registry.describe(verdict.version).run_id
    record_verdict(registry, run_id, verdict.answer(promoted))
    record_attempt(registry, verdict.judgement)


@dataclass(frozen=True)
class _Known:
    """A model, and what its training recorded of it."""

    served: Served
    origin: Origin
    seen: Seen


def _known(registry: Registry, version: str) -> _Known:
    served = registry.by_version(version)
    origin = read_origin(registry, served.run_id)
    return _Known(served, origin, Seen(origin.seen_until, read_seen(registry, served.run_id)))


def _champion(registry: Registry, serving: str | None) -> _Known | None:
    """Load the champion; None where none serves, or where it is damaged."""
    try:
        return None if serving is None else _known(registry, serving)
    except DamagedModel:
        return None


def _require_not_rolled_back(registry: Registry, version: str) -> None:
    back = rollback_of(version, tenures_of(registry.versions()))
    if back is None:
        return
    why = f": {shown(back.reason)}" if back.reason else ", without a reason"
    raise PromotionRefused(
        f"version {version} was rolled back at {moment(back.since)} by {shown(back.by)}{why}",
        "a challenger that was not",
        f"Train again, or judge it anew: `redress promote --version {version}`",
    )


def _judge(
    registry: Registry, challenger: _Known, champion: _Known | None, config: GateConfig, seed: int
) -> Verdict:
    mine, theirs = challenger.served, None if champion is None else champion.served
    cases, saw = later_cases(
        _reread(registry, challenger),
        challenger.seen,
        None if champion is None else champion.seen,
        config.later_cases,
    )
    pairs, shadow = _shadow(registry.settings, mine, theirs, config)
    contest = Contest(
        frame=cases,
        challenger=mine.scorer.probabilities(cases),
        champion=None if theirs is None else theirs.scorer.probabilities(cases),
        prior=challenger.origin.prior,
        shadow=pairs,
    )
    filed = cases["submitted_at"]
    return Verdict(
        version=mine.version,
        champion=None if theirs is None else theirs.version,
        lines=gate(contest, config, seed),
        cases=len(cases),
        champion_saw=saw,
        first=None if cases.empty else filed.min(),
        last=None if cases.empty else filed.max(),
        shadow=shadow,
    )


def _shadow(
    settings: Settings, challenger: Served, champion: Served | None, config: GateConfig
) -> tuple[Pairs | None, ShadowVerdict | None]:
    """Read how both did in service, the challenger in shadow."""
    if champion is None:
        return None, None
    engine = open_database(settings)
    versions = challenger.version, champion.version
    pairs, scored = pairs_of(engine, *versions), shadowed(engine, *versions)
    engine.dispose()
    return pairs, ShadowVerdict(scored, len(pairs), config.shadow_cases, difference(pairs))


def _reread(registry: Registry, challenger: _Known) -> pd.DataFrame:
    """Read the source of a training again: what has been decided since is there too."""
    try:
        return read_cases(challenger.origin.source, registry.settings).frame
    except InputError as error:
        raise PromotionRefused(
            f"the appeals that version {challenger.served.version} learnt from cannot be read: "
            f"{error}",
            remedy="Put the file back, or train again on appeals that are there",
        ) from error


def _faults(failed: Sequence[GateLine]) -> str:
    named = [
        f"{line.name} ({line.value:.3f}, bound {line.bound:.3f}, {line.cases:,} cases)"
        for line in failed[:NAMED]
    ]
    more = [f"and {len(failed) - NAMED} more"] if len(failed) > NAMED else []
    return "; ".join([*named, *more])


def _still(verdict: Verdict) -> str:
    if verdict.champion is None:
        return "No model is in service"
    still = "stays champion, damaged as it is" if verdict.damaged else "goes on serving"
    return f"Version {verdict.champion} {still}"
