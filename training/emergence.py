"""From the themes of a window to what emerges in it. Computes; keeps nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray

from features.daily import decided_appeals, decided_by_day, filed_by_day
from models.alarms import Kind, Sighting
from models.emergence.causes import Letters, find_causes
from models.emergence.telling import Witnesses, tell
from models.hubs import nearest
from models.scan import ScanConfig, ScanResult
from models.tree import Intake, TreeConfig, judge
from training.finding import Themes
from training.window import Window

__all__ = ["Emergence", "Past", "Vigilance", "find_emergence"]

SCANNED: Final = 0.5
"""Share of the accepted false alarms that the scan gets: a new cause is what matters most. Rises,
falls and overturns of parts share the rest alike."""
PAST_DAYS: Final = 730
"""Days before the window whose counts are looked at: two years show a season twice."""


@dataclass(frozen=True)
class Vigilance:
    """What a manager wants of alarms.

    Attributes
    ----------
    accepted
        False alarms a month that are acceptable, of all kinds together.
    least_subjects
        Distinct subjects below which more of something is not told.
    """

    accepted: float = 1.0
    least_subjects: int = 5

    def scan(self, window_days: int) -> ScanConfig:
        """Configure the scan of a window."""
        return ScanConfig(
            accepted_false_alarms_per_month=self.accepted * SCANNED, window_days=window_days
        )

    def tree(self) -> TreeConfig:
        """Configure the judgement of parts."""
        return TreeConfig(accepted_false_alarms_per_month=self.accepted * (1 - SCANNED) / 3)


@dataclass(frozen=True, eq=False)
class Past:
    """What the database counts beside the window.

    Attributes
    ----------
    filed
        As of `features.daily.filed_by_day`, of the days before the window.
    decided
        As of `features.daily.decided_by_day`, of those and of the window's.
    decisions
        As of `features.daily.decided_appeals`, of the window's appeals.
    """

    filed: pd.DataFrame
    decided: pd.DataFrame
    decisions: pd.DataFrame

    @classmethod
    def read(cls, engine: sa.Engine, window: Window) -> Past:
        """Read it, as it was at the end of the window."""
        end = datetime.combine(window.as_of, time(), UTC) + timedelta(days=1)
        first = end - timedelta(days=window.days)
        since = first - timedelta(days=PAST_DAYS)
        return cls(
            filed_by_day(engine, since, first),
            decided_by_day(engine, since, end),
            decided_appeals(engine, first, end),
        )


@dataclass(frozen=True, eq=False)
class Emergence:
    """What emerges.

    Attributes
    ----------
    sightings
        The least likely by chance first.
    scan
        How the scan went.
    tests
        Judgements of parts, by kind.
    suppressed
        Findings that are not told, because too few subjects stand behind each.
    """

    sightings: tuple[Sighting, ...]
    scan: ScanResult
    tests: Mapping[Kind, int]
    suppressed: int


def find_emergence(
    window: Window,
    themes: Themes,
    past: Past,
    titles: Mapping[str, str],
    vigilance: Vigilance,
    seed: int = 0,
) -> Emergence:
    """Find what emerges in a window.

    Parameters
    ----------
    window
        n appeals.
    themes
        Theirs.
    past
        What came before them, and how they were decided.
    titles
        Of the themes that people have named.
    vigilance
        How many false alarms are accepted, and who may be told of.
    seed
        Of the scan: the same input and seed give the same sightings.
    """
    sitters = themes.sitters
    days = _days(window.frame["submitted_at"])
    letters = Letters(sitters.vectors, days, sitters.subjects, themes.letters, themes.graph)
    causes = find_causes(letters, window.as_of, vigilance.scan(window.days), seed)
    witnesses = _witnesses(window, themes, days, titles, vigilance.least_subjects)
    intake = Intake(
        as_of=window.as_of,
        days=window.days,
        frame=window.frame,
        themes=witnesses.theme_of.tolist(),
        campaign=sitters.campaign,
        earlier=past.filed,
        decided=past.decided,
        decisions=past.decisions,
    )
    judged = judge(intake, [cause.finding for cause in causes.found], vigilance.tree())
    sightings = [tell(witnesses, cause.finding, cause.place) for cause in causes.found]
    sightings += [tell(witnesses, finding) for finding in judged.findings]
    told = [one for one in sightings if one.account.subjects >= vigilance.least_subjects]
    return Emergence(
        sightings=tuple(sorted(told, key=lambda one: one.account.p)),
        scan=causes.scan,
        tests=judged.tests,
        suppressed=len(sightings) - len(told),
    )


def _days(filed: pd.Series) -> NDArray[np.int64]:
    """Give the ordinal of each day of filing."""
    return np.array([moment.toordinal() for moment in filed.dt.date], dtype=np.int64)


def _witnesses(
    window: Window,
    themes: Themes,
    days: NDArray[np.int64],
    titles: Mapping[str, str],
    least_subjects: int,
) -> Witnesses:
    """Lay out what accounts are made of, with the theme of each appeal by its text alone.

    Clusters are divided by the week of filing too. Where one is cut in time, its later part would
    seem to rise from nothing, and its earlier one to fall to it.
    """
    found = {theme: portrait.title for theme, portrait in themes.portraits.items()}
    places = themes.clustering
    return Witnesses(
        sitters=themes.sitters,
        days=days,
        labels=nearest(themes.sitters.vectors, themes.hubs, places.centres, places.floors),
        themes=themes.counted,
        titles=found | dict(titles),
        last=window.as_of,
        least_subjects=least_subjects,
    )
