"""Which causes days gone by would have told of, and when, at any sensitivity. Keeps nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.duplicates import campaigns, representatives
from models.alarms import Sighting
from models.drivers import facts_of
from models.emergence.causes import Letters, find_causes
from models.emergence.telling import Witnesses, tell
from models.episodes import ABSENT, Episode, Family, assign
from models.keyphrases import keyphrases, title_of
from models.neighbours import NeighbourGraph, neighbour_graph
from models.portraits import UNTITLED, Sitters
from models.scan import ScanConfig
from training.bench.themes import Workshop
from training.emergence import Vigilance
from training.finding import NEIGHBOURS

__all__ = ["Alarm", "Archive", "Rehearsal", "Walked", "rehearse"]

LOOSEST: Final = 6.0
"""False alarms a month at which a rehearsal looks: it can be read at any lower number."""


@dataclass(frozen=True, eq=False)
class Walked:
    """A day that was looked at as if it were the last.

    Attributes
    ----------
    p
        Chance that a quiet intake is anywhere as loud as the loudest place of that day; 1 where
        there was too little history.
    sightings
        What stood out at the loosest setting, each with its own p.
    """

    as_of: date
    p: float
    sightings: tuple[Sighting, ...]


@dataclass(frozen=True)
class Alarm:
    """An alarm that would have been open on some days.

    Attributes
    ----------
    appeals
        Ids of all that made it up.
    first
        Of those that made it up on the day on which it opened.
    """

    title: str
    opened_on: date
    seen_on: date
    appeals: frozenset[str]
    first: frozenset[str]


@dataclass(frozen=True, eq=False)
class Rehearsal:
    """Days gone by, walked once; to be read at any sensitivity.

    Attributes
    ----------
    window_days
        That each looked back over.
    archive
        The appeals that were walked through.
    """

    days: tuple[Walked, ...]
    window_days: int
    archive: Archive

    def most_chance(self, accepted: float) -> float:
        """Give the largest p that raises an alarm, at so many accepted false alarms a month."""
        return Vigilance(min(accepted, LOOSEST)).scan(self.window_days).most_chance

    def alarms(self, accepted: float) -> tuple[Alarm, ...]:
        """Tell which alarms would have opened when, at so many accepted false alarms a month."""
        limit, found = self.most_chance(accepted), dict[int, Alarm]()
        places: dict[int, list[Sighting]] = {}
        for day in self.days:
            loud = [one for one in day.sightings if one.account.p <= limit]
            going = [_episode(number, found[number], places[number]) for number in found]
            still = [one for one in going if day.as_of - found[one.number].seen_on <= ABSENT]
            for told in assign(loud, still, (), len(found) + 1):
                found[told.number] = _gone_on(found.get(told.number), told.sightings, day.as_of)
                places.setdefault(told.number, []).extend(told.sightings)
        return self._titled([found[number] for number in sorted(found)])

    def _titled(self, alarms: Sequence[Alarm]) -> tuple[Alarm, ...]:
        phrases = self.archive.phrases([one.appeals for one in alarms])
        named = zip(alarms, phrases, strict=True)
        return tuple(
            replace(one, title=title_of(said) if said else UNTITLED) for one, said in named
        )


def rehearse(bench: Workshop, since: date | None = None, every: int = 1) -> Rehearsal:
    """Walk through the days: scan each as if it were the last, with what was filed until then.

    Only the scan is walked, which finds new causes; `redress discover --since` also walks the
    judgement of parts. Letters are read with today's encoder, which has seen no label.

    Parameters
    ----------
    since
        The first day; None: the first from which two weeks of history lie behind.
    every
        Days between two looks.
    """
    window_days = bench.home.settings.window_days
    config = Vigilance(LOOSEST).scan(window_days)
    archive = Archive.of(bench)
    first = since or archive.first + timedelta(days=14)
    span = (bench.window.as_of - first).days
    walked = tuple(
        archive.look(bench.window.as_of - timedelta(days=back), config)
        for back in range(span - span % every, -1, -every)
    )
    return Rehearsal(walked, window_days, archive)


@dataclass(frozen=True, eq=False)
class Archive:
    """All appeals, read once.

    Attributes
    ----------
    frame, facts
        (n, columns) as of `models.portraits.Sitters`.
    vectors, days, campaign
        (n, d) unit rows; (n,) ordinals of the days of filing; (n,) template letters. Of a letter
        the first copy is looked at, so that the later ones, found with it, change no earlier day.
    least_subjects
        Distinct subjects below which nothing is told.
    """

    frame: pd.DataFrame
    facts: pd.DataFrame
    vectors: NDArray[np.float32]
    days: NDArray[np.int64]
    campaign: NDArray[np.int32]
    least_subjects: int

    @classmethod
    def of(cls, bench: Workshop) -> Archive:
        """Read the whole history of a workshop's home."""
        frame = bench.home.history.appeals()
        days = np.array([one.toordinal() for one in frame["submitted_at"].dt.date], np.int64)
        texts = frame["text"].tolist()
        vectors, campaign = bench.encoder.encode(texts), campaigns(texts)
        least = bench.home.settings.least_subjects
        return cls(frame, facts_of(frame), vectors, days, campaign, least)

    @property
    def first(self) -> date:
        """The first day of filing."""
        return date.fromordinal(int(self.days.min()))

    def look(self, today: date, config: ScanConfig) -> Walked:
        """Scan the window that ends on a day."""
        age = today.toordinal() - self.days
        rows = np.flatnonzero((age >= 0) & (age < config.window_days))
        sitters = self._sitters(rows)
        read = representatives(sitters.campaign)
        graph: NeighbourGraph = neighbour_graph(sitters.vectors[read], NEIGHBOURS)
        days = self.days[rows]
        letters = Letters(sitters.vectors, days, sitters.subjects, read, graph)
        causes = find_causes(letters, today, config)
        none = np.full(len(rows), -1, dtype=np.int32)
        # Words are looked for once, when it is known what is an alarm: they take the longest.
        witnesses = Witnesses(sitters, days, none, (), {}, today, least_subjects=len(rows) + 1)
        told = (tell(witnesses, one.finding, one.place) for one in causes.found)
        public = tuple(one for one in told if one.account.subjects >= self.least_subjects)
        return Walked(today, causes.scan.p, public)

    def phrases(self, alarms: Sequence[frozenset[str]]) -> list[tuple[str, ...]]:
        """Find what tells each alarm's appeals from all others."""
        labels = np.full(len(self.frame), -1, dtype=np.int32)
        for number, ids in enumerate(alarms):
            labels[self.frame["appeal_id"].isin(ids).to_numpy()] = number
        cases = self._sitters(np.arange(len(self.frame))).cases
        texts = self.frame["text"].iloc[cases].tolist()
        subjects = self.frame["subject_id"].iloc[cases].tolist()
        told = [None if one != one else one for one in subjects]
        return keyphrases(
            texts,
            labels[cases],
            subjects=told,
            least_subjects=self.least_subjects,
            themes=len(alarms),
        )

    def _sitters(self, rows: NDArray[np.int64]) -> Sitters:
        frame = self.frame.iloc[rows].reset_index(drop=True)
        facts = self.facts.iloc[rows].reset_index(drop=True)
        campaign = self.campaign[rows]
        return Sitters(frame, facts, self.vectors[rows], campaign, [None] * len(rows))


def _episode(number: int, alarm: Alarm, sightings: list[Sighting]) -> Episode:
    places = tuple(one.place for one in sightings if one.place is not None)
    return Episode(number, Family.MORE, frozenset(), alarm.appeals, places=places)


def _gone_on(alarm: Alarm | None, sightings: tuple[Sighting, ...], today: date) -> Alarm:
    made = frozenset(_ids(sightings))
    if alarm is None:
        return Alarm(UNTITLED, today, today, made, made)
    return replace(alarm, seen_on=today, appeals=alarm.appeals | made)


def _ids(sightings: tuple[Sighting, ...]) -> Iterator[str]:
    for one in sightings:
        yield from one.appeals
