"""Answers on disk: written beside their place, and put there only when they are whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from features.errors import UnwritableFile
from models.emerging import Emerging
from models.score_table import COLUMNS, score_columns
from models.scores import Score
from models.theme_map import Near
from models.themes import Nearest

_TYPES: Final = {
    "string": pa.string(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "datetime": pa.timestamp("us", tz="UTC"),
}
_THEME: Final = {
    "theme_id": "string",
    "theme_title": "string",
    "theme_status": "string",
    "theme_similarity": "double",
    "emerging_alarm": "string",
    "emerging_title": "string",
}
"""Of the nearest theme, and of the open alarm that the appeal falls into; null where there is none.
MLflow's table has them not: they are no part of what the model says."""
SCHEMA: Final = pa.schema(
    [
        (name, _TYPES[kind])
        for name, kind in {**COLUMNS, **_THEME, "model_version": "string"}.items()
    ]
)
Writer = Any  # pyarrow's two writers have no common class


class AnswerFile:
    """A table of scores that grows.

    Parameters
    ----------
    writer
        An open writer of pyarrow.
    """

    def __init__(self, writer: Writer) -> None:
        self.writer = writer

    def write(self, table: pa.Table) -> None:
        """Append rows in the columns of `SCHEMA`."""
        self.writer.write_table(table)


def answer_table(scores: Sequence[Score], near: Sequence[Near], model_version: str) -> pa.Table:
    """Lay scores and where they lie side by side, a row each, in the columns of `SCHEMA`."""
    columns = {
        **score_columns(scores),
        **_theme_columns([one.theme for one in near]),
        **_emerging_columns([one.emerging for one in near]),
        "model_version": [model_version] * len(scores),
    }
    return pa.table(columns, SCHEMA)


def _theme_columns(themes: Sequence[Nearest | None]) -> dict[str, list[Any]]:
    return {
        "theme_id": [near and near.theme_id for near in themes],
        "theme_title": [near and near.title for near in themes],
        "theme_status": [near and str(near.status) for near in themes],
        "theme_similarity": [near and near.similarity for near in themes],
    }


def _emerging_columns(alarms: Sequence[Emerging | None]) -> dict[str, list[Any]]:
    return {
        "emerging_alarm": [alarm and alarm.alarm_id for alarm in alarms],
        "emerging_title": [alarm and alarm.title for alarm in alarms],
    }


@contextmanager
def answer_file(out: Path, kept_from: Path) -> Iterator[AnswerFile]:
    """Open an answer; it takes its place when the block ends well, and leaves nothing otherwise.

    Parameters
    ----------
    out
        A `.parquet`, `.csv` or `.csv.gz` file.
    kept_from
        A file that must not be written over.

    Raises
    ------
    UnwritableFile
        When `out` is of another kind, is `kept_from`, or cannot be written.
    """
    opening = _opening(out)
    if out.exists() and out.samefile(kept_from):
        raise UnwritableFile(f"{out} is the file being scored", remedy="Name another file")
    draft = out.with_name(f".{out.name}.{uuid4().hex[:8]}.part")
    try:
        with ExitStack() as open_files:
            yield AnswerFile(opening(draft, open_files))
        draft.replace(out)
    except OSError as error:
        raise UnwritableFile(
            f"{out} cannot be written ({error.strerror or type(error).__name__})",
            "a file in a folder that is there, on a disk with room",
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def _opening(out: Path) -> Callable[[Path, ExitStack], Writer]:
    openings: dict[str, Callable[[Path, ExitStack], Writer]] = {
        ".parquet": _parquet,
        ".csv": _csv,
        ".csv.gz": _csv_gz,
    }
    for ending, opening in openings.items():
        if out.name.lower().endswith(ending):
            return opening
    raise UnwritableFile(
        f"{out} is of an unknown kind", f"one of {', '.join(openings)}", "Rename it"
    )


def _parquet(path: Path, files: ExitStack) -> Writer:
    return files.enter_context(pa.parquet.ParquetWriter(path, SCHEMA, compression="zstd"))


def _csv(path: Path, files: ExitStack) -> Writer:
    return files.enter_context(pa.csv.CSVWriter(path, SCHEMA))


def _csv_gz(path: Path, files: ExitStack) -> Writer:
    packed = files.enter_context(pa.CompressedOutputStream(str(path), "gzip"))
    return files.enter_context(pa.csv.CSVWriter(packed, SCHEMA))
