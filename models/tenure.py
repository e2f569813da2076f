"""Who put which version in service, when, and why: told by tags that are only ever added.

The alias `champion` says who serves, `previous` who served before. Two people may change that at
once: whoever changes it holds the database's one writer's place meanwhile, and looks again first.

A process may be killed between any two of the writes. So the intent is written first, with the
version that is to serve; moving `champion` is what makes it true; `previous` and the tag that lasts
follow. Killed before the move, nothing has happened. Killed after it, the champion bears an intent
that no lasting tag confirms: it is read as one, and `settle` writes what is missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from getpass import getuser
from typing import Final

from features.database import open_database, writing
from features.errors import PromotionRefused
from models.registry import CHAMPION, PREVIOUS, Registry, Version

__all__ = [
    "Move",
    "Tenure",
    "put_in_service",
    "rollback_of",
    "settle",
    "tenures_of",
    "this_user",
]

TAG: Final = "in_service."
"""Begins the keys of the tags; the moment ends them, so that none is written over."""
INTENT: Final = "coming_into_service"
"""The tag of a version that is about to serve; of one that does, it is confirmed by another or
stands in for it."""


class Move(StrEnum):
    """How a version came into service."""

    PROMOTED = "promoted"
    ROLLED_BACK = "rolled back to"


@dataclass(frozen=True)
class Tenure:
    """A version that came into service.

    Attributes
    ----------
    since
        UTC.
    former
        The version that it took the place of; None: none served.
    by
        Name of the user of the machine.
    reason
        As it was given; empty where none was.
    """

    version: str
    move: Move
    since: datetime
    former: str | None
    by: str
    reason: str = ""


def put_in_service(
    registry: Registry, version: str, former: str | None, move: Move, reason: str = ""
) -> Tenure:
    """Make a version the champion, if the one that served when this was settled serves still.

    Raises
    ------
    PromotionRefused
        Another version has come into service since, or somebody else has put this one there.
    NoSuchVersion
        The registry does not hold the version.
    """
    with _alone(registry):
        _require_unchanged(registry, version, former, move)
        _settle(registry)
        tenure = Tenure(version, move, datetime.now(UTC), former, this_user(), reason)
        registry.describe(version)
        registry.tag(version, INTENT, _written(tenure))
        registry.set_alias(CHAMPION, version)
        _settle(registry)
    return tenure


def settle(registry: Registry) -> None:
    """Write what a process that was killed while it changed the champion did not get to write."""
    with _alone(registry):
        _settle(registry)


def tenures_of(versions: Iterable[Version]) -> tuple[Tenure, ...]:
    """Read who served when, the latest first; a tag that cannot be read is passed over."""
    found = [tenure for version in versions for tenure in (*_lasting(version), *_pending(version))]
    return tuple(sorted(found, key=lambda tenure: tenure.since, reverse=True))


def rollback_of(version: str, tenures: Iterable[Tenure]) -> Tenure | None:
    """Find the rollback that took a version out of service, if it has not served again since.

    Parameters
    ----------
    tenures
        Of all versions, the latest first, as `tenures_of` gives them.
    """
    for one in tenures:
        if one.version == version:
            return None
        if one.former == version and one.move is Move.ROLLED_BACK:
            return one
    return None


def this_user() -> str:
    """Name the user of the machine, as the system does; `unknown` where it does not."""
    try:
        return getuser()
    except (KeyError, OSError):
        return "unknown"


def _require_unchanged(registry: Registry, version: str, former: str | None, move: Move) -> None:
    now = registry.alias_version(CHAMPION)
    if now == former:
        return
    if now == version:
        raise _forestalled(registry, version, move)
    raise PromotionRefused(
        f"version {now or 'none'} came into service while version {version} was judged",
        f"version {former or 'none'}, which it was judged against",
        "Look at what serves now, and run the command again",
    )


def _forestalled(registry: Registry, version: str, move: Move) -> PromotionRefused:
    told = tenures_of([registry.describe(version)])
    by = f" (by {told[0].by}, at {told[0].since:%Y-%m-%d %H:%M:%S} UTC)" if told else ""
    meanwhile = "while you judged it" if move is Move.PROMOTED else "meanwhile"
    return PromotionRefused(f"version {version} was put in service {meanwhile}{by}: nothing to do")


@contextmanager
def _alone(registry: Registry) -> Iterator[None]:
    """Hold the database's one writer's place: nobody else changes the champion meanwhile."""
    assert registry.client  # MLflow takes its time to start: not while others wait
    engine = open_database(registry.settings)
    try:
        with writing(engine):
            yield
    finally:
        engine.dispose()


def _settle(registry: Registry) -> None:
    serving = registry.alias_version(CHAMPION)
    if serving is None:
        return
    for tenure in _pending(registry.describe(serving)):
        if tenure.former is not None:
            registry.set_alias(PREVIOUS, tenure.former)
        registry.tag(serving, _key(tenure), _written(tenure))


def _lasting(version: Version) -> Iterator[Tenure]:
    for key, value in version.tags.items():
        if key.startswith(TAG) and (tenure := _read(value)) is not None:
            yield tenure


def _pending(version: Version) -> Iterator[Tenure]:
    """Give the intent of a version that serves, where no lasting tag confirms it."""
    intent = _read(version.tags.get(INTENT, ""))
    if intent is not None and CHAMPION in version.aliases and _key(intent) not in version.tags:
        yield intent


def _key(tenure: Tenure) -> str:
    return f"{TAG}{tenure.since:%Y%m%dT%H%M%S.%f}"


def _written(tenure: Tenure) -> str:
    said = asdict(tenure) | {"since": tenure.since.isoformat(), "move": str(tenure.move)}
    return json.dumps(said)


def _read(value: str) -> Tenure | None:
    try:
        said = json.loads(value)
        since = datetime.fromisoformat(said["since"])
        return Tenure(**said | {"since": since, "move": Move(said["move"])})
    except (ValueError, KeyError, TypeError):
        return None
