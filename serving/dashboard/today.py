"""The page Today: what is new, how much comes in and goes out, who waits, what was escalated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import ClassVar, Final

from starlette.responses import Response

from serving.dashboard.charts import Figure
from serving.dashboard.door import Door
from serving.dashboard.pages import Page
from serving.dashboard.rate_figures import RateWeek, rates_figure
from serving.dashboard.stock import Stock
from serving.dashboard.today_alarms import (
    ClosedAlarms,
    OpenAlarms,
    closed_alarms,
    open_alarms,
)
from serving.dashboard.today_figures import (
    ExpectedDay,
    days_figure,
    expected_days,
    filed_figure,
    rate_weeks,
)
from serving.dashboard.today_notices import notices
from serving.dashboard.today_reading import Course, Courses, DayCount, told_themes
from serving.dashboard.today_waiting import Escalations, WhoWaits, escalations, who_waits
from serving.dashboard.visits import Visit

PATH: Final = "/"


@dataclass(frozen=True)
class LastDay:
    """The last complete day against its expectation, and the week up to it."""

    day: ExpectedDay
    week: int


@dataclass(frozen=True)
class Charts:
    """What came in and went out; a chart without anything to draw is None."""

    filed: Figure | None
    decided: Figure | None
    overturned: Figure | None


@dataclass(frozen=True)
class Step:
    """Something to be done before the pages have everything to tell."""

    what: str
    command: str
    done: bool


@dataclass(frozen=True)
class TodayPage(Page):
    """The page Today.

    Attributes
    ----------
    moment, decided_until
        Up to when appeals came in, and were decided; None: there is none.
    notices
        What has stopped, and what does not count yet.
    as_of
        Day of the newest discovery, as of which alarms are told.
    closed
        Alarms that closed in the weeks up to then.
    last
        The last complete day.
    rate
        The last complete week of decisions.
    waits, escalations
        All that is undecided, and what of it is grave.
    steps
        What is to be done first; empty once all is there.
    """

    template: ClassVar[str] = "today.html"
    under: ClassVar[str] = PATH
    has_charts: ClassVar[bool] = True

    moment: datetime | None
    decided_until: datetime | None
    notices: tuple[str, ...]
    as_of: date | None
    alarms: OpenAlarms
    closed: ClosedAlarms
    last: LastDay | None
    rate: RateWeek | None
    charts: Charts
    waits: WhoWaits
    escalations: Escalations
    steps: tuple[Step, ...]


def _now() -> datetime:
    return datetime.now(UTC)


class Today:
    """Puts the first page together.

    Parameters
    ----------
    stock
        What pages read from.
    now
        Gives the moment, UTC.
    """

    def __init__(self, stock: Stock, now: Callable[[], datetime] = _now) -> None:
        self.stock = stock
        self.now = now
        self.courses = Courses(stock.engine, stock.filings, stock.decisions, stock.room)

    def add_to(self, door: Door) -> None:
        """Add the page."""

        @door.page(PATH)
        def today(visit: Visit) -> Response:
            page = self.page()
            visit.note(alarms=len(page.alarms.cards))
            return visit.show(page)

    def page(self) -> TodayPage:
        """Put the page together."""
        now = self.now()
        least = self.stock.least_subjects
        course = self.courses.course(now)
        themes = told_themes(self.stock.engine, least)
        raised = self.stock.alarms.alarms(is_open=True)
        filed, decided = course.filed, course.decided
        intake, last = _intake(filed.days) if filed else (None, None)
        decisions, overturned, rate = _decisions(decided.days) if decided else (None, None, None)
        return TodayPage(
            title="Today",
            moment=filed.until if filed else None,
            decided_until=decided.until if decided else None,
            notices=notices(course, now),
            as_of=raised.as_of,
            alarms=open_alarms(raised.alarms, themes, least, raised.suppressed),
            closed=closed_alarms(self.stock.alarms, raised.as_of, themes, least),
            last=last,
            rate=rate,
            charts=Charts(intake, decisions, overturned),
            waits=who_waits(course.waits, course.longest, now),
            escalations=escalations(course.waits, themes.values(), now),
            steps=_steps(course, raised.as_of),
        )


# What is drawn of the same counts is the same.
@lru_cache(maxsize=4)
def _intake(days: tuple[DayCount, ...]) -> tuple[Figure, LastDay | None]:
    """Draw the intake, and tell of the last complete day."""
    found = expected_days(days)
    week = sum(one.count for one in days[-8:-1])
    return filed_figure(found), LastDay(found[-2], week) if len(found) > 1 else None


@lru_cache(maxsize=4)
def _decisions(
    days: tuple[DayCount, ...],
) -> tuple[Figure | None, Figure | None, RateWeek | None]:
    """Draw the decisions and the rate, and give its last week; nothing of less than a week."""
    weeks = tuple(one for one in rate_weeks(days) if one.decided)
    if not weeks:
        return None, None, None
    figure = days_figure("decided", "Decisions", expected_days(days))
    return figure, rates_figure(weeks), weeks[-1]


def _steps(course: Course, as_of: date | None) -> tuple[Step, ...]:
    """Say what a new installation still needs; nothing once all of it is there."""
    scored = any(one.tier for one in course.waits)
    undecided = bool(course.waits)
    steps = (
        Step(
            "Bring the appeals and decisions that there are into the history",
            "redress ingest FILE --columns MAP",
            course.filed is not None,
        ),
        Step(
            "Let it find what appellants write about, and what emerges; then daily",
            "redress discover",
            as_of is not None,
        ),
        Step(
            "Train a model, promote it, and send new appeals to /v1/score",
            "redress train; redress promote --to champion",
            scored or (course.filed is not None and not undecided),
        ),
    )
    return () if all(one.done for one in steps) else steps
