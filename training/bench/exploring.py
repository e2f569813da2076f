"""What a history holds before anything is learnt from it: rates, gaps, delays, leaks, moves."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.attributes import MISSING
from features.frame import ATTRIBUTE_PREFIX, CATEGORIES, NUMBERS
from features.leaks import likely_leaks
from models.delays import Delays, censored_delays
from models.drift import LEAST_CASES, drift
from models.makeup import bare_name, fact_values, makeup_of
from models.proportions import wilson
from training.ages import hours, seen_at
from training.evaluation import values_of
from training.split import overturned

__all__ = [
    "PLANTED",
    "base_rates",
    "delays",
    "intake",
    "leaks",
    "missingness",
    "moves",
    "rates_by_week",
    "with_planted_leak",
]

PLANTED: Final = "refund_issued"
"""Name of the column that `with_planted_leak` adds."""
LEAST_SHOWN: Final = 20
"""Decisions below which a value is counted with the other rare ones."""
RARE: Final = "(rarer values)"
FILED: Final = "submitted_at"


def intake(appeals: pd.DataFrame) -> pd.DataFrame:
    """Count the appeals of each week of filing by what became of them.

    Parameters
    ----------
    appeals
        As `training.bench.home.Home.appeals`.

    Returns
    -------
    pandas.DataFrame
        A row a week, by its first day; columns `upheld`, `overturned`, `undecided`.
    """
    became = appeals["outcome"].astype(object).fillna("undecided")
    counts = pd.crosstab(_week(appeals), became)
    return counts.reindex(columns=["upheld", "overturned", "undecided"], fill_value=0)


def base_rates(decided: pd.DataFrame, dimension: str) -> pd.DataFrame:
    """Tell how often each value of a fact is overturned, with Wilson's 95 % interval.

    Returns
    -------
    pandas.DataFrame
        Rows by falling share; columns `value`, `decided`, `overturned`, `share`, `low`, `high`.
    """
    values = values_of(decided, dimension)
    common = values.map(values.value_counts()) >= LEAST_SHOWN
    table = _rates(values.where(common, RARE), overturned(decided))
    return table.rename_axis("value").reset_index().sort_values("share", ascending=False)


def rates_by_week(decided: pd.DataFrame) -> pd.DataFrame:
    """Tell how often appeals of each week are overturned: columns as of `base_rates`."""
    return _rates(_week(decided), overturned(decided))


def missingness(decided: pd.DataFrame) -> pd.DataFrame:
    """Tell how often each column is empty, among the overturned and among the upheld.

    Returns
    -------
    pandas.DataFrame
        A row a column that is empty for some, the emptiest first: `column`, and `share`, `low` and
        `high` of either outcome, as `overturned_share` and so on, with Wilson's 95 % intervals.
    """
    won = overturned(decided).astype(bool)
    overruled, kept = decided[won], decided[~won]
    names = [name for name in decided if _known_at_filing(str(name))]
    rows = [
        {
            "column": str(name).removeprefix(ATTRIBUTE_PREFIX),
            **_empty("overturned", overruled[name]),
            **_empty("upheld", kept[name]),
        }
        for name in names
        if decided[name].isna().any() and decided[name].notna().any()
    ]
    columns = [f"{side}_{end}" for side in ("overturned", "upheld") for end in _ENDS]
    table = pd.DataFrame(rows, columns=["column", *columns])
    return table.sort_values("upheld_share", ascending=False, ignore_index=True)


def delays(appeals: pd.DataFrame) -> Delays:
    """Tell what share is decided how long after filing; those that still wait are minded.

    As of the moment at which the data were seen: what is dated later waits still.

    Parameters
    ----------
    appeals
        As `training.bench.home.Home.appeals`.
    """
    now = seen_at(appeals[FILED], appeals["decided_at"])
    known = appeals["decided_at"] <= now
    delay = hours(appeals.loc[known, "decided_at"] - appeals.loc[known, FILED])
    return censored_delays(delay, hours(now - appeals.loc[~known, FILED]))


def leaks(decided: pd.DataFrame) -> pd.DataFrame:
    """List the columns that likely tell the outcome: `column`, `reason`, `auc`; often none."""
    found = likely_leaks(decided, overturned(decided).astype(bool))
    rows = [(leak.column, leak.reason, leak.auc) for leak in found]
    return pd.DataFrame(rows, columns=["column", "reason", "auc"])


def with_planted_leak(decided: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Add a column that is filled in after the decision: right for 97 % of the cases."""
    told = np.random.default_rng(seed).random(len(decided)) < 0.97
    won = overturned(decided).astype(bool)
    said = np.where(told, won, ~won)
    return decided.assign(**{ATTRIBUTE_PREFIX + PLANTED: said.astype(object)})


def moves(appeals: pd.DataFrame, days: int = 28, seed: int = 0) -> pd.DataFrame:
    """Compare the mix of each fact in the last days with the time before.

    Returns
    -------
    pandas.DataFrame
        Rows by falling `index`, the population stability index; `by_chance` is what an unmoved mix
        exceeds once in twenty times over all rows together; `most` says what moved most. Empty
        where either side has too few appeals.
    """
    late = (appeals[FILED] >= appeals[FILED].max() - pd.Timedelta(days=days)).to_numpy()
    before, now = (appeals[side].reset_index(drop=True) for side in (~late, late))
    if min(len(before), len(now)) < LEAST_CASES:
        return pd.DataFrame(columns=["fact", "index", "by_chance", "most"])
    facts = makeup_of(before, np.zeros(0)).facts
    level = 1 - 0.05 / max(len(facts), 1)
    rows = []
    for fact in facts:
        found = drift(fact.counts, fact.count(fact_values(now, fact.name)), level, seed)
        first = next(one for one in found.values)
        most = f"{_said(first.value)}: {first.before:.0%} to {first.now:.0%}"
        rows.append((bare_name(fact.name), found.index, found.by_chance, most))
    table = pd.DataFrame(rows, columns=["fact", "index", "by_chance", "most"])
    return table.sort_values("index", ascending=False, ignore_index=True)


_ENDS: Final = ("share", "low", "high")


def _rates(groups: pd.Series[Any], won: NDArray[np.int_]) -> pd.DataFrame:
    counted = pd.Series(won, index=groups.index).groupby(groups).agg(["size", "sum"])
    table = counted.set_axis(["decided", "overturned"], axis=1)
    low, high = wilson(table["overturned"], table["decided"])
    return table.assign(share=table["overturned"] / table["decided"], low=low, high=high)


def _empty(side: str, column: pd.Series[Any]) -> dict[str, float]:
    empty, of = int(column.isna().sum()), len(column)
    low, high = wilson(empty, of)
    ends = (empty / max(of, 1), float(low), float(high))
    return {f"{side}_{name}": end for name, end in zip(_ENDS, ends, strict=True)}


def _known_at_filing(name: str) -> bool:
    return name in (*CATEGORIES, *NUMBERS, "subject_id") or name.startswith(ATTRIBUTE_PREFIX)


def _week(frame: pd.DataFrame) -> pd.Series[Any]:
    filed = frame[FILED].dt.tz_convert("UTC").dt.floor("D")
    monday: pd.Series[Any] = filed - pd.to_timedelta(filed.dt.day_of_week, unit="D")
    return monday


def _said(value: str) -> str:
    return "empty" if value == MISSING else value
