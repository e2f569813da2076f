"""The cells of the intake: the finest corners, of which all its parts are made.

A cell is a policy, a theme, a market and a way of detection together. All that is counted is
counted by cell and day, so that a part is the sum of its cells, and what is taken from a part is
taken from every other part that shares cells with it. A subject counts once a day in a policy, a
market and a way of detection, with the first of its appeals there, and the copies of a template
letter without a subject count once: ten thousand copies from one seller are one case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import fields as fields_of
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.alarms import Part
from models.surveillance.series import Floats
from models.tree.intake import Intake

__all__ = ["FACTS", "HISTORY_DAYS", "Cells", "cells_of"]

FACTS: Final = tuple(field.name for field in fields_of(Part))
"""The facts of a cell, in their order: policy, theme, market, detection."""
HISTORY_DAYS: Final = 731
"""Days that are looked at: two of each season."""
CORNER: Final = ("policy", "market", "detection")
FIRST: Final = ["at", "appeal_id"]
"""By what appeals are ordered where the first of them counts."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Counts by cell and day.

    Attributes
    ----------
    names
        By fact, its values, rising.
    codes
        (cells, facts) places in `names`, -1 where unknown.
    filed, decided, overturned
        (cells, days) cases by the day of filing; decisions, and those that overturned, by theirs.
        The last day is the one judged.
    window
        Days of the window, at the end; themes are known in them alone.
    rows
        (n,) the cell of each appeal of the window, -1 outside of it.
    counted
        (n,) bool, whether it is a case, and no copy or repeat.
    ages
        (n,) days before the one judged.
    overturned_ages
        (n,) days before the one judged on which each was overturned, -1 where it was not.
    """

    names: dict[str, list[str]]
    codes: NDArray[np.int64]
    filed: Floats
    decided: Floats
    overturned: Floats
    window: int
    rows: NDArray[np.int64]
    counted: NDArray[np.bool_]
    ages: NDArray[np.int64]
    overturned_ages: NDArray[np.int64]


def cells_of(intake: Intake) -> Cells:
    """Count an intake by cell and day."""
    appeals = _appeals(intake)
    seen = appeals[appeals["inside"]]
    decisions = _decisions(seen, intake)
    tally = pd.concat(
        [
            seen,
            decisions,
            _loose(_aged(intake.decided, intake.as_of), decisions),
            _earlier(_aged(intake.earlier, intake.as_of), intake.days),
        ],
        ignore_index=True,
    )
    names, codes = _coded(tally)
    cells, place = np.unique(codes, axis=0, return_inverse=True)
    filed_ages = tally["age"][tally["filed"].gt(0)]
    days = min(HISTORY_DAYS, 1 + int(filed_ages.max() if len(filed_ages) else 0))
    rows = np.full(len(appeals), -1, dtype=np.int64)
    rows[np.flatnonzero(appeals["inside"])] = place.ravel()[: len(seen)]
    filed, decided, overturned = (
        _table(place.ravel(), tally["age"], tally[name], (len(cells), days))
        for name in ("filed", "decided", "overturned")
    )
    return Cells(
        names,
        cells,
        filed,
        decided,
        overturned,
        window=min(intake.days, days),
        rows=rows,
        counted=appeals["filed"].to_numpy() > 0,
        ages=appeals["age"].to_numpy(np.int64),
        overturned_ages=_overturned_ages(appeals, intake),
    )


def _appeals(intake: Intake) -> pd.DataFrame:
    """Lay out the facts of the window's appeals, and which of them count as cases."""
    frame = intake.frame
    filed = frame["submitted_at"].dt.floor("D").dt.tz_localize(None)
    appeals = pd.DataFrame({name: _words(frame[name]) for name in CORNER})
    appeals["theme"] = _words(intake.themes)
    appeals["age"] = (pd.Timestamp(intake.as_of) - filed).dt.days.to_numpy()
    appeals["inside"] = appeals["age"].between(0, intake.days - 1)
    appeals["appeal_id"] = frame["appeal_id"].to_numpy(object)
    appeals["subject"] = _words(frame["subject_id"])
    appeals["at"] = frame["submitted_at"].to_numpy()
    order = appeals.sort_values(FIRST)
    order = order.assign(letter=intake.campaign[order.index])
    order = order[order["inside"]]
    known = order["subject"].notna()
    again = known & order.duplicated(["age", *CORNER, "subject"])
    again |= ~known & (order["letter"] >= 0) & order["letter"].where(~known).duplicated()
    appeals["filed"] = 0
    appeals.loc[order.index[~again], "filed"] = 1
    return appeals


