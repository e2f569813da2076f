"""Agreement: how often people decide as the score would have, where they saw it and where not.

Who sees a score tends to follow it, so agreement alone says little of either. Set against the
decisions of people from whom the score was hidden, it says how much it is followed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import hypot
from typing import Final

from models.proportions import wilson

__all__ = ["ENOUGH", "Agreement", "Arm", "Choice", "agreement_of"]

ENOUGH: Final = 30
"""Decisions of an arm below which no share is to be built upon."""
HALF: Final = 0.5
"""Probability from which the score says: overturned."""


@dataclass(frozen=True)
class Choice:
    """A decision of a person, and what the score said.

    Attributes
    ----------
    blind
        Whether the score was hidden until the person had chosen.
    """

    overturned: bool
    probability: float
    blind: bool


@dataclass(frozen=True)
class Arm:
    """The decisions that were made with the score shown, or with it hidden.

    Attributes
    ----------
    decisions, agreed
        All of them, and those that are as the score would have it.
    low, high
        Ends of Wilson's 95 % interval for the share that agreed.
    kappa
        Cohen's kappa, in [-1, 1]: 0 as often as chance alone would agree; None where that is not
        defined, as both sides only ever said one and the same, or said nothing.
    """

    decisions: int
    agreed: int
    low: float
    high: float
    kappa: float | None

    @property
    def share(self) -> float | None:
        """Share that agreed; None of no decision."""
        return self.agreed / self.decisions if self.decisions else None

    @property
    def enough(self) -> bool:
        """Whether there are decisions enough to build upon."""
        return self.decisions >= ENOUGH


@dataclass(frozen=True)
class Agreement:
    """Both arms, and the difference of their shares, shown minus hidden.

    Attributes
    ----------
    difference, low, high
        With the ends of its 95 % interval; None where an arm is empty.
    """

    shown: Arm
    hidden: Arm
    difference: float | None
    low: float | None
    high: float | None

    @property
    def differs(self) -> bool:
        """Whether the interval leaves out that the arms are alike."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high

    @property
    def enough(self) -> bool:
        """Whether both arms have decisions enough to build upon."""
        return self.shown.enough and self.hidden.enough


def agreement_of(choices: Iterable[Choice]) -> Agreement:
    """Measure the agreement of decisions with the score, in both arms.

    Notes
    -----
    The interval of the difference joins Wilson's of the two shares: Newcombe (1998), Interval
    estimation for the difference between independent proportions, Statistics in Medicine 17:
    873-890, method 10. Kappa: Cohen (1960), A coefficient of agreement for nominal scales.
    """
    told = list(choices)
    shown = _arm([one for one in told if not one.blind])
    hidden = _arm([one for one in told if one.blind])
    if shown.share is None or hidden.share is None:
        return Agreement(shown, hidden, None, None, None)
    difference = shown.share - hidden.share
    low = difference - hypot(shown.share - shown.low, hidden.high - hidden.share)
    high = difference + hypot(shown.high - shown.share, hidden.share - hidden.low)
    return Agreement(shown, hidden, difference, low, high)


def _arm(choices: list[Choice]) -> Arm:
    agreed = sum(one.overturned == (one.probability >= HALF) for one in choices)
    low, high = wilson(agreed, len(choices))
    return Arm(len(choices), agreed, float(low), float(high), _kappa(choices, agreed))


def _kappa(choices: list[Choice], agreed: int) -> float | None:
    count = len(choices)
    if not count:
        return None
    people = sum(one.overturned for one in choices) / count
    score = sum(one.probability >= HALF for one in choices) / count
    by_chance = people * score + (1 - people) * (1 - score)
    return None if by_chance == 1 else (agreed / count - by_chance) / (1 - by_chance)
