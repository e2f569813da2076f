"""The job that asks whether the champion has gone stale: what it is given, and how it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.database import open_database
from features.errors import InvalidDate, LimitsPassed, NoChampion, NoScores
from features.frame import ATTRIBUTE_PREFIX, attribute_names
from features.history import History
from features.settings import Settings
from models.drift_record import DriftRecord, Kind, Look
from models.makeup import FIELDS, SCORE, Makeup
from models.performance import Estimate
from models.registry import Registry, Served
from models.scored import scored_between
from training.config import DriftConfig
from training.drift_gaps import bands_gap, outlook_gaps, scores_gap
from training.drift_looks import (
    Pending,
    Promised,
    Watched,
    fact_looks,
    outlook_looks,
    outlook_of,
    score_looks,
    text_looks,
)
from training.drift_run import record_drift
from training.expected import named_facts
from training.reference import learnt_again, read_makeup
from training.seen import Seen
from training.source import Cases
from training.stages import Stages
from training.tracking import Origin, read_origin, read_seen
from training.window import last_day

__all__ = ["Drifted", "Period", "drift", "period_of", "require_within"]

REMEDY: Final = "See what moved; `redress train` on the new outcomes, then `redress promote`"
MIX_REMEDY: Final = (
    "Name facts that must grow, such as the age of an account, under `drift.expected` and give it "
    "with --config; for others see what moved, then `redress train` and `redress promote`"
)
"""Where only facts have moved: training again does not stop what grows by itself."""


@dataclass(frozen=True)
class Period:
    """The days of filing that are looked at, UTC, the last one included."""

    since: date
    until: date

    @property
    def begin(self) -> datetime:
        """The first moment."""
        return datetime.combine(self.since, time(), UTC)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.until, time(), UTC) + timedelta(days=1)


@dataclass(frozen=True)
class Drifted:
    """A look at drift and the run that keeps it."""

    record: DriftRecord
    run_id: str
    seconds: Mapping[str, float]

    def answer(self) -> dict[str, object]:
        """Give the answer of `redress drift --json`."""
        record = self.record
        return {
            "version": record.version,
            "since": record.since.isoformat(),
            "until": record.until.isoformat(),
            "cases": record.cases,
            "learnt": record.learnt,
            "past": [f"{look.kind}: {look.name}" for look in record.past],
            "looks": [_told(look) for look in record.looks],
            "foreseen": asdict(record.outlook.all),
            "foreseen_of_decided": asdict(record.outlook.decided),
            "realised": asdict(record.outlook.realised),
            "foreseen_when_tested": record.outlook.foretold,
            "decided_share": record.outlook.decided_share,
            "undecided_said": record.outlook.undecided_said,
            "missing": list(record.missing),
            "run_id": self.run_id,
            "seconds": dict(self.seconds),
        }


@dataclass(frozen=True, eq=False)
class Champion:
    """The model in service, and what its training says of it."""

    served: Served
    origin: Origin
    seen: Seen


def drift(
    settings: Settings,
    config: DriftConfig,
    stages: Stages,
    since: date | None = None,
    until: date | None = None,
    seed: int = 0,
) -> Drifted:
    """Compare what is being scored with what the champion was trained on, and record it.

    Raises
    ------
    NoScores
        No model serves, or it has scored nothing in that time that it has not learnt from.
    InvalidDate
        The days are reversed, or not in the calendar.
    DamagedModel
        The champion's files, or the record of its training, are not as they were.
    """
    registry = Registry(settings)
    with stages.stage("load", "loading the champion"):
        champion = _champion(registry)
    engine = open_database(settings)
    with stages.stage("read", "reading what was scored"):
        history = History(engine)
        period = period_of(since, until, last_day(history), config.days)
        watched = _watched(history, champion, period)
        learnt = learnt_again(registry, champion.origin)
    engine.dispose()
    with stages.stage("compare", f"comparing {len(watched.frame):,} appeals"):
        record = _compare(registry, champion, watched, learnt, period, config, seed)
    with stages.stage("record", "recording the run"):
        run_id = record_drift(registry, record, config)
    return Drifted(record, run_id, stages.seconds)


def require_within(record: DriftRecord) -> None:
    """Refuse what is past its limits.

    Raises
    ------
    LimitsPassed
        Naming each.
    """
    if record.past:
        named = "; ".join(
            f"{look.kind} {look.name} ({look.value:.3f}, limit {look.limit:.3f},"
            f" chance {look.by_chance:.3f})"
            for look in record.past
        )
        raise LimitsPassed(
            f"version {record.version} is past its limits: {named}",
            remedy=MIX_REMEDY if all(look.kind == Kind.MIX for look in record.past) else REMEDY,
        )


def period_of(since: date | None, until: date | None, last: date, days: int) -> Period:
    """Settle the days: up to the last day of filing, and as many as are usual.

    Raises
    ------
    InvalidDate
        The first is after the last, or before the calendar begins.
    """
    end = until or last
    try:
        begin = since or end - timedelta(days=days - 1)
        period = Period(begin, end)
        reversed_ = period.begin >= period.end
    except OverflowError as error:
        raise InvalidDate(f"{end} is at the end of the calendar", "another day") from error
    if reversed_:
        raise InvalidDate(
            f"the time from {begin} to {end} ends before it begins",
            "the first day, then the last",
            "Name them with --since and --until",
        )
    return period


def _champion(registry: Registry) -> Champion:
    try:
        served = registry.champion()
    except NoChampion as error:
        raise NoScores(
            error.found, "a champion, whose scores are looked at", error.remedy
        ) from error
    origin = read_origin(registry, served.run_id)
    return Champion(served, origin, Seen(origin.seen_until, read_seen(registry, served.run_id)))


def _watched(history: History, champion: Champion, period: Period) -> Watched:
    """Read the scored appeals that the champion has not learnt from, and how they were decided."""
    version = champion.served.version
    scores = scored_between(history.engine, version, period.begin, period.end)
    frame = history.appeals(period.begin, period.end)
    kept = frame["appeal_id"].isin(scores).to_numpy() & champion.seen.later(frame)
    if not kept.any():
        raise NoScores(
            f"version {version} has scored {len(scores):,} appeals filed from {period.since} to"
            f" {period.until}, none of them filed after {champion.seen.until:%Y-%m-%d}, up to which"
            " it has learnt",
            "scores of later appeals, which are in the history",
            "Name other days with --since and --until, or send appeals to /v1/score",
        )
    frame = frame[kept].reset_index(drop=True)
    known = history.outcomes(period.begin, datetime.now(UTC))
    outcome = [known.get(appeal) for appeal in frame["appeal_id"]]
    return Watched(
        frame=frame,
        probability=np.array([scores[appeal] for appeal in frame["appeal_id"]], np.float64),
        decided=np.array([one is not None for one in outcome], np.bool_),
        overturned=np.array([one == "overturned" for one in outcome], np.int_),
        untested=(frame["submitted_at"] > champion.origin.last).to_numpy(),
    )


def _compare(
    registry: Registry,
    champion: Champion,
    watched: Watched,
    learnt: Cases | str,
    period: Period,
    config: DriftConfig,
    seed: int,
) -> DriftRecord:
    cases = None if isinstance(learnt, str) else learnt
    makeup = read_makeup(registry, champion.served, champion.seen, champion.origin, cases)
    looks, missing = _text(champion, cases, learnt, watched.frame, config, seed)
    mixes, untold = _mixes(makeup, champion, watched, config)
    fresh, promised = watched.fresh(), _promised(registry, champion.served, makeup)
    outlook = outlook_of(fresh, promised, seed)
    looks += mixes + outlook_looks(outlook, fresh, promised, config, seed)
    missing += untold + outlook_gaps(outlook, promised, champion.origin.last)
    level = 1 - (1 - config.level) / max(len(looks), 1)
    return DriftRecord(
        version=champion.served.version,
        since=period.since,
        until=period.until,
        looked_at=datetime.now(UTC),
        cases=len(watched.frame),
        learnt=len(champion.seen.prints),
        looks=tuple(look(level) for look in looks),
        outlook=outlook,
        missing=tuple(missing),
    )


def _mixes(
    makeup: Makeup | None, champion: Champion, watched: Watched, config: DriftConfig
) -> tuple[list[Pending], list[str]]:
    """Look at facts and scores; tell what cannot be looked at, and what is expected of no fact."""
    facts = () if makeup is None else makeup.facts
    columns = (ATTRIBUTE_PREFIX + name for name in attribute_names(watched.frame))
    known = {SCORE, *FIELDS, *columns, *(fact.name for fact in facts)}
    expected, strangers = named_facts(config.expected, known)
    if makeup is None:
        nothing = "facts and scores: the run has no record of what the champion learnt from"
        return [], [nothing, *strangers]
    settled = config.model_copy(update={"expected": expected})
    said = watched.probability[watched.untested]
    scores = score_looks(makeup, said, settled)
    untold = [] if scores else [scores_gap(makeup, len(said), champion.origin.last)]
    looks = fact_looks(makeup, watched.frame, settled) + scores
    return looks, [*bands_gap(makeup), *untold, *strangers]


def _text(
    champion: Champion,
    cases: Cases | None,
    learnt: Cases | str,
    now: pd.DataFrame,
    config: DriftConfig,
    seed: int,
) -> tuple[list[Pending], list[str]]:
    if cases is None:
        return [], [f"text: {learnt}"]
    held: npt.NDArray[np.bool_] = champion.seen.holds(cases.frame)
    texts = cases.frame["text"][held].tolist()
    looks = text_looks(champion.served.scorer.encoder, texts, now["text"].tolist(), config, seed)
    return looks, [] if looks else ["text: too few texts that say anything, on either side"]


def _promised(registry: Registry, served: Served, makeup: Makeup | None) -> Promised:
    tested = _tested(registry.figures(served.run_id))
    if makeup is None:
        return Promised(tested, None)
    return Promised(tested, makeup.foreseen, makeup.tested)


def _tested(figures: Mapping[str, float]) -> Estimate | None:
    try:
        return Estimate(figures["auc"], figures["auc_low"], figures["auc_high"])
    except KeyError:
        return None


def _told(look: Look) -> dict[str, object]:
    return {
        **{name: value for name, value in asdict(look).items() if name != "moved"},
        "kind": str(look.kind),
        "beyond_chance": look.beyond_chance,
        "past": look.past,
        "moved": [asdict(one) for one in look.moved],
    }
