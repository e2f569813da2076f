"""How soon new causes are found in a stream of real texts, and how often nothing is cried out.

Surges are planted into streams made of a file's own texts (`training.benchmarks.streams`), and each
day from the 42nd on is judged by the days before it alone. The student is distilled on the file's
texts; its labels make the streams and judge the alarms, the scan never sees them. Every text stands
for an appeal of its own: nobody is known, and none is taken for a template.
"""

from __future__ import annotations

import importlib
import importlib.util
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.distill import distill
from features.settings import Settings
from features.teacher import Teacher
from models.neighbours import NeighbourGraph, neighbour_graph
from models.scan import ScanConfig, scan
from training.benchmarks.clusters import Labelled
from training.benchmarks.streams import JUDGED_DAYS, RAMPS, Stream, make_stream
from training.stages import Stages

__all__ = ["Alarm", "Tally", "Trial", "benchmark_emergence", "tally", "within"]

PEER: Final = "bertopic"
"""The package of the peer."""
LEAST_Z: Final = 1.5
"""Standard deviations above its earlier days at which the peer's topic is flagged."""
NEIGHBOURS: Final = 256
"""Neighbours in the whole stream, among which those of a window are looked for."""
SAME_FOR_DAYS: Final = 7
"""Days for which a false alarm about the same appeals is the same alarm."""
DAYS_A_MONTH: Final = 30
QUIET: Final = "no_surges"
"""The streams without surges."""

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Trial:
    """What is tried.

    Attributes
    ----------
    streams
        Streams of each kind: steep surges, slow ones, none.
    accepted
        False alarms a month that are acceptable.
    seed
        Of the streams and of the scan.
    """

    streams: int = 10
    accepted: float = 1.0
    seed: int = 0


@dataclass(frozen=True)
class Alarm:
    """An alarm: positions in the stream of what it is about, and of the recent ones among them."""

    members: NDArray[np.int64]
    recent: NDArray[np.int64]


Judge = Callable[[int], Iterable[Alarm]]
"""From a day to the alarms that are raised on it."""


@dataclass
class Tally:
    """What was found in streams of one kind.

    Attributes
    ----------
    streams, events
        Judged, and planted in them.
    delays
        Of each event found: days from its first to its first true alarm.
    false_alarms
        In all streams.
    """

    streams: int = 0
    events: int = 0
    delays: list[int] = field(default_factory=list)
    false_alarms: int = 0

    @property
    def false_alarms_per_month(self) -> float:
        """False alarms in thirty days of one stream."""
        return self.false_alarms / max(self.streams, 1) / len(JUDGED_DAYS) * DAYS_A_MONTH

    def figures(self) -> dict[str, object]:
        """Give the figures of the answer; delays are None where nothing was found."""
        return {
            "events": self.events,
            "found": len(self.delays),
            "median_delay_days": float(np.median(self.delays)) if self.delays else None,
            "p90_delay_days": float(np.quantile(self.delays, 0.9)) if self.delays else None,
            "false_alarms_per_month": self.false_alarms_per_month,
        }


def tally(into: Tally, stream: Stream, judge: Judge) -> None:
    """Judge each day of a stream, and add what was found to a tally.

    An alarm is true if at least half of its recent members are of one surge. A false alarm that
    shares half of its members with another of the last seven days is that one, still going on.
    """
    first: dict[int, int] = {}
    lately: list[tuple[int, NDArray[np.int64]]] = []
    for day in JUDGED_DAYS:
        for alarm in judge(day):
            event = _event_of(stream.events[alarm.recent])
            if event is not None:
                first.setdefault(event, day)
                continue
            known = [them for raised, them in lately if day - raised <= SAME_FOR_DAYS]
            into.false_alarms += not any(_same(alarm.members, them) for them in known)
            lately.append((day, alarm.members))
    into.streams += 1
    into.events += len(stream.starts)
    into.delays += [day - int(stream.starts[event]) for event, day in first.items()]


def _event_of(events: NDArray[np.int64]) -> int | None:
    """Give the surge that at least half of an alarm's recent members are of, or None."""
    numbers, counts = np.unique(events[events >= 0], return_counts=True)
    if not len(numbers) or 2 * counts.max() < len(events):
        return None
    return int(numbers[counts.argmax()])


def _same(members: NDArray[np.int64], others: NDArray[np.int64]) -> bool:
    return 2 * len(np.intersect1d(members, others)) >= len(members)


def within(graph: NeighbourGraph, first: int, end: int, k: int) -> NeighbourGraph:
    """Give the neighbours among the rows `first` to `end` alone.

    Parameters
    ----------
    graph
        Of more neighbours than wanted: those outside are left out.
    first, end
        Rows, the last not included; in the answer they are numbered from 0.
    k
        Neighbours wanted; -1 where there are fewer among those known.
    """
    rows = graph.indices[first:end]
    inside = (rows >= first) & (rows < end)
    order = np.argsort(~inside, axis=1, kind="stable")[:, :k]
    found = np.take_along_axis(inside, order, axis=1)
    indices = np.where(found, np.take_along_axis(rows, order, axis=1) - first, -1)
    cosines = np.take_along_axis(graph.similarities[first:end], order, axis=1)
    return NeighbourGraph(
        indices.astype(np.int32), np.where(found, cosines, 0), graph.recall, graph.exact
    )


