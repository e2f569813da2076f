"""The recent days: how many cases each part has on them, beside what is expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.surveillance.histories import LARGEST_CORRELATION, LARGEST_DOUBT
from models.surveillance.memory import carried, joined_tail, surprise
from models.surveillance.predictive import Predictive
from models.surveillance.series import Floats
from models.tree.cells import Cells
from models.tree.following import Course, course
from models.tree.outlook import Outlook
from models.tree.parts import Parts

__all__ = ["EVE_WEEK", "TODAY", "WEEK", "YESTERDAY", "Recent", "Standing", "blocks", "joined"]

LEAST_CASE: Final = 1e-3
MEMORY: Final = 0.6
"""Share of yesterday's surprise that is added to today's."""


@dataclass(frozen=True)
class Recent:
    """Recent days: how many, and how many of the latest are not among them."""

    days: int
    ended: int = 0

    def span(self, length: int) -> slice:
        """Give their places among so many days."""
        return slice(max(length - self.ended - self.days, 0), max(length - self.ended, 0))

    def holds(self, ages: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which days, so long before the one judged, are among them."""
        return np.asarray((ages >= self.ended) & (ages < self.ended + self.days))


TODAY: Final = Recent(1)
YESTERDAY: Final = Recent(1, ended=1)
WEEK: Final = Recent(7)
EVE_WEEK: Final = Recent(7, ended=1)
"""The last day may not be complete, and must not make a fall."""


def blocks(table: Floats, recent: Recent) -> Floats:
    """Sum days, (series, days), to blocks as long as the recent days, counted back from them."""
    until = max(table.shape[1] - recent.ended, 0)
    number = until // recent.days
    held = table[:, until - number * recent.days : until]
    return np.asarray(held.reshape(len(table), number, recent.days).sum(axis=2))


class Standing:
    """What all parts have on the recent days; it changes as it is explained.

    Parameters
    ----------
    cells, parts
        Of the intake.
    recent
        The days.
    sign
        1: rises are looked for; -1: falls.
    outlook
        What is expected of them.
    """

    def __init__(
        self, cells: Cells, parts: Parts, recent: Recent, sign: int, outlook: Outlook
    ) -> None:
        self.parts = parts
        self.recent = recent
        self.sign = sign
        self.outlook = outlook
        days = cells.filed.shape[1]
        span = recent.span(days)
        self.cases = cells.filed[:, span].sum(axis=1)
        self.past = cells.filed[:, days - cells.window : span.start].sum(axis=1)
        self.raw = parts.sums(self.cases)
        self._follow()

    def pvalues(self) -> Floats:
        """Judge all parts, (parts,)."""
        tail = self.outlook.tails(self.counts, self.course.ratio, self.course.doubt)
        return tail if self.sign > 0 else 1 - tail

    def predictive(self, able: NDArray[np.intp]) -> Predictive:
        """Give the distributions of some parts' counts."""
        return self.outlook.predictive(able, self.course.ratio, self.course.doubt)

    def account(self, place: int) -> tuple[int, float]:
        """Tell what was observed of a part, and what is expected or explained."""
        explained = float(self.raw[place] - self.counts[place])
        return round(float(self.raw[place])), max(self._mean(place) + explained, 0.0)

    def a_day(self, place: int) -> float:
        """Give the cases of a part that are expected a day."""
        return self._mean(place) / self.recent.days

    def take(self, place: int, sign: int) -> None:
        """Take what a part has above (1) or below (-1) expectation from all that share its cells.

        Each cell keeps what its share of the part's past lets expect.
        """
        expected = self._mean(place)
        if not sign * (self.counts[place] - expected) > 0:
            return
        members = self.parts.members(place)
        usual = self.past[members] if self.past[members].any() else self.cases[members]
        self.cases[members] = expected * usual / max(usual.sum(), LEAST_CASE)
        self._follow()

    def remove(self, taken: Floats) -> None:
        """Take cases, (cells,), that a known cause explains."""
        self.cases = np.maximum(self.cases - taken, 0.0)
        self._follow()

    def _mean(self, place: int) -> float:
        return float(self.outlook.mean[place] * self.course.ratio[place])

    def _follow(self) -> None:
        self.counts = self.parts.sums(self.cases)
        self.course: Course = course(self.outlook, self.counts, self.sign)


def joined(today: Standing, eve: Standing) -> Floats:
    """Judge rises of today with those of yesterday: two small surprises in a row are a large one.

    As of `models.surveillance.memory`; the correlation is that of one fit's error, and an echo.

    Returns
    -------
    numpy.ndarray
        (parts,) p-values; today's alone where yesterday cannot be judged.
    """
    found = today.pvalues()
    both = np.flatnonzero(np.isfinite(found) & np.isfinite(eve.outlook.mean))
    if not len(both):
        return found
    now, before = today.predictive(both), eve.predictive(both)
    doubt = np.minimum(today.course.doubt, eve.course.doubt)[both]
    errors = now.mean * before.mean * np.expm1(np.minimum(doubt, LARGEST_DOUBT))
    echo = np.sqrt(now.mean * now.noise * before.mean * before.noise)
    shared = errors + today.outlook.echo[both] * echo
    correlation = np.minimum(shared / np.sqrt(now.variance * before.variance), LARGEST_CORRELATION)
    raised = MEMORY * carried(surprise(eve.pvalues()[both]))
    found[both] = joined_tail(surprise(found[both]) + raised, correlation, MEMORY)
    return found
