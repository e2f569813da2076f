"""The penalties of the overturn model: how far each block of columns is held back."""

from __future__ import annotations

from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from features.attributes import SHAPE_FACTS, AttributeDesign
from features.calendar import CYCLES
from features.schema import Contract

__all__ = ["LEFT_OUT", "Penalties", "Positive", "number_kinds"]

Array = NDArray[np.float64]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]

LEFT_OUT: Final = float("inf")
"""The penalty under which nothing of a block is left."""


class Penalties(Contract):
    """One penalty a block; None leaves a block out.

    Attributes
    ----------
    words
        Facts that are words from lists.
    numbers
        Facts that are numbers, the day of filing among them.
    shape
        Facts that tell of the text's shape: its length, capitals, question marks.
    calendar
        Hour, weekday, day of month and of year of the filing.
    vector, phrases
        What the text says: the student's vector, and single tokens and pairs of words.
    half_life
        Of a case, as a share of the training period; None for no ageing.
    """

    words: Positive = 3.0
    numbers: Positive = 30.0
    shape: Positive | None = 100.0
    calendar: Positive | None = None
    vector: Positive | None = 2.0
    phrases: Positive | None = 5.0
    half_life: Positive | None = None

    def columns(self, kinds: NDArray[np.str_]) -> tuple[float | Array, ...]:
        """Give the penalties of the four matrices: words, numbers, vector, phrases.

        Parameters
        ----------
        kinds
            (width,) of the matrix of numbers, as `number_kinds` tells them.
        """
        each = {kind: _penalty(getattr(self, kind)) for kind in ("numbers", "shape", "calendar")}
        numbers = np.array([each[kind] for kind in kinds], dtype=np.float64)
        return self.words, numbers, _penalty(self.vector), _penalty(self.phrases)


def number_kinds(design: AttributeDesign) -> NDArray[np.str_]:
    """Tell under which penalty each column of the matrix of numbers stands: (width,)."""
    names = np.array([_kind(name) for name in design.names], dtype=np.str_)
    return names[design.groups[design.is_number]] if len(names) else names


def _kind(name: str) -> str:
    if name in CYCLES:
        return "calendar"
    return "shape" if name in SHAPE_FACTS else "numbers"


def _penalty(stated: float | None) -> float:
    return LEFT_OUT if stated is None else stated
