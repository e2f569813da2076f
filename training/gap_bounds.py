"""Said minus came, of many slices at once: bounds that hold for all of them together.

Draws bound a gap where either outcome is there often enough. Where nearly all cases ended alike,
the draws hold the same few others over and over, or none, and promise too much: there the bounds
are exact instead (Clopper and Pearson 1934, The use of confidence or fiducial limits, Biometrika
26:404-413). Cases of unlike probabilities vary less than the binomial of their mean (Hoeffding
1956), so these bounds hold for them too. A subject's cases count as the draws count them: as few as
if all of them had ended alike (`models.resampling.witnesses`; so used with exact bounds by Korn and
Graubard 1998, Survey Methodology 24:193-201).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from models.resampling import Bands, bands, witnesses

__all__ = ["LEAST_CASES", "LEAST_EACH", "both_often", "bound_gaps", "exact_share"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
LEAST_CASES: Final = 20
"""Cases below which nothing is told of a slice but its counts."""
LEAST_EACH: Final = 10
"""Cases of each outcome below which nothing is drawn anew: draws would flatter a slice."""


def both_often(outcome: NDArray[np.int_]) -> bool:
    """Tell whether there are `LEAST_EACH` cases of either outcome."""
    up = int(outcome.sum())
    return min(up, len(outcome) - up) >= LEAST_EACH


def bound_gaps(
    outcome: NDArray[np.int_],
    probability: Floats,
    cluster: NDArray[np.intp],
    rows: Sequence[Mask],
    drawn: Floats,
    level: float = 0.95,
) -> Bands:
    """Bound what was said minus what came, so that with confidence `level` all k lie inside.

    Parameters
    ----------
    outcome, probability, cluster
        (n,) of all cases; clusters as of `models.resampling.subjects_of`.
    rows
        k slices, (n,) each, of one case at least.
    drawn
        (rounds, k) gaps of cases drawn anew, as of `models.resampling.resample`.

    Notes
    -----
    The error of 1 - level is shared out by number: slices that are drawn share theirs by max-T, the
    others take one k-th each.
    """
    value = np.array([(probability - outcome)[row].mean() for row in rows])
    by_draws = np.array([both_often(outcome[row]) for row in rows], dtype=bool)
    error = 1 - level
    low, high = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    found = bands(value[by_draws], drawn[:, by_draws], 1 - error * float(by_draws.mean()))
    low[by_draws], high[by_draws] = found.low, found.high
    for at in np.flatnonzero(~by_draws).tolist():
        row = rows[at]
        least, most = exact_share(outcome[row], cluster[row], 1 - error / len(rows))
        said = float(probability[row].mean())
        low[at], high[at] = said - most, said - least
    return Bands(low, high, found.reach)


def exact_share(
    outcome: NDArray[np.int_], cluster: NDArray[np.intp], level: float
) -> tuple[float, float]:
    """Bound the share overturned of cases, (n,), n at least 1, with confidence `level` alone."""
    number = witnesses(cluster)
    up = float(outcome.mean()) * number
    tail = (1 - level) / 2
    low = float(beta.ppf(tail, up, number - up + 1)) if up > 0 else 0.0
    high = float(beta.ppf(1 - tail, up + 1, number - up)) if up < number else 1.0
    return low, high
