"""What the gate says of a challenger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import pandas as pd

from models.performance import Estimate
from training.attempts import Judgement
from training.gate import GateLine

__all__ = ["ShadowVerdict", "Verdict"]


@dataclass(frozen=True)
class ShadowVerdict:
    """How a challenger did beside the champion in service, where nobody saw it.

    Attributes
    ----------
    scored
        Appeals that it scored in shadow.
    decided
        Those of them that were decided after both had scored them.
    needed
        How many the gate asks for before it listens.
    saved
        What it saves of the champion's Brier score on these, with bounds that hold however often
        one looks; None of too few.
    """

    scored: int
    decided: int
    needed: int
    saved: Estimate | None


@dataclass(frozen=True)
class Verdict:
    """What the gate says of a challenger.

    Attributes
    ----------
    version, champion
        Of the challenger, and of the model in service (None before there is one).
    lines
        The demands; empty where the challenger serves already.
    cases
        Decided appeals that both were judged on.
    champion_saw
        How many of these the champion has seen: above 0 it had the advantage.
    first, last
        Of filing of these, UTC; None where there are none.
    shadow
        None where there is no champion in whose shadow to score.
    attempt
        Which time the gate is asked whether this champion should go, from 1 on; the same version
        on the same cases counts once. The more often, the likelier one passes by luck.
    damaged
        Whether the champion could not be loaded: the challenger was held against the prior alone,
        or a model in service that is broken could never be replaced.
    """

    version: str
    champion: str | None
    lines: tuple[GateLine, ...]
    cases: int
    champion_saw: int
    first: pd.Timestamp | None
    last: pd.Timestamp | None
    shadow: ShadowVerdict | None = None
    attempt: int = 1
    damaged: bool = False

    @property
    def rival(self) -> str | None:
        """The version that it was compared with; None: with the prior alone."""
        return None if self.damaged else self.champion

    @property
    def not_compared(self) -> str | None:
        """Why the version in service was not compared; None where it was, or there is none."""
        return f"version {self.champion} is damaged: not compared" if self.damaged else None

    @property
    def judgement(self) -> Judgement:
        """Name what was judged, on how much."""
        pairs = 0 if self.shadow is None else self.shadow.decided
        return Judgement(self.version, self.rival, self.cases, pairs)

    @property
    def serves_already(self) -> bool:
        """Whether the challenger is the champion."""
        return self.version == self.champion

    @property
    def failed(self) -> Sequence[GateLine]:
        """The demands that were not met."""
        return [line for line in self.lines if not line.passed]

    @property
    def passed(self) -> bool:
        """Whether the challenger may serve."""
        return not self.failed

    def answer(self, promoted: bool) -> dict[str, object]:
        """Give the answer of `redress promote --json`."""
        return {
            "version": self.version,
            "previous": self.champion,
            "not_compared": self.not_compared,
            "promoted": promoted,
            "attempt": self.attempt,
            "cases": self.cases,
            "champion_saw": self.champion_saw,
            "first": None if self.first is None else self.first.isoformat(),
            "last": None if self.last is None else self.last.isoformat(),
            "shadow": None if self.shadow is None else asdict(self.shadow),
            "gate": [line.as_dict() for line in self.lines],
        }
