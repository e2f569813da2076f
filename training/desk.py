"""Desks at which blocks of a file are scored: one in this process, or one in each of several."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import BrokenBarrierError
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from features.columns import ColumnMap, Records, Rejection
from features.database import open_database
from features.errors import StateError
from features.faults import Fault
from features.frame import appeal_frame
from features.settings import Settings
from models.alarms import Part
from models.ledger import Ledger, Occasion
from models.places import Places, nowhere
from models.registry import Registry, Served
from models.theme_map import no_themes, theme_map
from training.answers import answer_table

if TYPE_CHECKING:
    from multiprocessing.synchronize import Barrier

OPENING_SECONDS: Final = 300
"""How long processes may take to start and to load the model."""


@dataclass(frozen=True)
class Errand:
    """What every desk must know.

    Attributes
    ----------
    settings
        Say where model and database are.
    columns
        The column mapping of the file.
    occasion
        The model's version, and the moment of the scores.
    places
        Where the themes lie: the same for all desks, whatever is discovered meanwhile.
    """

    settings: Settings
    columns: Path
    occasion: Occasion
    places: Places = field(default_factory=nowhere)


@dataclass(frozen=True)
class Batch:
    """A block that has been scored.

    Attributes
    ----------
    scores
        A row an appeal, in the order of the block; see `training.answers.SCHEMA`.
    rejected
        The rows without a score.
    unfit
        How many of these were read, and did not fit the model.
    """

    scores: pa.Table
    rejected: tuple[Rejection, ...]
    unfit: int


class Desk:
    """Reads, scores and records blocks of a table.

    Parameters
    ----------
    errand
        What is to be done.
    served
        The model to do it with.
    """

    def __init__(self, errand: Errand, served: Served) -> None:
        self.errand = errand
        self.served = served
        self.mapping = ColumnMap.load(errand.columns).at_filing()
        self.ledger = Ledger(open_database(errand.settings))
        held = no_themes(served.scorer.encoder)
        self.themes = theme_map(errand.places, errand.settings, held)

    def score(self, block: pd.DataFrame) -> Batch:
        """Score some rows of a table; the ledger has the scores before the caller does."""
        records = self.mapping.read(block)
        order = np.argsort(records.lines, kind="stable").tolist()
        frame = self._frame(records, order)
        faults = self.served.scorer.faults(frame)
        unfit = [Rejection(records.lines[order[row]], _said(faults[row])) for row in sorted(faults)]
        fit = frame[~np.isin(np.arange(len(frame)), list(faults))].reset_index(drop=True)
        scores, texts = self.served.scorer.score(fit), fit["text"].tolist()
        self.ledger.record(scores, texts, self.errand.occasion)
        table = answer_table(scores, self.themes.near(texts, facts_of(fit)), self.served.version)
        return Batch(table, (*records.rejected, *unfit), len(unfit))

    def _frame(self, records: Records, order: list[int]) -> pd.DataFrame:
        frame = appeal_frame([records.appeals[place] for place in order])
        if not records.timed:
            frame["submitted_at"] = pd.Timestamp(self.errand.occasion.scored_at)
        return frame


Score = Callable[[Iterable[pd.DataFrame]], Iterator[Batch]]


@contextmanager
def one_desk(errand: Errand, served: Served) -> Iterator[Score]:
    """Score blocks here, one after another."""
    desk = Desk(errand, served)
    # Scores are many small objects without cycles: looking for cycles costs a fifth of the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield lambda blocks: map(desk.score, blocks)
    finally:
        if collecting:
            gc.enable()


@contextmanager
def several_desks(errand: Errand) -> Iterator[Score]:
    """Score blocks in as many processes as there are cores; the answers keep the blocks' order.

    When the block is entered every process has loaded the model.

    Raises
    ------
    StateError
        When a process does not come up.
    """
    cores = os.cpu_count() or 1
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(cores + 1)
    pool = ProcessPoolExecutor(cores, context, _sit_down, (errand, ready))
    try:
        # The pool starts a process for each task that waits.
        for _ in range(cores):
            pool.submit(os.getpid)
        ready.wait(OPENING_SECONDS)
        yield lambda blocks: pool.map(_score, blocks)
    except BrokenBarrierError as error:
        raise StateError(
            "a scoring process could not load the model", remedy="See the messages above"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


_desk: Desk | None = None
"""The desk of a process of `several_desks`; each has one, and no other process sees it."""


def _sit_down(errand: Errand, ready: Barrier) -> None:
    global _desk
    try:
        _desk = Desk(errand, Registry(errand.settings).by_version(errand.occasion.model_version))
    except BaseException:
        ready.abort()  # or the others would wait for this one
        raise
    gc.freeze()
    gc.disable()
    ready.wait(OPENING_SECONDS)


def _score(block: pd.DataFrame) -> Batch:
    if _desk is None:
        raise RuntimeError("no desk in this process")
    return _desk.score(block)


def facts_of(frame: pd.DataFrame) -> list[Part]:
    """Give the facts of appeals that alarms are about.

    Parameters
    ----------
    frame
        As `features.frame.appeal_frame` makes it.
    """
    columns = [_told(frame[name]) for name in ("policy", "market", "detection")]
    return [
        Part(policy=policy, market=market, detection=detection)
        for policy, market, detection in zip(*columns, strict=True)
    ]


def _told(column: pd.Series) -> list[str | None]:
    return [value if isinstance(value, str) else None for value in column]


def _said(faults: list[Fault]) -> str:
    return "; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults)
