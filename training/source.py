"""Where decided appeals are read from: the history, or a file and its column mapping."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.columns import ColumnMap
from features.database import open_database
from features.errors import InvalidMapping
from features.files import read_table
from features.frame import appeal_frame, decided_frame, digest_of
from features.history import History
from features.settings import Settings


@dataclass(frozen=True)
class Source:
    """Where decided appeals are.

    Attributes
    ----------
    file, columns
        A table and its column mapping; None, both, for the history.
    """

    file: Path | None = None
    columns: Path | None = None

    @property
    def kind(self) -> str:
        """`file` or `history`."""
        return "history" if self.file is None else "file"


@dataclass(frozen=True)
class Cases:
    """Decided appeals as they were read.

    Attributes
    ----------
    frame
        As `features.frame.decided_frame` gives it.
    rejected
        Rows of the file that could not be read.
    digest
        SHA-256 over the frame, in hexadecimal.
    undecided
        As `features.frame.appeal_frame`, those that have no decision.
    """

    frame: pd.DataFrame
    rejected: int
    digest: str
    undecided: pd.DataFrame


def read_cases(source: Source, settings: Settings, until: datetime | None = None) -> Cases:
    """Read the decided appeals of a source.

    Parameters
    ----------
    until
        Of a history only decisions made before this moment count: an appeal that was decided again
        has its former outcome. A file holds one decision an appeal, and is read as it is.

    Raises
    ------
    UnreadableFile, InvalidMapping, UnknownColumn
        When the file or the mapping cannot be used, or the mapping names no time of filing.
    """
    if source.file is None or source.columns is None:
        history = History(open_database(settings))
        return _cases(history.decided(until), history.undecided(), rejected=0)
    records = ColumnMap.load(source.columns).read(read_table(source.file))
    if not records.timed:
        raise InvalidMapping(
            f"{source.columns} names no submitted_at",
            "the time of filing: a model is judged on later cases than it learnt from",
            "Add submitted_at to the mapping",
        )
    decided = {decision.appeal_id for decision in records.decisions}
    undecided = [appeal for appeal in records.appeals if appeal.appeal_id not in decided]
    frame = decided_frame(records.appeals, records.decisions)
    return _cases(frame, appeal_frame(undecided), len(records.rejected))


def row_prints(frame: pd.DataFrame) -> npt.NDArray[np.uint64]:
    """Give each appeal a number that tells it from others without saying anything of it.

    Returns
    -------
    numpy.ndarray
        Of shape (n,): a hash of identifier, time and text.
    """
    said = frame[["appeal_id", "submitted_at", "text"]].astype(
        {"appeal_id": object, "text": object}
    )
    return pd.util.hash_pandas_object(said, index=False).to_numpy().astype(np.uint64)


def _cases(frame: pd.DataFrame, undecided: pd.DataFrame, rejected: int) -> Cases:
    return Cases(frame, rejected, digest_of(frame), undecided)
