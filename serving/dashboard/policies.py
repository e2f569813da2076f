"""The pages on policies: how often each is overturned, and where enforcement needs repair."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import ClassVar, Final
from urllib.parse import urlencode

from starlette.responses import Response

from features.schema import Outcome
from serving.dashboard.charts import Figure
from serving.dashboard.csv_files import csv_of
from serving.dashboard.door import Door
from serving.dashboard.pages import Page
from serving.dashboard.policy_figures import rows_figure
from serving.dashboard.policy_question import PART, PATH, WEEKS, Part, Question, question_of
from serving.dashboard.policy_reading import (
    Decided,
    DecidedAppeal,
    appeals_of,
    first_moment,
    known,
)
from serving.dashboard.policy_rows import (
    LEAST_DECISIONS,
    PolicyRow,
    PolicyRows,
    part_weeks,
    policy_rows,
)
from serving.dashboard.rate_figures import rates_figure
from serving.dashboard.roles import Role
from serving.dashboard.stock import Stock
from serving.dashboard.visits import Visit
from serving.dashboard.wording import plain
from serving.problems import Problem

PAGE_APPEALS: Final = 50
PAGE_ROWS: Final = 60


@dataclass(frozen=True)
class Option:
    """A value that a filter offers."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class PoliciesPage(Page):
    """The page Policies.

    Attributes
    ----------
    since, until
        First and last day of the decisions; None: there are none.
    counted
        All parts, those to be shown, and how many are not; `rows` are those of this page.
    previous, following
        Addresses of the neighbouring pages, or empty.
    least
        Decisions below which a part is not shown.
    """

    template: ClassVar[str] = "policies.html"
    under: ClassVar[str] = PATH
    has_charts: ClassVar[bool] = True

    since: date | None
    until: date | None
    counted: PolicyRows
    rows: tuple[PolicyRow, ...]
    least: int
    weeks: tuple[Option, ...]
    markets: tuple[Option, ...]
    filtered: bool
    chart: Figure | None
    csv_url: str
    previous: str
    following: str


@dataclass(frozen=True)
class OutcomeLink:
    """A list that leads to the appeals of one outcome, or of both."""

    label: str
    url: str
    here: bool


@dataclass(frozen=True)
class PolicyPage(Page):
    """The page of one part: what its row is made of.

    Attributes
    ----------
    row
        None where it has too few decisions for a rate.
    decided
        Decisions in the window.
    may_read
        Whether the person may open an appeal.
    themes_url
        Themes that tell the policy more often than chance explains; empty without a policy.
    previous, following
        Addresses of the neighbouring pages of the list, or empty.
    """

    template: ClassVar[str] = "policy.html"
    under: ClassVar[str] = PATH
    has_charts: ClassVar[bool] = True

    row: PolicyRow | None
    decided: int
    question: Question
    chart: Figure | None
    appeals: tuple[DecidedAppeal, ...]
    outcomes: tuple[OutcomeLink, ...]
    may_read: bool
    themes_url: str
    back: str
    previous: str
    following: str


def _now() -> datetime:
    return datetime.now(UTC)


