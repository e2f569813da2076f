"""What is asked of the queue: all of it is in the page's address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from models.priority import TIERS

PATH: Final = "/queue"
PAGE_ROWS: Final = 50
MOST_TEXT: Final = 200
MOST_PAGE: Final = 100_000
FIELDS: Final[Mapping[str, str]] = {
    "team": "Team",
    "policy": "Policy",
    "market": "Market",
    "language": "Language",
    "theme": "Theme",
}
"""What the queue is filtered by, a value of each at a time: as it is in the address, in words."""
SORTS: Final[Mapping[str, str]] = {
    "first": "What to open first",
    "due": "Due",
    "score": "Score",
    "filed": "Filed",
}
"""What the queue may be sorted by: as it is written in the address, and in words."""
TIER_NAMES: Final = tuple(name for name, _, _ in TIERS)
_FALLING: Final = frozenset({"first", "score"})
"""Sorted from the largest unless asked otherwise; moments are read from the earliest."""
_TOLD_BY_SCORE: Final = frozenset({"first", "due", "score"})


@dataclass(frozen=True)
class Question:
    """What is asked of the queue.

    Attributes
    ----------
    tiers
        Only cases of these; of all where there is none.
    wanted
        The value that is asked for, by name of `FIELDS`.
    uncertain, overdue, unscored
        Only those of which the score cannot tell; only those past their time; only those that were
        never scored.
    sort, falling
        By what, and whether the largest come first.
    page
        From 1.
    """

    tiers: tuple[str, ...] = ()
    wanted: tuple[tuple[str, str], ...] = ()
    uncertain: bool = False
    overdue: bool = False
    unscored: bool = False
    sort: str = "first"
    falling: bool = True
    page: int = 1

    @property
    def filters(self) -> bool:
        """Whether anything is left out."""
        return bool(self.tiers or self.wanted or self.uncertain or self.overdue or self.unscored)

    def url(self, path: str = PATH) -> str:
        """Give the address at which a page answers this."""
        order = f"{'-' if self.falling else ''}{self.sort}"
        told = [
            *(("tier", tier) for tier in self.tiers),
            *self.wanted,
            ("uncertain", "1" if self.uncertain else ""),
            ("overdue", "1" if self.overdue else ""),
            ("unscored", "1" if self.unscored else ""),
            ("sort", "" if order == "-first" else order),
            ("page", str(self.page) if self.page > 1 else ""),
        ]
        query = urlencode([(name, value) for name, value in told if value])
        return f"{path}?{query}" if query else path

    def sorted_by(self, sort: str) -> Question:
        """Ask for another order; the one that is there already is turned round."""
        turned = not self.falling if sort == self.sort else sort in _FALLING
        return replace(self, sort=sort, falling=turned, page=1)

    def at(self, page: int) -> Question:
        """Ask for another page."""
        return replace(self, page=page)

    def blind(self) -> Question:
        """Ask for nothing that tells the score: the earliest filed come first."""
        return replace(
            self,
            tiers=(),
            wanted=tuple(one for one in self.wanted if one[0] != "team"),
            uncertain=False,
            overdue=False,
            sort="filed" if self.sort in _TOLD_BY_SCORE else self.sort,
            falling=self.falling and self.sort not in _TOLD_BY_SCORE,
        )


def question_of(query: QueryParams) -> Question:
    """Read an address; what cannot be used in it is left out, as if it were not there."""
    order = query.get("sort", "-first")
    sort = order.removeprefix("-")
    known = sort in SORTS
    return Question(
        tiers=tuple(one for one in TIER_NAMES if one in query.getlist("tier")),
        wanted=tuple((name, query[name][:MOST_TEXT]) for name in FIELDS if query.get(name, "")),
        uncertain=query.get("uncertain") == "1",
        overdue=query.get("overdue") == "1",
        unscored=query.get("unscored") == "1",
        sort=sort if known else "first",
        falling=order.startswith("-") if known else True,
        page=page_of(query.get("page", "1")),
    )


def page_of(sent: str) -> int:
    """Read the number of a page, from 1; what is none is the first."""
    is_number = sent.isascii() and sent.isdecimal() and len(sent) < 9
    return min(max(int(sent), 1), MOST_PAGE) if is_number else 1
