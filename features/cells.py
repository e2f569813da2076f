"""Cells of a foreign table, turned into values of the contract, column by column.

A cell is whatever a file holds: a CSV's strings, JSON's and Parquet's typed values. Missing is
null, not-a-number, or a text of blanks; for numbers, yes-or-no values and dates also the usual
words (`NA`, `NaN`, `null`, `None`, `N/A`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import NoneType
from typing import Final

import numpy as np
import pandas as pd

from features.faults import kind_of

Convert = Callable[[object], object]
_MISSING_WORDS: Final = frozenset({"", "na", "nan", "n/a", "null", "none", "<na>", "nat"})
_TRUE: Final = frozenset({"true", "t", "yes", "y", "1"})
_FALSE: Final = frozenset({"false", "f", "no", "n", "0"})
_THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}(?:[,' ]\d{3})+(?:\.\d*)?")
_WHOLE_FLOAT: Final = re.compile(r"([+-]?\d+)\.0+")


@dataclass(frozen=True)
class Cells:
    """One column, converted.

    Parameters
    ----------
    values
        A value of the contract per row, None where missing or wrong, (n,).
    faults
        What is wrong, by the row's position.
    """

    values: list[object]
    faults: Mapping[int, str] = field(default_factory=dict)


def convert_cells(column: pd.Series, convert: Convert) -> Cells:
    """Convert a column cell by cell; `convert` raises ValueError with what is wrong."""
    cells = plain_values(column)
    if set(map(type, cells)) <= {str, NoneType}:
        found = list(map(_Converted(convert).__getitem__, cells))
    else:
        found = [_converted(cell, convert) for cell in cells]
    if not any(issubclass(kind, ValueError) for kind in set(map(type, found))):
        return Cells(found)
    faults = {
        place: str(value) for place, value in enumerate(found) if isinstance(value, ValueError)
    }
    return Cells([None if place in faults else value for place, value in enumerate(found)], faults)


class _Converted(dict[object, object]):
    """What texts convert to, or why not: each once, as a column holds the same few many times."""

    def __init__(self, convert: Convert) -> None:
        super().__init__()
        self.convert = convert

    def __missing__(self, cell: object) -> object:
        value = self[cell] = _converted(cell, self.convert)
        return value


def _converted(cell: object, convert: Convert) -> object:
    try:
        return None if cell is None else convert(cell)
    except ValueError as error:
        return error


def plain_values(column: pd.Series) -> list[object]:
    """List a column's cells as Python values, None where missing."""
    missing = column.isna().tolist()
    return [None if absent else cell for cell, absent in zip(column.tolist(), missing, strict=True)]


def is_missing_word(text: str) -> bool:
    """Tell whether a stripped text stands for a missing number, date or yes-or-no value."""
    return text.casefold() in _MISSING_WORDS


def spelling(cell: object) -> str:
    """Spell a cell in the one way in which values are compared.

    Letters lose their case and surrounding blanks; `True` and `true` are alike, and so are `1`,
    `1.0` and the number 1.
    """
    whole = _WHOLE_FLOAT.fullmatch(words := as_text(cell).strip().casefold())
    return whole[1] if whole else words


def as_text(cell: object) -> str:
    """Read a cell as text; a number is written without a needless `.0`."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, int | float | Decimal) or hasattr(cell, "isoformat"):
        return str(cell)
    raise ValueError(f"{_kind(cell)}; expected a text")


def as_label(cell: object) -> str | None:
    """Read a cell as a short name: without surrounding blanks, missing where nothing is left."""
    return as_text(cell).strip() or None


def as_number(cell: object) -> float | None:
    """Read a cell as a finite number."""
    if isinstance(cell, bool):
        raise ValueError("true or false; expected a number (list the column under `boolean`)")
    if isinstance(cell, str):
        return _number_in(cell.strip())
    if isinstance(cell, int | float | Decimal):
        return _finite(cell)
    raise ValueError(f"{_kind(cell)}; expected a number")


def as_flag(cell: object) -> bool | None:
    """Read a cell as true or false."""
    word = spelling(cell)
    if is_missing_word(word):
        return None
    if word not in _TRUE | _FALSE:
        raise ValueError(f"{_kind(cell)}; expected true or false, yes or no, 1 or 0")
    return word in _TRUE


def as_list(cell: object, separator: str) -> tuple[str, ...]:
    """Read a cell as a list of short names, each once, in their order."""
    items = list(cell) if isinstance(cell, list | tuple | np.ndarray) else None
    parts = as_text(cell).split(separator) if items is None else [as_text(item) for item in items]
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def translate(
    cell: object, values: Mapping[str, str], vocabulary: frozenset[str] | None
) -> str | None:
    """Read a cell as a name, through a translation, into a vocabulary where there is one."""
    name = as_label(cell)
    if name is None:
        return None
    translated = values.get(spelling(name), name)
    if vocabulary is None:
        return translated
    if spelling(translated) not in vocabulary:
        words = ", ".join(sorted(vocabulary))
        raise ValueError(f"{_kind(cell)}; expected one of {words} (or a translation in `values`)")
    return spelling(translated)


def _number_in(text: str) -> float | None:
    if is_missing_word(text):
        return None
    if _THOUSANDS.fullmatch(text):
        raise ValueError("a number with thousands separators; expected plain digits, as in 1234.5")
    try:
        # Python alone reads 1_000 as a number: no exporter writes it.
        number = float(text.replace("_", "?"))
    except ValueError:
        raise ValueError(f"{kind_of(text)}; expected a number") from None
    return _finite(number)


def _finite(number: float | Decimal) -> float:
    try:
        value = float(number)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise ValueError("a number too large or not finite; expected a finite number")
    return value


def _kind(cell: object) -> str:
    return kind_of(cell.tolist() if isinstance(cell, np.ndarray | np.generic) else cell)
