"""Dates and times of a foreign table, read as UTC."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import numpy as np
import pandas as pd

from features.cells import Cells, as_number, as_text, convert_cells, is_missing_word
from features.faults import kind_of
from features.order import digits_key

UNITS: Final = {"s": 1e6, "ms": 1e3, "us": 1.0, "ns": 1e-3, "day": 86_400e6}
"""Units in which a number may count time since 1970-01-01 UTC, in microseconds."""
_BARE_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d*)?")
_FAR: Final = 8e18
"""Microseconds: what 64 bits hold, less a margin."""


def read_moments(column: pd.Series) -> Cells:
    """Read ISO 8601 dates and times, or bare years; without a zone they are UTC.

    Returns
    -------
    Cells
        Datetimes in UTC; None where missing.
    """
    if isinstance(column.dtype, pd.DatetimeTZDtype | np.dtype) and column.dtype.kind == "M":
        return _as_cells(pd.to_datetime(column, utc=True), {})
    texts = convert_cells(column, _iso_text)
    parsed = pd.to_datetime(
        pd.Series(texts.values, dtype=object), format="ISO8601", utc=True, errors="coerce"
    )
    expected = "a date such as 2024-05-31T08:00:00Z (else give its `format` in the mapping)"
    return _as_cells(parsed, _unread(texts, parsed, expected))


def read_formatted(column: pd.Series, pattern: str) -> Cells:
    """Read dates and times written in one strptime format; without a zone they are UTC."""
    texts = convert_cells(column, _stripped)
    parsed = pd.to_datetime(
        pd.Series(texts.values, dtype=object), format=pattern, utc=True, errors="coerce"
    )
    return _as_cells(parsed, _unread(texts, parsed, f"a date in the format {pattern}"))


def read_counted(column: pd.Series, unit: str) -> Cells:
    """Read numbers that count time since 1970-01-01 UTC, in one of `UNITS`."""
    numbers = convert_cells(column, as_number)
    counts = np.array([np.nan if n is None else n for n in numbers.values], dtype=float)
    microseconds = counts * UNITS[unit]
    far = np.abs(microseconds) > _FAR
    faults = dict(numbers.faults)
    faults |= {int(i): f"a number of {unit} beyond any date" for i in np.flatnonzero(far)}
    usable = np.where(far, np.nan, microseconds)
    return _as_cells(pd.to_datetime(pd.Series(usable), unit="us", utc=True), faults)


def read_years(column: pd.Series, order: Sequence[str] | None = None) -> Cells:
    """Read years; where an order is given, spread each year's rows evenly over it.

    Parameters
    ----------
    column
        Years, as numbers or digits, (n,).
    order
        Identifiers whose digits order the rows within a year, (n,); without it every row stands
        at the first moment of its year.
    """
    numbers = convert_cells(column, _year)
    moments: list[object] = [None if year is None else _new_year(year) for year in numbers.values]
    if order is None:
        return Cells(moments, numbers.faults)
    members: dict[object, list[int]] = {}
    for position, year in enumerate(numbers.values):
        members.setdefault(year, []).append(position)
    members.pop(None, None)
    for year, positions in members.items():
        start, end = _new_year(year), _new_year(int(str(year)) + 1)
        ranked = sorted(positions, key=lambda position: digits_key(order[position]))
        for rank, position in enumerate(ranked):
            moments[position] = start + (end - start) * rank / len(ranked)
    return Cells(moments, numbers.faults)


def _new_year(year: object) -> datetime:
    return datetime(int(str(year)), 1, 1, tzinfo=UTC)


def _year(cell: object) -> int | None:
    number = as_number(cell)
    if number is None:
        return None
    if not number.is_integer() or not 1 <= number <= 9_998:
        raise ValueError("a number; expected a year such as 2016")
    return int(number)


def _stripped(cell: object) -> str | None:
    text = as_text(cell).strip()
    return None if is_missing_word(text) else text


def _iso_text(cell: object) -> str | None:
    text = _stripped(cell)
    if text is None or not _BARE_NUMBER.fullmatch(text) or len(text) in (4, 8):
        return text
    raise ValueError("a bare number; expected a date (or give its `unit` in the mapping)")


def _unread(texts: Cells, parsed: pd.Series, expected: str) -> dict[int, str]:
    """Tell which texts were there but could not be read as dates."""
    faults = dict(texts.faults)
    for position in np.flatnonzero(parsed.isna()):
        text = texts.values[position]
        if text is not None:
            faults[int(position)] = f"{kind_of(text)}; expected {expected}"
    return faults


def _as_cells(moments: pd.Series, faults: dict[int, str]) -> Cells:
    """List moments as Python datetimes, to the microsecond."""
    naive = moments.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]")
    values = [None if moment is None else moment.replace(tzinfo=UTC) for moment in naive.tolist()]
    return Cells(list(values), faults)
