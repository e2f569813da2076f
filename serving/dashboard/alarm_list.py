"""The page Alarms: every episode, open ones first, then the latest closed; and the same as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from starlette.responses import Response

from models.alarms import Kind
from serving.dashboard.alarm_figures import timeline_figure
from serving.dashboard.alarm_list_rows import AlarmRow, alarms_csv, asked_for, in_order, row_of
from serving.dashboard.alarm_question import (
    PAGE_ROWS,
    PATH,
    SORTS,
    STATES,
    Question,
    question_of,
)
from serving.dashboard.alarm_telling import BADGES, may_be_shown
from serving.dashboard.charts import Figure
from serving.dashboard.door import Door
from serving.dashboard.pages import Page
from serving.dashboard.roles import Role
from serving.dashboard.stock import Stock
from serving.dashboard.today_reading import told_themes
from serving.dashboard.visits import Visit


@dataclass(frozen=True)
class AlarmColumn:
    """A column that the list may be sorted by; `order` is as of aria-sort, or empty."""

    name: str
    label: str
    url: str
    order: str


@dataclass(frozen=True)
class AlarmChoice:
    """A kind that the filter offers."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class StateLink:
    """A state that the list may be asked for, and where it answers."""

    label: str
    url: str
    chosen: bool


@dataclass(frozen=True)
class ListedAlarms:
    """What a question finds.

    Attributes
    ----------
    as_of
        Day of the newest discovery; None before the first.
    open, closed
        Alarms that are shown at all, whatever is asked.
    suppressed
        Alarms that are not, as too few subjects stand behind them.
    rows
        All that were asked for, in order.
    """

    as_of: date | None
    open: int
    closed: int
    suppressed: int
    rows: list[AlarmRow]


@dataclass(frozen=True)
class AlarmsPage(Page):
    """The page Alarms.

    Attributes
    ----------
    matching
        Alarms that were asked for.
    timeline
        Those of this page of the list over the calendar; None where there are none.
    columns
        By name.
    previous, following
        Addresses of the neighbouring pages, or empty.
    """

    template: ClassVar[str] = "alarms.html"
    under: ClassVar[str] = PATH
    has_charts: ClassVar[bool] = True

    as_of: date | None
    opened: int
    closed: int
    suppressed: int
    matching: int
    question: Question
    states: tuple[StateLink, ...]
    kinds: tuple[AlarmChoice, ...]
    columns: Mapping[str, AlarmColumn]
    timeline: Figure | None
    rows: tuple[AlarmRow, ...]
    csv_url: str
    previous: str
    following: str


class AlarmList:
    """Answers what is asked of the list of alarms.

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
        def alarms(visit: Visit) -> Response:
            page = self.page(question_of(visit.query))
            visit.note(alarms=len(page.rows))
            return visit.show(page)

        @door.page(f"{PATH}.csv", Role.VIEWER)
        def download(visit: Visit) -> Response:
            found = self.found(question_of(visit.query))
            day = found.as_of.isoformat() if found.as_of else "none"
            return visit.download(alarms_csv(found.rows), f"alarms-{day}.csv")

    def page(self, question: Question) -> AlarmsPage:
        """Put the page together."""
        found = self.found(question)
        last = max(1, -(-len(found.rows) // PAGE_ROWS))
        page = min(question.page, last)
        rows = tuple(found.rows[(page - 1) * PAGE_ROWS : page * PAGE_ROWS])
        return AlarmsPage(
            title="Alarms",
            as_of=found.as_of,
            opened=found.open,
            closed=found.closed,
            suppressed=found.suppressed,
            matching=len(found.rows),
            question=question,
            states=tuple(
                StateLink(label, question.of_state(state).url(), state == question.state)
                for state, label in STATES.items()
            ),
            kinds=tuple(
                AlarmChoice(str(one), BADGES[one].capitalize(), one in question.kinds)
                for one in Kind
            ),
            columns=_columns(question),
            timeline=timeline_figure(rows, found.as_of) if rows and found.as_of else None,
            rows=rows,
            csv_url=question.at(1).url(f"{PATH}.csv"),
            previous=question.at(page - 1).url() if page > 1 else "",
            following=question.at(page + 1).url() if page < last else "",
        )

    def found(self, question: Question) -> ListedAlarms:
        """Find the alarms that are asked for."""
        least = self.stock.least_subjects
        raised = self.stock.alarms.alarms()
        themes = told_themes(self.stock.engine, least)
        shown = [one for one in raised.alarms if may_be_shown(one.account, themes, least)]
        going_on = sum(one.closed_on is None for one in shown)
        rows = (row_of(one, themes) for one in shown if asked_for(one, question))
        return ListedAlarms(
            as_of=raised.as_of,
            open=going_on,
            closed=len(shown) - going_on,
            suppressed=raised.suppressed + len(raised.alarms) - len(shown),
            rows=in_order(rows, question),
        )


def _columns(question: Question) -> Mapping[str, AlarmColumn]:
    order = "descending" if question.falling else "ascending"
    return {
        name: AlarmColumn(
            name, label, question.sorted_by(name).url(), order if name == question.sort else ""
        )
        for name, label in SORTS.items()
    }
