"""The page of a theme: what it is, how big, whom it hits, what causes it, what was done.

Of a theme that is not found now all figures are those of the discovery that found it last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import ClassVar, Final

from models.alarm_entry import tells
from models.alarms import Alarm
from models.succession import WATCHED
from models.themes import Change, Discovery, Portrait, Status, Theme
from serving.dashboard.alarm_list_rows import AlarmRow, row_of
from serving.dashboard.alarm_telling import may_be_shown
from serving.dashboard.charts import Figure
from serving.dashboard.marking import Marker, Piece
from serving.dashboard.pages import Page
from serving.dashboard.roles import Role
from serving.dashboard.stock import Stock
from serving.dashboard.theme_flags import Flag, flags_of
from serving.dashboard.theme_gone import Gone, Named, gone_of, taken_in, telling_of
from serving.dashboard.theme_lines import Line, lines_of
from serving.dashboard.theme_notes import FIELD as NOTE
from serving.dashboard.theme_notes import Entry, entries_of
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
class Shown:
    """An exemplar, with the words that matter marked."""

    appeal_id: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Made:
    """Something that a person changed; what a note says is among the notes."""

    made_at: datetime
    made_by: str
    field: str
    old: str
    new: str
    reason: str | None

    @property
    def is_note(self) -> bool:
        """Whether it is a note that somebody wrote or took back."""
        return self.field == NOTE


@dataclass(frozen=True)
class Size:
    """How big a theme is: counts as of `models.themes.Portrait`, its share of all appeals.

    Attributes
    ----------
    week, before
        Appeals of the last seven days, and of the seven before; None of a theme not found now.
    """

    appeals: int
    share: float
    cases: int
    subjects: int
    campaigns: int
    week: int | None
    before: int | None


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
        The discovery that the figures are of.
    gone
        Where it went; None where it is found now.
    episodes
        The alarms that tell the theme, open ones first, then the latest closed.
    trend
        None where no day counts to it any more.
    own_until
        The last day that counts to a theme that is not found now; None where none does.
    targets
        Themes that it may be merged into.
    may_read, may_note, may_change, may_close
        What the person may do; whoever may read an appeal has it linked. A theme that is not found
        now, and watched still, can only be closed.
    """

    template: ClassVar[str] = "theme.html"
    under: ClassVar[str] = "/themes"
    has_charts: ClassVar[bool] = True

    theme: Theme
    window: Discovery
    gone: Gone | None
    flags: tuple[Flag, ...]
    episodes: tuple[AlarmRow, ...]
    size: Size
    trend: Figure | None
    own_until: date | None
    exemplars: tuple[Shown, ...]
    hit: Hit
    lines: tuple[Line, ...]
    notes: tuple[Entry, ...]
    changes: tuple[Made, ...]
    filed: FiledPage
    statuses: tuple[Status, ...]
    targets: tuple[Named, ...]
    may_read: bool
    may_note: bool
    may_change: bool
    may_close: bool
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
        stock, least = self.stock, self.stock.least_subjects
        theme = shown_theme(stock.catalog, theme_id, least)
        away = theme.retired_on is not None or theme.merged_into is not None
        (gone,) = gone_of(stock.engine, [theme], least) if away else (None,)
        telling = telling_of(stock.engine, theme, gone)
        window, until = telling.discovery, telling.days_until
        alarms = [one for one in stock.alarms.alarms().alarms if tells(one.account, theme_id)]
        names = names_of(stock.engine, least)
        watched = theme.merged_into is None and theme.status in WATCHED
        return ThemePage(
            title=theme.title,
            theme=theme,
            window=window,
            gone=gone,
            flags=flags_of(theme, alarms),
            episodes=_episodes(alarms, names, least),
            size=_size(theme, window, current=telling.current),
            trend=None if until is None else trend_of(stock.engine, theme, until, alarms),
            own_until=until if gone else None,
            exemplars=_exemplars(theme.portrait),
            hit=hit_of(stock.engine, theme_id, window.as_of, least),
            lines=lines_of(theme, taken_in(stock.engine, theme_id, least), names),
            notes=entries_of(theme.changes),
            changes=tuple(map(made_of, reversed(theme.changes))),
            filed=self._filed(theme, window, filed_page),
            statuses=_statuses(theme, closing=gone is not None),
            targets=self._targets(theme_id, names),
            may_read=role.includes(Role.REVIEWER),
            may_note=role.includes(Role.REVIEWER) and (gone is None or watched),
            may_change=role.includes(Role.MANAGER) and gone is None,
            may_close=role.includes(Role.MANAGER) and gone is not None and watched,
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


def _statuses(theme: Theme, *, closing: bool) -> tuple[Status, ...]:
    """Offer what a theme may be made; to dismiss it is a form of its own, which asks why."""
    if closing:
        return (theme.status, Status.RESOLVED)
    return tuple(one for one in Status if one is not Status.DISMISSED or one is theme.status)


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


def _size(theme: Theme, window: Discovery, *, current: bool) -> Size:
    portrait, last = theme.portrait, window.as_of
    this_week = last - timedelta(days=6)
    week = sum(one.appeals for one in portrait.days if one.day >= this_week)
    before = sum(
        one.appeals for one in portrait.days if this_week - timedelta(days=7) <= one.day < this_week
    )
    share = portrait.size / window.appeals if window.appeals else 0.0
    return Size(
        portrait.size,
        share,
        portrait.cases,
        portrait.subjects,
        portrait.campaigns,
        week if current else None,
        before if current else None,
    )
