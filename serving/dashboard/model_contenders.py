"""The champion and the challenger: what the registry and their runs say of them, side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cachetools import TTLCache

from features.errors import StateError
from models.registry import CHALLENGER, CHAMPION, Registry, Version
from models.run_record import RunRecord, read_run
from serving.dashboard.wording import NOTHING, day, number, share

KEPT_SECONDS: Final = 60.0
"""A run's record is read again after so long: the gate may have spoken since."""
MOST_KEPT: Final = 8


@dataclass(frozen=True)
class Learnt:
    """What a model has learnt from, as far as its version says.

    Attributes
    ----------
    source
        `history` or `file`.
    seen_until
        When the last appeal was filed that it has seen; those after it tested it.
    """

    rows: int | None
    first: datetime | None
    last: datetime | None
    seen_until: datetime | None
    source: str
    digest: str


@dataclass(frozen=True)
class Contender:
    """A model that serves, or would like to."""

    version: Version
    learnt: Learnt
    record: RunRecord


@dataclass(frozen=True)
class Line:
    """One thing that is told of both; `differs` where they are not alike."""

    name: str
    champion: str
    challenger: str

    @property
    def differs(self) -> bool:
        """Whether the two are not alike."""
        return self.champion != self.challenger


class Contenders:
    """Reads the registry, and remembers for a minute what the runs say: MLflow is slow.

    Parameters
    ----------
    registry
        The one door to MLflow.
    """

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._kept: TTLCache[str, Contender] = TTLCache(MOST_KEPT, KEPT_SECONDS)
        self._reading = threading.Lock()

    def champion_and_challenger(self) -> tuple[Contender | None, Contender | None]:
        """Give both; the challenger is None where it is the champion.

        Raises
        ------
        StateError
            The registry cannot be read.
        """
        try:
            serves = self.registry.alias_version(CHAMPION)
            waits = self.registry.alias_version(CHALLENGER)
            champion = None if serves is None else self._contender(serves)
            alone = waits is None or waits == serves
            return champion, None if alone or waits is None else self._contender(waits)
        except StateError:
            raise
        except Exception as error:  # MLflow and its store have errors of many families.
            raise StateError(
                f"the model registry cannot be read ({type(error).__name__})",
                "the store that a training made",
                "See the service's log, and whether mlflow.db in REDRESS_HOME is whole.",
            ) from error

    def _contender(self, version: str) -> Contender:
        with self._reading:
            found = self._kept.get(version)
            if found is None:
                described = self.registry.describe(version)
                record = read_run(self.registry, described.run_id)
                found = Contender(described, learnt_of(described), record)
                self._kept[version] = found
            return found


def learnt_of(version: Version) -> Learnt:
    """Read what a version says of its data; what it does not say, or not well, is None."""
    tags = version.tags
    return Learnt(
        rows=int(tags["data_rows"]) if tags.get("data_rows", "").isdecimal() else None,
        first=_moment(tags.get("data_first", "")),
        last=_moment(tags.get("data_last", "")),
        seen_until=_moment(tags.get("seen_until", "")),
        source=tags.get("data_source", ""),
        digest=tags.get("data_digest", ""),
    )


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


Told = Callable[[Contender], str]


def lines_of(champion: Contender | None, challenger: Contender | None) -> tuple[Line, ...]:
    """Say of both what each is, what it has learnt from, and how it did on its later cases."""

    def line(name: str, told: Told) -> Line:
        return Line(name, *("" if one is None else told(one) for one in (champion, challenger)))

    return tuple(line(name, told) for name, told in (*_ORIGINS, *_MEASURES))


def _figure(name: str, write: Callable[[float | None], str]) -> Told:
    return lambda one: write(one.record.figures.get(name))


def _tested(name: str, write: Callable[[float | None], str]) -> Told:
    """Tell of the test slice, which is the first of the parts; a run may count `rows` of all."""
    return lambda one: write(getattr(one.record.parts[0], name) if one.record.parts else None)


def three(value: float | None) -> str:
    """Write a measure: 0.742."""
    return NOTHING if value is None else f"{value:.3f}"


def spanned(value: float | None, low: float | None, high: float | None) -> str:
    """Write a measure with its interval: 0.742 (0.700 to 0.781)."""
    if low is None or high is None:
        return three(value)
    return f"{three(value)} ({three(low)} to {three(high)})"


def _auc(one: Contender) -> str:
    told = one.record.figures
    return spanned(told.get("auc"), told.get("auc_low"), told.get("auc_high"))


def _cases(value: float | None) -> str:
    return number(None if value is None else round(value))


_ORIGINS: Final[tuple[tuple[str, Told], ...]] = (
    ("Registered", lambda one: day(one.version.registered_at)),
    ("Decided appeals", lambda one: number(one.learnt.rows)),
    ("taken from", lambda one: one.learnt.source or NOTHING),
    ("filed", lambda one: f"{day(one.learnt.first)} to {day(one.learnt.last)}"),
    ("learnt up to", lambda one: day(one.learnt.seen_until)),
    ("digest of the data", lambda one: one.learnt.digest[:12] or NOTHING),
)
_MEASURES: Final[tuple[tuple[str, Told], ...]] = (
    ("Tested on later cases", _tested("rows", _cases)),
    ("overturned of them", _tested("positive_share", share)),
    ("said on average", _tested("mean_probability", share)),
    ("AUC", _auc),
    ("AUC within a policy", _figure("within_policy_auc", three)),
    ("Average precision", _figure("average_precision", three)),
    ("Brier score", _figure("brier", three)),
    ("Brier skill", _figure("brier_skill", three)),
    ("Calibration error", _figure("ece", three)),
)
