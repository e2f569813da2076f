"""The model in service: held in memory, and replaced when another one is promoted."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

from features.errors import NoChampion, StateError
from serving.watch import LOOK_SECONDS, Watch

if TYPE_CHECKING:
    import pandas as pd

    from features.encoder import StudentEncoder
    from features.faults import Fault
    from models.scores import Attribute, Score

ALIAS: Final = "champion"
RETRY_SECONDS: Final = 60.0
"""Seconds before a version that could not be loaded is tried again."""
logger = logging.getLogger("redress.serving")


class Scores(Protocol):
    """What the service asks of a model; `models.scorer.Scorer` gives it."""

    @property
    def attributes(self) -> Sequence[Attribute]:
        """What may stand under `attributes` in an appeal."""

    @property
    def encoder(self) -> StudentEncoder:
        """Reads the texts."""

    @property
    def uncertain_between(self) -> tuple[float, float]:
        """The probabilities between which a case is called uncertain."""

    def faults(self, frame: pd.DataFrame) -> dict[int, list[Fault]]:
        """Tell which rows the model cannot score, and why."""

    def score(self, frame: pd.DataFrame) -> list[Score]:
        """Score every row, in order."""


class Served(Protocol):
    """A loaded model and where it comes from."""

    @property
    def scorer(self) -> Scores:
        """The model."""

    @property
    def version(self) -> str:
        """Its version in the registry."""

    @property
    def run_id(self) -> str:
        """The run that trained it."""

    @property
    def registered_at(self) -> datetime:
        """When it was registered, UTC."""

    @property
    def digest(self) -> str:
        """The SHA-256 of its files."""


class Described(Protocol):
    """What was said of a version when it was registered."""

    @property
    def tags(self) -> Mapping[str, str]:
        """The data's digest, dates and rows."""


class Registry(Protocol):
    """What the service asks of the registry; `models.registry.Registry` gives it."""

    def describe(self, version: str) -> Described:
        """Tell what is known of a version, without loading it."""

    def alias_version(self, alias: str) -> str | None:
        """Tell which version an alias points at, without loading anything."""

    def figures(self, run_id: str) -> Mapping[str, float]:
        """Give what a run measured of its model, by name."""

    def champion(self) -> Served:
        """Load the champion; raises NoChampion or DamagedModel."""


class Champion:
    """Holds the champion, and notices a new one within seconds.

    A champion that cannot be loaded never displaces one that serves.

    Parameters
    ----------
    registry
        Where champions come from.
    on_change
        Told the old version (None at first) and the new one, after each change.
    look_seconds
        Seconds between two looks at the registry.
    """

    def __init__(
        self,
        registry: Registry,
        on_change: Callable[[str | None, str], None] = lambda _old, _new: None,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self.registry = registry
        self.on_change = on_change
        self.failures = 0
        self._served: Served | None = None
        self._reason: StateError = NoChampion(
            "the champion has not been looked up yet", remedy="Ask again in a few seconds"
        )
        self._told = False
        self._failed: str | None = None
        self._retry_at = 0.0
        self._watch = Watch("champion", self.look, self._fail, look_seconds)

    @property
    def ready(self) -> bool:
        """Whether there is a model to score with."""
        return self._served is not None

    def served(self) -> Served:
        """Give the model in service.

        Raises
        ------
        NoChampion, DamagedModel
            When there is none, and why.
        """
        if self._served is None:
            reason = self._reason
            raise type(reason)(reason.found, reason.expected, reason.remedy)
        return self._served

    def look(self) -> None:
        """Look at the registry once, and take up a champion that is new."""
        version = self.registry.alias_version(ALIAS)
        if version is None:
            self._note_absence()
            return
        if version == self._version():
            return
        if version == self._failed and time.monotonic() < self._retry_at:
            return
        self._failed, self._retry_at = version, time.monotonic() + RETRY_SECONDS
        self._take_up(self.registry.champion())
        self._failed = None

    def start(self) -> None:
        """Begin to look; whatever the registry does, the old champion goes on serving."""
        self._watch.start()

    def stop(self) -> None:
        """Stop looking; a model being loaded is waited for."""
        self._watch.stop()

    def _note_absence(self) -> None:
        if self._served is None and not self._told:
            logger.warning("no model has been promoted yet: scores are refused until one is")
            self._told = True
        self._reason = _none_promoted()

    def _fail(self, error: Exception) -> None:
        unread = StateError("the model registry cannot be read", remedy="See the log.")
        self._reason = error if isinstance(error, StateError) else unread
        self.failures += 1
        logger.error(
            "cannot load champion version=%s (%s); still serving version=%s",
            self._failed,
            type(error).__name__,
            self._version(),
        )

    def _take_up(self, served: Served) -> None:
        old = self._version()
        self._served = served
        logger.info("serving model version=%s run=%s", served.version, served.run_id)
        self.on_change(old, served.version)

    def _version(self) -> str | None:
        return None if self._served is None else self._served.version


def _none_promoted() -> NoChampion:
    return NoChampion("no model has been promoted", remedy="Run: redress train; redress promote")
