"""From cases to decisions: who decides, when, how; and who tries a second time."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.sample.reviewers import (
    Reviewers,
    after_upheld,
    assign,
    overturn_chance,
    overturned_share,
    panel,
)
from training.sample.rhythm import later
from training.sample.truth import sigmoid

SECOND_SHARE: Final = 0.06
"""Share of all appeals that are second attempts."""
DELAY_HOURS: Final = 40.0
DELAY_SPREAD: Final = 1.0
ESCALATED_FASTER: Final = 0.25
RETURN_DAYS: Final = 2.5
"""Median days from a first decision to a second attempt."""


def judge(cases: pd.DataFrame, reviewers: Reviewers, rng: np.random.Generator) -> pd.DataFrame:
    """Decide cases.

    Parameters
    ----------
    cases
        Cases with `logit` (of a wrong enforcement) and `wrong` (the truth).
    reviewers
        Who decides.
    rng
        The dice.

    Returns
    -------
    pandas.DataFrame
        The cases with `probability` (that the case is overturned, over truth and reviewers),
        `reviewer`, `reviewer_probability` (once its reviewer is known), `overturned`, `escalated`
        and `decided_at`.
    """
    language = cases["language"].to_numpy(str)
    logit, wrong = cases["logit"].to_numpy(float), cases["wrong"].to_numpy(float)
    reviewer = assign(language, reviewers, rng)
    leniency = reviewers.leniency[reviewer]
    chance = sigmoid(logit)
    by_reviewer = chance * overturn_chance(logit, 1.0, leniency)
    by_reviewer += (1 - chance) * overturn_chance(logit, 0.0, leniency)
    drawn = rng.random(len(cases)) < overturn_chance(logit, wrong, leniency)
    escalated = rng.random(len(cases)) < cases["escalation_probability"].to_numpy(float)
    return cases.assign(
        probability=overturned_share(logit, panel(logit, language, reviewers)),
        reviewer=reviewer,
        reviewer_probability=by_reviewer,
        overturned=drawn,
        escalated=escalated,
        decided_at=later(cases["time"].to_numpy("datetime64[s]"), _delay(escalated, rng)),
    )


def _delay(escalated: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw the hours from filing to decision; an escalated case is taken up sooner."""
    hours = DELAY_HOURS * np.exp(rng.normal(0.0, DELAY_SPREAD, len(escalated)))
    return np.asarray(np.where(escalated, ESCALATED_FASTER * hours, hours) + 0.5)


def with_second_attempts(
    first: pd.DataFrame, reviewers: Reviewers, until: datetime, rng: np.random.Generator
) -> pd.DataFrame:
    """Let some whose appeal was upheld appeal again, and decide that too.

    The enforcement is the same, so its truth is the same: what is known is that one review upheld
    it, and the probability is Bayes' after that. As many other first attempts are left out, so that
    the number of appeals stays what was asked for.

    Parameters
    ----------
    first
        Decided first attempts.
    reviewers
        Who decides.
    until
        The end of the sample; nobody returns after it.
    rng
        The dice.

    Returns
    -------
    pandas.DataFrame
        As many rows as `first`, in order of filing, with `attempt` 1 or 2.
    """
    days = RETURN_DAYS * np.exp(rng.normal(0.0, 0.7, len(first)))
    back = later(first["decided_at"].to_numpy("datetime64[s]"), 24 * days)
    can = ~first["overturned"].to_numpy(bool) & (back < np.datetime64(until.replace(tzinfo=None)))
    able = np.flatnonzero(can)
    returning = rng.permutation(able)[: round(SECOND_SHARE * len(first))]
    others = np.setdiff1d(np.arange(len(first)), returning)
    dropped = rng.choice(others, size=min(len(returning), len(others)), replace=False)
    second = judge(_returned(first, returning, back, reviewers), reviewers, rng)
    kept = first.drop(index=first.index[dropped]).assign(attempt=1)
    both = pd.concat([kept, second.assign(attempt=2)], ignore_index=True)
    return both.sort_values("time", kind="stable", ignore_index=True)


def _returned(
    first: pd.DataFrame,
    returning: NDArray[np.int64],
    back: NDArray[np.datetime64],
    reviewers: Reviewers,
) -> pd.DataFrame:
    """Give the cases as they stand when they come back."""
    cases = first.iloc[returning].copy()
    seen = panel(cases["logit"].to_numpy(float), cases["language"].to_numpy(str), reviewers)
    cases["logit"] = after_upheld(cases["logit"].to_numpy(float), seen)
    passed = (back[returning] - cases["time"].to_numpy()) / np.timedelta64(1, "D")
    cases["seller_age_days"] += np.floor(passed)
    cases["time"] = back[returning]
    return cases
