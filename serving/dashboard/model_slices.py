"""How good the models are for whom: a table for each fact by which test cases are sliced."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from models.run_record import Part, RunRecord

DIMENSIONS: Final = ("policy", "market", "language", "detection", "attempt")
MOST_ROWS: Final = 40
FEW: Final = 30
"""Test cases below which a slice tells little."""


@dataclass(frozen=True)
class SliceRow:
    """One value of a fact.

    Attributes
    ----------
    came, said
        Share overturned, and what the model said on average.
    off
        `too little` or `too much` where what it said is farther from what came than chance gives,
        of all slices looked at, as the run's bounds say; else empty.
    rival
        The challenger's AUC, where it has one.
    """

    value: str
    cases: int
    came: float | None
    said: float | None
    off: str
    auc: float | None
    low: float | None
    high: float | None
    ece: float | None
    rival: float | None

    @property
    def few(self) -> bool:
        """Whether it tells little."""
        return self.cases < FEW


@dataclass(frozen=True)
class SliceTable:
    """The slices by one fact, the largest first; `more` are left out."""

    name: str
    rows: tuple[SliceRow, ...]
    more: int


def slice_tables(record: RunRecord, rival: RunRecord | None) -> tuple[SliceTable, ...]:
    """Lay the slices of a run beside those of its rival."""
    parts = [part for part in record.parts if part.dimension in DIMENSIONS]
    others = {(part.dimension, part.value): part for part in (rival.parts if rival else ())}
    tables = []
    for name in DIMENSIONS:
        rows = [_row(part, others) for part in parts if part.dimension == name]
        if rows:
            tables.append(SliceTable(name, tuple(rows[:MOST_ROWS]), max(len(rows) - MOST_ROWS, 0)))
    return tuple(tables)


def off_in(tables: Iterable[SliceTable]) -> int:
    """Count the slices of which the model says too little or too much."""
    return sum(bool(row.off) for table in tables for row in table.rows)


def _row(part: Part, others: dict[tuple[str, str], Part]) -> SliceRow:
    other = others.get((part.dimension, part.value))
    return SliceRow(
        value=part.value,
        cases=part.rows,
        came=part.positive_share,
        said=part.mean_probability,
        off=part.off,
        auc=part.auc,
        low=part.auc_low,
        high=part.auc_high,
        ece=part.ece,
        rival=None if other is None else other.auc,
    )
