"""A made-up appeal in the shape of real ones, to be published with a model."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from features.frame import (
    APPEAL_COLUMNS,
    ATTRIBUTE_PREFIX,
    CATEGORIES,
    NUMBERS,
    attribute_names,
)

TEXT: Final = "My listing was removed by mistake. The item is my own design; please look again."
SHARED: Final = 5
"""Appeals that must have a word in common for it to be published."""


def example_appeals(frame: pd.DataFrame) -> pd.DataFrame:
    """Make up one appeal: the most frequent words and the middle numbers of many, nobody's text.

    Parameters
    ----------
    frame
        As `features.frame.appeal_frame` gives it; one row at least.

    Returns
    -------
    pandas.DataFrame
        One row in the same columns, without those of the decision.
    """
    facts = [*CATEGORIES, *NUMBERS, *(ATTRIBUTE_PREFIX + name for name in attribute_names(frame))]
    columns = [*APPEAL_COLUMNS, *(fact for fact in facts if fact not in APPEAL_COLUMNS)]
    made: dict[str, list[Any]] = {
        name: [typical(frame[name])] if name in facts else [None] for name in columns
    }
    made |= {
        "appeal_id": ["example"],
        "submitted_at": [frame["submitted_at"].max().floor("D")],
        "text": [TEXT],
        "evidence": [("photo",)],
    }
    return pd.DataFrame(made)


def typical(values: pd.Series[Any]) -> object:
    """Give the median of numbers, the most frequent of anything else, None of nothing.

    A word that fewer than `SHARED` appeals have is somebody's own, and gives None.
    """
    known = values.dropna()
    if known.empty:
        return None
    kind = pd.api.types.infer_dtype(known, skipna=True)
    if kind in ("integer", "floating", "mixed-integer-float"):
        return float(known.astype(float).median())
    counts = known.value_counts()
    return counts.index[0] if counts.iloc[0] >= SHARED else None
