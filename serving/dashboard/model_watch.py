"""What watches over the champion: the last look at drift, the challenger in shadow, who served.

All of it is kept for a minute: MLflow is slow, and none of it changes by the second.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Final

from cachetools import TTLCache
from sqlalchemy import Engine

from features.errors import StateError
from models.drift_record import DriftRecord, Look, latest_drift
from models.performance import Estimate
from models.registry import PREVIOUS, Registry, Version
from models.shadow import LEAST_PAIRS, difference, pairs_of, shadowed
from models.tenure import Tenure, tenures_of
from serving.dashboard.model_contenders import KEPT_SECONDS, Contender, spanned
from serving.dashboard.wording import NOTHING

MOST_LOOKS: Final = 12
MOST_TENURES: Final = 5
MOST_KEPT: Final = 4


@dataclass(frozen=True)
class Foretold:
    """A measure of the scores: as foreseen of all, of the decided ones, and as it came."""

    name: str
    all: str
    decided: str
    came: str


@dataclass(frozen=True)
class DriftTold:
    """What `redress drift` found last.

    Attributes
    ----------
    looks
        Those that are more than chance, past the limit first; `more` are left out.
    calm
        How many are as by chance.
    """

    record: DriftRecord
    looks: tuple[Look, ...]
    more: int
    calm: int
    measures: tuple[Foretold, ...]


@dataclass(frozen=True)
class InShadow:
    """How the challenger did where nobody saw it.

    Attributes
    ----------
    decided
        Appeals that were decided after both had scored them.
    saved
        What it saves of the champion's Brier score on these; None of fewer than `least`.
    """

    scored: int
    decided: int
    saved: Estimate | None
    least: int = LEAST_PAIRS


@dataclass(frozen=True)
class Watched:
    """What watches over the champion; None where there is nothing of it."""

    drift: DriftTold | None
    shadow: InShadow | None
    tenures: tuple[Tenure, ...]


class ModelWatch:
    """Reads what watches over the champion, and remembers it for a minute."""

    def __init__(self, registry: Registry, engine: Engine) -> None:
        self.registry = registry
        self.engine = engine
        self._kept: TTLCache[tuple[str, str], Watched] = TTLCache(MOST_KEPT, KEPT_SECONDS)
        self._reading = threading.Lock()

    def of(self, champion: Contender, challenger: Contender | None) -> Watched:
        """Tell of a champion and, where there is one, its challenger.

        Raises
        ------
        StateError
            The registry cannot be read.
        """
        asked = champion.version.version, challenger.version.version if challenger else ""
        with self._reading:
            found = self._kept.get(asked)
            if found is None:
                found = self._kept[asked] = self._read(champion, challenger)
            return found

    def _read(self, champion: Contender, challenger: Contender | None) -> Watched:
        version = champion.version.version
        try:
            drift = latest_drift(self.registry, version)
            former = self.registry.alias_version(PREVIOUS)
            known = [champion.version, *([challenger.version] if challenger else [])]
            told = {one.version for one in known}
            if former is not None and former not in told:
                known.append(self.registry.describe(former))
        except StateError:
            raise
        except Exception as error:  # MLflow and its store have errors of many families.
            raise StateError(
                f"the model registry cannot be read ({type(error).__name__})",
                "the store that a training made",
                "See the service's log, and whether mlflow.db in REDRESS_HOME is whole.",
            ) from error
        return Watched(
            None if drift is None else drift_told(drift),
            None if challenger is None else self._shadow(challenger.version, version),
            tenures_of(known)[:MOST_TENURES],
        )

    def _shadow(self, challenger: Version, champion: str) -> InShadow | None:
        scored = shadowed(self.engine, challenger.version, champion)
        if not scored:
            return None
        pairs = pairs_of(self.engine, challenger.version, champion)
        return InShadow(scored, len(pairs), difference(pairs))


def drift_told(record: DriftRecord) -> DriftTold:
    """Choose what is shown of a look at drift."""
    moved = [look for look in record.looks if look.beyond_chance]
    moved.sort(key=lambda look: not look.past)
    return DriftTold(
        record=record,
        looks=tuple(moved[:MOST_LOOKS]),
        more=max(len(moved) - MOST_LOOKS, 0),
        calm=len(record.looks) - len(moved),
        measures=tuple(
            _measure(record, name, field)
            for name, field in (("AUC", "auc"), ("Brier score", "brier"), ("Calibration", "ece"))
        ),
    )


def _measure(record: DriftRecord, name: str, field: str) -> Foretold:
    outlook = record.outlook
    sides = (outlook.all, outlook.decided, outlook.realised)
    return Foretold(name, *(_written(getattr(side, field)) for side in sides))


def _written(found: Estimate | None) -> str:
    return NOTHING if found is None else spanned(found.value, found.low, found.high)
