"""Each thing once, at the level that explains it best.

A rise in one theme of one market is a rise of the theme, of the market, and of all that they share
cases with. The part that stands out most is told; what it has beyond expectation is taken from
every part that shares cells with it, those are judged again, and so on until nothing stands out:
the sequential scan of Zhang, Assunção and Kulldorff (2010), over a tree (Kulldorff et al. 2003).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from models.surveillance.series import Floats
from models.tree.parts import Parts

__all__ = ["Family", "Standout", "stand_out"]

AS_GOOD: Final = 0.95
"""Share of the largest logarithm of the ratio at which a coarser part explains as well."""
TINY: Final = 1e-9
FEW: Final = 30
"""Tests that all count: so few are hardly nested."""


@dataclass(frozen=True)
class Standout:
    """A part that stands out.

    Attributes
    ----------
    place, window
        Of the part, and of the recent window.
    p
        Of it alone.
    chance
        At the most, that a quiet intake holds so many parts so far out of line: for the first one,
        that it holds any.
    observed, expected
        What its recent days hold, and what they let expect, all that was explained before included.
    """

    place: int
    window: int
    p: float
    chance: float
    observed: int
    expected: float


class Family(Protocol):
    """Tests of one kind, whose judgements change as what they see is explained."""

    parts: Parts

    def pvalues(self) -> Floats:
        """Judge all parts, (parts, windows); NaN for what cannot be judged."""
        ...

    def account(self, place: int, window: int) -> tuple[int, float]:
        """Tell what was observed of a part in a window, and what is expected."""
        ...

    def beside(self, window: int) -> tuple[Floats, Floats]:
        """Give what is left to explain of each part, and what is expected, (parts,) each."""
        ...

    def explain(self, place: int) -> None:
        """Take what a part has beyond expectation from all that share cells with it."""
        ...


def stand_out(family: Family, rate: float, telling: float) -> tuple[list[Standout], int]:
    """Give the parts that stand out, one after the other, and the number of tests.

    Parameters
    ----------
    family
        Is changed.
    rate
        The k-th stands out with a p of k x rate / tests or less: the line of Benjamini and Hochberg
        (1995), on which a cause that was told counts as one however many parts it raised.
    telling
        Share of the tests that count, in (0, 1]: parts that share their cases are not so many.
    """
    found: list[Standout] = []
    taken: set[int] = set()
    pvalues = family.pvalues()
    tests = int(np.isfinite(pvalues).sum())
    counting = max(telling * tests, min(tests, FEW))
    while tests:
        least = np.min(np.where(np.isnan(pvalues), np.inf, pvalues), axis=1)
        least[list(taken)] = np.inf
        best = int(least.argmin())
        if not least[best] <= (len(found) + 1) * rate / counting:
            break
        window = int(np.nanargmin(pvalues[best]))
        line = (len(found) + 1) * rate / counting
        able = np.flatnonzero((pvalues[:, window] <= line) & np.isfinite(least))
        place = _level(family, window, able, best)
        p = float(pvalues[place, window])
        chance = float(-np.expm1(counting / (len(found) + 1) * np.log1p(-p)))
        found.append(Standout(place, window, p, chance, *family.account(place, window)))
        family.explain(place)
        taken.add(place)
        pvalues = family.pvalues()
    return found, tests


def _level(family: Family, window: int, able: NDArray[np.intp], best: int) -> int:
    """Choose, of a part and the parts above and below it, the coarsest that explains about best.

    What explains best is what Kulldorff's scan would choose: the largest ratio of likelihoods of a
    Poisson count, risen there and nowhere else. The smallest p may lie below it, in a branch, where
    counts are small and scatter least.
    """
    parts = family.parts.parts
    related = [place for place in able if parts[place].holds(parts[best])]
    related += [place for place in able if place != best and parts[best].holds(parts[place])]
    observed, expected = (told[related] for told in family.beside(window))
    gain = observed * np.log(np.maximum(observed, TINY) / np.maximum(expected, TINY))
    gain = gain - (observed - expected)
    return min(int(place) for place in np.array(related)[gain >= AS_GOOD * gain.max()])
