"""Tables on disk: CSV, JSON lines and Parquet, read whole, each row with its line in the file.

A table's index is named `line` and holds the line on which the record starts, as an editor counts
(a CSV's header is line 1). Rows that are broken as rows (too many cells, a line that is no JSON)
stay in the table, and `broken_rows` says what is wrong with them: whoever reads the table can
report them beside the rows whose values are wrong.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pandas as pd

from features.errors import UnreadableFile
from features.faults import kind_of

CSV_ENDINGS: Final = (".csv", ".csv.gz")
JSON_ENDINGS: Final = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
PARQUET_ENDINGS: Final = (".parquet",)
LINE: Final = "line"
_BROKEN: Final = "redress.broken_rows"
_DIGEST: Final = "redress.file_digest"
_LARGEST_CELL: Final = 2**31 - 1
"""Characters; the csv module's own limit would stop the file where one row must be refused."""


def read_table(path: Path) -> pd.DataFrame:
    """Read a table from a file.

    Parameters
    ----------
    path
        A `.csv`, `.csv.gz`, `.jsonl`, `.jsonl.gz` or `.parquet` file; text in UTF-8, with or
        without a byte order mark. A CSV's cells are parted by commas; where its header has none, by
        semicolons or tabs.

    Returns
    -------
    pandas.DataFrame
        A row a record. A CSV's cells are strings ("" where empty), JSON's and Parquet's values keep
        their types. The index, named `line`, holds the line on which each record starts; for
        Parquet the number of the row, from 1.

    Raises
    ------
    UnreadableFile
        Missing, of another kind, empty, not UTF-8, cut short, or with a column name twice.
    """
    content = _content(path)
    if path.name.lower().endswith(PARQUET_ENDINGS):
        table = _parquet(content, path)
    elif path.name.lower().endswith(JSON_ENDINGS):
        table = _json_lines(_text(content, path), path)
    else:
        table = _csv(_text(content, path), path)
    table.attrs[_DIGEST] = hashlib.sha256(content).hexdigest()
    return table


def lines_of(table: pd.DataFrame) -> list[int]:
    """List the line of each row; a table that was not read from a file counts from 2."""
    if table.index.name == LINE:
        return [int(line) for line in table.index]
    return list(range(2, len(table) + 2))


def broken_rows(table: pd.DataFrame) -> Mapping[int, str]:
    """Say what is wrong with the rows that are broken as rows, by line."""
    broken: Mapping[int, str] = table.attrs.get(_BROKEN, {})
    return broken


def file_digest(table: pd.DataFrame) -> str:
    """Give the SHA-256 of the file a table was read from; empty for a table that was made."""
    return str(table.attrs.get(_DIGEST, ""))


def _content(path: Path) -> bytes:
    """Read a file whole, unpacked."""
    known = CSV_ENDINGS + JSON_ENDINGS + PARQUET_ENDINGS
    if not path.name.lower().endswith(known):
        raise UnreadableFile(
            f"{path} is of an unknown kind", f"one of {', '.join(known)}", "Convert or rename it."
        )
    try:
        content = path.read_bytes()
        unpacked = gzip.decompress(content) if path.name.lower().endswith(".gz") else content
    except FileNotFoundError as error:
        raise UnreadableFile(f"{path} does not exist", remedy="Check the path.") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UnreadableFile(
            f"{path} is not a whole gzip file ({error})", remedy="Copy it again from its source."
        ) from error
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read ({error.strerror})", "a file") from error
    if not unpacked.strip():
        raise UnreadableFile(f"{path} is empty", "a header and rows", "Export it again.")
    return unpacked


