"""The numbers of cases of all parts: rises of a day or a week, and falls of a week."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.surveillance.series import Floats
from models.tree.cells import FACTS, Cells
from models.tree.outlook import Outlook, look_ahead
from models.tree.parts import Parts
from models.tree.recent import EVE_WEEK, TODAY, WEEK, YESTERDAY, Standing, blocks, joined
from models.tree.whole import WholeDays

__all__ = ["Falls", "Rises", "Volumes"]

LEAST_DAYS: Final = 4
"""Earlier days before a day is judged. After two of them nothing is usual yet; after four, the
widths of the priors and what the rest does on the same day make an honest judgement."""
LEAST_DAYS_OF_WEEK: Final = 21
"""Earlier days before a week is judged."""


class Volumes:
    """A family of tests: the cases of all parts on recent days.

    Parameters
    ----------
    parts
        Of the intake.
    standings
        By recent window.
    whole
        The last complete days of the whole.
    sign
        1: rises are looked for; -1: falls.
    """

    def __init__(
        self, parts: Parts, standings: Sequence[Standing], whole: WholeDays, sign: int
    ) -> None:
        self.parts = parts
        self.standings = standings
        self.whole = whole
        self.sign = sign

    def pvalues(self) -> Floats:
        """Judge all parts, (parts, windows); the whole only over its last complete days."""
        found = self._judged()
        found[0] = np.nan
        found[0, 0] = self.whole.pvalue()
        return found

    def _judged(self) -> Floats:
        return np.column_stack([standing.pvalues() for standing in self.standings])

    def account(self, place: int, window: int) -> tuple[int, float]:
        """Tell what was observed of a part in a window, and what is expected."""
        return self.whole.account() if place == 0 else self.standings[window].account(place)

    def beside(self, window: int) -> tuple[Floats, Floats]:
        """Give what is left to explain of each part, and what is expected, (parts,) each."""
        standing = self.standings[window]
        return standing.counts, standing.outlook.mean * standing.course.ratio

    def explain(self, place: int) -> None:
        """Take what a part has beyond expectation from all that share cells with it."""
        self.take(place, self.sign)

    def take(self, place: int, sign: int) -> None:
        """Take what a part has above (1) or below (-1) expectation from all that share its cells.

        Of the whole nothing is taken: what it did is given for its parts anyway.
        """
        if place == 0:
            return
        daily = [standing.a_day(place) for standing in self.standings]
        known = [mean for mean in daily if np.isfinite(mean)]
        self.whole.take(self.parts.members(place), max(known, default=0.0), sign)
        for standing in self.standings:
            standing.take(place, sign)


class Rises(Volumes):
    """Rises of the last day, seen together with the day before, and of the last week."""

    def __init__(self, cells: Cells, parts: Parts, gaps: NDArray[np.bool_]) -> None:
        table = _table(cells, parts, gaps)
        days = table.shape[1]
        # What rises today may have begun yesterday: both are judged by what was before.
        spans = [recent.span(days) for recent in (TODAY, YESTERDAY)]
        looks = look_ahead(table, days - 2, spans, LEAST_DAYS) + _weekly(table, WEEK.span(days))
        recents = zip((TODAY, YESTERDAY, WEEK), looks, strict=True)
        standings = [Standing(cells, parts, recent, 1, look) for recent, look in recents]
        super().__init__(parts, standings, WholeDays(cells.filed, table[0], 1), 1)

    def _judged(self) -> Floats:
        today, eve, week = self.standings
        nothing = np.full(len(self.parts.parts), np.nan)
        return np.column_stack([joined(today, eve), nothing, week.pvalues()])


class Falls(Volumes):
    """Falls of the week that ended on the day before the last.

    A part that falls back to what its weeks usually bring has not fallen: what had raised it has
    ended. Themes are not judged: one that a new theme takes over falls silent, and nothing has
    fallen.
    """

    def __init__(self, cells: Cells, parts: Parts, gaps: NDArray[np.bool_]) -> None:
        table = _table(cells, parts, gaps)
        table[parts.themed] = np.nan
        looks = _weekly(table, EVE_WEEK.span(table.shape[1]))
        standings = [Standing(cells, parts, EVE_WEEK, -1, looks[0])]
        super().__init__(parts, standings, WholeDays(cells.filed, table[0], -1), -1)
        self.usual = _median_week(table[:, -cells.window :])

    def _judged(self) -> Floats:
        found = super()._judged()
        return np.where((self.standings[0].raw >= self.usual)[:, None], 1.0, found)


def _median_week(table: Floats) -> Floats:
    """Give the median of the weeks of each part before the recent one, (parts,); 0 without any."""
    weeks = blocks(np.nan_to_num(table), EVE_WEEK)[:, :-1]
    return np.median(weeks, axis=1) if weeks.shape[1] else np.zeros(len(table))


def _weekly(table: Floats, span: slice) -> list[Outlook]:
    least = LEAST_DAYS_OF_WEEK if span.stop - span.start == WEEK.days else table.shape[1]
    return look_ahead(table, span.start, [span], least)


def _table(cells: Cells, parts: Parts, gaps: NDArray[np.bool_]) -> Floats:
    """Give the cases of each part by day, NaN where none could have been counted."""
    table = parts.sums(cells.filed)
    table[:, gaps] = np.nan
    table[parts.themed, : table.shape[1] - cells.window] = np.nan
    begun = _begun(cells, parts)
    table[np.arange(table.shape[1]) < begun[:, None]] = np.nan
    return table


def _begun(cells: Cells, parts: Parts) -> NDArray[np.int64]:
    """Tell, (parts,), the day on which each began: when all of its facts had been seen.

    A market that opens, or a policy that is written, has no past in which nothing came of it. What
    a theme says could have been said before.
    """
    first: dict[tuple[str, str], int] = {}
    for place, fact in enumerate(FACTS):
        for code, value in enumerate(cells.names[fact]):
            filed = cells.filed[cells.codes[:, place] == code].sum(axis=0) > 0
            first[fact, value] = int(filed.argmax()) if fact != "theme" and filed.any() else 0
    told = [[first[one] for one in part.facts.items()] for part in parts.parts]
    return np.array([max(days, default=0) for days in told], dtype=np.int64)
