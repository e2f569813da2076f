"""What is asked of the list of themes: all of it is in the page's address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from models.themes import Status

PATH: Final = "/themes"
PAGE_ROWS: Final = 50
MOST_TEXT: Final = 200
MOST_PAGE: Final = 10_000
SORTS: Final[Mapping[str, str]] = {
    "new": "What is new",
    "title": "Theme",
    "status": "Status",
    "week": "This week",
    "change": "Change",
    "share": "Share",
    "overturned": "Overturned",
    "seen": "First seen",
    "owner": "Owner",
}
"""What the list may be sorted by: as it is written in the address, and in words."""


@dataclass(frozen=True)
class Question:
    """What is asked of the list of themes.

    Attributes
    ----------
    statuses
        Only themes of these; of all where there is none.
    text
        Which titles or exemplars hold; empty: any.
    fact
        A field and a value, such as `market:SG`, that the theme tells more often than chance
        explains; empty: any.
    alarmed
        Only those with an open alarm.
    retired
        Those that are no longer found, too.
    sort, falling
        By what, and whether the largest come first.
    page
        From 1.
    """

    statuses: tuple[Status, ...] = ()
    text: str = ""
    fact: str = ""
    alarmed: bool = False
    retired: bool = False
    sort: str = "new"
    falling: bool = True
    page: int = 1

    @property
    def filters(self) -> bool:
        """Whether anything is left out."""
        return bool(self.statuses or self.text or self.fact or self.alarmed)

    def url(self, path: str = PATH) -> str:
        """Give the address at which a page answers this."""
        order = f"{'-' if self.falling else ''}{self.sort}"
        told = [
            *(("status", str(status)) for status in self.statuses),
            ("q", self.text),
            ("fact", self.fact),
            ("alarm", "1" if self.alarmed else ""),
            ("retired", "1" if self.retired else ""),
            ("sort", "" if order == "-new" else order),
            ("page", str(self.page) if self.page > 1 else ""),
        ]
        query = urlencode([(name, value) for name, value in told if value])
        return f"{path}?{query}" if query else path

    def sorted_by(self, sort: str) -> Question:
        """Ask for another order; the one that is there already is turned round."""
        turned = not self.falling if sort == self.sort else sort not in _RISING
        return replace(self, sort=sort, falling=turned, page=1)

    def at(self, page: int) -> Question:
        """Ask for another page."""
        return replace(self, page=page)


_RISING: Final = frozenset({"title", "status", "owner"})
"""Words are read from A to Z first, numbers from the largest."""


def question_of(query: QueryParams) -> Question:
    """Read an address; what cannot be used in it is left out, as if it were not there."""
    order = query.get("sort", "-new")
    sort = order.removeprefix("-")
    page = query.get("page", "1")
    known = sort in SORTS
    return Question(
        statuses=tuple(one for one in Status if str(one) in query.getlist("status")),
        text=" ".join(query.get("q", "").split())[:MOST_TEXT],
        fact=query.get("fact", "")[: 2 * MOST_TEXT],
        alarmed=query.get("alarm") == "1",
        retired=query.get("retired") == "1",
        sort=sort if known else "new",
        falling=order.startswith("-") if known else True,
        page=min(int(page), MOST_PAGE) if page.isascii() and page.isdecimal() and int(page) else 1,
    )
