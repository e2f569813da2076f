"""Reading a foreign table through its column mapping into appeals and decisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pandas as pd

from features.dating import dated
from features.errors import UnknownColumn
from features.faults import Fault, read_appeal, read_decision
from features.fields import Field, appeal_fields, attribute_fields, decision_fields
from features.files import broken_rows, lines_of
from features.mapping import Columns, closest, load_mapping
from features.order import filing_order
from features.schema import Appeal, Decision

UNTIMED: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""When an appeal counts as filed whose mapping names no `submitted_at`."""
_MOST_NAMED: Final = 12


@dataclass(frozen=True)
class Rejection:
    """A row that could not be read.

    Parameters
    ----------
    line
        The line in the file on which the row starts, as an editor counts (header = 1).
    reason
        The column, the kind of value found, and what was expected; never a text's content.
    """

    line: int
    reason: str


@dataclass(frozen=True)
class Records:
    """What a table holds, in the contract's terms.

    Parameters
    ----------
    appeals
        In order of filing; ties in the natural order of `appeal_id`.
    decisions
        Those on the appeals that are decided, in the order of the appeals.
    rejected
        In the order of the file.
    timed
        Whether the mapping names `submitted_at`; otherwise every appeal has the same moment.
    lines
        The line of each appeal, in the order of the appeals.
    """

    appeals: list[Appeal]
    decisions: list[Decision]
    rejected: list[Rejection]
    timed: bool = True
    lines: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Case:
    """One row, read."""

    line: int
    appeal: Appeal
    decision: Decision | None


class ColumnMap:
    """A column mapping at work.

    Parameters
    ----------
    mapping
        Which column is which.
    """

    def __init__(self, mapping: Columns) -> None:
        self.mapping = mapping

    @classmethod
    def load(cls, path: Path) -> ColumnMap:
        """Load a mapping from a YAML file.

        Raises
        ------
        InvalidMapping
            Missing or not YAML, a key that is unknown or stands twice, a value that cannot be.
        """
        return cls(load_mapping(path))

    def at_filing(self) -> ColumnMap:
        """Leave the decision out: what remains was known when the appeal was filed."""
        return ColumnMap(self.mapping.model_copy(update={"decision": None}))

    def read(self, table: pd.DataFrame) -> Records:
        """Read a table's rows; those that cannot be read are told apart, with the reason.

        A decided row without a date of decision counts as decided when it was filed, and so does
        one decided less than a day before. Of two rows with one `appeal_id` the first counts.

        Parameters
        ----------
        table
            Rows by the columns of the file, as `features.files.read_table` gives them.

        Returns
        -------
        Records
            The same rows, each once, give the same appeals and decisions in whatever order they
            stand, unless the mapping names no `appeal_id`: then the line and the file's digest do.

        Raises
        ------
        UnknownColumn
            The mapping names a column that the table does not have.
        """
        self._require_columns(table)
        cases: dict[str, _Case] = {}
        rejected: list[Rejection] = []
        for found in self._rows(table):
            if isinstance(found, Rejection):
                rejected.append(found)
            elif (first := cases.get(found.appeal.appeal_id)) is not None:
                rejected.append(Rejection(found.line, f"its appeal_id stands on line {first.line}"))
            else:
                cases[found.appeal.appeal_id] = found
        return self._records(list(cases.values()), rejected)

    def _require_columns(self, table: pd.DataFrame) -> None:
        there = [str(column) for column in table.columns]
        absent = [column for column in self.mapping.columns if column not in there]
        if absent:
            raise UnknownColumn(
                f"the mapping names {_listed(absent)}, which the table does not have",
                f"some of its {len(there)} columns",
                closest(absent[0], there) or f"It has {_listed(there)}.",
            )

    def _rows(self, table: pd.DataFrame) -> Iterator[_Case | Rejection]:
        rows = _Rows(
            appeal_fields(self.mapping, table),
            attribute_fields(self.mapping, table),
            decision_fields(self.mapping, table),
        )
        broken = broken_rows(table)
        wrong = rows.wrong_cells()
        for position, line in enumerate(lines_of(table)):
            if line in broken:
                yield Rejection(line, broken[line])
            elif position in wrong:
                yield Rejection(line, "; ".join(wrong[position]))
            else:
                yield rows.read(position, line)

    def _records(self, cases: list[_Case], rejected: list[Rejection]) -> Records:
        moments = [case.appeal.submitted_at for case in cases]
        order = filing_order(moments, [case.appeal.appeal_id for case in cases])
        ordered = [cases[place] for place in order]
        return Records(
            appeals=[case.appeal for case in ordered],
            decisions=[case.decision for case in ordered if case.decision is not None],
            rejected=rejected,
            timed=self.mapping.submitted_at is not None,
            lines=[case.line for case in ordered],
        )


