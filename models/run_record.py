"""What the run of a training says of its model: measures, slices, calibration, the gate's verdict.

Files that a run does not have, such as those of an older Redress, are named; what is there is told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from models.reliability import Bin, bins_of

__all__ = [
    "CALIBRATION",
    "CEILING",
    "FAIRNESS",
    "GATE",
    "SELECTION",
    "SLICES",
    "Demand",
    "Part",
    "RunRecord",
    "Verdict",
    "read_run",
]

SLICES: Final = "slices.json"
"""A table of `Part`s, as MLflow logs tables."""
CALIBRATION: Final = "calibration.json"
"""The bins of the test slice's reliability diagram."""
FAIRNESS: Final = "fairness.json"
"""Gaps between markets and between languages, as `training.fairness.Fairness.as_dict`."""
CEILING: Final = "ceiling.json"
"""What disagreement of reviewers leaves to be foreseen, as `models.ceiling.Ceiling.as_dict`."""
SELECTION: Final = "selection.json"
"""Outcomes that are not there yet, and reviewers, as `training.selection.Selection.as_dict`."""
GATE: Final = "gate.json"
"""What the gate said last, as `redress promote --json` answers."""
_MOST_BYTES: Final = 10_000_000
T = TypeVar("T")


class Runs(Protocol):
    """What is asked of the registry; `models.registry.Registry` gives it."""

    def figures(self, run_id: str) -> Mapping[str, float]:
        """Give what a run measured of its model, by name."""

    def artifact(self, run_id: str, path: str) -> Path:
        """Give the place of a file that was logged with a run."""


@dataclass(frozen=True)
class Part:
    """How good a model was on the test cases that share one value of one fact.

    Attributes
    ----------
    positive_share, mean_probability
        Share overturned, and what the model said on average.
    auc, auc_low, auc_high
        None where all cases ended alike. The bounds of slices hold for all of them together, and
        are None where the cases are too few for any.
    came_low, came_high
        Wilson's bounds of the share overturned, for all slices together.
    gap, gap_low, gap_high
        What the model said minus what came, and bounds for all slices together.
    ece, ece_by_chance
        Calibration error, and what honest probabilities exceed once in twenty; None of few cases.

    None also stands for what an older Redress did not record.
    """

    dimension: str
    value: str
    rows: int
    positive_share: float | None
    mean_probability: float | None
    auc: float | None
    auc_low: float | None
    auc_high: float | None
    brier: float | None
    brier_skill: float | None
    ece: float | None
    came_low: float | None = None
    came_high: float | None = None
    gap: float | None = None
    gap_low: float | None = None
    gap_high: float | None = None
    ece_by_chance: float | None = None

    @property
    def off(self) -> str:
        """What the model says of it beyond chance: `too much`, `too little`, or nothing."""
        if self.gap_low is None or self.gap_high is None:
            return ""
        return "too much" if self.gap_low > 0 else "too little" * (self.gap_high < 0)


@dataclass(frozen=True)
class Demand:
    """One demand of the gate; fields as of `training.gate.GateLine`."""

    name: str
    value: float
    bound: float
    passed: bool
    cases: int
    meaning: str
    slice: bool = False


@dataclass(frozen=True)
class Verdict:
    """What the gate said of a model.

    Attributes
    ----------
    previous
        Version that served then, against which it was judged; None: none did.
    promoted
        Whether it came into service.
    not_compared
        Why it was judged against the prior alone although a version served; empty: it was not.
    """

    previous: str | None
    promoted: bool
    cases: int
    demands: tuple[Demand, ...]
    not_compared: str = ""

    @property
    def passed(self) -> bool:
        """Whether every demand was met."""
        return all(one.passed for one in self.demands)


@dataclass(frozen=True)
class RunRecord:
    """What a run says.

    Attributes
    ----------
    figures
        Measures on the test slice, by name.
    parts
        All cases first, then slices; empty where it does not say.
    bins
        Of the test slice; empty where it does not say.
    verdict
        None where the gate has not been asked, or nothing is recorded of it.
    unread
        Files that are not there, or are not what they should be.
    """

    figures: Mapping[str, float]
    parts: tuple[Part, ...]
    bins: tuple[Bin, ...]
    verdict: Verdict | None
    unread: tuple[str, ...]


def read_run(registry: Runs, run_id: str) -> RunRecord:
    """Read what a run says of its model."""
    unread: list[str] = []

    def told(name: str, read: Callable[[Any], T], otherwise: T) -> T:
        try:
            return read(_json(registry.artifact(run_id, name)))
        except (OSError, ValueError, KeyError, TypeError):
            unread.append(name)
            return otherwise

    return RunRecord(
        figures=dict(registry.figures(run_id)),
        parts=told(SLICES, _parts, ()),
        bins=told(CALIBRATION, lambda said: bins_of(said["bins"]), ()),
        verdict=told(GATE, _verdict, None),
        unread=tuple(unread),
    )


def _json(path: Path) -> Any:  # noqa: ANN401
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError(f"more than {_MOST_BYTES:,} bytes")
    return json.loads(path.read_text(encoding="utf-8"))


def _parts(table: Mapping[str, Any]) -> tuple[Part, ...]:
    columns = table["columns"]
    rows = (dict(zip(columns, row, strict=True)) for row in table["data"])
    return tuple(_part(row) for row in rows)


def _part(row: Mapping[str, Any]) -> Part:
    told = {one.name: row.get(one.name) for one in fields(Part)}
    figures = {
        name: None if value is None else float(value)
        for name, value in told.items()
        if name not in ("dimension", "value", "rows")
    }
    return Part(str(row["dimension"]), str(row["value"]), int(row["rows"]), **figures)


def _verdict(said: Mapping[str, Any]) -> Verdict:
    names = [one.name for one in fields(Demand)]
    previous = said["previous"]
    return Verdict(
        previous=None if previous is None else str(previous),
        promoted=bool(said["promoted"]),
        cases=int(said["cases"]),
        demands=tuple(Demand(**{name: line[name] for name in names}) for line in said["gate"]),
        not_compared=str(said.get("not_compared") or ""),
    )
