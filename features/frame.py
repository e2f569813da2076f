"""Appeals side by side: one row an appeal, one column a fact known at filing.

The frame is the one shape in which appeals travel from the door to the models. Its columns are the
fields of `features.schema.Appeal`, and for each attribute `name` a column `attributes.name`; decided
appeals carry the fields of `features.schema.Decision` as well. Missing is None, NaN or NaT.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import pandas as pd

from features.schema import Appeal, Decision

APPEAL_COLUMNS: Final = tuple(name for name in Appeal.model_fields if name != "attributes")
DECISION_COLUMNS: Final = tuple(name for name in Decision.model_fields if name != "appeal_id")
ATTRIBUTE_PREFIX: Final = "attributes."
CATEGORIES: Final = ("policy", "action", "market", "language", "detection")
"""Fields that hold one of a few words."""
NUMBERS: Final = ("attempt", "stake")
"""Fields that hold a number."""


def appeal_frame(appeals: Sequence[Appeal]) -> pd.DataFrame:
    """Lay appeals side by side, in their order.

    Parameters
    ----------
    appeals
        The appeals; none is allowed and gives an empty frame with the contract's columns.

    Returns
    -------
    pandas.DataFrame
        A row an appeal; `submitted_at` is a UTC datetime, `attempt` and `stake` are float64,
        `evidence` holds tuples, attributes stand in columns named `attributes.NAME` (object).
    """
    columns: dict[str, object] = {
        name: pd.Series([getattr(appeal, name) for appeal in appeals], dtype=object)
        for name in APPEAL_COLUMNS
    }
    names = sorted({name for appeal in appeals for name in appeal.attributes})
    for name in names:
        values = [appeal.attributes.get(name) for appeal in appeals]
        columns[ATTRIBUTE_PREFIX + name] = pd.Series(values, dtype=object)
    frame = pd.DataFrame(columns)
    frame["submitted_at"] = pd.to_datetime(frame["submitted_at"], utc=True)
    return frame.astype(dict.fromkeys(NUMBERS, "float64"))


def decided_frame(appeals: Sequence[Appeal], decisions: Iterable[Decision]) -> pd.DataFrame:
    """Lay decided appeals side by side with their decisions, in order of filing.

    Appeals without a decision are left out; of two decisions on one appeal the later one counts.

    Returns
    -------
    pandas.DataFrame
        As `appeal_frame`, with `outcome`, `decided_at`, `reviewer_id` and `escalated_to` (plain
        strings or None), sorted by `submitted_at`; ties keep the order given.
    """
    latest: dict[str, Decision] = {}
    for decision in sorted(decisions, key=lambda decision: decision.decided_at):
        latest[decision.appeal_id] = decision
    decided = [appeal for appeal in appeals if appeal.appeal_id in latest]
    frame = appeal_frame(decided)
    for name in DECISION_COLUMNS:
        values = [getattr(latest[appeal.appeal_id], name) for appeal in decided]
        frame[name] = pd.Series(values, dtype=object)
    frame["decided_at"] = pd.to_datetime(frame["decided_at"], utc=True)
    return frame.sort_values("submitted_at", kind="stable", ignore_index=True)


def attribute_names(frame: pd.DataFrame) -> list[str]:
    """List the attributes that a frame carries, without their prefix, in alphabetical order."""
    return sorted(
        str(column).removeprefix(ATTRIBUTE_PREFIX)
        for column in frame.columns
        if str(column).startswith(ATTRIBUTE_PREFIX)
    )
