"""What is asked of the list of alarms: all of it is in the page's address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from features.errors import InvalidDate
from models.alarms import Kind
from serving.dashboard.queue_question import page_of
from serving.digest.period import read_day

PATH: Final = "/alarms"
PAGE_ROWS: Final = 40
MOST_TEXT: Final = 200
STATES: Final[Mapping[str, str]] = {"": "Open and closed", "open": "Open", "closed": "Closed"}
"""What an alarm may be: as it is written in the address, and in words."""
SORTS: Final[Mapping[str, str]] = {
    "new": "Open, then latest closed",
    "title": "Alarm",
    "since": "Since",
    "lasts": "Lasted",
    "appeals": "Appeals",
    "times": "Times expected",
    "chance": "By chance",
    "theme": "Theme",
}
"""What the list may be sorted by: as it is written in the address, and in words."""
_RISING: Final = frozenset({"title", "theme"})
"""Words are read from A to Z first, all else from the largest."""


@dataclass(frozen=True)
class Question:
    """What is asked of the list of alarms.

    Attributes
    ----------
    state
        Of `STATES`.
    kinds
        Only alarms of these; of all where there is none.
    since, until
        Only those that were open on a day from one to another; None: from the first, to the last.
    text
        Which titles hold; empty: any.
    sort, falling
        By what, and whether the largest come first.
    page
        From 1.
    """

    state: str = ""
    kinds: tuple[Kind, ...] = ()
    since: date | None = None
    until: date | None = None
    text: str = ""
    sort: str = "new"
    falling: bool = True
    page: int = 1

    @property
    def filters(self) -> bool:
        """Whether anything is left out."""
        return bool(self.state or self.kinds or self.since or self.until or self.text)

    @property
    def narrows(self) -> bool:
        """Whether anything but a state or a text is asked."""
        return bool(self.kinds or self.since or self.until or self.sort != "new")

    def url(self, path: str = PATH) -> str:
        """Give the address at which a page answers this."""
        order = f"{'-' if self.falling else ''}{self.sort}"
        told = [
            ("state", self.state),
            *(("kind", str(kind)) for kind in self.kinds),
            ("from", self.since.isoformat() if self.since else ""),
            ("to", self.until.isoformat() if self.until else ""),
            ("q", self.text),
            ("sort", "" if order == "-new" else order),
            ("page", str(self.page) if self.page > 1 else ""),
        ]
        query = urlencode([(name, value) for name, value in told if value])
        return f"{path}?{query}" if query else path

    def of_state(self, state: str) -> Question:
        """Ask for alarms of another state."""
        return replace(self, state=state, page=1)

    def sorted_by(self, sort: str) -> Question:
        """Ask for another order; the one that is there already is turned round."""
        turned = not self.falling if sort == self.sort else sort not in _RISING
        return replace(self, sort=sort, falling=turned, page=1)

    def at(self, page: int) -> Question:
        """Ask for another page."""
        return replace(self, page=page)


def question_of(query: QueryParams) -> Question:
    """Read an address; what cannot be used in it is left out, as if it were not there.

    Days of which the first is after the last are left out, both.
    """
    order, state = query.get("sort", "-new"), query.get("state", "")
    known = order.removeprefix("-") in SORTS
    since, until = _day(query.get("from", "")), _day(query.get("to", ""))
    crossed = since is not None and until is not None and since > until
    return Question(
        state=state if state in STATES else "",
        kinds=tuple(kind for kind in Kind if str(kind) in query.getlist("kind")),
        since=None if crossed else since,
        until=None if crossed else until,
        text=" ".join(query.get("q", "").split())[:MOST_TEXT],
        sort=order.removeprefix("-") if known else "new",
        falling=order.startswith("-") if known else True,
        page=page_of(query.get("page", "")),
    )


def _day(written: str) -> date | None:
    try:
        return read_day(written)
    except InvalidDate:
        return None
