"""The report to the regulator: complaints by basis, outcome, time and automated means (EU DSA)."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import ClassVar, Final
from urllib.parse import urlencode

from cachetools import LRUCache
from starlette.responses import Response

from features.errors import InvalidDate, InvalidMapping
from models.grounds import FILE, Grounds, read_grounds
from models.transparency import DIMENSIONS, Figures, Report, Tally, figures_of, report
from serving.dashboard.door import Door
from serving.dashboard.pages import Page
from serving.dashboard.regulator_csv import method, report_csv
from serving.dashboard.regulator_reading import Months, carried_over, complaints_of, mark_of
from serving.dashboard.regulator_template import FILE_NAME, NOT_KNOWN, Filed, template_csv
from serving.dashboard.roles import Role
from serving.dashboard.stock import Stock
from serving.dashboard.visits import Visit

PATH: Final = "/regulator"
MOST_MONTHS: Final = 24
BY_DEFAULT: Final = 6
HEADINGS: Final = {"contested": "decision complained of"}
"""What dimensions are called, where not by their names."""
NOTHING_DECLARED: Final = Grounds(policies={})
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_EARLIEST: Final = 1990
_MOST_TYPED: Final = 20
MOST_KEPT: Final = 8


@dataclass(frozen=True)
class Typed:
    """The months asked for, as they were typed."""

    since: str
    until: str

    @property
    def kinds(self) -> tuple[str, str]:
        """Of the fields: a browser would throw away what is no month, so that is shown as text."""
        first, last = (
            "month" if _read(text) is not None else "text" for text in (self.since, self.until)
        )
        return first, last


@dataclass(frozen=True)
class Table:
    """What is told by one dimension, and what that is called."""

    name: str
    heading: str
    rows: tuple[Tally, ...]


@dataclass(frozen=True)
class Made:
    """A report, and what could not be placed in it.

    Attributes
    ----------
    carried
        Of complaints that were pending before it; None where they are too few to be told.
    undeclared
        Policies that no ground is declared for.
    kinds
        Kinds of decision that there are complaints about.
    unplaced
        Actions whose kind is not declared.
    all_placed
        Whether the kind of every complaint is known; a complaint may name no action.
    """

    months: Months
    report: Report
    carried: Figures | None
    undeclared: tuple[str, ...]
    kinds: frozenset[str]
    unplaced: tuple[str, ...]
    all_placed: bool


@dataclass(frozen=True)
class RegulatorPage(Page):
    """The page of the report.

    Attributes
    ----------
    months
        As typed, or by default.
    why
        Why there is no report of these months; empty where there is one.
    total
        None where there is no report, or fewer than `least` complaints.
    tables
        By dimension, over the whole period.
    declared
        Whether grounds are declared at all; `undeclared` are the policies that are not, `unplaced`
        the actions whose kind is not.
    method
        How the figures are made.
    not_known
        What the EU's template asks for besides, and what could not be checked.
    """

    template: ClassVar[str] = "regulator.html"
    under: ClassVar[str] = "/digest"

    months: Typed
    latest: str
    why: str
    total: Figures | None
    carried: Figures | None
    by_month: tuple[Tally, ...]
    tables: tuple[Table, ...]
    least: int
    declared: bool
    file: str
    undeclared: tuple[str, ...]
    unplaced: tuple[str, ...]
    csv_url: str
    template_url: str
    method: tuple[str, ...]
    not_known: tuple[str, ...]


def _today() -> date:
    return datetime.now(UTC).date()


class RegulatorPages:
    """Makes the report, shows it and gives it away.

    Parameters
    ----------
    stock
        What pages read from.
    today
        Gives the day, UTC.
    """

    def __init__(self, stock: Stock, today: Callable[[], date] = _today) -> None:
        self.stock = stock
        self.today = today
        self._made: LRUCache[object, Made] = LRUCache(MOST_KEPT)
        self._turn = threading.Lock()

    def add_to(self, door: Door) -> None:
        """Add the page and its file."""

        @door.page(PATH, Role.MANAGER)
        def show(visit: Visit) -> Response:
            typed = self._typed(visit.query)
            try:
                made = self._make(typed)
            except (InvalidDate, InvalidMapping) as error:
                page = self._page(typed, None, str(error))
                return visit.show(page, HTTPStatus.UNPROCESSABLE_ENTITY)
            visit.note(since=typed.since, until=typed.until)
            return visit.show(self._page(typed, made))

        @door.page("/regulator.csv", Role.MANAGER)
        def download(visit: Visit) -> Response:
            typed = self._typed(visit.query)
            made = self._make(typed)
            visit.note(since=typed.since, until=typed.until, export="regulator")
            written = report_csv(made.report, made.carried, made.months, self.stock.least_subjects)
            return visit.download(written, f"complaints-{typed.since}-{typed.until}.csv")

        @door.page("/regulator-template.csv", Role.MANAGER)
        def template(visit: Visit) -> Response:
            typed = self._typed(visit.query)
            filed = self._filed(self._make(typed))
            visit.note(since=typed.since, until=typed.until, export="regulator-template")
            return visit.download(template_csv(filed), FILE_NAME, encoding="utf-8")

    def _filed(self, made: Made) -> Filed:
        grounds = self._grounds() or NOTHING_DECLARED
        return Filed(
            report=made.report,
            months=made.months,
            kinds=made.kinds,
            declared=frozenset(map(str, grounds.actions.values())),
            placed=made.all_placed,
            service=grounds.service,
            least=self.stock.least_subjects,
        )

    def _page(self, typed: Typed, made: Made | None, why: str = "") -> RegulatorPage:
        found = made.report if made else Report(None)
        least = self.stock.least_subjects
        query = urlencode({"since": typed.since, "until": typed.until})
        return RegulatorPage(
            title="Transparency report",
            months=typed,
            latest=f"{self.today():%Y-%m}",
            why=why,
            total=found.total.figures if found.total else None,
            carried=made.carried if made else None,
            by_month=found.months,
            tables=tuple(
                Table(name, HEADINGS.get(name, name), rows)
                for name in DIMENSIONS
                if (rows := tuple(one for one in found.parts if one.dimension == name))
            ),
            least=least,
            declared=made is None or self._grounds() is not None,
            file=FILE,
            undeclared=made.undeclared if made else (),
            unplaced=made.unplaced if made else (),
            csv_url=f"/regulator.csv?{query}",
            template_url=f"/regulator-template.csv?{query}",
            method=method(least),
            not_known=NOT_KNOWN,
        )

    def _make(self, typed: Typed) -> Made:
        """Make a report, or take the one that holds still; raises InvalidDate or InvalidMapping."""
        months = months_of(typed, self.today())
        grounds = self._grounds() or NOTHING_DECLARED
        with self._turn:
            asked = (months, grounds.model_dump_json(), mark_of(self.stock.engine, months))
            if asked not in self._made:
                self._made[asked] = self._count(months, grounds)
            return self._made[asked]

    def _count(self, months: Months, grounds: Grounds) -> Made:
        engine, least = self.stock.engine, self.stock.least_subjects
        complaints = complaints_of(engine, months, grounds)
        before = carried_over(engine, months, grounds)
        carried = None if 0 < len(before) < least else figures_of(before, least)
        named = Counter(str(name) for name in complaints["policy"].dropna())
        undeclared = tuple(name for name, _ in grounds.undeclared(named))
        return Made(
            months,
            report(complaints, months.names, least),
            carried,
            undeclared,
            kinds=frozenset(map(str, complaints["contested"].dropna())),
            unplaced=grounds.unplaced(Counter(map(str, complaints["action"].dropna()))),
            all_placed=bool(complaints["contested"].notna().all()),
        )

    def _grounds(self) -> Grounds | None:
        return read_grounds(self.stock.settings.home)

    def _typed(self, query: Mapping[str, str]) -> Typed:
        default = last_months(self.today(), BY_DEFAULT)
        since, until = (
            query.get(name, "").strip()[:_MOST_TYPED] or otherwise
            for name, otherwise in (("since", default.names[0]), ("until", default.names[-1]))
        )
        return Typed(since, until)


def last_months(today: date, count: int) -> Months:
    """Give the last months that are over."""
    last = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    place = 12 * last.year + last.month - count
    return Months(date(place // 12, place % 12 + 1, 1), last)


def months_of(typed: Typed, today: date) -> Months:
    """Read months.

    Raises
    ------
    InvalidDate
        One is none, or in the future, the last is before the first, or they are too many.
    """
    first, last = _month(typed.since, today), _month(typed.until, today)
    if last < first:
        raise InvalidDate(
            f"the last month, {last:%Y-%m}, is before the first, {first:%Y-%m}",
            "a last month from the first on",
            "Exchange them.",
        )
    if 12 * (last.year - first.year) + last.month - first.month >= MOST_MONTHS:
        raise InvalidDate(
            f"{first:%Y-%m} to {last:%Y-%m} is too long",
            f"at most {MOST_MONTHS} months",
            "Report a part of it.",
        )
    return Months(first, last)


def _month(text: str, today: date) -> date:
    month = _read(text)
    if month is None:
        raise InvalidDate(f"{text!r} is not a month", "a month such as 2026-03", "Correct it.")
    if month > today:
        raise InvalidDate(
            f"{text} is in the future", f"a month up to {today:%Y-%m}", "Name an earlier one."
        )
    return month


def _read(text: str) -> date | None:
    found = _MONTH.fullmatch(text)
    if found is None or not 1 <= int(found[2]) <= 12 or int(found[1]) < _EARLIEST:
        return None
    return date(int(found[1]), int(found[2]), 1)
