"""What a look at drift found, as its run in MLflow keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from models.drift import Moved
from models.foreseen import Foreseen
from models.performance import Performance
from models.registry import Registry

__all__ = ["ANSWER", "EXPERIMENT", "DriftRecord", "Kind", "Look", "latest_drift", "record_json"]

EXPERIMENT: Final = "redress-drift"
"""Name of the experiment whose runs are looks at drift."""
ANSWER: Final = "drift.json"
"""The record, with the run."""
VERSION: Final = "version"
"""The parameter that says whose drift it is."""


class Kind(StrEnum):
    """What is looked at."""

    TEXT = "text"
    MIX = "mix"
    MISSING = "missing"
    SCORES = "scores"
    FORESEEN = "foreseen"
    REALISED = "realised"


@dataclass(frozen=True)
class Look:
    """One thing that was looked at, against its limit and against chance.

    Attributes
    ----------
    name
        What it is of: a fact, `text`, a measure.
    value, limit
        What was found, and from where it is too much.
    by_chance
        What chance alone exceeds once in twenty times over all looks together.
    before, now
        Cases on either side.
    meaning
        How the value is to be read.
    moved
        What adds most to it, the most first.
    expected
        Whether it is known to move: it is told, and never past its limit.
    """

    kind: Kind
    name: str
    value: float
    limit: float
    by_chance: float
    before: int
    now: int
    meaning: str
    moved: tuple[Moved, ...] = ()
    expected: bool = False

    @property
    def beyond_chance(self) -> bool:
        """Whether it is more than chance gives."""
        return self.value > self.by_chance

    @property
    def past(self) -> bool:
        """Whether it is past its limit, and not by chance."""
        return not self.expected and self.beyond_chance and self.value > self.limit


@dataclass(frozen=True)
class Outlook:
    """How good the scores are, before and after the outcomes are in.

    Attributes
    ----------
    tested
        The AUC that the training measured on its later cases; None where it is not known.
    all, decided
        What is foreseen of all cases that neither taught nor tested the champion, and of those of
        them that are decided: these can be checked.
    realised
        How good the scores of these decided cases turned out to be.
    undecided_said
        Mean score of those that are not decided yet; None where all are.
    foretold
        The AUC that the scores of the cases which tested it foresee; None where it is not known.
    """

    tested: float | None
    all: Foreseen
    decided: Foreseen
    realised: Performance
    undecided_said: float | None
    foretold: float | None = None

    @property
    def decided_share(self) -> float:
        """Share of all these cases that is decided, in [0, 1]."""
        return self.decided.cases / self.all.cases if self.all.cases else 0.0


@dataclass(frozen=True)
class DriftRecord:
    """What a look at drift found.

    Attributes
    ----------
    version
        Of the champion.
    since, until
        The first and the last day of filing that were looked at.
    looked_at
        When, UTC.
    cases
        Scored appeals filed in that time that the champion has not learnt from.
    learnt
        Appeals that it has learnt from, with which they are compared.
    looks
        All of them; limits are held against chance over all.
    missing
        What could not be compared, and why.
    """

    version: str
    since: date
    until: date
    looked_at: datetime
    cases: int
    learnt: int
    looks: tuple[Look, ...]
    outlook: Outlook
    missing: tuple[str, ...] = ()

    @property
    def past(self) -> tuple[Look, ...]:
        """What is past its limit."""
        return tuple(look for look in self.looks if look.past)


_RECORDS: Final = TypeAdapter(DriftRecord)


def record_json(record: DriftRecord) -> str:
    """Spell a record as its run keeps it."""
    return _RECORDS.dump_json(record, indent=1).decode()


def record_of(path: Path) -> DriftRecord | None:
    """Read a record; None where it is gone, or is not what `record_json` wrote."""
    try:
        return _RECORDS.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def latest_drift(registry: Registry, version: str) -> DriftRecord | None:
    """Give what was found last of a version; None where nobody has looked, or it cannot be read."""
    client = registry.client
    experiment = client.get_experiment_by_name(EXPERIMENT)
    if experiment is None:
        return None
    asked = f"params.{VERSION} = '{version}' and attributes.status = 'FINISHED'"
    runs = client.search_runs(
        [experiment.experiment_id], asked, order_by=["attributes.start_time DESC"], max_results=1
    )
    return record_of(registry.artifact(runs[0].info.run_id, ANSWER)) if runs else None
