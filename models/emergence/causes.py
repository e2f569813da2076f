"""Causes: what the scan finds, each with the place in meaning that it takes.

The scan looks at neighbourhoods of a few sizes; a cause is as large as it is. So the place of a
cause is a ball around the middle of its recent appeals, as wide as makes it stand out most, by
the scan's own likelihood ratio (Kulldorff 1997, with circles of any size).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.alarms import Finding, Kind, Part, Place
from models.neighbours import NeighbourGraph, unit_rows
from models.scan import Region, ScanConfig, ScanResult, scan

__all__ = ["Cause", "Causes", "Letters", "find_causes"]

MOST: Final = 5_000
"""Appeals of a ball at the most."""
ROUND: Final = 0.5
"""Share of the neighbourhood's score that a ball must have to be the cause's place."""
Vectors = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Letters:
    """The appeals of a window, and those of them that the scan reads.

    Attributes
    ----------
    vectors
        (n, d) unit rows of all appeals.
    days
        (n,) int64 ordinals of the days on which they were filed.
    subjects
        n ids, None where unknown.
    read
        (m,) positions of the letters: of copies the first alone.
    graph
        Neighbours among those m.
    """

    vectors: Vectors
    days: NDArray[np.int64]
    subjects: Sequence[str | None]
    read: NDArray[np.int64]
    graph: NeighbourGraph


@dataclass(frozen=True, eq=False)
class Cause:
    """A finding of the scan, and where it lies; None where no ball around it stands out as much."""

    finding: Finding
    place: Place | None


@dataclass(frozen=True, eq=False)
class Causes:
    """What the scan of a day found: the loudest first, and how it was made."""

    found: tuple[Cause, ...]
    scan: ScanResult


def find_causes(letters: Letters, today: date, config: ScanConfig, seed: int = 0) -> Causes:
    """Scan the letters of a window.

    Parameters
    ----------
    letters
        Of the window.
    today
        Its last day.
    config
        How, and how many false alarms are accepted.
    seed
        The same letters and seed give the same causes.
    """
    read = letters.read
    result = scan(
        letters.graph,
        letters.days[read],
        today.toordinal(),
        [letters.subjects[row] for row in read.tolist()],
        seed=seed,
        config=config,
    )
    found: list[Cause] = []
    taken = np.zeros(len(letters.days), dtype=bool)
    for region in result.regions:
        cause = _cause(letters, region, today, config.window_days)
        rows = cause.finding.rows
        # A wide cause may hold more than one of the scan's neighbourhoods.
        if 2 * taken[rows].sum() < len(rows):
            found.append(cause)
        taken[rows] = True
    return Causes(tuple(found), result)


def _cause(letters: Letters, region: Region, today: date, window_days: int) -> Cause:
    """Widen a neighbourhood to a ball; where none is as loud it stays as the scan found it."""
    ages = today.toordinal() - letters.days
    inside = (ages >= 0) & (ages < window_days)
    recent = inside & (ages < region.window_days)
    loud = letters.read[region.recent_members]
    centre = unit_rows(letters.vectors[loud].mean(axis=0, keepdims=True, dtype=np.float32))[0]
    cosines = letters.vectors @ centre
    voices = _voices(letters, cosines, inside)
    ball = _loudest_ball(cosines[voices], recent[voices])
    is_round = ball.score >= ROUND * region.score
    finding = Finding(
        Kind.CAUSE,
        Part(),
        rows=np.flatnonzero(recent & (cosines >= ball.floor)) if is_round else np.sort(loud),
        window_days=region.window_days,
        last=today,
        observed=ball.observed if is_round else len(loud),
        expected=ball.expected if is_round else region.expected,
        p=region.p,
    )
    return Cause(finding, Place(centre, ball.floor) if is_round else None)


def _voices(
    letters: Letters, cosines: NDArray[np.float32], inside: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """List the letters by falling nearness; of a subject's the nearest, as nobody speaks twice."""
    read = letters.read[inside[letters.read]]
    nearest = read[np.argsort(-cosines[read], kind="stable")]
    subjects = pd.factorize(np.array(letters.subjects, dtype=object)[nearest])[0]
    whose = np.where(subjects < 0, len(nearest) + np.arange(len(nearest)), subjects)
    return nearest[np.sort(np.unique(whose, return_index=True)[1])]


@dataclass(frozen=True)
class _Ball:
    """All letters whose cosine to the middle is `floor` or more: `observed` of them are recent.

    Expected are as many as the older ones let.
    """

    floor: float
    observed: int
    expected: float
    score: float


def _loudest_ball(cosines: NDArray[np.float32], recent: NDArray[np.bool_]) -> _Ball:
    """Find the ball that stands out most; both (m,) by falling cosine."""
    share = float(recent.mean())
    held = np.arange(1, min(len(recent), MOST) + 1)
    count = np.cumsum(recent, dtype=np.int64)[: len(held)]
    scores = _likelihood_ratios(count, held, share)
    best = int(scores.argmax())
    observed, inside = int(count[best]), int(held[best])
    return _Ball(float(cosines[best]), observed, _usual(observed, inside, share), scores[best])


def _usual(observed: int, held: int, share: float) -> float:
    """Expect as many recent letters as the older ones of a place let, at the window's recent share.

    Half a letter is added to them, for a place that is all new.
    """
    return (held - observed + 0.5) * share / (1 - share)


def _likelihood_ratios(
    count: NDArray[np.int64], held: NDArray[np.int64], share: float
) -> NDArray[np.float64]:
    """Compute what `models.scan.statistic.likelihood_ratios` tabulates, for balls of any size."""
    from scipy.special import rel_entr

    ratios = rel_entr(count, held * share) + rel_entr(held - count, held * (1 - share))
    return np.where(count > held * share, ratios, 0.0)
