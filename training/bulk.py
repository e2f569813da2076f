"""Scoring a file: every row that can be read gets a score, and the answer is whole or absent."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pandas as pd

from features.columns import ColumnMap, Rejection
from features.database import open_database
from features.errors import DamagedModel, InvalidAppeal
from features.files import read_table
from features.settings import Settings
from models.catalog import Catalog
from models.ledger import Occasion
from models.places import Places, nowhere
from models.registry import Registry, Served
from models.theme_map import no_themes, theme_map
from training.answers import answer_file
from training.desk import Batch, Errand, Score, one_desk, several_desks
from training.ingest import write_rejected

BLOCK: Final = 2_000
"""Rows scored at a time: enough to be quick, few enough to share out evenly."""
SHARED_FROM: Final = 8
"""Blocks from which further processes are worth their start."""


@dataclass(frozen=True)
class Order:
    """What to score, and where the answer goes.

    Attributes
    ----------
    file, columns
        A table and its column mapping.
    out
        A `.parquet`, `.csv` or `.csv.gz` file.
    """

    file: Path
    columns: Path
    out: Path


@dataclass(frozen=True)
class Filled:
    """What became of a file's rows.

    Attributes
    ----------
    scored, rejected
        Appeals with a score, and rows without.
    rejected_file
        Where the latter were written; None where there are none.
    model_version
        The champion that gave the scores.
    themeless
        Why no themes are told, though some have been found; None where they are.
    out
        The answer.
    seconds
        Spent on reading, scoring and writing; the start of processes and the loading of the model
        are left out.
    """

    scored: int
    rejected: int
    rejected_file: Path | None
    model_version: str
    themeless: str | None
    out: Path
    seconds: float

    def answer(self) -> dict[str, object]:
        """Give the answer of `redress score --json`."""
        return {
            "scored": self.scored,
            "rejected": self.rejected,
            "rejected_file": None if self.rejected_file is None else str(self.rejected_file),
            "model_version": self.model_version,
            "themeless": self.themeless,
            "out": str(self.out),
            "seconds": self.seconds,
            "appeals_per_second": self.scored / self.seconds,
        }


def fill(order: Order, settings: Settings, advance: Callable[[int, int], None]) -> Filled:
    """Score a file's appeals with the champion.

    Parameters
    ----------
    order
        What to score, and where to.
    advance
        Told, after each block, how many rows of how many are done.

    Returns
    -------
    Filled
        Rows in the answer stand in the order of the file. Rows that cannot be read, and appeals
        that do not fit the model, are in `FILE.rejected.csv`. A discovery whose encoder is lost
        keeps no appeal from its score: the themes are then left out.

    Raises
    ------
    NoChampion, DamagedModel
        When there is no model to score with.
    UnreadableFile, InvalidMapping, UnknownColumn, UnwritableFile
        When a file cannot be used.
    InvalidAppeal
        When no appeal fits the model. In all these cases nothing is written at OUT.
    """
    served = Registry(settings).champion()
    start = time.perf_counter()
    table = read_table(order.file)
    mapping = ColumnMap.load(order.columns)
    reading = time.perf_counter() - start
    places, themeless = _places(settings, served)
    errand = Errand(settings, order.columns, Occasion(served.version, datetime.now(UTC)), places)
    blocks = list(_blocks(table, BLOCK if separable(mapping, table) else len(table)))
    with _desks(errand, served, blocks) as score:
        start = time.perf_counter()
        tally = _fill(order, score(blocks), lambda done: advance(done, len(table)))
        rejected_file = write_rejected(order.file, table, tally.rejected)
        seconds = reading + time.perf_counter() - start
    rejected = len(tally.rejected)
    return Filled(
        tally.scored, rejected, rejected_file, served.version, themeless, order.out, seconds
    )


def _places(settings: Settings, served: Served) -> tuple[Places, str | None]:
    """Tell where the themes lie, or why that cannot be told."""
    engine = open_database(settings)
    try:
        places = Catalog(engine).places()
        theme_map(places, settings, held=no_themes(served.scorer.encoder))
    except DamagedModel as error:
        return nowhere(), str(error)
    finally:
        engine.dispose()
    return places, None


@dataclass(frozen=True)
class _Tally:
    """How many appeals have a score, and the rows that have none."""

    scored: int
    rejected: Sequence[Rejection]


def _fill(order: Order, batches: Iterable[Batch], advance: Callable[[int], None]) -> _Tally:
    """Write batches into the answer's file."""
    scored = unfit = 0
    rejected: list[Rejection] = []
    with answer_file(order.out, kept_from=order.file) as answer:
        for batch in batches:
            answer.write(batch.scores)
            scored += batch.scores.num_rows
            unfit += batch.unfit
            rejected += batch.rejected
            advance(scored + len(rejected))
        if unfit and not scored:
            raise InvalidAppeal(
                f"none of the {unfit:,} appeals fits the model: {rejected[-1].reason}",
                remedy="Use the mapping that the model was trained with, or train again with this",
            )
    return _Tally(scored, sorted(rejected, key=lambda rejection: rejection.line))


def _desks(
    errand: Errand, served: Served, blocks: Sequence[pd.DataFrame]
) -> AbstractContextManager[Score]:
    return several_desks(errand) if len(blocks) >= SHARED_FROM else one_desk(errand, served)


def separable(mapping: ColumnMap, table: pd.DataFrame) -> bool:
    """Tell whether blocks of a table, read apart, give what the whole gives.

    They do not where a row's reading depends on rows far from it: an identifier that stands twice,
    or a time that is told by a row's rank.
    """
    named, moment = mapping.mapping.appeal_id, mapping.mapping.submitted_at
    ranked = moment is not None and moment.order is not None
    return not ranked and (named is None or table[named.column].is_unique)


def _blocks(table: pd.DataFrame, rows: int) -> Iterator[pd.DataFrame]:
    return (table.iloc[at : at + rows] for at in range(0, len(table), max(rows, 1)))