class Policies:
    """Answers what is asked about policies.

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

    def add_to(self, door: Door) -> None:
        """Add the pages."""

        @door.page(PATH)
        def policies(visit: Visit) -> Response:
            question = question_of(visit.query).of_all()
            unknown = self._unknown(_market(question))
            if unknown is not None:
                return visit.refuse(unknown)
            page = self.page(question)
            visit.note(policies=len(page.counted.rows))
            return visit.show(page)

        @door.page("/policies.csv")
        def download(visit: Visit) -> Response:
            question = question_of(visit.query).whole()
            unknown = self._unknown(_market(question))
            if unknown is not None:
                return visit.refuse(unknown)
            found = self._found(question)
            name = f"policies-{found.last.isoformat() if found.last else 'none'}.csv"
            rows = policy_rows(found, question).rows
            return visit.download(csv_of(CSV_COLUMNS, map(_csv_row, rows)), name)

        @door.page(PART)
        def part(visit: Visit) -> Response:
            question = question_of(visit.query)
            part = question.asked
            facts = {"policy": part.policy, "detection": part.detection}
            unknown = self._unknown(_market(question)) or self._unknown(facts)
            if unknown is not None:
                return visit.refuse(unknown)
            page = self.part(question, visit.may(Role.REVIEWER))
            visit.note(appeals=len(page.appeals))
            return visit.show(page)

    def page(self, question: Question) -> PoliciesPage:
        """Put the page of all parts together."""
        found = self._found(question)
        counted = policy_rows(found, question)
        since = None if found.last is None else found.last - timedelta(days=question.days - 1)
        last = max(1, -(-len(counted.rows) // PAGE_ROWS))
        page = min(question.page, last)
        return PoliciesPage(
            title="Policies",
            since=since,
            until=found.last,
            counted=counted,
            rows=counted.rows[(page - 1) * PAGE_ROWS : page * PAGE_ROWS],
            least=LEAST_DECISIONS,
            weeks=tuple(Option(str(one), f"{one} weeks", one == question.weeks) for one in WEEKS),
            markets=_markets(counted, question),
            filtered=question.at(1) != Question(),
            chart=rows_figure(counted.rows),
            csv_url=question.at(1).url("/policies.csv"),
            previous=question.at(page - 1).url() if page > 1 else "",
            following=question.at(page + 1).url() if page < last else "",
        )

    def part(self, question: Question, may_read: bool = False) -> PolicyPage:
        """Put the page of one part together."""
        found = self._found(question)
        part = question.asked
        weeks = part_weeks(found, question)
        rows = [one for one in policy_rows(found, question).rows if one.part == part]
        told = self._appeals(found, question, part)
        return PolicyPage(
            title=_title(part),
            row=next(iter(rows), None),
            decided=sum(one.decided for one in weeks),
            question=question,
            chart=rates_figure(weeks) if weeks else None,
            appeals=told[:PAGE_APPEALS],
            outcomes=_outcomes(question),
            may_read=may_read,
            themes_url=_themes_url(part),
            back=question.whole().url(),
            previous=question.at(question.page - 1).url(PART) if question.page > 1 else "",
            following=question.at(question.page + 1).url(PART) if len(told) > PAGE_APPEALS else "",
        )

    def _unknown(self, facts: Mapping[str, str | None]) -> Problem | None:
        """Say so where no appeal has some facts, by column."""
        if not facts or known(self.stock.engine, facts):
            return None
        names = " and ".join(one.replace("detection", "way of detection") for one in facts)
        detail = f"No appeal of the history has this {names}. The address may be mistyped."
        return Problem(HTTPStatus.NOT_FOUND, "no-such-part", detail)

    def _found(self, question: Question) -> Decided:
        return self.stock.decisions.decided(question.days, self.now())

    def _appeals(self, found: Decided, question: Question, part: Part) -> tuple[DecidedAppeal, ...]:
        """List a page of the part's appeals, and one more where there are more pages."""
        if found.last is None:
            return ()
        until = datetime(found.last.year, found.last.month, found.last.day, tzinfo=UTC)
        facts = {"policy": part.policy, "detection": part.detection}
        if question.market:
            facts["market"] = question.market
        return appeals_of(
            self.stock.engine,
            facts,
            first_moment(until, question.days),
            until + timedelta(days=1),
            question.outcome,
            (PAGE_APPEALS + 1, (question.page - 1) * PAGE_APPEALS),
        )


def _market(question: Question) -> dict[str, str | None]:
    return {"market": question.market} if question.market else {}


def _title(part: Part) -> str:
    policy = plain(part.policy) if part.policy else "No policy told"
    return f"{policy}, {part.detection}" if part.detection else f"{policy}, detection not told"


def _themes_url(part: Part) -> str:
    return f"/themes?{urlencode({'fact': f'policy:{part.policy}'})}" if part.policy else ""


def _markets(counted: PolicyRows, question: Question) -> tuple[Option, ...]:
    """Offer the markets that there are, and one that is asked for in any case."""
    known = sorted({*counted.markets, question.market} - {""})
    return tuple(Option(one, one, one == question.market) for one in known)


def _outcomes(question: Question) -> tuple[OutcomeLink, ...]:
    return tuple(
        OutcomeLink(label, question.only(one).url(PART), one == question.outcome)
        for one, label in (("", "all"), *((str(one), str(one)) for one in Outcome))
    )


CSV_COLUMNS: Final = (
    "policy",
    "detection",
    "decisions",
    "overturned",
    "share overturned",
    "95 % from",
    "95 % to",
    "share last 4 weeks",
    "last 4 weeks 95 % from",
    "last 4 weeks 95 % to",
    "share before",
    "share expected by its own past",
    "risen against its own past",
    "share of all others",
    "above all others",
    "median hours to decision",
    "90 % within hours",
)


def _csv_row(row: PolicyRow) -> tuple[object, ...]:
    return (
        row.part.policy,
        row.part.detection,
        row.decided,
        row.overturned,
        round(row.rate, 5),
        round(row.lower, 5),
        round(row.upper, 5),
        *(_rounded(one) for one in _lately(row)),
        _rounded(row.before),
        _rounded(row.own),
        "yes" if row.rising else "no",
        round(row.others, 5),
        "yes" if row.above else "no",
        round(row.median, 1),
        round(row.slow, 1),
    )


def _lately(row: PolicyRow) -> tuple[float | None, float | None, float | None]:
    recent = row.recent
    return (None, None, None) if recent is None else (recent.rate, recent.lower, recent.upper)


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 5)
