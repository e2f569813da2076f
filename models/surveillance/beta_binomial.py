"""Upper tails of the beta-binomial distribution, for many counts at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.surveillance.series import Floats

__all__ = ["largest_above", "upper_tails"]

SMALLEST_TAIL: Final = 1e-15
"""No smaller one is told: sums over many counts round."""


def upper_tails(successes: Floats, trials: Floats, rate: Floats, spread: Floats) -> Floats:
    """Give the mid-p probability of more successes.

    Parameters
    ----------
    successes, trials
        (m,) whole numbers, successes among the trials.
    rate
        (m,) in (0, 1).
    spread
        (m,) correlation of two trials, in (0, 1).
    """
    ladder = _Ladder.of(trials, rate, spread)
    return ladder.tail[ladder.start + successes.astype(np.intp)]


def largest_above(trials: Floats, rate: Floats, spread: Floats, level: float) -> Floats:
    """Give the largest number of successes whose tail is above a level, (m,); -1 where none is."""
    ladder = _Ladder.of(trials, rate, spread)
    above = np.add.reduceat((ladder.tail > level).astype(np.float64), ladder.start)
    return np.asarray(above - 1)


@dataclass(frozen=True)
class _Ladder:
    """Tails of 0 to n successes of each, one after the other; where each begins."""

    tail: Floats
    start: NDArray[np.intp]

    @classmethod
    def of(cls, trials: Floats, rate: Floats, spread: Floats) -> _Ladder:
        from scipy.special import betaln

        steps = trials.astype(np.intp) + 1
        start = np.cumsum(steps) - steps
        owner = np.repeat(np.arange(len(trials)), steps)
        success = np.arange(len(owner)) - start[owner]
        failure = trials[owner] - success
        weight = 1 / spread - 1
        first, second = (rate * weight)[owner], ((1 - rate) * weight)[owner]
        log_choices = -np.log(trials[owner] + 1) - betaln(failure + 1, success + 1)
        log_chance = log_choices + betaln(success + first, failure + second)
        chance = np.exp(log_chance - betaln(first, second))
        upward = np.cumsum(chance[::-1])[::-1]
        beyond = np.append(upward, 0.0)[start + steps]
        return cls(np.clip(upward - beyond[owner] - chance / 2, SMALLEST_TAIL, 1), start)
