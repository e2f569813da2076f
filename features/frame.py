"""Appeals side by side: one row an appeal, one column a fact known at filing.

The frame is the one shape in which appeals travel from the door to the models. Its columns are the
fields of `features.schema.Appeal`, and for each attribute `name` a column `attributes.name`;
decided appeals carry the fields of `features.schema.Decision` as well. Missing is None, NaN or NaT.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import numpy as np
import pandas as pd

from features.schema import Appeal, Decision

APPEAL_COLUMNS: Final = tuple(name for name in Appeal.model_fields if name != "attributes")
DECISION_COLUMNS: Final = tuple(name for name in Decision.model_fields if name != "appeal_id")
ATTRIBUTE_PREFIX: Final = "attributes."
CATEGORIES: Final = ("policy", "action", "market", "language", "detection")
"""Fields that hold one of a few words."""
NUMBERS: Final = ("attempt", "stake")
"""Fields that hold a number."""
MOMENTS: Final = ("submitted_at", "decided_at")
"""Fields that hold a time."""


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
    columns = {name: [getattr(appeal, name) for appeal in appeals] for name in APPEAL_COLUMNS}
    return lay_out(columns, [appeal.attributes for appeal in appeals])


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
    columns = {name: [getattr(appeal, name) for appeal in decided] for name in APPEAL_COLUMNS}
    for name in DECISION_COLUMNS:
        columns[name] = [getattr(latest[appeal.appeal_id], name) for appeal in decided]
    frame = lay_out(columns, [appeal.attributes for appeal in decided])
    return frame.sort_values("submitted_at", kind="stable", ignore_index=True)


def lay_out(
    columns: Mapping[str, Sequence[object]], attributes: Sequence[Mapping[str, object]]
) -> pd.DataFrame:
    """Make a frame of the contract's columns and the attributes of each row.

    Parameters
    ----------
    columns
        The fields of `Appeal` without the attributes, and of `Decision` where decided, each (n,).
    attributes
        A row's attributes by name, (n,); the frame has a column for each name in any of them.

    Returns
    -------
    pandas.DataFrame
        As `appeal_frame` and `decided_frame` describe, in the order given.
    """
    values = {name: _plain(column) for name, column in columns.items()}
    for name in sorted({name for row in attributes for name in row}):
        values[ATTRIBUTE_PREFIX + name] = [row.get(name) for row in attributes]
    # One block of objects: a series for each column would take most of the time of a small frame.
    block = np.empty((len(values), len(attributes)), dtype=object)
    for place, column in enumerate(values.values()):
        block[place] = np.fromiter(column, dtype=object, count=len(attributes))
    frame = pd.DataFrame(block.T, columns=list(values), dtype=object)
    for name in MOMENTS:
        if name in values:
            frame[name] = pd.to_datetime(pd.Index(values[name], dtype=object), utc=True)
    for name in NUMBERS:
        frame[name] = np.array(values[name], dtype=np.float64)
    return frame


def digest_of(frame: pd.DataFrame) -> str:
    """Digest what a frame says, whatever the order of its rows and columns.

    Returns
    -------
    str
        SHA-256 in hexadecimal. A missing value and a column that is not there are alike.
    """
    columns = {str(name): frame[name].tolist() for name in sorted(map(str, frame.columns))}
    present = {str(name): frame[name].notna().tolist() for name in columns}
    digests = sorted(
        content_digest(
            {name: values[row] for name, values in columns.items() if present[name][row]}
        )
        for row in range(len(frame))
    )
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def content_digest(record: Mapping[str, object]) -> str:
    """Digest one record, whatever the order of its keys; times count by their UTC moment."""
    text = json.dumps(record, sort_keys=True, ensure_ascii=True, default=_moment)
    return hashlib.sha256(text.encode()).hexdigest()


def _moment(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} has no canonical form")
    return value.astimezone(UTC).isoformat()


def _plain(values: Sequence[object]) -> list[object]:
    """Give the contract's enumerations as the plain strings that a database also gives."""
    if not any(issubclass(kind, StrEnum) for kind in set(map(type, values))):
        return list(values)
    return [str(value) if isinstance(value, StrEnum) else value for value in values]


def attribute_names(frame: pd.DataFrame) -> list[str]:
    """List the attributes that a frame carries, without their prefix, in alphabetical order."""
    return sorted(
        str(column).removeprefix(ATTRIBUTE_PREFIX)
        for column in frame.columns
        if str(column).startswith(ATTRIBUTE_PREFIX)
    )
