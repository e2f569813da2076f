"""The page Themes: what appellants say, sorted, filtered, searched; and the same as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from starlette.responses import Response

from models.catalog import Shown
from models.themes import Status, Theme
from serving.dashboard.door import Door
from serving.dashboard.pages import Page
from serving.dashboard.roles import Role
from serving.dashboard.stock import Stock
from serving.dashboard.theme_flags import flags_of
from serving.dashboard.theme_list_rows import (
    SPARK_DAYS,
    ThemeRow,
    fact_of,
    in_order,
    row_of,
    themes_csv,
)
from serving.dashboard.theme_question import PAGE_ROWS, PATH, SORTS, Question, question_of
from serving.dashboard.visits import Visit

FIELDS: Final = ("policy", "action", "market", "language", "detection")
"""Facts by which the list is filtered; a user's own attributes are on each theme's page."""


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
class ThemesPage(Page):
    """The page Themes.

    Attributes
    ----------
    as_of
        Last day of the window, or None before the first discovery.
    matching, suppressed, unassigned
        Themes that were asked for; those of too few subjects to be shown; appeals of none.
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
    question: Question
    statuses: tuple[Choice, ...]
    facts: tuple[Choice, ...]
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
            shown, rows = self._found(question_of(visit.query))
            day = shown.discovery.as_of.isoformat() if shown.discovery else "none"
            return visit.download(themes_csv(rows), f"themes-{day}.csv")

    def page(self, question: Question) -> ThemesPage:
        """Put the page together."""
        shown, found = self._found(question)
        latest = shown.discovery
        last = max(1, -(-len(found) // PAGE_ROWS))
        page = min(question.page, last)
        return ThemesPage(
            title="Themes",
            as_of=latest.as_of if latest else None,
            window_days=latest.window_days if latest else 0,
            appeals=latest.appeals if latest else 0,
            unassigned=latest.unassigned if latest else 0,
            suppressed=shown.suppressed,
            matching=len(found),
            question=question,
            statuses=tuple(
                Choice(str(one), str(one).capitalize(), one in question.statuses) for one in Status
            ),
            facts=_facts(shown.themes, question.fact),
            columns=_columns(question),
            rows=tuple(found[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]),
            csv_url=question.at(1).url("/themes.csv"),
            previous=question.at(page - 1).url() if page > 1 else "",
            following=question.at(page + 1).url() if page < last else "",
        )

    def _found(self, question: Question) -> tuple[Shown, list[ThemeRow]]:
        shown = self.stock.catalog.themes(
            self.stock.least_subjects, retired=question.retired, days=SPARK_DAYS
        )
        alarms = self.stock.alarms.alarms(is_open=True).alarms
        themes = (theme for theme in shown.themes if _asked_for(theme, question))
        rows = [row_of(theme, shown, next(iter(flags_of(theme, alarms)), None)) for theme in themes]
        return shown, in_order(rows, question)


def _asked_for(theme: Theme, question: Question) -> bool:
    return (
        (not question.statuses or theme.status in question.statuses)
        and (not question.alarmed or bool(theme.alarms))
        and (not question.fact or question.fact in map(fact_of, theme.portrait.drivers))
        and (not question.text or _holds(theme, question.text.casefold()))
    )


def _holds(theme: Theme, text: str) -> bool:
    told = (theme.theme_id, theme.title, *(one.text for one in theme.portrait.exemplars))
    return any(text in one.casefold() for one in told)


def _facts(themes: Iterable[Theme], chosen: str) -> tuple[Choice, ...]:
    """Give the facts that drive any theme, by field, and one that is asked for in any case."""
    told = {
        (driver.field, driver.value)
        for theme in themes
        for driver in theme.portrait.drivers
        if driver.field in FIELDS
    }
    field, colon, value = chosen.partition(":")
    if colon:
        told.add((field, value))
    return tuple(
        Choice(
            f"{field}:{value}", f"{field}: {value.replace('_', ' ')}", f"{field}:{value}" == chosen
        )
        for field, value in sorted(told)
    )


def _columns(question: Question) -> Mapping[str, Column]:
    order = "descending" if question.falling else "ascending"
    return {
        name: Column(
            name, label, question.sorted_by(name).url(), order if name == question.sort else ""
        )
        for name, label in SORTS.items()
    }
