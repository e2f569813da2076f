"""The challenger in shadow: it scores what the champion has answered, and nobody sees it.

An answer is never kept waiting for it: what was answered is put in line, in memory, and a line that
is full takes no more. One thread works the line off, and rests four times as long as it works, so
that most of the processor is left to those who wait for an answer.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from features.frame import appeal_frame
from features.schema import Appeal
from models.shadow import ShadowScore, record
from serving.champion import ALIAS, RETRY_SECONDS
from serving.watch import Watch

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Engine

    from features.faults import Fault

CHALLENGER: Final = "challenger"
LOOK_SECONDS: Final = 10.0
"""Seconds between two looks at who the challenger is."""
AT_ONCE: Final = 50
"""Appeals scored at a time: a few hundredths of a second."""
LINE: Final = 2_000
"""Appeals that may wait, each with its text in memory."""
REST: Final = 4.0
"""Rests so many times as long as it worked."""
_IDLE_SECONDS: Final = 0.5
logger = logging.getLogger("redress.serving")


class Loss(StrEnum):
    """Why an appeal was not scored in shadow."""

    FULL = "full"
    UNFIT = "unfit"
    FAILED = "failed"
    STOPPED = "stopped"


class Rival(Protocol):
    """What is asked of a challenger; `models.scorer.Scorer` gives it."""

    def faults(self, frame: pd.DataFrame) -> dict[int, list[Fault]]:
        """Tell which rows it cannot score, and why."""

    def probabilities(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """Give calibrated probabilities, (n,)."""


class Loaded(Protocol):
    """A challenger that has been loaded."""

    @property
    def scorer(self) -> Rival:
        """The model."""

    @property
    def version(self) -> str:
        """Its version in the registry."""


class Registry(Protocol):
    """What is asked of the registry; `models.registry.Registry` gives it."""

    def alias_version(self, alias: str) -> str | None:
        """Tell which version an alias points at, without loading anything."""

    def by_version(self, version: str) -> Loaded:
        """Load a version; raises DamagedModel."""


class Counts(Protocol):
    """Counts what became of appeals; `serving.metrics.Metrics` does."""

    def count_shadow(self, scored: int) -> None:
        """Count appeals that were scored in shadow."""

    def count_shadow_loss(self, why: Loss, appeals: int) -> None:
        """Count appeals that were not."""


@dataclass(frozen=True)
class Answered:
    """An appeal, and what was answered of it.

    Attributes
    ----------
    version
        The champion's.
    answered_at
        UTC.
    """

    appeal: Appeal
    probability: float
    version: str
    answered_at: datetime


class Follower(Protocol):
    """Takes note of what was answered."""

    def offer(self, answered: Sequence[Answered]) -> None:
        """Take note; it never waits and never fails."""


class Nobody:
    """Follows nothing: the shadow is switched off."""

    def offer(self, answered: Sequence[Answered]) -> None:
        """Leave it."""


class Shadow:
    """Scores with the challenger what the champion has answered.

    Parameters
    ----------
    registry
        Where challengers come from.
    engine
        The database.
    counts
        Counts what became of appeals.
    line
        Appeals that may wait.
    rest
        How many times as long as it worked it rests.
    look_seconds
        Seconds between two looks at the registry.
    """

    def __init__(
        self,
        registry: Registry,
        engine: Engine,
        counts: Counts,
        line: int = LINE,
        rest: float = REST,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self.registry = registry
        self.engine = engine
        self.counts = counts
        self.rest = rest
        self._line: queue.Queue[Answered] = queue.Queue(line)
        self._challenger: Loaded | None = None
        self._failed: str | None = None
        self._retry_at = 0.0
        self._stop = threading.Event()
        self._watch = Watch("challenger", self.look, self._fail, look_seconds)
        self._worker = threading.Thread(target=self._run, name="shadow", daemon=True)

    @property
    def version(self) -> str | None:
        """The version that scores in shadow; None where there is none."""
        return None if self._challenger is None else self._challenger.version

    def start(self) -> None:
        """Begin to look for a challenger, and to work the line off."""
        self._watch.start()
        self._worker.start()

    def stop(self) -> None:
        """Stop; what waits in line is let go of, and counted."""
        self._stop.set()
        self._watch.stop()
        if self._worker.is_alive():
            self._worker.join()
        self.counts.count_shadow_loss(Loss.STOPPED, self._line.qsize())

    def offer(self, answered: Sequence[Answered]) -> None:
        """Put in line what was answered; what finds no place is counted as lost."""
        if self.version is None:
            return
        for place, one in enumerate(answered):
            try:
                self._line.put_nowait(one)
            except queue.Full:
                self.counts.count_shadow_loss(Loss.FULL, len(answered) - place)
                return

    def look(self) -> None:
        """Look at the registry once, and take up a challenger that is new."""
        version = self.registry.alias_version(CHALLENGER)
        if version == self.registry.alias_version(ALIAS):
            version = None
        if version == self.version:
            return
        self._challenger = None
        if version is None or (version == self._failed and time.monotonic() < self._retry_at):
            return
        self._failed, self._retry_at = version, time.monotonic() + RETRY_SECONDS
        self._challenger = self.registry.by_version(version)
        self._failed = None
        logger.info("model version=%s scores in shadow", version)

    def _fail(self, error: Exception) -> None:
        logger.error(
            "cannot load challenger version=%s (%s); nothing is scored in shadow",
            self._failed,
            type(error).__name__,
        )

    def _run(self) -> None:
        while not self._stop.is_set():
            lot = self._next()
            began = time.monotonic()
            self._score_safely(lot)
            self._stop.wait(self.rest * (time.monotonic() - began))

    def _next(self) -> list[Answered]:
        """Wait for an appeal, and take those that wait behind it, up to so many at once."""
        lot: list[Answered] = []
        with suppress(queue.Empty):
            lot.append(self._line.get(timeout=_IDLE_SECONDS))
            while len(lot) < AT_ONCE:
                lot.append(self._line.get_nowait())
        return lot

    def _score_safely(self, lot: Sequence[Answered]) -> None:
        challenger = self._challenger
        # Who has been promoted meanwhile is no rival of its own answers.
        lot = [one for one in lot if challenger is not None and one.version != challenger.version]
        if challenger is None or not lot:
            return
        try:
            scored = score_lot(challenger, lot)
            record(self.engine, scored)
        except Exception as error:  # a rival that was never asked before may fail in any way
            logger.error("shadow version=%s failed: %s", challenger.version, type(error).__name__)
            self.counts.count_shadow_loss(Loss.FAILED, len(lot))
        else:
            self.counts.count_shadow(len(scored))
            self.counts.count_shadow_loss(Loss.UNFIT, len(lot) - len(scored))


def score_lot(challenger: Loaded, lot: Sequence[Answered]) -> list[ShadowScore]:
    """Score the appeals that fit the challenger."""
    frame = appeal_frame([one.appeal for one in lot])
    unfit = challenger.scorer.faults(frame)
    fit = [one for place, one in enumerate(lot) if place not in unfit]
    if not fit:
        return []
    said = challenger.scorer.probabilities(appeal_frame([one.appeal for one in fit]))
    return [
        ShadowScore(
            appeal_id=one.appeal.appeal_id,
            scored_at=one.answered_at,
            model_version=challenger.version,
            probability=probability,
            champion_version=one.version,
            champion_probability=one.probability,
        )
        for one, probability in zip(fit, said.tolist(), strict=True)
    ]