def _decisions(seen: pd.DataFrame, intake: Intake) -> pd.DataFrame:
    """Give the decisions on the window's appeals, with the facts of the appeal.

    Of a subject one a day counts in a policy, a market and a way of detection, as among all: with
    the theme of the appeal filed first, overturned where any was.
    """
    told = _aged(intake.decisions, intake.as_of)[["appeal_id", "age", "overturned"]]
    told = told.drop_duplicates("appeal_id").astype({"overturned": "int64"})
    facts = seen.sort_values(FIRST)[["appeal_id", "subject", *FACTS]]
    joined = facts.merge(told, on="appeal_id", how="inner")
    alone = [(appeal,) for appeal in joined["appeal_id"]]  # no subject is called so
    joined["who"] = joined["subject"].where(joined["subject"].notna(), pd.Series(alone))
    key = ["age", *CORNER, "who"]
    voices = joined.groupby(key, dropna=False, sort=False)
    joined["overturned"] = voices["overturned"].transform("max")
    return joined.drop_duplicates(key).drop(columns="who").assign(decided=1)


def _loose(decided: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """Give the decisions on appeals from before the window: what is left of all."""
    key = ["age", *CORNER]
    counts = ["decided", "overturned"]
    held = pd.concat(
        [
            decided[key + counts],
            decisions[key + counts].assign(
                decided=-decisions["decided"], overturned=-decisions["overturned"]
            ),
        ]
    )
    left = held.groupby(key, dropna=False, sort=True)[counts].sum().reset_index()
    left["overturned"] = left["overturned"].clip(0, left["decided"].clip(0))
    return left[left["decided"] > 0].assign(theme=None)


def _earlier(filed: pd.DataFrame, days: int) -> pd.DataFrame:
    """Give the counts from before the window."""
    return filed.loc[filed["age"] >= days, ["age", *CORNER, "filed"]].assign(theme=None)


def _aged(counts: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Add the days before the one judged; drop what is dated later."""
    ages = [(as_of - day).days for day in counts["day"]]
    aged = counts.assign(age=np.array(ages, dtype=np.int64))
    return aged[aged["age"] >= 0]


def _words(values: Sequence[str | None] | pd.Series) -> NDArray[np.object_]:
    told = np.asarray(values, dtype=object)
    told = told.copy()
    told[pd.isna(told)] = None
    return told


def _coded(tally: pd.DataFrame) -> tuple[dict[str, list[str]], NDArray[np.int64]]:
    """Give the values of each fact, rising, and their places; -1 for what is unknown."""
    names, codes = {}, []
    for fact in FACTS:
        code, values = pd.factorize(tally[fact].to_numpy(object), sort=True)
        names[fact] = [str(value) for value in values]
        codes.append(code.astype(np.int64))
    return names, np.column_stack(codes)


def _table(
    place: NDArray[np.intp], ages: pd.Series, counts: pd.Series, shape: tuple[int, int]
) -> Floats:
    """Sum counts by cell and day."""
    weight = counts.fillna(0).to_numpy(np.float64)
    day = shape[1] - 1 - ages.to_numpy(np.int64)
    held = (weight > 0) & (day >= 0)
    flat = place[held] * shape[1] + day[held]
    summed = np.bincount(flat, weights=weight[held], minlength=shape[0] * shape[1])
    return np.asarray(summed.reshape(shape), dtype=np.float64)


def _overturned_ages(appeals: pd.DataFrame, intake: Intake) -> NDArray[np.int64]:
    """Tell, (n,), how many days before the one judged each was overturned; -1 for others."""
    told = _aged(intake.decisions, intake.as_of)
    told = told[told["overturned"].astype(bool)].drop_duplicates("appeal_id")
    found = appeals["appeal_id"].map(told.set_index("appeal_id")["age"])
    return found.fillna(-1).to_numpy(np.int64)
