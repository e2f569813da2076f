"""The page Themes: what appellants say, sorted, filtered, searched; and the same as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from starlette.responses import Response

from models.catalog import Shown
from models.themes import Discovery, Status, Theme
from serving.dashboard.door import Door
from serving.dashboard.pages import Page
from serving.dashboard.roles import Role
from serving.dashboard.stock import Stock
from serving.dashboard.theme_appeals import WindowAppeals
from serving.dashboard.theme_flags import flags_of
from serving.dashboard.theme_gone import Gone, gone_of
from serving.dashboard.theme_history import filed_before
from serving.dashboard.theme_list_rows import (
    SPARK_DAYS,
    Tally,
    ThemeRow,
    in_order,
    row_of,
    themes_csv,
)
from serving.dashboard.theme_question import (
    DAYS,
    FIELDS,
    MATCHING,
    PAGE_ROWS,
    PATH,
    SORTS,
    Question,
    question_of,
)
from serving.dashboard.theme_span import Span, span_of
from serving.dashboard.visits import Visit
from serving.dashboard.wording import counted

MOST_CHOICES: Final = 60


@dataclass(frozen=True)
class Column:
    """A column that the list may be sorted by; `order` is as of aria-sort, or empty."""

    name: str
    label: str
    url: str
    order: str


@dataclass(frozen=True)
class Choice:
    """A value that a filter offers."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class FactChoices:
    """A fact by which the appeals of themes are looked for, and the values it is offered with."""

    field: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Stretch:
    """Days that the list may be asked about, and where it answers."""

    label: str
    url: str
    chosen: bool


@dataclass(frozen=True)
class Listed:
    """What a question finds.

    Attributes
    ----------
    span
        The days that are counted; None before the first discovery.
    rows
        All that were asked for, in order.
    dismissed
        How many more there are that are dismissed, and not asked for.
    offered
        By which facts, and their values, the list may be asked.
    """

    shown: Shown
    span: Span | None
    rows: list[ThemeRow]
    dismissed: int
    offered: tuple[FactChoices, ...]


@dataclass(frozen=True)
class ThemesPage(Page):
    """The page Themes.

    Attributes
    ----------
    as_of
        Last day of the window, or None before the first discovery.
    span
        The days that are counted, or None before the first discovery.
    appeals, unassigned, suppressed, matching
        Of the whole window: all appeals, those of no theme; themes of too few subjects to be
        shown, and those that were asked for.
    dismissed, dismissed_url
        Dismissed themes that are left out, and where they are not.
    gone
        Themes that are not found now and hold the text that is looked for, where no other does.
    asked
        The facts that are asked for, in words, or empty.
    columns
        By name.
    previous, following
        Addresses of the neighbouring pages, or empty.
    """

    template: ClassVar[str] = "themes.html"
    under: ClassVar[str] = PATH

    as_of: date | None
    window_days: int
    appeals: int
    unassigned: int
    suppressed: int
    matching: int
    dismissed: int
    dismissed_url: str
    gone: tuple[Gone, ...]
    question: Question
    span: Span | None
    stretches: tuple[Stretch, ...]
    statuses: tuple[Choice, ...]
    facts: tuple[FactChoices, ...]
    asked: str
    columns: Mapping[str, Column]
    rows: tuple[ThemeRow, ...]
    csv_url: str
    previous: str
    following: str


