"""The parts of the intake judged: what rises, what falls, and what is overturned more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from models.alarms import Finding, Kind
from models.surveillance.series import Floats
from models.tree.cells import cells_of
from models.tree.explaining import Standout, stand_out
from models.tree.intake import Intake
from models.tree.overturns import Overturns
from models.tree.parts import OF_DECISIONS, OF_VOLUME, Parts, parts_of
from models.tree.recent import WEEK, Recent
from models.tree.volumes import Falls, Rises, Volumes
from models.tree.whole import WHOLE_DAYS, intake_gaps

__all__ = ["Judged", "TreeConfig", "judge"]

DAYS_A_MONTH: Final = 30.0
WHOLE: Final = Recent(WHOLE_DAYS, ended=1)
LEAST_CASES: Final = 10.0
"""Cases in the window that a part must have: fewer could hardly stand out."""
LEAST_DECISIONS: Final = 20.0
RUNS_AN_ALARM: Final = {Kind.RISE: 1.3, Kind.FALL: 2.0, Kind.OVERTURNS: 2.3}
"""Runs, a day apart, on which a false alarm is seen, as measured on simulated quiet intakes."""
TELLING: Final = {Kind.RISE: 0.12, Kind.FALL: 0.2, Kind.OVERTURNS: 0.6}
"""Share of the tests that count: by how much fewer quiet intakes hold a p of x / tests or less than
x says. Parts are nested, most of them small, and their priors expect a scatter that many have not.
Measured likewise, with and without gamma factors of shape 8 on each theme and day; the larger of
the two counts."""


class TreeConfig(BaseModel):
    """How the parts are judged.

    Attributes
    ----------
    accepted_false_alarms_per_month
        Of each kind, where a judgement is made every day: how many quiet intakes may raise.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    accepted_false_alarms_per_month: float = Field(default=0.25, gt=0, le=10)

    def rate(self, kind: Kind) -> float:
        """Give the share of quiet runs that may hold anything out of line."""
        accepted = self.accepted_false_alarms_per_month
        return min(accepted * RUNS_AN_ALARM[kind] / DAYS_A_MONTH, 0.5)


@dataclass(frozen=True, eq=False)
class Judged:
    """What one day's judgement of all parts gave.

    Attributes
    ----------
    findings
        Rises, then falls, then overturns; of each the plainest first.
    tests
        Judgements made, by kind.
    """

    findings: tuple[Finding, ...]
    tests: Mapping[Kind, int]


def judge(
    intake: Intake, causes: Sequence[Finding] = (), config: TreeConfig | None = None
) -> Judged:
    """Judge all parts of an intake.

    Parameters
    ----------
    intake
        As of the day that is judged.
    causes
        What the scan found: its appeals are explained before anything else.
    config
        How; the default where None.

    Returns
    -------
    Judged

    Notes
    -----
    Deterministic; the order of the appeals decides nothing.
    """
    run = _Run(intake, causes, config or TreeConfig())
    return run.judged()


class _Run:
    """One judgement."""

    def __init__(self, intake: Intake, causes: Sequence[Finding], config: TreeConfig) -> None:
        self.intake = intake
        self.causes = causes
        self.config = config
        self.cells = cells_of(intake)
        window = self.cells.filed[:, self.cells.filed.shape[1] - self.cells.window :]
        self.parts = parts_of(self.cells, OF_VOLUME, window.sum(axis=1), LEAST_CASES)
        self.gaps = intake_gaps(self.cells.filed.sum(axis=0))

    def judged(self) -> Judged:
        rises = Rises(self.cells, self.parts, self.gaps)
        risen, rise_tests = self._stand_out(rises, Kind.RISE)
        falls = Falls(self.cells, self.parts, self.gaps)
        fallen, fall_tests = self._stand_out(falls, Kind.FALL, risen)
        decided = self.cells.decided.sum(axis=1)
        overturns = Overturns(
            self.cells, parts_of(self.cells, OF_DECISIONS, decided, LEAST_DECISIONS)
        )
        won, overturn_tests = stand_out(
            overturns, self.config.rate(Kind.OVERTURNS), TELLING[Kind.OVERTURNS]
        )
        findings = [self._volume(Kind.RISE, rises, each) for each in risen]
        findings += [self._volume(Kind.FALL, falls, each) for each in fallen]
        findings += [self._overturns(overturns, each) for each in won]
        tests = {Kind.RISE: rise_tests, Kind.FALL: fall_tests, Kind.OVERTURNS: overturn_tests}
        return Judged(tuple(findings), tests)

    def _stand_out(
        self, family: Volumes, kind: Kind, known: Sequence[Standout] = ()
    ) -> tuple[list[Standout], int]:
        for cause in self.causes:
            for standing in family.standings:
                standing.remove(self._explained(cause, standing.recent))
        for rise in known:
            family.take(rise.place, 1)
        return stand_out(family, self.config.rate(kind), TELLING[kind])

    def _explained(self, cause: Finding, recent: Recent) -> Floats:
        """Give the cases of each cell, on the recent days, that a cause has beyond expectation."""
        rows = cause.rows[self.cells.counted[cause.rows]]
        age = self.cells.ages[rows]
        rows = rows[recent.holds(age)]
        share = 1 - min(cause.expected / max(cause.observed, 1), 1.0)
        cells = len(self.cells.codes)
        return share * np.bincount(self.cells.rows[rows], minlength=cells).astype(np.float64)

    def _volume(self, kind: Kind, family: Volumes, found: Standout) -> Finding:
        recent = WHOLE if found.place == 0 else family.standings[found.window].recent
        inside = recent.holds(self.cells.ages)
        rows = self._rows(self.parts, found.place, inside & (kind is Kind.RISE))
        return self._finding(kind, self.parts, found, rows, recent, None)

    def _overturns(self, family: Overturns, found: Standout) -> Finding:
        age = self.cells.overturned_ages
        rows = self._rows(family.parts, found.place, (age >= 0) & (age < WEEK.days))
        decided = int(family.decided[found.place, -1])
        return self._finding(Kind.OVERTURNS, family.parts, found, rows, WEEK, decided)

    def _rows(self, parts: Parts, place: int, wanted: NDArray[np.bool_]) -> NDArray[np.int64]:
        held = np.zeros(len(self.cells.codes) + 1, dtype=bool)
        held[parts.members(place)] = True
        return np.flatnonzero(wanted & held[self.cells.rows])

    def _finding(
        self,
        kind: Kind,
        parts: Parts,
        found: Standout,
        rows: NDArray[np.int64],
        recent: Recent,
        decided: int | None,
    ) -> Finding:
        return Finding(
            kind=kind,
            part=parts.parts[found.place],
            rows=rows,
            window_days=recent.days,
            last=self.intake.as_of - timedelta(days=recent.ended),
            observed=found.observed,
            expected=found.expected,
            p=found.chance,
            decided=decided,
        )
