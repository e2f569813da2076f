"""How what comes in, and what is said of it, has moved since the model learnt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from models.drift import LEAST_CASES, Drift, Extent, Moved, banded, drift
from serving.dashboard.model_reading import Span, Traffic

MOST_MOVED: Final = 3
WORDS: Final[Mapping[Extent, str]] = {
    Extent.NONE: "as by chance",
    Extent.SLIGHT: "slightly",
    Extent.CLEAR: "clearly",
    Extent.GREAT: "greatly",
}


@dataclass(frozen=True)
class DriftRow:
    """How far one thing has moved: the index, what chance gives of it, and what moved most.

    Attributes
    ----------
    extent
        In words; `hot` where it is more than slight.
    """

    name: str
    index: float
    by_chance: float
    extent: str
    hot: bool
    moved: tuple[Moved, ...]
    before: int
    now: int


@dataclass(frozen=True)
class DriftTable:
    """What has moved, the last weeks against an earlier time.

    Attributes
    ----------
    since, until
        The first and the last day of the last weeks; None where there is nothing to compare.
    missing
        What cannot be compared, and why.
    """

    since: date | None
    until: date | None
    rows: tuple[DriftRow, ...]
    missing: tuple[str, ...]


def drift_table(traffic: Traffic) -> DriftTable:
    """Compare the mix of appeals with that of the training, the scores with the first weeks'."""
    looks: list[tuple[str, Callable[[float], Drift]]] = []
    missing = []
    if len(traffic.first) >= LEAST_CASES and len(traffic.now) >= LEAST_CASES:
        old, new = banded(traffic.first, traffic.now)
        looks.append((f"scores, since {_days(traffic.spans.first)}", _look(old, new)))
    else:
        missing.append(
            f"scores: {len(traffic.now):,} of the last weeks and {len(traffic.first):,} of the"
            f" weeks after the training; each needs {LEAST_CASES}, a week and more apart"
        )
    looks += [
        (f"{mix.name}, since {_days(traffic.since)}", _look(mix.before, mix.now))
        for mix in traffic.mixes
        if sum(mix.now.values()) >= LEAST_CASES
    ]
    if len(looks) < 2:
        missing.append(
            f"policy, market, language, detection: too few appeals, or the history does not hold"
            f" those that the model learnt from; {LEAST_CASES} are needed on either side"
        )
    level = 1 - 0.05 / max(len(looks), 1)
    now = traffic.spans.now
    return DriftTable(
        since=now.since.date() if now else None,
        until=now.until.date() if now else None,
        rows=tuple(_row(name, look(level)) for name, look in looks),
        missing=tuple(missing),
    )


def _look(before: Mapping[str, int], now: Mapping[str, int]) -> Callable[[float], Drift]:
    return lambda level: drift(before, now, level)


def _days(span: Span | None) -> str:
    return "" if span is None else f"{span.since:%-d %b} to {span.until:%-d %b}"


def _row(name: str, found: Drift) -> DriftRow:
    extent = found.extent
    return DriftRow(
        name=name,
        index=found.index,
        by_chance=found.by_chance,
        extent=WORDS[extent],
        hot=extent in (Extent.CLEAR, Extent.GREAT),
        moved=found.values[:MOST_MOVED] if extent is not Extent.NONE else (),
        before=found.before,
        now=found.now,
    )
