"""How often the gate has been asked whether the champion should go: each time luck has a chance.

A challenger that is no better passes the champion's line in one of four judgements at the bound of
.75. Asked again and again, on other cases or with another challenger, one of them passes at last.
So each judgement leaves a tag with the version that was judged, and the next one is told how many
there were. The same challenger on the same cases gives the same answer, and counts once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from models.registry import Registry, Version

__all__ = ["Judgement", "attempt_of", "record_attempt"]

TAG: Final = "gate_asked."
"""Begins the keys of the tags; champion, cases and shadow pairs follow, so that a judgement that is
repeated on the same ones writes over its own."""


@dataclass(frozen=True)
class Judgement:
    """A version held against a champion.

    Attributes
    ----------
    champion
        None where none serves.
    cases, pairs
        Later cases, and decided pairs from the shadow, that it was judged on.
    """

    version: str
    champion: str | None
    cases: int
    pairs: int

    @property
    def key(self) -> str:
        """Name the tag."""
        return f"{self.against}{self.cases}.{self.pairs}"

    @property
    def against(self) -> str:
        """Begin the names of all tags of the same champion."""
        return f"{TAG}{self.champion or 'none'}."


def attempt_of(judgement: Judgement, versions: Iterable[Version]) -> int:
    """Count the judgements against a champion with this one: from 1 on.

    Parameters
    ----------
    versions
        All that are registered.
    """
    begins = judgement.against
    asked = {(one.version, key) for one in versions for key in one.tags if key.startswith(begins)}
    return len(asked | {(judgement.version, judgement.key)})


def record_attempt(registry: Registry, judgement: Judgement) -> None:
    """Leave a tag with the version that was judged."""
    registry.tag(judgement.version, judgement.key, datetime.now(UTC).isoformat())