def _text(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableFile(
            f"{path} is not UTF-8 at line {line}",
            "a text file in UTF-8",
            "Save it as UTF-8, or run: iconv -f WINDOWS-1252 -t UTF-8",
        ) from error


def _csv(text: str, path: Path) -> pd.DataFrame:
    text = _with_plain_line_ends(text)
    delimiter = _delimiter(text)
    records = list(_records(text, delimiter, path))
    (_, header), *rows = records
    _check_names(header, path)
    broken = {
        line: f"the row has {len(cells)} cells; expected {len(header)}, as in the header"
        for line, cells in rows
        if len(cells) != len(header)
    }
    width = len(header)
    table = pd.DataFrame(
        [(cells + [""] * width)[:width] if line in broken else cells for line, cells in rows],
        columns=pd.Index(header, dtype=object),
        index=pd.Index([line for line, _ in rows], name=LINE, dtype="int64"),
        dtype=object,
    )
    table.attrs[_BROKEN] = broken
    return table


def _with_plain_line_ends(text: str) -> str:
    r"""Let only `\n` and `\r\n` end a line, as editors and exporters have it.

    The csv module also ends a record at a bare `\r`, which in a file with `\n` is part of a cell:
    it becomes U+2028, the line separator.
    """
    if "\r" not in text:
        return text
    return re.sub(r"\r(?!\n)", "\u2028" if "\n" in text else "\n", text)


def _delimiter(text: str) -> str:
    header = text.lstrip().split("\n", 1)[0]
    return next((mark for mark in ",;\t" if mark in header), ",")


class _Lines:
    """The lines of a text, and whether somebody has asked for one more than there are."""

    def __init__(self, text: str) -> None:
        self._lines = io.StringIO(text, newline="\n")
        self.exhausted = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._lines.readline()
        if not line:
            self.exhausted = True
            raise StopIteration
        return line


def _records(text: str, delimiter: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Split a CSV into records, each with the line on which it starts; skip blank lines."""
    lines = _Lines(text)
    with _wide_cells():
        reader = csv.reader(lines, delimiter=delimiter)
        start = 1
        for cells in reader:
            # A record that comes only after the last line was asked for was still open then.
            if lines.exhausted:
                raise UnreadableFile(
                    f"{path} opens a quoted cell at line {start} that is never closed",
                    remedy="Close the quote, or double the quotes inside the cell.",
                )
            if cells:
                yield start, cells
            start = reader.line_num + 1


@contextmanager
def _wide_cells() -> Iterator[None]:
    former = csv.field_size_limit(_LARGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(former)


def _check_names(names: Sequence[str], path: Path) -> None:
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise UnreadableFile(
            f"{path} has more than one column named {', '.join(map(repr, doubled))}",
            "names that differ",
            "Rename or drop the others.",
        )


def _json_lines(text: str, path: Path) -> pd.DataFrame:
    records: dict[int, Mapping[str, object]] = {}
    broken: dict[int, str] = {}
    for line, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            continue
        try:
            records[line] = _json_object(content)
        except ValueError as error:
            records[line], broken[line] = {}, str(error)
    if len(broken) == len(records):
        line, reason = next(iter(broken.items()))
        raise UnreadableFile(
            f"{path} holds no JSON object (line {line}: {reason})",
            "one JSON object a line",
            "Of a JSON array, jq -c '.[]' makes such a file.",
        )
    names = list(dict.fromkeys(name for record in records.values() for name in record))
    table = pd.DataFrame(
        {
            name: pd.Series([record.get(name) for record in records.values()], dtype=object)
            for name in names
        }
    )
    table.index = pd.Index(list(records), name=LINE, dtype="int64")
    table.attrs[_BROKEN] = broken
    return table


def _json_object(content: str) -> Mapping[str, object]:
    try:
        value = json.loads(content)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON at column {error.colno} ({error.msg})") from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError(f"{kind_of(value)}; expected a JSON object")
    return value


def _parquet(content: bytes, path: Path) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        columns = pq.read_table(io.BytesIO(content))
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFile(
            f"{path} is not a whole Parquet file", remedy="Copy it again from its source."
        ) from error
    _check_names(columns.column_names, path)
    table: pd.DataFrame = columns.to_pandas(ignore_metadata=True)
    table.index = pd.RangeIndex(1, len(table) + 1, name=LINE)
    return table
