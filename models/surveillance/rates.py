"""A rise in the overturn rate: more decisions overturned than the series' own past lets expect.

A policy whose decisions are suddenly overturned more often is the sign of a broken detector, even
where the number of appeals stands still. Each time is a binomial count, overturned of decided. Its
predictive distribution is beta-binomial: the rate differs from time to time, and is not known
exactly. Times at which the rate stood out weigh less; a series with few decisions leans on the
rate of all series.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from models.surveillance.beta_binomial import largest_above, upper_tails
from models.surveillance.series import (
    Floats,
    InvalidCounts,
    InvalidRate,
    Tails,
    judged_times,
    read_counts,
)
from models.surveillance.trimming import outlier_weights

__all__ = ["OverturnRates"]

ITERATIONS: Final = 8
"""Of weights and rates; they come to rest well before."""
PRIOR_DECISIONS: Final = 10.0
"""Decisions that the rate of all series is worth in each."""
PRIOR_TIMES: Final = 6.0
PRIOR_SPREAD: Final = 0.02
"""Times that the prior of the correlation within a time is worth, and its value."""
LARGEST_SPREAD: Final = 0.9
LEAST_SPREAD: Final = 1e-6


@dataclass(frozen=True)
class OverturnRates:
    """Judges how many of the last time's decisions were overturned.

    Attributes
    ----------
    alpha
        Rate of false alarms aimed at, in (0, 1): it sets `Tails.upper`.
    half_life
        Times after which a decision counts half, above 0: base rates drift.
    least_decisions
        Decisions that a series must have before it is judged.
    prior_times
        Times that the prior of the correlation within a time is worth, above 0: the fewer, the
        more a series with a long past is judged by its own scatter.
    """

    alpha: float = 0.01
    half_life: float = 182.0
    least_decisions: int = 20
    prior_times: float = PRIOR_TIMES

    def tails(self, overturned: ArrayLike, decided: ArrayLike, judged: int = 1) -> Tails:
        """Judge the last times of each series, each by the times before it.

        Parameters
        ----------
        overturned, decided
            (series, times) whole numbers; overturned are among the decided. NaN, and 0 decided,
            where nothing was decided.
        judged
            How many of the last times.

        Returns
        -------
        Tails of shape (series, judged), in numbers overturned; `pvalue` is mid-p. NaN where
        nothing was decided or the history holds fewer than `least_decisions`.

        Raises
        ------
        InvalidCounts
            When a table is none, the two differ in shape, or more were overturned than decided.
        InvalidRate
            When the half-life is not above 0.
        """
        if self.half_life <= 0:
            raise InvalidRate(f"a half-life of {self.half_life} times", "more than 0")
        successes, trials = _read(overturned, decided)
        times = trials.shape[1]
        answer = np.full((3, len(trials), judged_times(judged, times)), np.nan)
        for place, now in enumerate(range(times - answer.shape[2], times)):
            self._judge(successes, trials, now, answer[:, :, place])
        return Tails(*answer)

    def _judge(self, successes: Floats, trials: Floats, now: int, answer: Floats) -> None:
        able = (trials[:, now] > 0) & (trials[:, :now].sum(axis=1) >= max(1, self.least_decisions))
        if not able.any():
            return
        age = now - np.arange(now)
        memory = 0.5 ** (age / self.half_life)
        past = _Past(successes[able, :now], trials[able, :now], memory, self.prior_times)
        rate, spread = past.predictive()
        number = trials[able, now]
        answer[0, able] = number * rate
        answer[1, able] = largest_above(number, rate, spread, self.alpha)
        answer[2, able] = upper_tails(successes[able, now], number, rate, spread)


def _read(overturned: ArrayLike, decided: ArrayLike) -> tuple[Floats, Floats]:
    successes, trials = read_counts(overturned), read_counts(decided)
    if successes.shape != trials.shape:
        raise InvalidCounts(
            f"overturned of shape {successes.shape}, decided of {trials.shape}", "one shape"
        )
    held = np.isfinite(successes) & np.isfinite(trials)
    successes, trials = np.where(held, successes, 0.0), np.where(held, trials, 0.0)
    if (successes > trials).any():
        raise InvalidCounts("more overturned than decided", "overturned among the decided")
    if (successes % 1).any() or (trials % 1).any():
        raise InvalidCounts("a part of a decision", "whole numbers")
    return successes, trials


class _Past:
    """The past of m series, and how much each time in it counts."""

    def __init__(
        self, successes: Floats, trials: Floats, memory: Floats, prior_times: float
    ) -> None:
        self.prior_times = prior_times
        self.successes = successes
        self.trials = trials
        self.memory = memory * (trials > 0)
        self.common = float((self.memory * successes).sum() + 0.5) / float(
            (self.memory * trials).sum() + 1
        )

    def predictive(self) -> tuple[Floats, Floats]:
        """Give the rate, and the correlation of decisions at one time, its doubt included."""
        weight = self.memory
        for _ in range(ITERATIONS):
            rate = self._rate(weight)
            spread = self._spread(rate, weight)
            weight = self.memory * outlier_weights(self._residual(rate, spread))
        wide = 1 + np.maximum(self.trials - 1, 0) * spread[:, None]
        scatter = (weight**2 * self.trials * wide).sum(axis=1) + PRIOR_DECISIONS
        doubt = scatter / ((weight * self.trials).sum(axis=1) + PRIOR_DECISIONS) ** 2
        return rate, np.clip(spread + doubt, LEAST_SPREAD, LARGEST_SPREAD)

    def _rate(self, weight: Floats) -> Floats:
        above = (weight * self.successes).sum(axis=1) + PRIOR_DECISIONS * self.common
        return np.asarray(above / ((weight * self.trials).sum(axis=1) + PRIOR_DECISIONS))

    def _spread(self, rate: Floats, weight: Floats) -> Floats:
        """Estimate the correlation within a time by moments, shrunken."""
        usual = self.trials * (rate * (1 - rate))[:, None]
        squares = (self.successes - self.trials * rate[:, None]) ** 2 / np.maximum(usual, 1e-12)
        others = np.maximum(self.trials - 1, 0)
        excess = (weight * (others > 0) * (squares - 1)).sum(axis=1)
        pairs = (weight * others).sum(axis=1)
        typical = pairs / np.maximum((weight * (others > 0)).sum(axis=1), 1e-12)
        prior = self.prior_times * np.maximum(typical, 1)
        found = (excess + PRIOR_SPREAD * prior) / (pairs + prior)
        return np.asarray(np.clip(found, 0, LARGEST_SPREAD))

    def _residual(self, rate: Floats, spread: Floats) -> Floats:
        """Give Anscombe's arcsine residuals (1948)."""
        number = np.maximum(self.trials, 1)
        told = np.arcsin(np.sqrt((self.successes + 3 / 8) / (number + 3 / 4)))
        apart = told - np.arcsin(np.sqrt(rate))[:, None]
        wide = 1 + (number - 1) * spread[:, None]
        return np.asarray(2 * np.sqrt(number) * apart / np.sqrt(wide))
