"""A mapping applied to a table: for each field of the contract, its column of converted cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import pandas as pd

from features.cells import (
    Cells,
    Convert,
    as_flag,
    as_label,
    as_list,
    as_number,
    as_text,
    convert_cells,
    spelling,
    translate,
)
from features.files import file_digest, lines_of
from features.mapping import Columns, DecisionSource, MomentSource, NameSource, Source
from features.moments import read_counted, read_formatted, read_moments, read_years
from features.schema import Detection, Outcome, Team

_VOCABULARIES: Final = {
    "detection": frozenset(map(str, Detection)),
    "escalated_to": frozenset(map(str, Team)),
}
_CONVERSIONS: Final[dict[str, Convert]] = {"attempt": as_number, "stake": as_number}
_DIGEST_DIGITS: Final = 12


@dataclass(frozen=True)
class Field:
    """One field of the contract, or one attribute, in all rows of a table.

    Parameters
    ----------
    column
        The name of the column (or columns) that it was read from.
    cells
        Its values.
    """

    column: str
    cells: Cells


def appeal_fields(mapping: Columns, table: pd.DataFrame) -> dict[str, Field]:
    """Read the fields of `Appeal` that a mapping names, without the attributes."""
    fields = dict(_plain_fields(mapping, table))
    if mapping.appeal_id is None:
        fields["appeal_id"] = Field("", Cells(list(_row_identifiers(table))))
    if mapping.submitted_at is not None:
        fields["submitted_at"] = _moments(mapping.submitted_at, table)
    if mapping.text is not None:
        fields["text"] = _text(mapping.text, table)
    return fields


def attribute_fields(mapping: Columns, table: pd.DataFrame) -> dict[str, Field]:
    """Read the attributes that a mapping names, by name."""
    named = mapping.attributes
    converted: tuple[tuple[list[str], Convert], ...] = (
        (named.numeric, as_number),
        (named.categorical, as_label),
        (named.boolean, as_flag),
    )
    return {
        name: Field(name, convert_cells(table[name], convert))
        for names, convert in converted
        for name in names
    }


def decision_fields(mapping: Columns, table: pd.DataFrame) -> dict[str, Field]:
    """Read the fields of `Decision` that a mapping names; an undecided row has no `outcome`."""
    made = mapping.decision
    if made is None:
        return {}
    fields = {"outcome": Field(made.column, convert_cells(table[made.column], _outcome(made)))}
    if made.decided_at is not None:
        fields["decided_at"] = _moments(made.decided_at, table)
    for name in ("reviewer_id", "escalated_to"):
        source = getattr(made, name)
        if source is not None:
            fields[name] = _field(name, source, table)
    return fields


def _plain_fields(mapping: Columns, table: pd.DataFrame) -> Iterator[tuple[str, Field]]:
    for name in ("appeal_id", "subject_id", "policy", "action", "market", "language", "detection"):
        source = getattr(mapping, name)
        if source is not None:
            yield name, _field(name, source, table)
    for name in ("attempt", "stake"):
        source = getattr(mapping, name)
        if source is not None:
            yield name, _field(name, source, table)
    if mapping.evidence is not None:
        convert = partial(as_list, separator=mapping.evidence.separator)
        column = mapping.evidence.column
        yield "evidence", Field(column, convert_cells(table[column], convert))


def _field(name: str, source: Source, table: pd.DataFrame) -> Field:
    convert = _CONVERSIONS.get(name, as_label)
    if isinstance(source, NameSource):
        convert = partial(translate, values=source.values, vocabulary=_VOCABULARIES.get(name))
    return Field(source.column, convert_cells(table[source.column], convert))


def _outcome(made: DecisionSource) -> Convert:
    outcomes = made.outcomes

    def outcome(cell: object) -> Outcome | None:
        return outcomes.get(spelling(cell))

    return outcome


def _moments(source: MomentSource, table: pd.DataFrame) -> Field:
    column = table[source.column]
    if source.unit == "year":
        return Field(source.column, read_years(column, _order(source, table)))
    if source.unit is not None:
        return Field(source.column, read_counted(column, source.unit))
    if source.format is not None:
        return Field(source.column, read_formatted(column, source.format))
    return Field(source.column, read_moments(column))


def _order(source: MomentSource, table: pd.DataFrame) -> list[str] | None:
    if source.order is None:
        return None
    cells = convert_cells(table[source.order], as_text)
    return [str(value or "") for value in cells.values]


def _text(columns: list[str], table: pd.DataFrame) -> Field:
    """Join the columns of a text by newlines, leaving out the empty ones."""
    parts = [convert_cells(table[column], as_text) for column in columns]
    rows = zip(*(part.values for part in parts), strict=True)
    texts = ["\n".join(str(value) for value in row if value) for row in rows]
    faults = {place: detail for part in parts for place, detail in part.faults.items()}
    return Field(" + ".join(columns), Cells(list(texts), faults))


def _row_identifiers(table: pd.DataFrame) -> Iterator[str]:
    """Name rows by their line, and by their file, so that two files' rows are told apart."""
    digest = file_digest(table)[:_DIGEST_DIGITS]
    prefix = f"{digest}-" if digest else ""
    return (f"{prefix}{line}" for line in lines_of(table))