class _Scan:
    """The scan as a judge of one stream's days."""

    def __init__(self, stream: Stream, vectors: Vectors, config: ScanConfig, seed: int) -> None:
        self.stream = stream
        self.config = config
        self.seed = seed
        self.graph = neighbour_graph(vectors[stream.rows], NEIGHBOURS, exact_up_to=len(stream.rows))
        self.seconds = 0.0

    def __call__(self, day: int) -> list[Alarm]:
        days = self.stream.days
        first = int(np.searchsorted(days, day - self.config.window_days + 1))
        end = int(np.searchsorted(days, day, side="right"))
        start = time.perf_counter()
        graph = within(self.graph, first, end, max(self.config.sizes))
        found = scan(graph, days[first:end], day, seed=self.seed + day, config=self.config)
        self.seconds += time.perf_counter() - start
        return [Alarm(r.members + first, r.recent_members + first) for r in found.regions]


class _Topics:
    """Topics fitted once on the whole stream, flagged by the z-score of their daily counts."""

    def __init__(self, stream: Stream, topics: NDArray[np.int64], window_days: int) -> None:
        self.stream = stream
        self.topics = topics
        self.window_days = window_days
        self.counts = np.zeros((int(stream.days.max()) + 1, int(topics.max()) + 1), dtype=np.int64)
        named = topics >= 0
        np.add.at(self.counts, (stream.days[named], topics[named]), 1)

    def __call__(self, day: int) -> Iterator[Alarm]:
        earliest = max(day - self.window_days + 1, 0)
        before = self.counts[earliest:day]
        above = self.counts[day] - before.mean(axis=0)
        flagged = (above > 0) & (above >= LEAST_Z * before.std(axis=0))
        for topic in np.flatnonzero(flagged):
            rows = np.flatnonzero(self.topics == topic)
            days = self.stream.days[rows]
            yield Alarm(rows[(days >= earliest) & (days <= day)], rows[days == day])


def benchmark_emergence(
    labelled: Labelled, settings: Settings, stages: Stages, trial: Trial
) -> dict[str, object]:
    """Plant surges into streams of the texts, and see how soon and how surely they are found.

    Parameters
    ----------
    labelled
        Texts and labels, at least sixteen different ones.
    settings
        Which teacher; where its vocabulary is kept.
    stages
        Show the progress.
    trial
        What is tried.

    Returns
    -------
    The answer of `redress benchmark emergence --json`. Seconds are those of a day's scan alone: the
    neighbours are those of the themes.

    Raises
    ------
    TooFewTexts
        Where there are too few labels.
    """
    drawn = {
        kind: [make_stream(labelled.labels, ramp, trial.seed + n) for n in range(trial.streams)]
        for kind, ramp in {**RAMPS, QUIET: ()}.items()
    }
    taught, learnt = _vectors(labelled, settings, stages)
    config = ScanConfig(accepted_false_alarms_per_month=trial.accepted)
    found = {kind: Tally() for kind in drawn}
    seconds = 0.0
    for kind, streams in drawn.items():
        for number, stream in enumerate(streams, 1):
            with stages.stage(f"{kind}_{number}", f"{kind}: stream {number} of {trial.streams}"):
                judge = _Scan(stream, learnt, config, trial.seed)
                tally(found[kind], stream, judge)
                seconds += judge.seconds
    return {
        "streams": trial.streams,
        "accepted_false_alarms_per_month": trial.accepted,
        **{kind: found[kind].figures() for kind in RAMPS},
        QUIET: {"false_alarms_per_month": found[QUIET].false_alarms_per_month},
        "peer_bertopic_z": _peer(labelled, taught, drawn, config, stages),
        "seconds_per_day": seconds / (len(drawn) * trial.streams * len(JUDGED_DAYS)),
    }


def _vectors(labelled: Labelled, settings: Settings, stages: Stages) -> tuple[Vectors, Vectors]:
    """Give the teacher's and the student's vectors of the texts."""
    texts = list(labelled.texts)
    teacher = Teacher(settings.teacher, settings.home / "encoders")
    with stages.stage("teacher", f"the teacher reads {len(texts):,} texts"):
        taught = teacher.encode(texts, progress=True)
    with stages.stage("student", "the student is distilled on them"):
        learnt = distill(teacher, texts, vectors=taught).encoder.encode(texts)
    return taught, learnt


def _peer(
    labelled: Labelled,
    vectors: Vectors,
    drawn: dict[str, list[Stream]],
    config: ScanConfig,
    stages: Stages,
) -> dict[str, object] | None:
    """Judge the streams with surges by BERTopic's topics; None where it is not installed."""
    if importlib.util.find_spec(PEER) is None:
        return None
    peer = importlib.import_module(PEER)
    texts = np.array(labelled.texts, dtype=object)
    found = {kind: Tally() for kind in RAMPS}
    for kind, counted in found.items():
        with stages.stage(f"{PEER}_{kind}", f"BERTopic and z >= {LEAST_Z}: {kind}"):
            for stream in drawn[kind]:
                topics, _ = peer.BERTopic().fit_transform(
                    texts[stream.rows].tolist(), vectors[stream.rows]
                )
                tally(counted, stream, _Topics(stream, np.array(topics), config.window_days))
    return {kind: counted.figures() for kind, counted in found.items()}
