"""Columns that know too much: facts that were filled in after, or because of, the decision.

A column is a likely leak where it alone ranks the outcomes almost perfectly, or where being filled
in (or holding one value) goes with one outcome almost always. Both are claimed only beyond chance,
and beyond what honest facts reach: policies, for one, differ thirtyfold in how often they are
overturned. `ERROR` is shared out over all the tests made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import beta, norm, rankdata
from sklearn.metrics import roc_auc_score

from features.frame import ATTRIBUTE_PREFIX, CATEGORIES, NUMBERS
from features.schema import Outcome

STRONG_AUC: Final = 0.95
"""A column that ranks outcomes this well alone is reported, if chance does not explain it."""
HONEST_AUC: Final = 0.8
"""What the best single fact known at filing may reach; a leak must be beyond it."""
STRONG_ODDS: Final = 100.0
"""A value that multiplies the odds of an outcome so often is reported, on the same terms."""
HONEST_ODDS: Final = 30.0
"""What honest values may reach: the rarest and the commonest policy lie about so far apart."""
ERROR: Final = 0.01
"""The chance, at most, that any column of a frame without leaks is named."""
_TESTED: Final = (*CATEGORIES, *NUMBERS, "evidence", "text")
_FOLDS: Final = 5
_MOST_LEVELS: Final = 200

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Leak:
    """A column that probably holds the outcome.

    Parameters
    ----------
    column
        Its name; an attribute's without the prefix.
    reason
        What gave it away, as a clause.
    auc
        How well it ranks the outcomes alone, .5 to 1 (of a category: by rates from other cases).
    """

    column: str
    reason: str
    auc: float


@dataclass(frozen=True)
class _Column:
    """One column, ready to be tested."""

    name: str
    scores: tuple[Numbers, ...]
    groups: Sequence[tuple[str, Flags]]


def likely_leaks(frame: pd.DataFrame, overturned: Flags) -> list[Leak]:
    """Name the columns that predict the outcome too well alone.

    Parameters
    ----------
    frame
        Decided appeals, as `features.frame.decided_frame` lays them out, (n, columns). Tested are
        the contract's categories and numbers, the evidence, whether there is a text, and every
        attribute.
    overturned
        The outcomes, (n,).

    Returns
    -------
    list of Leak
        In the order of the frame; empty where all cases have one outcome.

    Notes
    -----
    Ranking: the AUC is at least `STRONG_AUC`, and beyond `HONEST_AUC` by the standard error of
    Hanley and McNeil (1982); a category is ranked by the rates of its values in other cases.
    Values: the odds ratio of an outcome with and without the value exceeds `STRONG_ODDS`, and
    `HONEST_ODDS` where both shares are taken at the near ends of their Clopper-Pearson intervals.
    """
    if overturned.all() or not overturned.any():
        return []
    columns = list(_columns(frame, overturned))
    tests = sum(1 + len(column.groups) for column in columns)
    found = (_leak(column, overturned, ERROR / max(tests, 1)) for column in columns)
    return [leak for leak in found if leak is not None]


def _leak(column: _Column, overturned: Flags, error: float) -> Leak | None:
    auc = _auc(column, overturned)
    if auc >= STRONG_AUC and _exceeds(auc, HONEST_AUC, overturned, error):
        return Leak(column.name, f"alone it ranks the outcomes with AUC {auc:.3f}", auc)
    for place, flags in column.groups:
        for outcome, name in ((overturned, Outcome.OVERTURNED), (~overturned, Outcome.UPHELD)):
            if _too_telling(flags, outcome, error):
                here, elsewhere = outcome[flags].mean(), outcome[~flags].mean()
                shares = f"{here:.1%} of the cases were {name}, elsewhere {elsewhere:.1%}"
                return Leak(column.name, f"{place}, {shares}", auc)
    return None


def _columns(frame: pd.DataFrame, overturned: Flags) -> Iterator[_Column]:
    for label in map(str, frame.columns):
        if label.startswith(ATTRIBUTE_PREFIX) or label in _TESTED:
            cells = _comparable(frame[label], label)
            present = cells.notna().to_numpy(dtype=bool)
            if present.any():
                name = label.removeprefix(ATTRIBUTE_PREFIX)
                yield _column(name, cells, present, overturned)


def _comparable(column: pd.Series, label: str) -> pd.Series:
    """Give a column's cells as values that can be compared, None where nothing is there."""
    if label == "text":
        return column.map(lambda text: "text" if text else None)
    if label == "evidence":
        return column.map(lambda kinds: "|".join(sorted(kinds)) or None)
    return column


