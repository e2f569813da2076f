"""What is asked of the pages on policies: all of it is in the page's address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from features.schema import Outcome

PATH: Final = "/policies"
PART: Final = "/policies/part"
WEEKS: Final = (8, 12, 26)
USUAL_WEEKS: Final = 12
MOST_TEXT: Final = 200
MOST_PAGE: Final = 10_000


@dataclass(frozen=True)
class Part:
    """Decisions of one policy after one way of detection; None where it is not told."""

    policy: str | None
    detection: str | None


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes
    ----------
    weeks
        Up to the last decision.
    market
        Only this one; empty: all.
    part
        Of the page of one part: which.
    outcome
        Of its list: only this one; empty: both.
    page
        Of its list, from 1.
    """

    weeks: int = USUAL_WEEKS
    market: str = ""
    part: Part | None = None
    outcome: str = ""
    page: int = 1

    @property
    def asked(self) -> Part:
        """The part of the page of one part; without a name it is the one that tells nothing."""
        return self.part or Part(None, None)

    @property
    def days(self) -> int:
        """Days asked about."""
        return 7 * self.weeks

    def url(self, path: str = PATH) -> str:
        """Give the address at which a page answers this."""
        part = self.asked
        told = [
            ("policy", part.policy or ""),
            ("detection", part.detection or ""),
            ("weeks", "" if self.weeks == USUAL_WEEKS else str(self.weeks)),
            ("market", self.market),
            ("outcome", self.outcome),
            ("page", str(self.page) if self.page > 1 else ""),
        ]
        query = urlencode([(name, value) for name, value in told if value])
        return f"{path}?{query}" if query else path

    def of(self, part: Part) -> Question:
        """Ask about one part."""
        return replace(self, part=part, outcome="", page=1)

    def whole(self) -> Question:
        """Ask about all parts, from the first page on."""
        return self.of_all().at(1)

    def of_all(self) -> Question:
        """Ask about all parts."""
        return replace(self, part=None, outcome="")

    def only(self, outcome: str) -> Question:
        """Ask for one outcome in the list; empty: for both."""
        return replace(self, outcome=outcome, page=1)

    def at(self, page: int) -> Question:
        """Ask for another page of the list."""
        return replace(self, page=page)


def question_of(query: QueryParams) -> Question:
    """Read an address; what cannot be used in it is left out, as if it were not there."""
    weeks, page = query.get("weeks", ""), query.get("page", "")
    outcome = query.get("outcome", "")
    return Question(
        weeks=int(weeks) if weeks in map(str, WEEKS) else USUAL_WEEKS,
        market=query.get("market", "")[:MOST_TEXT],
        part=Part(_told(query, "policy"), _told(query, "detection")),
        outcome=outcome if outcome in [*map(str, Outcome)] else "",
        page=min(max(int(page), 1), MOST_PAGE) if page.isascii() and page.isdecimal() else 1,
    )


def _told(query: QueryParams, name: str) -> str | None:
    return query.get(name, "")[:MOST_TEXT] or None
