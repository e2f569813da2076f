"""The figures of a transparency report on complaints: counts, outcomes, times, automated means.

Only aggregates are told. A figure of fewer than a declared number of complaints is never told
alone, nor can it be had by subtraction from those that are: see `pooled`. Policies lie within
categories and these within grounds, so each is pooled within what it lies in. Where a row's
automated part is too small to be told, no row of its table tells its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["DIMENSIONS", "POOL", "Figures", "Report", "Tally", "figures_of", "pooled", "report"]

BASIS: Final = ("ground", "category", "policy")
"""Each within the one before it."""
DIMENSIONS: Final = (*BASIS, "contested", "detection", "language")
"""By what complaints are counted, beside all of them; `contested` is the kind of decision that is
complained of."""
UNTOLD: Final = "not_stated"
SEVERAL: Final = "several"
POOL: Final = f"({SEVERAL})"
"""The value of the complaints that are told together."""


@dataclass(frozen=True)
class Figures:
    """What is told of some complaints.

    Attributes
    ----------
    pending
        Those undecided at the end of the period.
    reversed
        Decisions reversed, in whole or in part: an outcome is `overturned` or `upheld`
        (`features.schema.Outcome`), so that nothing tells the two apart.
    median_days
        From filing to decision; None where too few are decided.
    automated, automated_decided, automated_reversed
        Those whose enforcement was detected by automated means; None where they, or the others,
        are too few to be told.
    """

    received: int
    pending: int
    upheld: int
    reversed: int
    median_days: float | None
    automated: int | None
    automated_decided: int | None
    automated_reversed: int | None

    @property
    def decided(self) -> int:
        """How many were decided by the end of the period."""
        return self.upheld + self.reversed

    @property
    def median_hours(self) -> float | None:
        """From filing to decision, as `median_days`."""
        return None if self.median_days is None else 24 * self.median_days

    @property
    def reversal_share(self) -> float | None:
        """Of those decided; None where there is none."""
        return self.reversed / self.decided if self.decided else None

    @property
    def automated_reversal_share(self) -> float | None:
        """Of those decided that were detected by automated means; None where there is none."""
        if not self.automated_decided or self.automated_reversed is None:
            return None
        return self.automated_reversed / self.automated_decided


@dataclass(frozen=True)
class Tally:
    """The figures of one value of a dimension in a month, such as `2026-03`, or in the period.

    `month` is empty for the whole period; months of too few complaints are told with the next one:
    `2026-03/2026-04`.
    """

    month: str
    dimension: str
    value: str
    figures: Figures


@dataclass(frozen=True)
class Report:
    """The report.

    Attributes
    ----------
    total
        None where there are too few complaints for anything to be told.
    months, parts, monthly
        By month; by value of each dimension; by both.
    """

    total: Tally | None
    months: tuple[Tally, ...] = ()
    parts: tuple[Tally, ...] = ()
    monthly: tuple[Tally, ...] = ()


def report(complaints: pd.DataFrame, months: Sequence[str], least: int) -> Report:
    """Count complaints.

    Parameters
    ----------
    complaints
        A row a complaint: `month` of filing, the columns of `DIMENSIONS` (None where it is not
        known), `outcome` (`upheld`, `reversed`, or None while pending), `days` to the decision
        (NaN while pending), `automated` (bool).
    months
        Of the period, in order.
    least
        Complaints below which a figure is not told alone, from 1.
    """
    if len(complaints) < max(least, 1):
        return Report(None)
    told = complaints.assign(month=complaints["month"].map(_joined(complaints, months, least)))
    for name in DIMENSIONS:
        values = told[name].astype(object)
        told[name] = values.where(values.notna(), UNTOLD)
    told["category"] = told["ground"] + ": " + told["category"]
    facts, month = _Facts.of(told), told["month"]
    whole, every = _named(told, least, by_month=False), _named(told, least, by_month=True)
    nothing = pd.Series("", index=told.index)
    total = Tally("", "total", "all", figures_of(told, least))
    return Report(
        total,
        months=_tallies(facts, "total", month, pd.Series("all", index=told.index), least),
        parts=tuple(
            one for name in DIMENSIONS for one in _tallies(facts, name, nothing, whole[name], least)
        ),
        monthly=tuple(
            one for name in DIMENSIONS for one in _tallies(facts, name, month, every[name], least)
        ),
    )


def figures_of(complaints: pd.DataFrame, least: int) -> Figures:
    """Count complaints, as of `report`."""
    return _Facts.of(complaints).figures(np.arange(len(complaints)), least)


@dataclass(frozen=True, eq=False)
class _Facts:
    """What is counted of each complaint, (n,) each."""

    decided: NDArray[np.bool_]
    overturned: NDArray[np.bool_]
    automated: NDArray[np.bool_]
    days: NDArray[np.float64]

    @classmethod
    def of(cls, complaints: pd.DataFrame) -> _Facts:
        outcome = complaints["outcome"]
        return cls(
            outcome.notna().to_numpy(),
            (outcome == "reversed").to_numpy(dtype=bool),
            complaints["automated"].to_numpy(dtype=bool),
            complaints["days"].to_numpy(dtype=np.float64),
        )

    def figures(self, places: NDArray[np.intp], least: int) -> Figures:
        decided, overturned = self.decided[places], self.overturned[places]
        automated, days = self.automated[places], self.days[places][decided]
        found = int(automated.sum())
        tells = not any(0 < count < least for count in (found, len(places) - found))
        return Figures(
            received=len(places),
            pending=int((~decided).sum()),
            upheld=int((decided & ~overturned).sum()),
            reversed=int(overturned.sum()),
            median_days=float(np.median(days)) if len(days) >= max(least, 1) else None,
            automated=found if tells else None,
            automated_decided=int((automated & decided).sum()) if tells else None,
            automated_reversed=int((automated & overturned).sum()) if tells else None,
        )


def pooled(
    counts: pd.DataFrame, least: int, with_these: frozenset[str] = frozenset()
) -> frozenset[str]:
    """Choose the values that are told together, so that none of few complaints is told alone.

    A value goes into the pool where any of its counts is from 1 to `least` - 1. While the pool
    holds a single value, or a count of its own in that range, what is left of the total would tell
    it: the next smallest value joins it.

    Parameters
    ----------
    counts
        Complaints, a row a month, a column a value.
    least
        As of `report`.
    with_these
        Values that are in the pool in any case.

    Returns
    -------
    frozenset of str
        Empty, or at least two values, or the only one there is.
    """
    totals = counts.sum().sort_values(kind="stable")
    pool = {str(name) for name in counts if ((counts[name] > 0) & (counts[name] < least)).any()}
    pool |= with_these & set(counts.columns)
    for name in map(str, totals.index):
        together = counts[sorted(pool)].sum(axis=1)
        shows = len(pool) == 1 or ((together > 0) & (together < least)).any()
        if not pool or not shows:
            break
        pool.add(name)
    return frozenset(pool)


def _joined(complaints: pd.DataFrame, months: Sequence[str], least: int) -> Mapping[str, str]:
    """Name for each month what it is told with: the months after it, until they are enough."""
    counts = complaints["month"].value_counts()
    groups: list[list[str]] = []

    def few() -> bool:
        return 0 < sum(int(counts.get(month, 0)) for month in groups[-1]) < least

    for month in months:
        if groups and few():
            groups[-1].append(month)
        else:
            groups.append([month])
    while len(groups) > 1 and few():  # the month before may hold none
        groups[-2:] = [groups[-2] + groups[-1]]
    names = (group[0] if len(group) == 1 else f"{group[0]}/{group[-1]}" for group in groups)
    return {month: name for group, name in zip(groups, names, strict=True) for month in group}


def _named(told: pd.DataFrame, least: int, by_month: bool) -> dict[str, pd.Series[str]]:
    """Name for each complaint, by dimension, the value under which it is told."""
    alone = pd.Series("", index=told.index)
    within, named = alone, {}
    for name in DIMENSIONS:
        chosen = told[name].astype(str)
        for key, rows in told.groupby(within if name in BASIS else alone):
            pool = _pool(rows, name, least, by_month)
            pool_name = f"({SEVERAL} of {key})" if key else POOL
            chosen = chosen.mask(chosen.index.isin(rows.index[rows[name].isin(pool)]), pool_name)
        named[name] = chosen
        within = chosen if name in BASIS else within
    return named


def _pool(rows: pd.DataFrame, name: str, least: int, by_month: bool) -> frozenset[str]:
    """Choose the pool of a table; that of a table by month holds that of the whole period."""
    counts = _counts(rows["month"], rows[name])
    whole = pooled(counts.sum().to_frame("all").T, least)
    return pooled(counts, least, whole) if by_month else whole


def _counts(months: pd.Series[str], values: pd.Series[str]) -> pd.DataFrame:
    """Count complaints, a row a month, a column a value."""
    month_of, _ = pd.factorize(months, sort=False)
    value_of, names = pd.factorize(values.astype(object), sort=True)
    shape = int(month_of.max()) + 1, len(names)
    counts = np.bincount(month_of * shape[1] + value_of, minlength=shape[0] * shape[1])
    return pd.DataFrame(counts.reshape(shape), columns=names)


def _tallies(
    facts: _Facts, name: str, months: pd.Series[str], values: pd.Series[str], least: int
) -> tuple[Tally, ...]:
    """Count by month and value: of a month the most complaints first, what is pooled last."""
    keys = pd.DataFrame({"month": months.to_numpy(), "value": values.to_numpy()})
    groups = cast(
        "dict[tuple[str, str], NDArray[np.intp]]", keys.groupby(["month", "value"]).indices
    )
    found = [
        Tally(str(month), name, str(value), facts.figures(places, least))
        for (month, value), places in groups.items()
    ]
    found.sort(key=lambda one: (one.month, "(" in one.value[:1], -one.figures.received, one.value))
    return _guarded(found)


def _guarded(rows: Sequence[Tally]) -> tuple[Tally, ...]:
    """Leave the automated part out of all rows where one row may not tell it."""
    if all(one.figures.automated is not None for one in rows):
        return tuple(rows)
    return tuple(replace(one, figures=_without_automated(one.figures)) for one in rows)


def _without_automated(told: Figures) -> Figures:
    return replace(told, automated=None, automated_decided=None, automated_reversed=None)