class ThemeList:
    """Answers what is asked of the list.

    Parameters
    ----------
    stock
        What pages read from.
    """

    def __init__(self, stock: Stock) -> None:
        self.stock = stock

    def add_to(self, door: Door) -> None:
        """Add the pages."""

        @door.page(PATH)
        def themes(visit: Visit) -> Response:
            page = self.page(question_of(visit.query))
            visit.note(themes=len(page.rows))
            return visit.show(page)

        @door.page("/themes.csv", Role.VIEWER)
        def download(visit: Visit) -> Response:
            question = question_of(visit.query)
            found = self._found(question)
            latest = found.shown.discovery
            day = latest.as_of.isoformat() if latest else "none"
            written = themes_csv(found.rows, found.span, bool(question.facts))
            return visit.download(written, f"themes-{day}.csv")

    def page(self, question: Question) -> ThemesPage:
        """Put the page together."""
        found = self._found(question)
        latest, rows = found.shown.discovery, found.rows
        last = max(1, -(-len(rows) // PAGE_ROWS))
        page = min(question.page, last)
        return ThemesPage(
            title="Themes",
            as_of=latest.as_of if latest else None,
            window_days=latest.window_days if latest else 0,
            appeals=latest.appeals if latest else 0,
            unassigned=latest.unassigned if latest else 0,
            suppressed=found.shown.suppressed,
            matching=len(rows),
            dismissed=found.dismissed,
            dismissed_url=question.with_dismissed().url(),
            gone=self._gone(question) if not rows else (),
            question=question,
            span=found.span,
            stretches=_stretches(question, latest.window_days if latest else 0),
            statuses=tuple(
                Choice(str(one), str(one).capitalize(), one in question.statuses) for one in Status
            ),
            facts=found.offered,
            asked=", ".join(f"{field} {value}" for field, value in question.facts),
            columns=_columns(question, found.span),
            rows=tuple(rows[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]),
            csv_url=question.at(1).url("/themes.csv"),
            previous=question.at(page - 1).url() if page > 1 else "",
            following=question.at(page + 1).url() if page < last else "",
        )

    def _found(self, question: Question) -> Listed:
        # Their days are counted from the appeals: eight thousand of them would be made here.
        shown = self.stock.catalog.themes(
            self.stock.least_subjects, retired=question.retired, days=0
        )
        appeals = self.stock.theme_appeals.appeals()
        offered = tuple(_offered(appeals, field, question) for field in FIELDS)
        if shown.discovery is None:
            return Listed(shown, None, [], 0, offered)
        span = span_of(question, shown.discovery)
        tally = self._tally(question, appeals, span, shown.discovery)
        alarms = self.stock.alarms.alarms(is_open=True).alarms
        rows = (
            row_of(theme, tally, next(iter(flags_of(theme, alarms)), None))
            for theme in shown.themes
            if _asked_for(theme, question)
        )
        held = [row for row in rows if row.matching or not question.facts]
        told = [
            row for row in held if row.status is not Status.DISMISSED or _with_dismissed(question)
        ]
        return Listed(shown, span, in_order(told, question), len(held) - len(told), offered)

    def _gone(self, question: Question) -> tuple[Gone, ...]:
        if not question.text:
            return ()
        themes = self.stock.catalog.gone(self.stock.least_subjects)
        held = (one for one in themes if holds(one, question.text))
        return gone_of(self.stock.engine, held, self.stock.least_subjects)

    def _tally(
        self, question: Question, appeals: WindowAppeals, span: Span, latest: Discovery
    ) -> Tally:
        return Tally(
            span=span,
            appeals=int(appeals.filed(span).sum()) if span.chosen else latest.appeals,
            counts=appeals.counts(span, question.facts),
            before=filed_before(self.stock.engine, span),
            daily=appeals.daily(SPARK_DAYS),
        )


def _asked_for(theme: Theme, question: Question) -> bool:
    return (
        (not question.statuses or theme.status in question.statuses)
        and (not question.alarmed or bool(theme.alarms))
        and (not question.text or holds(theme, question.text))
    )


def _with_dismissed(question: Question) -> bool:
    return question.dismissed or Status.DISMISSED in question.statuses


def holds(theme: Theme, text: str) -> bool:
    """Tell whether the number, title or an exemplar of a theme holds a text."""
    text = text.casefold()
    told = (theme.theme_id, theme.title, *(one.text for one in theme.portrait.exemplars))
    return any(text in one.casefold() for one in told)


def _offered(appeals: WindowAppeals, field: str, question: Question) -> FactChoices:
    """Offer the commonest values of a fact, by name, and one that is asked for in any case."""
    chosen = dict(question.facts).get(field, "")
    values = sorted({*appeals.commonest(field, MOST_CHOICES), chosen} - {""})
    return FactChoices(
        field, tuple(Choice(one, one.replace("_", " "), one == chosen) for one in values)
    )


def _stretches(question: Question, window_days: int) -> tuple[Stretch, ...]:
    """Offer last days, and all; days that were named are none of these."""
    named = question.since is not None or question.until is not None
    whole = f"All {counted(window_days, 'day')}" if window_days else "All days"
    return (
        Stretch(whole, question.of_days(0).url(), not (question.days or named)),
        *(
            Stretch(f"Last {days}", question.of_days(days).url(), days == question.days)
            for days in DAYS
            if days < (window_days or days + 1) or days == question.days
        ),
    )


def _columns(question: Question, span: Span | None) -> Mapping[str, Column]:
    order = "descending" if question.falling else "ascending"
    labels = {name: one for name, one in SORTS.items() if name != MATCHING or question.facts}
    if span is not None and span.chosen:
        labels["week"] = counted(span.days, "day")
    return {
        name: Column(
            name, label, question.sorted_by(name).url(), order if name == question.sort else ""
        )
        for name, label in labels.items()
    }