@dataclass(frozen=True)
class _Rows:
    """The converted columns of a table, read across."""

    appeal: Mapping[str, Field]
    attributes: Mapping[str, Field]
    decision: Mapping[str, Field]

    def wrong_cells(self) -> dict[int, list[str]]:
        """Gather what is wrong with single cells, by the row's position."""
        wrong: dict[int, list[str]] = {}
        for fields in (self.appeal, self.attributes, self.decision):
            for column in fields.values():
                for position, detail in column.cells.faults.items():
                    wrong.setdefault(position, []).append(_at(column, detail))
        return wrong

    def read(self, position: int, line: int) -> _Case | Rejection:
        """Read one row as a whole."""
        appeal = read_appeal(self._raw_appeal(position))
        if not isinstance(appeal, Appeal):
            return Rejection(line, self._reason(appeal, self.appeal))
        raw = _present(self.decision, position)
        if "outcome" not in raw:
            return _Case(line, appeal, None)
        raw = {"appeal_id": appeal.appeal_id, "decided_at": appeal.submitted_at} | raw
        decision = read_decision(raw)
        if not isinstance(decision, Decision):
            return Rejection(line, self._reason(decision, self.decision))
        return self._dated(_Case(line, appeal, decision))

    def _raw_appeal(self, position: int) -> dict[str, object]:
        raw = {"text": ""} | _present(self.appeal, position)
        if "submitted_at" not in self.appeal:
            raw["submitted_at"] = UNTIMED
        raw["attributes"] = {
            name: field.cells.values[position] for name, field in self.attributes.items()
        }
        return raw

    def _dated(self, case: _Case) -> _Case | Rejection:
        """Refuse a decision whose date cannot be, where filings have one; mend coarse dates."""
        if case.decision is None or "submitted_at" not in self.appeal:
            return case
        decision = dated(case.decision, case.appeal.submitted_at, datetime.now(UTC))
        if isinstance(decision, Fault):
            return Rejection(case.line, self._reason([decision], self.decision))
        return replace(case, decision=decision)

    def _reason(self, faults: list[Fault], fields: Mapping[str, Field]) -> str:
        return "; ".join(
            _at(self._field(fault.pointer.split("/")[1:], fields), fault.detail) for fault in faults
        )

    def _field(self, path: list[str], fields: Mapping[str, Field]) -> Field | None:
        if path[0] != "attributes":
            return fields.get(path[0])
        return self.attributes.get(path[-1].replace("~1", "/").replace("~0", "~"))


def _listed(names: list[str]) -> str:
    """List names on one line that stays readable."""
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(map(repr, names[:_MOST_NAMED])) + more


def _present(fields: Mapping[str, Field], position: int) -> dict[str, object]:
    """Take one row's values, without the missing ones."""
    return {
        name: value
        for name, field in fields.items()
        if (value := field.cells.values[position]) is not None
    }


def _at(field: Field | None, detail: str) -> str:
    return f"column {field.column!r}: {detail}" if field is not None else detail
