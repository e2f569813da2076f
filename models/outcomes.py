"""How a theme's appeals were decided, against what their policies would give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import InputError
from models.information import component, lower_bound
from models.themes import Outcomes

__all__ = ["InvalidOutcomes", "coded_outcomes", "outcomes"]

HALF_TRUSTED: Final = 20.0
"""Decisions at which a policy's own rate counts as much as the rate of all policies."""


class InvalidOutcomes(InputError):
    """Outcomes, policies and labels that are not of the same appeals."""


def outcomes(
    outcome: Sequence[str | None], policy: Sequence[str | None], labels: NDArray[np.int32]
) -> list[Outcomes]:
    """Compare every theme's overturned appeals with what the rest of the window would give.

    Each decided appeal is expected to be overturned as often as its policy's appeals outside the
    theme are: with its own appeals among them a large theme would hide itself. A policy's rate r of
    n decisions is shrunken towards the rate R of all policies, (n r + 20 R) / (n + 20); appeals
    that tell no policy are one policy among the others.

    Parameters
    ----------
    outcome
        (n,) `overturned`, `upheld`, or None where it is undecided.
    policy
        (n,) None where it is not told.
    labels
        (n,) themes from 0; -1 for none.

    Returns
    -------
    list of Outcomes
        One a theme, by label. Where nothing outside the theme is decided there is nothing to
        compare with: what is expected is then what was observed.

    Raises
    ------
    InvalidOutcomes
        If the three are not of one length.
    """
    if not len(outcome) == len(policy) == len(labels):
        raise InvalidOutcomes(
            f"{len(outcome)} outcomes, {len(policy)} policies and {len(labels)} labels",
            "one of each for every appeal",
            "Give those of the same appeals.",
        )
    themes = int(labels.max(initial=-1)) + 1
    policies = pd.factorize(np.array(policy, dtype=object), use_na_sentinel=False)[0]
    said = np.array(outcome, dtype=object)
    return coded_outcomes(labels, policies, pd.notna(said), said == "overturned", themes)


def coded_outcomes(
    labels: NDArray[np.int32],
    policies: NDArray[np.intp],
    decided: NDArray[np.bool_],
    overturned: NDArray[np.bool_],
    themes: int,
) -> list[Outcomes]:
    """Compare as `outcomes` does, where policies are numbers already.

    Parameters
    ----------
    labels
        (n,) themes from 0, -1 for none.
    policies
        (n,) from 0; one of the numbers stands for those that are not told.
    decided, overturned
        (n,) what is overturned is decided.
    themes
        How many are compared, by label; one without an appeal has none decided.
    """
    shape = (themes, int(policies.max(initial=-1)) + 1)
    cases = _counts(labels, policies, decided, shape)
    seen = _counts(labels, policies, overturned, shape)
    expected = _expected(cases, seen)[:themes]
    lost = seen[:themes].sum(axis=1)
    bits, lower = component(lost, expected), lower_bound(lost, expected)
    columns = (cases[:themes].sum(axis=1), lost, expected, bits, lower)
    return [Outcomes(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _counts(
    labels: NDArray[np.int32],
    policies: NDArray[np.intp],
    counted: NDArray[np.bool_],
    shape: tuple[int, int],
) -> NDArray[np.int64]:
    """Count appeals, (themes + 1, policies); the last row is of those without a theme."""
    table = np.zeros((shape[0] + 1, shape[1]), dtype=np.int64)
    np.add.at(table, (labels[counted], policies[counted]), 1)
    return table


def _expected(decided: NDArray[np.int64], overturned: NDArray[np.int64]) -> NDArray[np.float64]:
    """Expect overturned appeals by the rates of the policies in all other rows, (rows,)."""
    others = decided.sum(axis=0) - decided
    lost = overturned.sum(axis=0) - overturned
    all_others = others.sum(axis=1, keepdims=True)
    overall = lost.sum(axis=1, keepdims=True) / np.maximum(all_others, 1)
    rates = (lost + HALF_TRUSTED * overall) / (others + HALF_TRUSTED)
    alone = all_others[:, 0] == 0
    return np.asarray(np.where(alone, overturned.sum(axis=1), (decided * rates).sum(axis=1)))
