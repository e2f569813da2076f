"""The parts of the decisions, counted: by policy and way of detection, against all the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.proportions import Standing, against_before, against_others, wilson
from serving.dashboard.drawing import Spark
from serving.dashboard.policy_question import Part, Question
from serving.dashboard.policy_reading import Decided
from serving.dashboard.rate_figures import WEEK, RateWeek, weeks_of
from serving.dashboard.wording import share

LEAST_DECISIONS: Final = 20
"""Decisions below which a part is counted, not shown: its rate would say nothing."""
RECENT_WEEKS: Final = 4
SPARK_STEP: Final = 6
SPARK_HEIGHT: Final = 20
LEAST_TOP: Final = 0.2
"""Share that fills the height of a sparkline where no week is above it."""


@dataclass(frozen=True)
class Recent:
    """The decisions of the last weeks: share overturned, and Wilson's 95 % interval."""

    decided: int
    overturned: int
    rate: float
    lower: float
    upper: float


@dataclass(frozen=True)
class PolicyRow:
    """A part of the decisions.

    Attributes
    ----------
    rate, lower, upper
        Share overturned, and Wilson's 95 % interval.
    others
        Share that all other parts give.
    above, rising
        Whether more is overturned than in all other parts, and in the last four weeks than its own
        weeks before let expect, beyond chance.
    recent
        The last four weeks; None where nothing was decided in them.
    before
        Share overturned in the weeks before; None where nothing was decided in them.
    own
        Share that these let expect of the last four: shrunken towards that of all parts. None with
        `recent`.
    ranks
        By how much it stands out against its own past and against all others, in bits.
    why
        Why it is marked, in words; empty: it is not.
    median, slow
        Hours from filing to decision: half are quicker, and nine in ten.
    top
        Share at the upper edge of the sparkline.
    """

    part: Part
    decided: int
    overturned: int
    rate: float
    lower: float
    upper: float
    others: float
    above: bool
    rising: bool
    recent: Recent | None
    before: float | None
    own: float | None
    ranks: tuple[float, float]
    why: tuple[str, ...]
    median: float
    slow: float
    spark: Spark
    top: float
    url: str

    @property
    def name(self) -> str:
        """The part in words."""
        return f"{self.part.policy or 'no policy'}, {self.part.detection or 'detection not told'}"


@dataclass(frozen=True)
class PolicyRows:
    """All parts.

    Attributes
    ----------
    rows
        Those that have risen first, then those above all others; within each, the surest first.
    risen, above
        How many of them have risen, and how many are above all others.
    late
        Decisions that came after a silence, and are not among these.
    suppressed
        Parts of too few decisions to be shown.
    decided, overturned
        Of all parts.
    markets
        All that are told in the window.
    """

    rows: tuple[PolicyRow, ...]
    risen: int
    above: int
    late: int
    suppressed: int
    decided: int
    overturned: int
    markets: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Table:
    """Counts of p parts by week, the last week last, both (p, weeks); hours of each part."""

    parts: list[Part]
    decided: NDArray[np.int64]
    overturned: NDArray[np.int64]
    hours: list[NDArray[np.float64]]


@lru_cache(maxsize=8)
def policy_rows(found: Decided, question: Question) -> PolicyRows:
    """Count the parts in the weeks and the market that are asked for."""
    table = _table(found, question)
    decided, overturned = table.decided.sum(axis=1), table.overturned.sum(axis=1)
    late, early = slice(-RECENT_WEEKS, None), slice(None, -RECENT_WEEKS)
    others = against_others(overturned, decided)
    before = against_before(
        table.overturned[:, late].sum(axis=1),
        table.decided[:, late].sum(axis=1),
        table.overturned[:, early].sum(axis=1),
        table.decided[:, early].sum(axis=1),
    )
    rows = [
        _row(table, place, others, before, question)
        for place in np.flatnonzero(decided >= LEAST_DECISIONS).tolist()
    ]
    return PolicyRows(
        rows=tuple(sorted(rows, key=_rank)),
        risen=sum(row.rising for row in rows),
        above=sum(row.above for row in rows),
        late=found.late,
        suppressed=len(decided) - len(rows),
        decided=int(decided.sum()),
        overturned=int(overturned.sum()),
        markets=tuple(sorted({market for _, _, market in found.parts if market})),
    )


def part_weeks(found: Decided, question: Question) -> tuple[RateWeek, ...]:
    """Give the weeks of the part that is asked for, the last week last; none where it has none."""
    table = _table(found, question)
    if found.last is None or question.part not in table.parts:
        return ()
    place = table.parts.index(question.part)
    counts = list(zip(table.decided[place].tolist(), table.overturned[place].tolist(), strict=True))
    return weeks_of(counts, found.last)


