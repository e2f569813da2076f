"""The order of filing: by time, and within one moment by identifier, as a person would count."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

_DIGITS: Final = re.compile(r"([0-9]+)")


def natural_key(identifier: str) -> tuple[tuple[str | int, ...], str]:
    """Give a sort key in which `case-9` stands before `case-10`.

    Returns
    -------
    tuple
        The identifier's words and numbers in turn; then the identifier itself, so that `case-1` and
        `case-01` have a fixed order too.
    """
    parts = _DIGITS.split(identifier)
    return tuple(int(part) if place % 2 else part for place, part in enumerate(parts)), identifier


def digits_key(identifier: str) -> tuple[tuple[int, ...], str]:
    """Give a sort key of the numbers in an identifier, whatever the letters around them."""
    return tuple(int(part) for part in _DIGITS.findall(identifier)), identifier


def filing_order(moments: Sequence[datetime], identifiers: Sequence[str]) -> NDArray[np.intp]:
    """Order appeals by time, ties by the natural order of their identifiers.

    Parameters
    ----------
    moments, identifiers
        One of each per appeal, (n,).

    Returns
    -------
    numpy.ndarray
        Positions in order, (n,): the same appeals come out alike whatever order they came in.
    """
    ranked = sorted(
        range(len(identifiers)),
        key=lambda place: (moments[place], natural_key(identifiers[place])),
    )
    return np.array(ranked, dtype=np.intp)
