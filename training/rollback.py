"""Rollback: the version that served before serves again, at once, and it is recorded why."""

from __future__ import annotations

from features.errors import NoChampion, RollbackRefused
from features.settings import Settings
from models.registry import CHAMPION, PREVIOUS, Registry
from models.run_record import read_run
from models.tenure import Move, Tenure, put_in_service, settle, tenures_of

__all__ = ["roll_back"]


def roll_back(settings: Settings, version: str | None = None, reason: str = "") -> Tenure:
    """Put a version that has served before in service again.

    It has passed the gate in its time, so the gate is not asked again; its files must be those that
    were registered. The version that it takes the place of becomes the previous one: a second
    rollback takes the first one back.

    Parameters
    ----------
    version
        The one that served before the champion where none is named.
    reason
        Kept with the version.

    Raises
    ------
    NoChampion
        Nothing serves: there is nothing to go back from.
    RollbackRefused
        There is no former champion, the version serves already, or it never has.
    NoSuchVersion
        The registry does not hold it.
    DamagedModel
        Its files are not those that were registered: the champion goes on serving.
    PromotionRefused
        Somebody else has put another version in service meanwhile.
    """
    registry = Registry(settings)
    if registry.alias_version(CHAMPION) is not None:
        settle(registry)
    serving = registry.alias_version(CHAMPION)
    if serving is None:
        raise NoChampion("no model is in service", remedy="Run `redress promote`")
    chosen = version or _former(registry, serving)
    _require_served(registry, chosen, serving)
    registry.by_version(chosen)
    return put_in_service(registry, chosen, serving, Move.ROLLED_BACK, reason)


def _former(registry: Registry, serving: str) -> str:
    former = registry.alias_version(PREVIOUS)
    if former is None or former == serving:
        raise RollbackRefused(
            f"version {serving} serves, and it is not known which one served before",
            "a former champion",
            "Name one with --version",
        )
    return former


def _require_served(registry: Registry, version: str, serving: str) -> None:
    known = registry.describe(version)
    if known.version == serving:
        raise RollbackRefused(f"version {version} serves already", "a version that served before")
    if not tenures_of([known]) and not _was_promoted(registry, known.run_id):
        raise RollbackRefused(
            f"version {version} has never served",
            "a version that did: it has passed the gate",
            f"Run `redress promote --version {version}`",
        )


def _was_promoted(registry: Registry, run_id: str) -> bool:
    """Tell whether the gate let it through before it was recorded who serves when."""
    verdict = read_run(registry, run_id).verdict
    return verdict is not None and verdict.promoted
