"""The page Model: who serves and who would like to, how good they are, and what has moved since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar, Final

from starlette.responses import Response

from features.database import reading
from models.drift import LEAST_CASES as LEAST_TO_COMPARE
from models.performance import LEAST_CASES, Estimate, Performance, performance
from models.registry import Registry
from models.reliability import reliability
from models.run_record import GATE, RunRecord, Verdict
from serving.dashboard.charts import Figure
from serving.dashboard.door import Door
from serving.dashboard.model_contenders import Contender, Contenders, Line, lines_of
from serving.dashboard.model_drift import DriftTable, drift_table
from serving.dashboard.model_figures import reliability_figure, weeks_figure, weeks_measured
from serving.dashboard.model_reading import Ledgers, Traffic, last_moment, spans_of
from serving.dashboard.model_slices import SliceTable, off_in, slice_tables
from serving.dashboard.model_watch import ModelWatch, Watched
from serving.dashboard.pages import Page
from serving.dashboard.roles import Role
from serving.dashboard.stock import Stock
from serving.dashboard.visits import Visit
from serving.dashboard.wording import counted, day

PATH: Final = "/model"


@dataclass(frozen=True)
class Run:
    """Where a version comes from.

    Attributes
    ----------
    url
        Of the run on MLflow's pages; empty where the settings do not say where these are.
    unread
        Files of the run that cannot be read.
    """

    role: str
    version: str
    run_id: str
    url: str
    unread: tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    """What the gate said of a version; `failed` are demands that were not met."""

    version: str
    verdict: Verdict
    failed: int


@dataclass(frozen=True)
class Live:
    """How scores turned out that were given before the decision.

    Attributes
    ----------
    scored
        Scores that the version gave.
    first, last
        Days of the first and the last of the decisions.
    weeks
        None where there is nothing to draw.
    """

    scored: int
    measured: Performance
    auc: Estimate | None
    brier: Estimate | None
    ece: Estimate | None
    first: date | None
    last: date | None
    weeks: Figure | None


@dataclass(frozen=True)
class ModelPage(Page):
    """The page Model.

    Attributes
    ----------
    champion, challenger
        Versions, or empty.
    lines
        What each is and how it did, side by side.
    calibration
        A diagram of each of them that has the cases for one.
    slices_off
        Slices of which the champion says too little or too much.
    live, moved
        Of the champion; None while there is none.
    watched
        What watches over the champion.
    tracking
        What `mlflow ui` is told to show; empty where it names a folder to who may not see it.
    """

    template: ClassVar[str] = "model.html"
    under: ClassVar[str] = PATH
    has_charts: ClassVar[bool] = True

    champion: str
    challenger: str
    lines: tuple[Line, ...]
    judged: tuple[Judged, ...]
    calibration: tuple[Figure, ...]
    least_cases: int
    live: Live | None
    moved: DriftTable | None
    watched: Watched | None
    slices: tuple[SliceTable, ...]
    slices_off: int
    runs: tuple[Run, ...]
    tracking: str


@dataclass(frozen=True)
class Seen:
    """What the ledger and the history say of a version, measured."""

    live: Live
    moved: DriftTable
    calibration: Figure | None


def _now() -> datetime:
    return datetime.now(UTC)


class ModelPages:
    """Puts the page together.

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
        registry = Registry(stock.settings)
        self.contenders = Contenders(registry)
        self.watch = ModelWatch(registry, stock.engine)
        self.ledgers = Ledgers(stock.engine)
        self._seen_last: tuple[Traffic, Seen] | None = None

    def add_to(self, door: Door) -> None:
        """Add the page."""

        @door.page(PATH, Role.VIEWER)
        def model(visit: Visit) -> Response:
            page = self.page(visit.may(Role.ADMIN))
            visit.note(champion=page.champion, challenger=page.challenger)
            return visit.show(page)

    def page(self, may_see_store: bool = False) -> ModelPage:
        """Put the page together; folders of the server are told to who may see them.

        Raises
        ------
        StateError
            The registry cannot be read.
        """
        champion, challenger = self.contenders.champion_and_challenger()
        seen = None if champion is None else self._seen(champion)
        tables = _slices(champion, challenger)
        both = [("champion", champion), ("challenger", challenger)]
        there = [(role, one) for role, one in both if one is not None]
        return ModelPage(
            title="Model",
            champion=champion.version.version if champion else "",
            challenger=challenger.version.version if challenger else "",
            lines=lines_of(champion, challenger),
            judged=tuple(found for _, one in there if (found := _judged(one)) is not None),
            calibration=_diagrams(champion, challenger, seen),
            least_cases=LEAST_CASES,
            live=seen.live if seen else None,
            moved=seen.moved if seen else None,
            watched=self.watch.of(champion, challenger) if champion else None,
            slices=tables,
            slices_off=off_in(tables),
            runs=tuple(_run(role, one, self.stock.settings.mlflow_url) for role, one in there),
            tracking=self.stock.settings.tracking if may_see_store else "",
        )

    def _seen(self, champion: Contender) -> Seen:
        engine, learnt = self.stock.engine, champion.learnt
        moment = last_moment(engine, self.now()) or self.now()
        with reading(engine) as connection:
            intake = self.stock.filings.flow(connection, moment)
        # A decision, or a single appeal, after the intake has stopped does not empty the weeks.
        end = intake.until if intake else moment
        spans = spans_of(learnt.first, learnt.seen_until, end)
        version = champion.version.version
        traffic = self.ledgers.traffic(version, spans, moment, LEAST_TO_COMPARE)
        if self._seen_last is None or self._seen_last[0] is not traffic:
            measured = Seen(_live(traffic), drift_table(traffic), _from_ledger(traffic, champion))
            self._seen_last = traffic, measured
        return self._seen_last[1]


