"""The scan of one day: which places are loud, how sure that is, and where they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, field_validator

from features.errors import InputError
from features.schema import Contract
from models.neighbours import NeighbourGraph
from models.scan.calibration import UNWIDENED, Widening, widening
from models.scan.nearness import without_hubs
from models.scan.permutation import Chance, Shuffler, shuffle_until_clear
from models.scan.regions import Standout, standouts
from models.scan.statistic import MOST, Places, Recency
from models.scan.voices import Voices

__all__ = ["InvalidScan", "Region", "ScanConfig", "ScanResult", "scan"]

DAYS_A_MONTH: Final = 30.0
DAYS_AN_ALARM: Final = 1.3
"""Days on which a false alarm is raised before it ends; it counts once. Measured on streams of real
texts without surges; 1.0 where labels keep their shares, 1.5 where they wobble much."""
LEAST_DAYS: Final = 13
"""Days with appeals, beside the recent ones, that any window needs to be judged against."""
TIMES_AS_LONG: Final = 2
"""And so many times its own length."""
LIKE: Final = 2.0
"""Recent shares within this factor of today's make an earlier day comparable."""


class InvalidScan(InputError):
    """What is to be scanned does not fit together."""


class ScanConfig(Contract):
    """How the scan is made.

    Attributes
    ----------
    accepted_false_alarms_per_month
        The one number that a manager sets. The scan is run once a day; an alarm that goes on for
        days is one alarm.
    window_days
        Days that are looked at, the judged one included.
    windows
        Days that are recent, rising: a sudden cause shows in the shortest, a slow one in the
        longest. At most four.
    sizes
        Neighbours that make a neighbourhood, rising, at most 255. The small ones find a slow
        cause a day earlier than 8, 16, 32 and 64 alone do.
    shuffles
        At the most; fewer where the day is plainly quiet.
    """

    accepted_false_alarms_per_month: float = Field(default=1.0, gt=0, le=30)
    window_days: int = Field(default=56, ge=2)
    windows: tuple[int, ...] = Field(default=(1, 3, 7, 14), min_length=1, max_length=4)
    sizes: tuple[int, ...] = Field(default=(4, 6, 8, 12, 16, 24, 32, 64), min_length=1)
    shuffles: int = Field(default=999, ge=99)

    @field_validator("windows", "sizes")
    @classmethod
    def _rising(cls, values: tuple[int, ...]) -> tuple[int, ...]:
        if values[0] < 1 or values[-1] > MOST or list(values) != sorted(set(values)):
            raise ValueError(f"{values} do not rise from 1 or more to {MOST} or less")
        return values

    @property
    def most_chance(self) -> float:
        """The largest p at which an alarm is raised."""
        return min(self.accepted_false_alarms_per_month * DAYS_AN_ALARM / DAYS_A_MONTH, 1.0)


@dataclass(frozen=True)
class Region:
    """A place in meaning where more is written, recently, than chance allows.

    Attributes
    ----------
    members
        Rising positions of the appeals in it; of a subject, and of a template, one.
    recent_members
        Those of them that make it loud: in the recent window, and with a loud place around
        themselves.
    window_days
        Days that are recent.
    k
        Neighbours of the appeal in its middle that were looked at.
    score
        Log-likelihood ratio.
    p
        Chance that a stream without any cause holds a place this loud, anywhere.
    recurrence_days
        1 / p runs, a run a day: "chance alone: once in so many days".
    expected
        Recent members if the place were like the rest of the window.
    """

    members: NDArray[np.int64]
    recent_members: NDArray[np.int64]
    window_days: int
    k: int
    score: float
    p: float
    recurrence_days: float
    expected: float


@dataclass(frozen=True)
class ScanResult:
    """What one scan found.

    Attributes
    ----------
    regions
        Those that raise an alarm, the loudest first; no two share an appeal.
    p
        Of the loudest place, alarm or not; 1 where nothing could be scanned.
    windows
        The recent windows that there was history enough for.
    shuffles
        Made.
    widening
        By how much the past was louder than shuffles are. Only looked at where shuffles alone would
        raise an alarm: else it could change nothing.
    counted, future, repeated
        Appeals of the window that count; dated after the judged day; left out as a template's or a
        subject's repeats.
    """

    regions: tuple[Region, ...]
    p: float
    windows: tuple[int, ...]
    shuffles: int
    widening: Widening
    counted: int
    future: int
    repeated: int


