"""Priority: which case a reviewer should open next, and by when.

A review averts harm in two ways: it restores a subject who was wrongly enforced, and it brings a
case that must be escalated to its team. The unit is the harm of an average wrong enforcement: money
at stake counts by its logarithm, as a tenfold stake is not tenfold hardship.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]

TIERS: Final = (
    ("critical", 0.5, 1.0),
    ("high", 0.2, 8.0),
    ("medium", 0.05, 24.0),
    ("low", 0.0, 72.0),
)
"""Name, least probability of an escalation, and hours within which the case is due."""
ESCALATION: Final = 5.0
"""Harm of a case that ought to be escalated and is not, in wrong enforcements."""


def tier_of(escalation: Array) -> NDArray[np.int64]:
    """Give each case's place in `TIERS`: (n,)."""
    least = np.array([bound for _, bound, _ in TIERS])
    return np.asarray((escalation[:, None] < least).sum(axis=1))


def harm(overturned: Array, escalation: Array, stake: Array, usual: float) -> Array:
    """Weigh the harm that a review is expected to avert: (n,), 0 and above.

    Parameters
    ----------
    overturned, escalation
        (n,) probabilities.
    stake
        (n,) money at stake, NaN where it is not known.
    usual
        A usual stake: one that counts 1.
    """
    known = np.where(np.isfinite(stake), stake, usual)
    weight = np.log1p(known) / np.log1p(max(usual, 1e-9)) if usual > 0 else np.ones(len(known))
    return np.asarray(overturned * weight + ESCALATION * escalation)


def aged(harm_averted: Array, waited: Array, allowed: Array) -> Array:
    """Priority of cases that have waited: (n,).

    Each allowed waiting time adds the harm of one average wrong enforcement, without bound: a case
    that keeps waiting overtakes any other, so nothing starves.

    Parameters
    ----------
    harm_averted
        (n,) from `harm`.
    waited, allowed
        (n,) hours.
    """
    return np.asarray(harm_averted + np.maximum(waited, 0) / allowed)


def due(submitted: pd.Series, tier: NDArray[np.int64]) -> pd.Series:
    """Give the times by which cases are due, from their filing and their place in `TIERS`."""
    hours = np.array([hours for _, _, hours in TIERS])[tier]
    return submitted + pd.to_timedelta(hours, unit="h")
