"""What is asked of the list of themes: all of it is in the page's address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from models.themes import Status

PATH: Final = "/themes"
PAGE_ROWS: Final = 50
MOST_TEXT: Final = 200
MOST_PAGE: Final = 10_000
FIELDS: Final = ("market", "policy", "action", "language", "detection")
"""Facts by which the appeals of themes are looked for."""
DAYS: Final = (7, 14, 28, 90)
"""Of how many last days the list may tell."""
MATCHING: Final = "match"
"""The order by matching appeals, which is there where facts are asked for."""
NEW: Final = "new"
"""The order by what is new."""
SORTS: Final[Mapping[str, str]] = {
    NEW: "What is new",
    "title": "Theme",
    "status": "Status",
    MATCHING: "Matching",
    "week": "This week",
    "change": "Change",
    "share": "Share",
    "overturned": "Overturned",
    "seen": "First seen",
    "owner": "Owner",
}
"""What the list may be sorted by: as it is written in the address, and in words."""
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True)
class Question:
    """What is asked of the list of themes.

    Attributes
    ----------
    statuses
        Only themes of these; of all where there is none.
    text
        Which titles or exemplars hold; empty: any.
    facts
        Pairs of field and value, such as market and SG, in the order of `FIELDS`: only themes
        with an appeal of all of them.
    days
        Only what was filed on so many last days; 0: as of the whole discovery.
    since, until
        Or on the days from one to another; None: from the first, to the last discovered.
    alarmed
        Only those with an open alarm.
    retired, dismissed
        Those that are no longer found, too; those that are dismissed, too.
    sort, falling
        By what, and whether the largest come first. By default what is new comes first, or, where
        facts are asked for, what has most of them.
    page
        From 1.
    """

    statuses: tuple[Status, ...] = ()
    text: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    days: int = 0
    since: date | None = None
    until: date | None = None
    alarmed: bool = False
    retired: bool = False
    dismissed: bool = False
    sort: str = NEW
    falling: bool = True
    page: int = 1

    @property
    def by_default(self) -> bool:
        """Whether it is sorted as it is where nobody asks for an order."""
        return self.falling and self.sort == _usual_order(self.facts)

    @property
    def filters(self) -> bool:
        """Whether anything is left out."""
        return bool(self.statuses or self.text or self.facts or self.alarmed)

    @property
    def narrows(self) -> bool:
        """Whether themes or days are left out."""
        return self.filters or bool(self.days or self.since or self.until)

    def url(self, path: str = PATH) -> str:
        """Give the address at which a page answers this."""
        order = f"{'-' if self.falling else ''}{self.sort}"
        told = [
            *(("status", str(status)) for status in self.statuses),
            ("q", self.text),
            *self.facts,
            ("days", str(self.days) if self.days else ""),
            ("from", self.since.isoformat() if self.since else ""),
            ("to", self.until.isoformat() if self.until else ""),
            ("alarm", "1" if self.alarmed else ""),
            ("retired", "1" if self.retired else ""),
            ("dismissed", "1" if self.dismissed else ""),
            ("sort", "" if self.by_default else order),
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

    def with_dismissed(self) -> Question:
        """Ask for dismissed themes, too."""
        return replace(self, dismissed=True, page=1)

    def of_days(self, days: int) -> Question:
        """Ask for so many last days; 0: for all."""
        return replace(self, days=days, since=None, until=None, page=1)


_RISING: Final = frozenset({"title", "status", "owner"})
"""Words are read from A to Z first, numbers from the largest."""


def question_of(query: QueryParams) -> Question:
    """Read an address; what cannot be used in it is left out, as if it were not there.

    Days that are named go before a number of last days.
    """
    facts, days = _facts(query), query.get("days", "")
    since, until = _date(query.get("from", "")), _date(query.get("to", ""))
    usual = _usual_order(facts)
    order = query.get("sort") or f"-{usual}"
    known = order.removeprefix("-") in {*SORTS} - ({MATCHING} if not facts else set())
    return Question(
        statuses=tuple(one for one in Status if str(one) in query.getlist("status")),
        text=" ".join(query.get("q", "").split())[:MOST_TEXT],
        facts=facts,
        days=int(days) if days in map(str, DAYS) and not (since or until) else 0,
        since=since,
        until=until,
        alarmed=query.get("alarm") == "1",
        retired=query.get("retired") == "1",
        dismissed=query.get("dismissed") == "1",
        sort=order.removeprefix("-") if known else usual,
        falling=order.startswith("-") if known else True,
        page=_page(query.get("page", "")),
    )


def _usual_order(facts: tuple[tuple[str, str], ...]) -> str:
    return MATCHING if facts else NEW


def _facts(query: QueryParams) -> tuple[tuple[str, str], ...]:
    """Read the facts, also one that is written `fact=market:SG`."""
    named, _, value = query.get("fact", "").partition(":")
    written = [
        (field, query.get(field, "") or (value if field == named else "")) for field in FIELDS
    ]
    return tuple((field, one[:MOST_TEXT]) for field, one in written if one)


def _page(written: str) -> int:
    usable = written.isascii() and written.isdecimal() and len(written) < 10
    return min(max(int(written), 1), MOST_PAGE) if usable else 1


def _date(written: str) -> date | None:
    if _DATE.fullmatch(written) is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