def scan(
    graph: NeighbourGraph,
    days: ArrayLike,
    today: int,
    subjects: Sequence[str | None] | None = None,
    campaigns: ArrayLike | None = None,
    seed: int = 0,
    config: ScanConfig | None = None,
) -> ScanResult:
    """Look for places where more is written, recently, than chance allows.

    Parameters
    ----------
    graph
        Neighbours of the n appeals, those of the themes serve.
    days
        (n,) whole numbers: the day on which each was filed, in any count of days.
    today
        The day that is judged, in the same count. What is dated later is left out: a clock that
        runs ahead must not make a cause of itself.
    subjects
        (n,) who appeals, None where unknown; None where nobody is known.
    campaigns
        (n,) template letters as of `features.duplicates.campaigns`, -1 for none.
    seed
        The same input and seed give the same answer.
    config
        How; the default where None.

    Returns
    -------
    ScanResult

    Raises
    ------
    InvalidScan
        Where graph, days, subjects and campaigns are not of one length.

    Notes
    -----
    Kulldorff (1997), with neighbourhoods in meaning; p-values from shuffled days with a Gumbel tail
    (Abrams, Kulldorff and Kleinman 2010), widened by the replayed past (`models.scan.calibration`).
    """
    config = config or ScanConfig()
    filed = _whole_days(days)
    _one_length(len(graph.indices), filed, subjects, campaigns)
    ages = np.int64(today) - filed
    inside = (ages >= 0) & (ages < config.window_days)
    voices = Voices.of(without_hubs(graph), filed, inside, subjects, campaigns)
    run = _Run(voices, ages, config, np.random.default_rng(seed))
    return run.result(int((ages < 0).sum()), int(inside.sum()))


class _Run:
    """One scan, from who counts to what is found."""

    def __init__(
        self,
        voices: Voices,
        ages: NDArray[np.int64],
        config: ScanConfig,
        random: np.random.Generator,
    ) -> None:
        self.config = config
        self.ages = ages
        self.counted = voices.counted
        self.places = Places.of(voices.neighbours, config.sizes)
        self.windows = _judgeable(ages[voices.counted], config)
        self.shuffler = Shuffler(ages, voices.counted, random)

    def result(self, future: int, inside: int) -> ScanResult:
        counted = int(self.counted.sum())
        left_out = (counted, future, inside - counted)
        if not self.windows or not self.places.sizes[-1]:
            return ScanResult((), 1.0, (), 0, UNWIDENED, *left_out)
        today = self._as_of(0)
        chance = shuffle_until_clear(self.places, today, self.shuffler, self.config.shuffles)
        found = standouts(self.places, today, chance.usual)
        loudest = next(found, None)
        p = chance.tail(loudest.excess) if loudest else 1.0
        widened = UNWIDENED
        if loudest and p <= self.config.most_chance:
            widened = widening(self.places, chance, today, self._past(today), self.shuffler)
            chance = replace(chance, widening=widened.factor)
            p = chance.tail(loudest.excess)
        regions = self._alarms(loudest, found, chance, today)
        return ScanResult(regions, p, self.windows, len(chance.drawn), widened, *left_out)

    def _as_of(self, back: int) -> Recency:
        most = int(self.places.sizes[-1])
        return Recency.of(self.ages - back, self.counted, self.windows, most)

    def _past(self, today: Recency) -> list[Recency]:
        """Give the earlier days whose recent windows lie before today's, and are as full."""
        longest = self.windows[-1]
        oldest = int(self.ages[self.counted].max())
        past = [self._as_of(back) for back in range(longest, oldest - longest + 2)]
        return [day for day in past if _alike(day.shares, today.shares)]

    def _alarms(
        self,
        loudest: Standout | None,
        others: Iterator[Standout],
        chance: Chance,
        today: Recency,
    ) -> tuple[Region, ...]:
        regions = []
        standout = loudest
        while standout and (p := chance.tail(standout.excess)) <= self.config.most_chance:
            regions.append(self._region(standout, p, float(today.shares[standout.window])))
            standout = next(others, None)
        return tuple(regions)

    def _region(self, standout: Standout, p: float, share: float) -> Region:
        return Region(
            members=standout.members,
            recent_members=standout.recent,
            window_days=self.windows[standout.window],
            k=int(self.places.sizes[standout.size]),
            score=standout.score,
            p=p,
            recurrence_days=1 / max(p, np.finfo(float).tiny),
            expected=share * len(standout.members),
        )


def _judgeable(ages: NDArray[np.int64], config: ScanConfig) -> tuple[int, ...]:
    """Give the recent windows that hold an appeal, and that enough earlier days stand beside."""
    filled = np.unique(ages)
    return tuple(
        days
        for days in config.windows
        if (filled < days).any() and (filled >= days).sum() >= max(LEAST_DAYS, TIMES_AS_LONG * days)
    )


def _alike(some: NDArray[np.float64], others: NDArray[np.float64]) -> bool:
    return bool((some > 0).all() and (np.abs(np.log(some / others)) <= np.log(LIKE)).all())


def _whole_days(days: ArrayLike) -> NDArray[np.int64]:
    found = np.asarray(days)
    if found.ndim != 1 or (found.size and found.dtype.kind not in "iu"):
        raise InvalidScan(
            f"days of shape {found.shape} and type {found.dtype}",
            "whole numbers, one an appeal",
            "Give the date's ordinal.",
        )
    return found.astype(np.int64)


def _one_length(n: int, *others: Sequence[str | None] | ArrayLike | None) -> None:
    lengths = [len(np.asarray(each, dtype=object)) for each in others if each is not None]
    if set(lengths) != {n}:
        raise InvalidScan(
            f"a graph of {n} appeals, beside lists of {lengths}",
            "one entry an appeal in each",
            "Build the graph and the lists from the same appeals.",
        )
