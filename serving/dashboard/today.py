"""The page Today: what is new, how much comes in and goes out, who waits, what was escalated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import ClassVar, Final

from starlette.responses import Response

from models.priority import TIERS
from models.themes import Status
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
    rate_weeks,
)
from serving.dashboard.today_reading import Course, Courses, DayCounts, Told, Waits, told_themes
from serving.dashboard.visits import Visit

PATH: Final = "/"
GRAVE: Final = ("critical", "high")
"""Tiers of cases that ought to be with a team already."""
UNSCORED: Final = "not scored"
QUIET: Final = timedelta(hours=36)
"""Time without a filing or a decision from which the page says so: longer than any night."""


@dataclass(frozen=True)
class Waiting:
    """Undecided appeals, of a tier or of a team.

    Attributes
    ----------
    name
        Of the tier or the team.
    oldest
        When the first of them was filed, and `lasting` how long ago that was.
    overdue
        Those that are due by now.
    """

    name: str
    appeals: int
    overdue: int
    oldest: datetime
    lasting: str


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
    moment
        The latest filing or decision, as of which everything is told; None: there is none.
    quiet_for
        How long nothing has come in, where that is worrying; else empty.
    as_of
        Day of the newest discovery, as of which alarms are told.
    closed
        Alarms that closed in the weeks up to then.
    last
        The last complete day.
    rates
        The overturn rate of the last week and of the one before, where there are any.
    waiting, by_team
        All that is undecided; the grave cases by the team that they would go to.
    escalated
        Themes that people have escalated.
    steps
        What is to be done first; empty once all is there.
    """

    template: ClassVar[str] = "today.html"
    under: ClassVar[str] = PATH
    has_charts: ClassVar[bool] = True

    moment: datetime | None
    quiet_for: str
    as_of: date | None
    alarms: OpenAlarms
    closed: ClosedAlarms
    last: LastDay | None
    rates: tuple[RateWeek, ...]
    charts: Charts
    waiting: tuple[Waiting, ...]
    total: Waiting | None
    by_team: tuple[Waiting, ...]
    escalated: tuple[Told, ...]
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
        self.courses = Courses(stock.engine, stock.decisions, stock.room)

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
        charts, last, weeks = _drawn(course.days)
        moment = course.moment or now
        waiting = _waiting(course.waits, now, lambda one: one.tier or UNSCORED)
        grave = [one for one in course.waits if one.tier in GRAVE]
        return TodayPage(
            title="Today",
            moment=course.moment,
            quiet_for=lasting(now - moment) if now - moment > QUIET else "",
            as_of=raised.as_of,
            alarms=open_alarms(raised.alarms, themes, least, raised.suppressed),
            closed=closed_alarms(self.stock.alarms, raised.as_of, themes, least),
            last=last,
            rates=weeks[-2:],
            charts=charts,
            waiting=tuple(sorted(waiting, key=_place)),
            total=next(iter(_waiting(course.waits, now, lambda _: "all")), None),
            by_team=_waiting(grave, now, lambda one: one.team or ""),
            escalated=tuple(one for one in themes.values() if one.status is Status.ESCALATED),
            steps=_steps(course, raised.as_of),
        )


@lru_cache(maxsize=4)
def _drawn(
    days: tuple[DayCounts, ...],
) -> tuple[Charts, LastDay | None, tuple[RateWeek, ...]]:
    """Draw the charts; those of the same counts are the same."""
    if not days:
        return Charts(None, None, None), None, ()
    found, weeks = expected_days(days), rate_weeks(days)
    weeks = tuple(one for one in weeks if one.decided)
    charts = Charts(
        filed=days_figure("filed", "Appeals", found.filed),
        decided=days_figure("decided", "Decisions", found.decided) if weeks else None,
        overturned=rates_figure(weeks) if weeks else None,
    )
    week = sum(one.filed for one in days[-8:-1])
    last = LastDay(found.filed[-2], week) if len(found.filed) > 1 else None
    return charts, last, weeks


def _waiting(
    waits: Iterable[Waits], now: datetime, name_of: Callable[[Waits], str]
) -> tuple[Waiting, ...]:
    """Add up those of one name, the oldest first."""
    lots: dict[str, list[Waits]] = defaultdict(list)
    for one in waits:
        lots[name_of(one)].append(one)
    found = [_summed(name, lot, now) for name, lot in lots.items()]
    return tuple(sorted(found, key=lambda one: one.oldest))


def _summed(name: str, lot: Sequence[Waits], now: datetime) -> Waiting:
    oldest = min(one.oldest for one in lot)
    appeals, overdue = sum(one.appeals for one in lot), sum(one.overdue for one in lot)
    return Waiting(name, appeals, overdue, oldest, lasting(now - oldest))


_ORDER: Final = [name for name, _, _ in TIERS]


def _place(one: Waiting) -> int:
    return _ORDER.index(one.name) if one.name in _ORDER else len(_ORDER)


def lasting(time: timedelta) -> str:
    """Say how long something lasts: 40 minutes; 5 hours; 3 days."""
    minutes = max(int(time.total_seconds() // 60), 0)
    for unit, name, until in ((1, "minute", 120), (60, "hour", 48 * 60)):
        if minutes < until:
            count = minutes // unit
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{minutes // (24 * 60):,} days"


def _steps(course: Course, as_of: date | None) -> tuple[Step, ...]:
    """Say what a new installation still needs; nothing once all of it is there."""
    scored = any(one.tier for one in course.waits)
    undecided = bool(course.waits)
    steps = (
        Step(
            "Bring the appeals and decisions that there are into the history",
            "redress ingest FILE --columns MAP",
            course.moment is not None,
        ),
        Step(
            "Let it find what appellants write about, and what emerges; then daily",
            "redress discover",
            as_of is not None,
        ),
        Step(
            "Train a model, promote it, and send new appeals to /v1/score",
            "redress train; redress promote --to champion",
            scored or (course.moment is not None and not undecided),
        ),
    )
    return () if all(one.done for one in steps) else steps
