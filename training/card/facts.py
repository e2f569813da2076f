"""What is known of a registered version: read by name from the run that made it.

What a run does not hold, because an older Redress made it or because there was nothing to measure,
is None or empty: a card says so, and is made all the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from models.calibration import Calibration, ConformalSets
from models.ceiling import Ceiling
from models.drift_record import DriftRecord, latest_drift
from models.makeup import Fact, Makeup
from models.penalties import Penalties
from models.registry import PACKAGE, SCORER, Registry, Version
from models.run_record import CEILING, FAIRNESS, SELECTION, RunRecord, read_run
from models.scores import Attribute
from models.tenure import Tenure, tenures_of
from training.fairness import Fairness
from training.reference import MAKEUP
from training.repeat_record import TEACHER, read_installed
from training.search_record import SEARCH
from training.selection import Selection

__all__ = ["Facts", "Known", "Made", "Origin", "Searched", "read_facts"]

ORIGIN: Final = "origin.json"
_MOST_BYTES: Final = 10_000_000
T = TypeVar("T")


@dataclass(frozen=True)
class Made:
    """How the overturn model came out: what was chosen, and how it is calibrated."""

    penalties: Penalties
    calibration: Calibration
    sets: ConformalSets


@dataclass(frozen=True)
class Known:
    """The attributes that a model takes."""

    attributes: tuple[Attribute, ...]


@dataclass(frozen=True)
class Searched:
    """A search of penalties before the fit."""

    trials: int
    pruned: int
    taken: bool


@dataclass(frozen=True)
class Origin:
    """What a model has learnt from; where the file lay is not told.

    Attributes
    ----------
    prior
        Share overturned among the appeals that taught it.
    """

    data_source: str
    data_rows: int
    data_digest: str
    data_first: datetime
    data_last: datetime
    seen_until: datetime
    prior: float


@dataclass(frozen=True)
class Risks:
    """How the risk model was made: prototypes have a centre, what was learnt has none."""

    centre: float | None = None


@dataclass(frozen=True)
class Facts:
    """All that a card tells of, as data.

    Attributes
    ----------
    version
        As registered, with its aliases.
    read_at
        When this was read, UTC.
    teacher
        As set when the model was trained; empty: the packaged one. None: not recorded.
    parameters
        The configuration, flat.
    installed
        Packages and their versions.
    learnt
        The make-up of what it has learnt from.
    risk_is_learnt
        Whether escalations taught the risk model; None: it cannot be read.
    tenures
        Who put this version in service, or another in its place, the latest first.
    drift
        The last look at what it scores.
    """

    version: Version
    read_at: datetime
    record: RunRecord
    origin: Origin | None
    teacher: str | None
    parameters: Mapping[str, str]
    installed: Mapping[str, str]
    learnt: Makeup | None
    known: Known | None
    made: Made | None
    risk_is_learnt: bool | None
    searched: Searched | None
    fairness: Fairness | None
    ceiling: Ceiling | None
    selection: Selection | None
    tenures: tuple[Tenure, ...]
    drift: DriftRecord | None

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts that the appeals told which taught it."""
        return () if self.learnt is None else self.learnt.facts

    def as_dict(self) -> dict[str, Any]:
        """Give all of it for JSON; what could not be measured is None."""
        told = asdict(self)
        told["made"] = None if self.made is None else _made(self.made)
        told["learnt"] = None if self.learnt is None else {"cases": self.learnt.cases}
        told["drift"] = None if self.drift is None else _looked(self.drift)
        return {name: _without_nan(value) for name, value in told.items()}


def read_facts(registry: Registry, version: str, now: datetime) -> Facts:
    """Read what is known of a version.

    Raises
    ------
    NoSuchVersion
        When the registry does not hold it.
    """
    known = registry.describe(version)
    run_id = known.run_id
    run = registry.client.get_run(run_id).data
    folder = registry.artifact(run_id, ".")
    scorer = folder / PACKAGE / SCORER
    risks = _read(scorer / "risk.json", Risks)
    return Facts(
        version=known,
        read_at=now,
        record=read_run(registry, run_id),
        origin=_read(folder / ORIGIN, Origin),
        teacher=run.tags.get(TEACHER),
        parameters=dict(run.params),
        installed=read_installed(registry, run_id),
        learnt=_read(folder / MAKEUP, Makeup),
        known=_read(scorer / "scorer.json", Known),
        made=_read(scorer / "overturn.json", Made),
        risk_is_learnt=None if risks is None else risks.centre is None,
        searched=_read(folder / SEARCH, Searched),
        fairness=_read(folder / FAIRNESS, Fairness),
        ceiling=_read(folder / CEILING, Ceiling),
        selection=_read(folder / SELECTION, Selection),
        tenures=_tenures(registry, known.version),
        drift=latest_drift(registry, known.version),
    )


def _tenures(registry: Registry, version: str) -> tuple[Tenure, ...]:
    every = tenures_of(registry.versions())
    return tuple(one for one in every if version in (one.version, one.former))


def _read(path: Path, kind: type[T]) -> T | None:
    """Read a file of a run; None where it is gone, or is not what it should be."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            return None
        return TypeAdapter(kind).validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _made(made: Made) -> dict[str, Any]:
    return {
        "penalties": made.penalties.model_dump(mode="json"),
        "calibration": asdict(made.calibration),
        "uncertain_between": list(made.sets.between),
    }


def _looked(drift: DriftRecord) -> dict[str, Any]:
    return {
        "since": drift.since,
        "until": drift.until,
        "cases": drift.cases,
        "past": [f"{look.kind}: {look.name}" for look in drift.past],
    }


def _without_nan(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, Mapping):
        return {str(name): _without_nan(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
