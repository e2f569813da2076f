"""The job behind `redress ingest`: a file, through its mapping, into the history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from features.columns import ColumnMap, Records, Rejection
from features.database import open_database
from features.errors import InvalidMapping, UnwritableFile
from features.files import lines_of, read_table
from features.history import Added, History
from features.settings import Settings


@dataclass(frozen=True)
class Ingested:
    """What became of a file's rows.

    Parameters
    ----------
    rows
        Rows in the file.
    added
        What of it was new to the history.
    rejected
        Rows that could not be read.
    rejected_file
        Where they were written; None where there are none.
    commonest
        The reason that most of them share; empty where there are none.
    first_submitted_at, last_submitted_at
        When the file's first and last appeal were filed; None where it holds none.
    """

    rows: int
    added: Added
    rejected: int
    rejected_file: Path | None
    commonest: str
    first_submitted_at: datetime | None
    last_submitted_at: datetime | None

    def as_json(self) -> dict[str, object]:
        """Give the answer for machines."""
        counts = asdict(self.added)
        for told in ("decisions_unknown", "decisions_misdated"):
            counts[told] = len(getattr(self.added, told))
        moments = (self.first_submitted_at, self.last_submitted_at)
        first, last = (None if moment is None else moment.isoformat() for moment in moments)
        return {
            "rows": self.rows,
            **counts,
            "rejected": self.rejected,
            "rejected_file": None if self.rejected_file is None else str(self.rejected_file),
            "first_submitted_at": first,
            "last_submitted_at": last,
        }

    def lines(self) -> list[str]:
        """Give the answer for people."""
        added = self.added
        lines = [
            f"{self.rows:,} rows",
            f"appeals: {added.appeals_new:,} new, {added.appeals_known:,} known",
            f"decisions: {added.decisions_new:,} new, {added.decisions_known:,} known",
        ]
        if added.appeals_changed:
            lines.append(f"{added.appeals_changed:,} known appeals differ now: kept as filed")
        if added.decisions_changed:
            lines.append(f"{added.decisions_changed:,} decisions corrected")
        if misdated := len(added.decisions_misdated):
            lines.append(f"{misdated:,} decisions left out: their date cannot be")
        if self.rejected_file is not None:
            lines.append(f"{self.rejected:,} rows rejected, see {self.rejected_file}")
            lines.append(f"mostly: {self.commonest}")
        return lines


def ingest_file(file: Path, columns: Path, settings: Settings) -> Ingested:
    """Take a file's appeals and decisions into the history, all that can be read or nothing.

    Rows that cannot be read are written to `FILE.rejected.csv`; where there are none, a file of
    that name from an earlier run is removed.

    Raises
    ------
    UnreadableFile, InvalidMapping, UnknownColumn, UnwritableFile
        Nothing has gone into the history then.
    """
    mapping = ColumnMap.load(columns)
    table = read_table(file)
    records = mapping.read(table)
    if not records.timed:
        raise InvalidMapping(
            f"{columns} names no submitted_at",
            "the column that dates an appeal: the history is ordered by it",
            "Add submitted_at to the mapping.",
        )
    # First what may fail without having changed anything.
    rejected_file = write_rejected(file, table, records.rejected)
    added = History(open_database(settings)).add(records)
    return _ingested(len(table), records, added, rejected_file)


def write_rejected(file: Path, table: pd.DataFrame, rejected: Sequence[Rejection]) -> Path | None:
    """Write the rejected rows beside their file, or remove what an earlier run wrote there.

    Returns
    -------
    pathlib.Path or None
        `FILE.rejected.csv`: `line`, `reason`, then the columns of the file.

    Raises
    ------
    UnwritableFile
        The folder cannot be written.
    """
    path = file.with_name(f"{file.name}.rejected.csv")
    try:
        if rejected:
            _rejected_rows(table, rejected).to_csv(path, index=False, errors="backslashreplace")
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise UnwritableFile(
            f"{path} cannot be written ({error.strerror})",
            "a place for the rows that cannot be read",
            "Copy the file to a folder of your own.",
        ) from error
    return path if rejected else None


def _rejected_rows(table: pd.DataFrame, rejected: Sequence[Rejection]) -> pd.DataFrame:
    reasons = {rejection.line: rejection.reason for rejection in rejected}
    lines = lines_of(table)
    rows = table[[line in reasons for line in lines]].astype(object)
    kept = [line for line in lines if line in reasons]
    # The file may have columns of these names itself.
    rows.insert(0, "reason", [reasons[line] for line in kept], allow_duplicates=True)
    rows.insert(0, "line", kept, allow_duplicates=True)
    return rows


def _ingested(rows: int, records: Records, added: Added, rejected_file: Path | None) -> Ingested:
    reasons = Counter(rejection.reason for rejection in records.rejected).most_common(1)
    appeals = records.appeals
    return Ingested(
        rows=rows,
        added=added,
        rejected=len(records.rejected),
        rejected_file=rejected_file,
        commonest=reasons[0][0] if reasons else "",
        first_submitted_at=appeals[0].submitted_at if appeals else None,
        last_submitted_at=appeals[-1].submitted_at if appeals else None,
    )
