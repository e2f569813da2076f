"""Second looks: some decided cases are decided again, blind, by somebody else who reads them.

It is how a marketplace learns how far its own decisions can be foreseen at all.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.sample.reviewers import Reviewers, overturn_chance
from training.sample.rhythm import later

__all__ = ["SHARE", "second_looks"]

SHARE: Final = 0.03
"""Of the decided cases, picked by lot."""
HOURS: Final = (4.0, 72.0)
"""From the first decision to the second, at least and at most."""


def second_looks(
    cases: pd.DataFrame, reviewers: Reviewers, until: datetime, rng: np.random.Generator
) -> pd.DataFrame:
    """Decide some cases again.

    Parameters
    ----------
    cases
        Decided cases, as `training.sample.decisions.judge` gives them.
    reviewers
        Who decides.
    until
        The end of the sample; nobody decides after it.
    rng
        The dice.

    Returns
    -------
    pandas.DataFrame
        Indexed by the place of the case among `cases`, rising: `reviewer`, another than the first;
        `overturned`; `decided_at`, after the first decision and before `until`.
    """
    end = np.datetime64(until.replace(tzinfo=None))
    decided = np.flatnonzero(cases["decided_at"].to_numpy() < end)
    picked = np.sort(rng.permutation(decided)[: round(SHARE * len(decided))])
    looked = cases.iloc[picked]
    reviewer = _others(looked, reviewers, rng)
    chance = overturn_chance(
        looked["logit"].to_numpy(float),
        looked["wrong"].to_numpy(float),
        reviewers.leniency[reviewer],
    )
    found = pd.DataFrame(
        {
            "reviewer": reviewer,
            "overturned": rng.random(len(picked)) < chance,
            "decided_at": later(
                looked["decided_at"].to_numpy("datetime64[s]"), rng.uniform(*HOURS, len(picked))
            ),
        },
        index=picked,
    )
    return found[found["decided_at"] < end]


def _others(
    cases: pd.DataFrame, reviewers: Reviewers, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Hand each case to somebody else who reads its language, by load."""
    language, first = cases["language"].to_numpy(str), cases["reviewer"].to_numpy()
    able = (reviewers.language == language[:, None]) & (
        np.arange(len(reviewers.load)) != first[:, None]
    )
    ends = np.cumsum(able * reviewers.load, axis=1)
    drawn = rng.random(len(cases)) * ends[:, -1]
    return np.asarray((ends > drawn[:, None]).argmax(axis=1), dtype=np.int64)
