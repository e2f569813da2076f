"""The overturn rates of all parts in the last week, beside what is expected of them."""

from __future__ import annotations

from typing import Final

import numpy as np

from models.surveillance.rates import OverturnRates
from models.surveillance.series import Floats
from models.tree.cells import Cells
from models.tree.parts import Parts
from models.tree.recent import WEEK, blocks

__all__ = ["Overturns"]

HALF_LIFE_WEEKS: Final = 26.0
LEAST_WEEKS: Final = 4
"""Earlier weeks with decisions that a part must have."""
PRIOR_DECISIONS: Final = 10.0
"""Decisions that the rate of a part is worth in each of its cells."""


class Overturns:
    """A family of tests: the overturned among the decisions of all parts.

    Parameters
    ----------
    cells, parts
        Of the intake.
    """

    def __init__(self, cells: Cells, parts: Parts) -> None:
        self.parts = parts
        self.rates = OverturnRates(half_life=HALF_LIFE_WEEKS)
        decided, overturned = blocks(cells.decided, WEEK), blocks(cells.overturned, WEEK)
        self.now, self.won = decided[:, -1:].sum(axis=1), overturned[:, -1:].sum(axis=1)
        self.past = decided[:, :-1].sum(axis=1), overturned[:, :-1].sum(axis=1)
        self.decided, self.overturned = parts.sums(decided), parts.sums(overturned)
        weeks = (self.decided[:, :-1] > 0).sum(axis=1)
        self.decided[weeks < LEAST_WEEKS] = 0
        self.overturned[weeks < LEAST_WEEKS] = 0
        self.raw = parts.sums(self.won)
        self._judge()

    def pvalues(self) -> Floats:
        """Judge all parts, (parts, 1)."""
        return self.pvalue[:, None]

    def account(self, place: int, window: int) -> tuple[int, float]:  # noqa: ARG002
        """Tell how many were overturned, and how many are expected; the window is the week."""
        explained = float(self.raw[place] - self.parts.sums(self.won)[place])
        return round(float(self.raw[place])), max(float(self.expected[place]) + explained, 0.0)

    def beside(self, window: int) -> tuple[Floats, Floats]:  # noqa: ARG002
        """Give what is left to explain of each part, and what is expected, (parts,) each."""
        return self.overturned[:, -1], self.expected

    def explain(self, place: int) -> None:
        """Take what a part has beyond expectation from all that share cells with it.

        Each of its cells keeps what its own rate lets expect.
        """
        cells = self.parts.members(place)
        decided, overturned = (past[cells] for past in self.past)
        rate = (overturned.sum() + 0.5) / (decided.sum() + 1)
        own = (overturned + PRIOR_DECISIONS * rate) / (decided + PRIOR_DECISIONS)
        self.won[cells] = np.minimum(self.won[cells], self.now[cells] * own)
        self._judge()

    def _judge(self) -> None:
        parts = len(self.parts.parts)
        self.expected, self.pvalue = np.full(parts, np.nan), np.full(parts, np.nan)
        if self.decided.shape[1] < 2:
            return
        self.overturned[:, -1] = np.minimum(
            np.round(self.parts.sums(self.won)), self.decided[:, -1]
        )
        found = self.rates.tails(self.overturned, self.decided).last()
        self.expected, self.pvalue = found.expected, found.pvalue
