"""What is asked of the map: all of it is in the page's address."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from models.themes import Status

PATH: Final = "/map"
FACTS: Final = ("market", "policy", "language")
"""Facts by which appeals are looked for on the map."""
MOST_THEMES: Final = 50
MOST_VALUE: Final = 200
_THEME: Final = re.compile(r"T[0-9]{1,18}", re.ASCII)
_ALARM: Final = re.compile(r"A[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True)
class MapQuestion:
    """Which appeals are to stand out; where nothing is asked, all do.

    Attributes
    ----------
    themes
        Those of these themes.
    statuses
        Those of themes of these.
    emerging
        Those that make up an open alarm.
    market, policy, language
        Those of this value; empty: of any.
    alarm
        Those that make up this one, open or not: they are marked instead of those of open ones.
    dismissed
        Those of dismissed themes, too, which are grey otherwise.
    """

    themes: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = ()
    emerging: bool = False
    market: str = ""
    policy: str = ""
    language: str = ""
    alarm: str = ""
    dismissed: bool = False

    @property
    def facts(self) -> dict[str, str]:
        """The facts that are asked for, by field."""
        asked = {"market": self.market, "policy": self.policy, "language": self.language}
        return {field: value for field, value in asked.items() if value}

    @property
    def filters(self) -> bool:
        """Whether anything is asked."""
        return replace(self, dismissed=False) != MapQuestion()

    @property
    def narrows(self) -> bool:
        """Whether anything but themes and an alarm is asked."""
        return replace(self, themes=(), alarm="", dismissed=False) != MapQuestion()

    def with_dismissed(self) -> MapQuestion:
        """Ask for dismissed themes, too."""
        return replace(self, dismissed=True)

    def of_themes(self, *themes: str) -> MapQuestion:
        """Ask the same of other themes; of all where none is named."""
        return replace(self, themes=themes)

    def url(self) -> str:
        """Give the address at which the page answers this."""
        told = [
            *(("theme", theme) for theme in self.themes),
            *(("status", str(status)) for status in self.statuses),
            *([("emerging", "1")] if self.emerging else []),
            *self.facts.items(),
            *([("alarm", self.alarm)] if self.alarm else []),
            *([("dismissed", "1")] if self.dismissed else []),
        ]
        return f"{PATH}?{urlencode(told)}" if told else PATH


def question_of(query: QueryParams) -> MapQuestion:
    """Read an address; what cannot be used in it is left out, as if it were not there."""
    themes = dict.fromkeys(one for one in query.getlist("theme") if _THEME.fullmatch(one))
    alarm = query.get("alarm", "")
    return MapQuestion(
        themes=tuple(themes)[:MOST_THEMES],
        statuses=tuple(one for one in Status if str(one) in query.getlist("status")),
        emerging=query.get("emerging") == "1",
        alarm=alarm if _ALARM.fullmatch(alarm) else "",
        dismissed=query.get("dismissed") == "1",
        **{field: query.get(field, "")[:MOST_VALUE] for field in FACTS},
    )
