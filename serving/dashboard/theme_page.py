"""The page of a theme: what it is, how big, whom it hits, what causes it, what was done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import ClassVar, Final

from models.alarm_entry import tells
from models.alarms import Alarm
from models.themes import Change, Discovery, Event, Portrait, Status, Theme
from serving.dashboard.alarm_list_rows import AlarmRow, row_of
from serving.dashboard.alarm_telling import may_be_shown
from serving.dashboard.charts import Figure
from serving.dashboard.marking import Marker, Piece
from serving.dashboard.pages import Page
from serving.dashboard.roles import Role
from serving.dashboard.stock import Stock
from serving.dashboard.theme_flags import Flag, flags_of
from serving.dashboard.theme_reach import Hit, hit_of
from serving.dashboard.theme_reading import (
    APPEALS_SHOWN,
    Filed,
    filed_of,
    names_of,
    open_targets,
    shown_theme,
)
from serving.dashboard.theme_trend import trend_of

EPISODES: Final = 20
"""Alarms that are listed on the page of a theme; the page of alarms has them all."""


@dataclass(frozen=True)
class Named:
    """Another theme, that a page leads to; without a title where it may not be named."""

    theme_id: str
    title: str


@dataclass(frozen=True)
class Shown:
    """An exemplar, with the words that matter marked."""

    appeal_id: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Line:
    """A line of the lineage: what became of the theme on a day, and of which others."""

    as_of: date
    what: str
    themes: tuple[Named, ...]


@dataclass(frozen=True)
class Made:
    """Something that a person changed."""

    made_at: datetime
    made_by: str
    field: str
    old: str
    new: str
    reason: str | None


@dataclass(frozen=True)
class Size:
    """How big a theme is: counts as of `models.themes.Portrait`, its share of all appeals."""

    appeals: int
    share: float
    cases: int
    subjects: int
    campaigns: int
    week: int
    before: int


@dataclass(frozen=True)
class FiledPage:
    """Some of its appeals, and which page of how many they are."""

    rows: tuple[Filed, ...]
    page: int
    pages: int


@dataclass(frozen=True)
class Refused:
    """A form that could not be done: which, why, and what was typed."""

    form: str = ""
    why: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)

    def value(self, form: str, name: str, otherwise: str | None) -> str:
        """Give what a field holds: what was typed, or else what is there."""
        typed = self.typed.get(name) if form == self.form else None
        return (otherwise or "") if typed is None else typed


@dataclass(frozen=True)
class ThemePage(Page):
    """The page of a theme.

    Attributes
    ----------
    theme
        As the catalogue has it. Its revision is carried in every form: whoever changes what
        somebody else has changed meanwhile is told.
    window
        The newest discovery.
    went_to
        The theme that it counts to now, or None.
    episodes
        The alarms that tell the theme, open ones first, then the latest closed.
    targets
        Themes that it may be merged into.
    may_read, may_note, may_change
        What the person may do; whoever may read an appeal has it linked.
    """

    template: ClassVar[str] = "theme.html"
    under: ClassVar[str] = "/themes"
    has_charts: ClassVar[bool] = True

    theme: Theme
    window: Discovery
    went_to: Named | None
    took_in: tuple[Named, ...]
    flags: tuple[Flag, ...]
    episodes: tuple[AlarmRow, ...]
    size: Size
    trend: Figure
    exemplars: tuple[Shown, ...]
    hit: Hit
    lines: tuple[Line, ...]
    changes: tuple[Made, ...]
    filed: FiledPage
    statuses: tuple[Status, ...]
    targets: tuple[Named, ...]
    may_read: bool
    may_note: bool
    may_change: bool
    refused: Refused


class ThemePages:
    """Puts the page of a theme together.

    Parameters
    ----------
    stock
        What pages read from.
    """

    def __init__(self, stock: Stock) -> None:
        self.stock = stock

    def page(
        self, theme_id: str, role: Role, filed_page: int = 1, refused: Refused | None = None
    ) -> ThemePage:
        """Put the page together.

        Raises
        ------
        NoSuchTheme
            There is none to be shown.
        """
        least = self.stock.least_subjects
        theme = shown_theme(self.stock.catalog, theme_id, least)
        window = self.stock.catalog.latest()
        assert window is not None  # a theme has been found
        alarms = [one for one in self.stock.alarms.alarms().alarms if tells(one.account, theme_id)]
        names = names_of(self.stock.engine, least)
        return ThemePage(
            title=theme.title,
            theme=theme,
            window=window,
            went_to=_named(theme.merged_into or theme.merged, names),
            took_in=tuple(Named(one.theme_id, one.title) for one in theme.took_in),
            flags=flags_of(theme, alarms),
            episodes=_episodes(alarms, names, least),
            size=_size(theme, window),
            trend=trend_of(self.stock.engine, theme, window, alarms),
            exemplars=_exemplars(theme.portrait),
            hit=hit_of(self.stock.engine, theme_id, window.as_of, least),
            lines=_lines(theme, names),
            changes=tuple(map(made_of, reversed(theme.changes))),
            filed=self._filed(theme, window, filed_page),
            statuses=tuple(one for one in Status if one is not Status.DISMISSED),
            targets=self._targets(theme_id, names),
            may_read=role.includes(Role.REVIEWER),
            may_note=role.includes(Role.REVIEWER) and theme.merged_into is None,
            may_change=role.includes(Role.MANAGER) and theme.merged_into is None,
            refused=refused or Refused(),
        )

    def _filed(self, theme: Theme, window: Discovery, page: int) -> FiledPage:
        pages = max(1, -(-theme.portrait.size // APPEALS_SHOWN))
        page = min(max(page, 1), pages)
        rows = filed_of(self.stock.engine, theme.theme_id, window.as_of, page)
        return FiledPage(rows, page, pages)

    def _targets(self, theme_id: str, names: Mapping[str, str]) -> tuple[Named, ...]:
        targets = open_targets(self.stock.engine, self.stock.least_subjects) - {theme_id}
        return tuple(Named(one, title) for one, title in names.items() if one in targets)


def _episodes(
    alarms: Iterable[Alarm], names: Mapping[str, str], least_subjects: int
) -> tuple[AlarmRow, ...]:
    """List the alarms of a theme that may be told; one may be about a part of another theme."""
    told = (one for one in alarms if may_be_shown(one.account, names, least_subjects))
    return tuple(row_of(one, {}) for one in islice(told, EPISODES))


def _exemplars(portrait: Portrait) -> tuple[Shown, ...]:
    marker = Marker(portrait.phrases)
    return tuple(Shown(one.appeal_id, marker.pieces(one.text)) for one in portrait.exemplars)


def made_of(change: Change) -> Made:
    """Say a change; a value that is missing is a dash."""
    return Made(
        change.made_at,
        change.made_by,
        _FIELDS.get(change.field, change.field),
        change.old or "–",
        change.new or "–",
        change.reason,
    )


_FIELDS: Final = {"merged_into": "merged into", "took_in": "took in"}
_EVENTS: Final = {
    Event.BORN: "found for the first time",
    Event.CONTINUED: "found again",
    Event.SPLIT: "split from",
    Event.MERGED: "merged into",
    Event.RETIRED: "no longer found",
}


def _named(theme_id: str | None, names: Mapping[str, str]) -> Named | None:
    return None if theme_id is None else Named(theme_id, names.get(theme_id, ""))


def _size(theme: Theme, latest: Discovery) -> Size:
    portrait, last = theme.portrait, latest.as_of
    this_week = last - timedelta(days=6)
    week = sum(one.appeals for one in portrait.days if one.day >= this_week)
    before = sum(
        one.appeals for one in portrait.days if this_week - timedelta(days=7) <= one.day < this_week
    )
    share = portrait.size / latest.appeals if latest.appeals else 0.0
    return Size(
        portrait.size,
        share,
        portrait.cases,
        portrait.subjects,
        portrait.campaigns,
        week,
        before,
    )


def _lines(theme: Theme, names: Mapping[str, str]) -> tuple[Line, ...]:
    """Say what became of a theme, the latest first; days on which it was only found again, once."""
    told: list[Line] = []
    for place, descent in enumerate(reversed(theme.descents)):
        others = tuple(
            Named(one, names.get(one, ""))
            for one in (descent.into or descent.parents)
            if one != theme.theme_id
        )
        if descent.event is Event.CONTINUED and place and not others:
            continue
        told.append(Line(descent.as_of, _EVENTS[descent.event], others))
    return tuple(told)
