"""How far a distribution has moved: the population stability index, and what chance gives of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.errors import InputError
from models.bands import BANDS, band_edges, band_names, count_bands, spelt

__all__ = ["LEAST_CASES", "Drift", "Extent", "Moved", "NothingToCompare", "banded", "drift"]

LEAST_CASES: Final = 50
"""Cases on either side below which two distributions are not compared."""
HALF: Final = 0.5
"""Added to every count: a value that one side lacks is not infinitely rare."""
SLIGHT: Final = 0.1
GREAT: Final = 0.25
"""Where practice draws the lines (Siddiqi 2006, Credit Risk Scorecards)."""
DRAWS: Final = 2_000
Floats = NDArray[np.float64]
Counts = NDArray[np.float64]


class NothingToCompare(InputError):
    """Two distributions of which one holds no case, or that hold counts below 0."""


class Extent(StrEnum):
    """How far a distribution moved; all but the first are more than chance gives."""

    NONE = "none"
    SLIGHT = "slight"
    CLEAR = "clear"
    GREAT = "great"


@dataclass(frozen=True)
class Moved:
    """A value: its share before and now, and what it adds to the index."""

    value: str
    before: float
    now: float
    adds: float


@dataclass(frozen=True)
class Drift:
    """How far a distribution moved.

    Attributes
    ----------
    index
        Population stability index, from 0.
    by_chance
        What it exceeds with the chance of `1 - level` where nothing moved.
    values
        By what they add to it, the most first.
    before, now
        Cases on either side.
    """

    index: float
    by_chance: float
    values: tuple[Moved, ...]
    before: int
    now: int

    @property
    def extent(self) -> Extent:
        """Say how far, in the words of practice, once chance is ruled out."""
        if self.index <= self.by_chance:
            return Extent.NONE
        if self.index < SLIGHT:
            return Extent.SLIGHT
        return Extent.CLEAR if self.index < GREAT else Extent.GREAT


def drift(
    before: Mapping[str, int], now: Mapping[str, int], level: float = 0.95, seed: int = 0
) -> Drift:
    """Compare two distributions over the same values.

    Parameters
    ----------
    before, now
        Cases by value; a value that is missing has none. What neither side has does not count.
    level
        Share of unmoved distributions whose index stays under `by_chance`, in (0, 1). With several
        looks at once, each should have its part of what is left.
    seed
        Of the draws.

    Raises
    ------
    NothingToCompare
        A side holds no case, or a count is below 0.

    Notes
    -----
    With shares p before and q now, each with half a case added to every value,
    the sum of (q - p) ln(q / p). Where nothing moved, it is about (1/n + 1/m) times a chi-square of
    values - 1 (Yurdakul and Naranjo 2020, Journal of Risk Model Validation 14(4)); with rare values
    that is too little, so both sides are drawn anew from what they have in common instead.
    """
    every = sorted(before.keys() | now.keys())
    names = [name for name in every if before.get(name) or now.get(name)]
    old, new = (_counts(side, names) for side in (before, now))
    adds = _parts(old, new)
    common, rng = (old + new) / (old + new).sum(), np.random.default_rng(seed)
    drawn = [rng.multinomial(int(side.sum()), common, size=DRAWS) for side in (old, new)]
    by_chance = float(np.quantile(_parts(drawn[0], drawn[1]).sum(axis=1), level))
    shares = zip(names, old / old.sum(), new / new.sum(), adds, strict=True)
    moved = [Moved(name, float(p), float(q), float(part)) for name, p, q, part in shares]
    moved.sort(key=lambda one: -one.adds)
    return Drift(float(adds.sum()), by_chance, tuple(moved), int(old.sum()), int(new.sum()))


def banded(
    before: Floats, now: Floats, bands: int = BANDS
) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Count probabilities by the bands that the earlier ones fall into alike often.

    Parameters
    ----------
    before, now
        (n,) and (m,), in [0, 1], n at least 1.
    bands
        How many there are, about; more where some probabilities are frequent: see `models.bands`.

    Returns
    -------
    tuple
        Two mappings with the same keys, such as `12 % to under 18 %`.
    """
    if not len(before):
        raise NothingToCompare("no earlier probability", "at least one")
    # Rounded to tenths of a percent: scores that nobody would tell apart are one value.
    first, later = ((100 * side).round(1) for side in (before, now))
    edges = band_edges(first, bands=bands)
    names = band_names(edges, lambda end: f"{spelt(end)} %")
    old, new = (dict(zip(names, count_bands(side, edges), strict=True)) for side in (first, later))
    return old, new


def _counts(side: Mapping[str, int], names: list[str]) -> Counts:
    counts = np.array([side.get(name, 0) for name in names], dtype=np.float64)
    if counts.sum() <= 0 or (counts < 0).any():
        raise NothingToCompare(f"{counts.sum():.0f} cases", "counts from 0, at least one case")
    return counts


def _parts(old: NDArray[np.generic], new: NDArray[np.generic]) -> Floats:
    """Give what each value, on the last axis, adds to the index."""
    p, q = (
        (side + HALF) / (side + HALF).sum(axis=-1, keepdims=True)  # type: ignore[operator]
        for side in (old, new)
    )
    return np.asarray((q - p) * np.log(q / p))