def _column(name: str, cells: pd.Series, present: Flags, overturned: Flags) -> _Column:
    groups = [] if present.all() else [("where it is filled in", present)]
    if all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in cells[present]):
        numbers = cells.where(present).to_numpy(dtype=np.float64)
        usual = numbers == pd.Series(numbers).mode()[0]
        groups.append(("where it has its most common value", usual))
        groups.append(("where it has another than its most common value", present & ~usual))
        return _Column(name, _at_either_end(numbers), groups)
    codes, levels = pd.factorize(cells.where(present).astype(object), use_na_sentinel=False)
    common = np.argsort(-np.bincount(codes), kind="stable")[:_MOST_LEVELS]
    groups += [("where it has one of its values", codes == code) for code in common]
    return _Column(name, (_rates(codes, len(levels), overturned),), groups)


def _at_either_end(numbers: Numbers) -> tuple[Numbers, ...]:
    """Rank missing numbers below all others, and above; and both again the other way round."""
    low, high = np.nan_to_num(numbers, nan=-np.inf), np.nan_to_num(numbers, nan=np.inf)
    ranked = [rankdata(low), rankdata(high)]
    return (*ranked, *(-ranks for ranks in ranked))


def _rates(codes: NDArray[np.intp], levels: int, overturned: Flags) -> Numbers:
    """Give each case the rate of its value among the other folds' cases.

    A value that few cases share leans on the base rate: judged by its own cases, every rare value
    would seem to know the outcome.
    """
    folds = np.arange(len(codes)) % _FOLDS
    rates = np.empty(len(codes))
    for fold in range(_FOLDS):
        other = folds != fold
        base = overturned[other].mean()
        seen = np.bincount(codes[other], minlength=levels)
        hits = np.bincount(codes[other & overturned], minlength=levels)
        rates[~other] = ((hits + base) / (seen + 1))[codes[~other]]
    return rates


def _auc(column: _Column, overturned: Flags) -> float:
    return max(float(roc_auc_score(overturned, scores)) for scores in column.scores)


def _exceeds(auc: float, reference: float, overturned: Flags, error: float) -> bool:
    """Test an AUC against a reference, by the standard error that the reference would have."""
    ones, zeros = int(overturned.sum()), int((~overturned).sum())
    above = reference / (2 - reference) - reference**2
    below = 2 * reference**2 / (1 + reference) - reference**2
    variance = reference * (1 - reference) + (ones - 1) * above + (zeros - 1) * below
    return bool((auc - reference) / np.sqrt(variance / (ones * zeros)) > norm.isf(error))


def _too_telling(flags: Flags, outcome: Flags, error: float) -> bool:
    """Test whether an outcome's odds are far higher where the flags are set."""
    inside, outside = int(flags.sum()), int((~flags).sum())
    if inside == 0 or outside == 0:
        return False
    hits, others = int((flags & outcome).sum()), int((~flags & outcome).sum())
    # Half a case more on every side: a share of all or none has no odds.
    ratio = _odds(hits + 0.5, inside + 1) / _odds(others + 0.5, outside + 1)
    share = beta.ppf(error / 2, hits, inside - hits + 1) if hits else 0.0
    rest = beta.isf(error / 2, others + 1, outside - others) if others < outside else 1.0
    bound = _odds(share, 1.0) / _odds(rest, 1.0) if rest < 1 else 0.0
    return bool(ratio > STRONG_ODDS and bound > HONEST_ODDS)


def _odds(hits: float, of: float) -> float:
    return hits / (of - hits)