def _run(role: str, one: Contender, mlflow_url: str) -> Run:
    """Tell where a version comes from; MLflow's pages keep what is shown behind a #."""
    run_id, pages = one.version.run_id, mlflow_url.partition("#")[0].rstrip("/")
    url = f"{pages}/#/runs/{run_id}" if pages else ""
    return Run(role, one.version.version, run_id, url, _lacking(one.record))


def _lacking(record: RunRecord) -> tuple[str, ...]:
    """Name the files that a training always writes; the gate's verdict comes later, or never."""
    return tuple(name for name in record.unread if name != GATE)


def _live(traffic: Traffic) -> Live:
    cases = traffic.cases
    days = cases.decided_on[cases.foreseen]
    measured = performance(cases.overturned[cases.foreseen], cases.probability[cases.foreseen])
    weeks = weeks_measured(cases)
    return Live(
        scored=traffic.scored,
        measured=measured,
        auc=measured.auc,
        brier=measured.brier,
        ece=measured.ece,
        first=days.min().astype(object) if len(days) else None,
        last=days.max().astype(object) if len(days) else None,
        weeks=weeks_figure(weeks) if weeks else None,
    )


def _from_ledger(traffic: Traffic, champion: Contender) -> Figure | None:
    """Draw the calibration by the ledger: on appeals filed after all that the model has seen."""
    cases, seen_until = traffic.cases, champion.learnt.seen_until
    number = int(cases.unseen.sum())
    if number < LEAST_CASES or seen_until is None:
        return None
    bins = reliability(cases.overturned[cases.unseen], cases.probability[cases.unseen])
    whose = (
        f"Version {champion.version.version}, the champion, on"
        f" {counted(number, 'decided appeal')} filed after"
        f" {day(seen_until)}, up to which it has learnt: its scores in the ledger."
    )
    return reliability_figure("calibration-ledger", bins, whose)


def _diagrams(
    champion: Contender | None, challenger: Contender | None, seen: Seen | None
) -> tuple[Figure, ...]:
    drawn = [_tested(one, role) for role, one in _named(champion, challenger)]
    ledger = [seen.calibration if seen else None]
    return tuple(one for one in (*drawn[:1], *ledger, *drawn[1:]) if one is not None)


def _named(
    champion: Contender | None, challenger: Contender | None
) -> tuple[tuple[str, Contender | None], ...]:
    return ("champion", champion), ("challenger", challenger)


def _tested(one: Contender | None, role: str) -> Figure | None:
    """Draw the calibration that a run measured on its test slice."""
    if one is None or not one.record.bins:
        return None
    cases = sum(part.cases for part in one.record.bins)
    whose = (
        f"Version {one.version.version}, the {role}, on the"
        f" {counted(cases, 'later case')} of its training, which it has not seen."
    )
    return reliability_figure(f"calibration-{role}", one.record.bins, whose)


def _slices(champion: Contender | None, challenger: Contender | None) -> tuple[SliceTable, ...]:
    def record(one: Contender | None) -> RunRecord | None:
        return None if one is None else one.record

    first = record(champion) or record(challenger)
    rival = record(challenger) if champion else None
    return () if first is None else slice_tables(first, rival)


def _judged(one: Contender) -> Judged | None:
    verdict = one.record.verdict
    if verdict is None or not verdict.demands:
        return None
    failed = sum(not demand.passed for demand in verdict.demands)
    return Judged(one.version.version, verdict, failed)
