"""What the whole intake does is taken as given: a part is judged by what the rest of it does.

A month's appeals dated on one day, a busy season, half a day without intake: they raise or lower
all parts alike, and are no news of any of them. So a part's expectation is multiplied by the ratio
of what the rest of the intake brought to what was expected of it: fully, where the whole is out of
line; else by as much as the doubt about the whole lets one learn from it. On the seventh day of a
history nobody knows what a Sunday brings, and the whole's Sunday is the best that is known of a
part's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.surveillance.series import Floats
from models.tree.outlook import Outlook

__all__ = ["Course", "course"]

OUT_OF_LINE: Final = 0.01
"""p of the whole, on either side, below which what it does is taken as given altogether."""
STEADY: Final = 50.0
"""Expected cases of the rest that the ratio of the whole is worth: a part that is nearly all of the
intake has next to nothing beside it to be compared with."""
LOOSENESS: Final = 0.15
"""Standard deviation of a part's own logarithm of the ratio, per unit of that of the whole: no part
follows the whole exactly."""


@dataclass(frozen=True)
class Course:
    """What is expected of the parts, given what the whole did.

    Attributes
    ----------
    ratio
        (parts,) by which more is expected.
    doubt
        (parts,) variance of the logarithm of the expected counts.
    """

    ratio: Floats
    doubt: Floats


def course(outlook: Outlook, counts: Floats, sign: int) -> Course:
    """Compare the rest of the intake with what was expected of it.

    Parameters
    ----------
    outlook
        Of the parts, the whole first.
    counts
        (parts,) of the recent days.
    sign
        1: of a whole out of line only a rise is taken as given; -1: only a fall. A part that keeps
        its level through an outage has not risen.
    """
    mean, doubt = outlook.mean, outlook.doubt
    if np.isnan(mean[0]):
        return Course(np.ones_like(mean), doubt)
    learnt = _learnt(outlook, counts)
    whole = (counts[0] + 0.5) / (mean[0] + 0.5)
    held = np.where(np.isnan(mean), 0.0, mean)
    rest = np.maximum(counts[0] - counts, 0.0), np.maximum(mean[0] - held, 0.0)
    logarithm = learnt * np.log((rest[0] + STEADY * whole) / (rest[1] + STEADY))
    if learnt == 1:
        logarithm = sign * np.maximum(sign * logarithm, 0.0)
    return Course(
        np.exp(logarithm),
        doubt + (1 - learnt) * doubt[0] + (LOOSENESS * logarithm) ** 2,
    )


def _learnt(outlook: Outlook, counts: Floats) -> float:
    """Give the share, 0 to 1, of the whole's surprise that tells what to expect of its parts."""
    still = np.ones_like(outlook.mean)
    p = outlook.tails(counts, still, outlook.doubt)[0]
    if not OUT_OF_LINE <= p <= 1 - OUT_OF_LINE:
        return 1.0
    whole = outlook.noise[0] + outlook.mean[0] * np.expm1(outlook.doubt[0])
    # What scatters in one part alone tells nothing of the others.
    weight = np.where(np.isnan(outlook.mean[1:]), 0.0, outlook.mean[1:])
    apart = float((weight * np.nan_to_num(outlook.noise[1:])).sum() / max(weight.sum(), 1e-9))
    return float(np.clip(1 - min(apart, outlook.noise[0]) / whole, 0, 1))