def _table(found: Decided, question: Question) -> _Table:
    parts = list(dict.fromkeys(Part(policy, detection) for policy, detection, _ in found.parts))
    place = {part: at for at, part in enumerate(parts)}
    wanted = [not question.market or market == question.market for _, _, market in found.parts]
    belongs = np.array(
        [place[Part(policy, detection)] for policy, detection, _ in found.parts], int
    )
    kept = np.flatnonzero(np.array(wanted, bool)[found.part] & (found.ago < question.days))
    part = belongs[found.part[kept]]
    week = question.weeks - 1 - found.ago[kept] // WEEK
    cell, shape = part * question.weeks + week, (len(parts), question.weeks)
    lost = cell[found.overturned[kept]]
    decided = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    overturned = np.bincount(lost, minlength=shape[0] * shape[1]).reshape(shape)
    order = np.argsort(part, kind="stable")
    hours = np.split(found.hours[kept][order], np.cumsum(decided.sum(axis=1))[:-1])
    there = np.flatnonzero(decided.sum(axis=1))
    return _Table(
        [parts[at] for at in there], decided[there], overturned[there], [hours[at] for at in there]
    )


def _row(
    table: _Table, place: int, others: Standing, before: Standing, question: Question
) -> PolicyRow:
    decided, overturned = table.decided[place], table.overturned[place]
    cases, seen, lately = (int(one.sum()) for one in (decided, overturned, decided[-RECENT_WEEKS:]))
    low, high = wilson(seen, cases)
    median, slow = np.quantile(table.hours[place], (0.5, 0.9)).tolist()
    weeks = [_share(*one) for one in zip(overturned[:, None], decided[:, None], strict=True)]
    top = max([LEAST_TOP, *(one for one in weeks if one is not None)])
    row = PolicyRow(
        part=table.parts[place],
        decided=cases,
        overturned=seen,
        rate=seen / cases,
        lower=float(low),
        upper=float(high),
        others=float(others.expected[place]) / cases,
        above=bool(others.above[place]),
        rising=bool(before.above[place]),
        recent=_recent(int(overturned[-RECENT_WEEKS:].sum()), lately),
        before=_share(overturned[:-RECENT_WEEKS], decided[:-RECENT_WEEKS]),
        own=float(before.expected[place]) / lately if lately else None,
        ranks=(float(before.lower[place]), float(others.lower[place])),
        why=(),
        median=median,
        slow=slow,
        spark=_spark(weeks, top),
        top=top,
        url=question.of(table.parts[place]).url("/policies/part"),
    )
    return replace(row, why=_why(row, question.weeks - RECENT_WEEKS))


def _recent(overturned: int, decided: int) -> Recent | None:
    if not decided:
        return None
    low, high = wilson(overturned, decided)
    return Recent(decided, overturned, overturned / decided, float(low), float(high))


def _why(row: PolicyRow, weeks: int) -> tuple[str, ...]:
    """Say why a part is marked: what is new first, then what it always was."""
    why = []
    if row.rising and row.recent is not None:
        why.append(
            f"{share(row.recent.rate)} overturned in the last {RECENT_WEEKS} weeks"
            f" ({row.recent.overturned:,} of {row.recent.decided:,}), {share(row.own)} expected by"
            f" its own {weeks} weeks before"
        )
    if row.above:
        told = f"{share(row.rate)} overturned, of all others {share(row.others)}"
        if not row.rising and row.own is not None:
            told += (
                f"; its own past gives {share(row.own)}: no rise beyond chance over the last"
                f" {RECENT_WEEKS} weeks"
            )
        why.append(told)
    return tuple(why)


def _share(overturned: NDArray[np.int64], decided: NDArray[np.int64]) -> float | None:
    cases = int(decided.sum())
    return int(overturned.sum()) / cases if cases else None


def _rank(row: PolicyRow) -> tuple[int, float, str]:
    own, others = row.ranks
    if row.rising:
        return 0, -own, row.name
    return (1, -others, row.name) if row.above else (2, -own, row.name)


def _spark(rates: Sequence[float | None], top: float) -> Spark:
    """Draw the share of each week as a bar; a week without decisions has none."""
    bars = [
        ""
        if one is None
        else f"M{SPARK_STEP * at + 3} {SPARK_HEIGHT}v-{max(1, round(SPARK_HEIGHT * one / top))}"
        for at, one in enumerate(rates)
    ]
    split = len(bars) - RECENT_WEEKS
    known = [one for one in rates if one is not None]
    words = f"share overturned by week over {len(rates)} weeks, at most {share(max(known))}"
    width = SPARK_STEP * len(rates)
    return Spark("".join(bars[:split]), "".join(bars[split:]), width, SPARK_HEIGHT, words)
