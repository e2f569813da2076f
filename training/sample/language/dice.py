"""Dice for text: single throws from a numpy generator, drawn in blocks because each is tiny."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

import numpy as np

T = TypeVar("T")
BLOCK: Final = 8_192


class Dice:
    """Throws that come cheap, a few hundred thousand a second.

    Parameters
    ----------
    rng
        The generator from which blocks of uniform numbers are drawn.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._block: list[float] = []

    def roll(self) -> float:
        """Throw once: uniform in [0, 1)."""
        if not self._block:
            self._block = self._rng.random(BLOCK).tolist()
        return self._block.pop()

    def pick(self, options: Sequence[T]) -> T:
        """Pick one of the options, each as likely as the others."""
        return options[int(self.roll() * len(options))]

    def chance(self, probability: float) -> bool:
        """Say yes with a probability."""
        return self.roll() < probability

    def number(self, low: int, high: int) -> int:
        """Draw a whole number from `low` to `high`, both included."""
        return low + int(self.roll() * (high - low + 1))

    def digits(self, count: int) -> str:
        """Draw a string of digits, the first of them not 0."""
        return str(self.number(10 ** (count - 1), 10**count - 1))
