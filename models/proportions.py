"""How often decisions are overturned: intervals, and which parts stand out from the rest.

A part of the decisions (a policy and a way of detection, say) is set against all others, and its
last weeks against its own time before. Many parts are looked at, and chance alone passes one look
in forty: what is named must also pass Benjamini and Hochberg's bar over all looks together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri
from scipy.stats import false_discovery_control

from features.errors import InputError
from models.information import LEVEL, component, lower_bound, tail

__all__ = ["InvalidProportions", "Standing", "against_before", "against_others", "wilson"]

Floats = NDArray[np.float64]
HALF_TRUSTED: Final = 20.0
"""Decisions at which a part's own past counts as much as the rate of all parts."""


class InvalidProportions(InputError):
    """Counts that are not of decisions and of those overturned among them."""


@dataclass(frozen=True, eq=False)
class Standing:
    """How parts stand against what they are compared with, each (parts,).

    Attributes
    ----------
    expected
        Overturned decisions, if the part were like what it is compared with.
    information, lower
        As of `models.themes.Driver`, in bits.
    above
        Whether more are overturned than chance allows, of all parts looked at.
    """

    expected: Floats
    information: Floats
    lower: Floats
    above: NDArray[np.bool_]


def wilson(
    overturned: ArrayLike, decided: ArrayLike, within: float = 0.95
) -> tuple[Floats, Floats]:
    """Give the ends of Wilson's interval for a share, each of the shape that the two share.

    Parameters
    ----------
    overturned, decided
        Counts, the first among the second. Of no decision the interval is all of [0, 1].
    within
        Confidence, in (0, 1).

    Notes
    -----
    Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22:
    (p + z^2 / 2n +- z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n).
    """
    seen, cases = _read(overturned, decided)
    z = float(ndtri((1 + within) / 2))
    number = np.maximum(cases, 1)
    share = seen / number
    middle = (share + z**2 / (2 * number)) / (1 + z**2 / number)
    reach = np.sqrt(share * (1 - share) / number + z**2 / (4 * number**2))
    half = z * reach / (1 + z**2 / number)
    low = np.where(seen == 0, 0.0, np.maximum(middle - half, 0.0))
    high = np.where(seen == cases, 1.0, np.minimum(middle + half, 1.0))
    return low, high


def against_others(overturned: ArrayLike, decided: ArrayLike) -> Standing:
    """Set each part against all other parts together: (parts,).

    What is expected comes from the others alone: with its own decisions among them a large part
    would hide itself. A part that has no others is as expected.

    Raises
    ------
    InvalidProportions
        If the two are not of the same parts, or more were overturned than decided.
    """
    seen, cases = _read(overturned, decided)
    elsewhere, others = seen.sum() - seen, cases.sum() - cases
    expected = np.where(others > 0, cases * elsewhere / np.maximum(others, 1), seen)
    return _standing(seen, cases, expected, elsewhere, others)


def against_before(
    overturned: ArrayLike, decided: ArrayLike, overturned_before: ArrayLike, before: ArrayLike
) -> Standing:
    """Set what each part brought lately against what it brought before: (parts,).

    The rate r of n decisions before is shrunken towards the rate R of all parts before,
    (n r + 20 R) / (n + 20): a part of which little is known is like all. Where nothing was decided
    before, anything is as expected.

    Raises
    ------
    InvalidProportions
        As of `against_others`, of either pair.
    """
    seen, cases = _read(overturned, decided)
    lost, others = _read(overturned_before, before)
    if others.sum() == 0:
        return _standing(seen, cases, seen, lost, others)
    common = lost.sum() / others.sum()
    elsewhere, known = lost + HALF_TRUSTED * common, others + HALF_TRUSTED
    return _standing(seen, cases, cases * elsewhere / known, elsewhere, known)


def _read(overturned: ArrayLike, decided: ArrayLike) -> tuple[Floats, Floats]:
    seen, cases = np.asarray(overturned, np.float64), np.asarray(decided, np.float64)
    if seen.shape != cases.shape:
        raise InvalidProportions(
            f"{seen.shape} overturned and {cases.shape} decided", "one of each for every part"
        )
    if not ((seen >= 0) & (seen <= cases) & np.isfinite(cases)).all():
        raise InvalidProportions("more overturned than decided, or no counts", "counts from 0")
    return seen, cases


def _standing(
    seen: Floats, cases: Floats, expected: Floats, elsewhere: Floats, others: Floats
) -> Standing:
    bound = lower_bound(seen, expected)
    looks = (cases > 0) & (others > 0)
    chance = np.ones(len(seen))
    chance[looks] = tail(seen[looks], cases[looks], elsewhere[looks], others[looks])
    passed = np.zeros(len(seen), dtype=bool)
    if looks.any():
        passed[looks] = false_discovery_control(chance[looks]) <= LEVEL
    return Standing(expected, component(seen, expected), bound, passed & (bound > 0))
