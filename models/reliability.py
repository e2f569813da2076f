"""Whether probabilities mean what they say: what was said against what came, in bins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.errors import InputError
from models.proportions import wilson

__all__ = [
    "BINS",
    "Bin",
    "InvalidCases",
    "bins_of",
    "bins_table",
    "mass_bins",
    "read_cases",
    "reliability",
]

BINS: Final = 10
Floats = NDArray[np.float64]


class InvalidCases(InputError):
    """Outcomes and probabilities that are not of the same decided cases."""


@dataclass(frozen=True)
class Bin:
    """Cases of nearly one probability.

    Attributes
    ----------
    said
        Their mean probability.
    came
        Share of them that was overturned, with the ends of Wilson's 95 % interval, `low`, `high`.
    cases
        How many, at least 1.
    """

    said: float
    came: float
    low: float
    high: float
    cases: int

    @property
    def fits(self) -> bool:
        """Whether chance alone may lie between what was said and what came."""
        return self.low <= self.said <= self.high


def reliability(outcome: NDArray[Any], probability: Floats, bins: int = BINS) -> tuple[Bin, ...]:
    """Lay cases in bins of alike many, by rising probability: the reliability diagram.

    Parameters
    ----------
    outcome
        (n,) 1 where the decision was overturned, else 0.
    probability
        (n,) in [0, 1].
    bins
        How many, at most; fewer where probabilities are tied.

    Returns
    -------
    tuple of Bin
        Empty where there is no case.

    Raises
    ------
    InvalidCases
        If the two are not of the same cases, or hold other values.
    """
    came, said = read_cases(outcome, probability)
    if not len(came):
        return ()
    bin_of = mass_bins(said, bins)
    cases = np.bincount(bin_of)
    held = cases > 0
    seen, number = np.bincount(bin_of, weights=came)[held], cases[held]
    low, high = wilson(seen, number)
    mean = np.bincount(bin_of, weights=said)[held] / number
    columns = (mean, seen / number, low, high, number)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return tuple(Bin(*row) for row in rows)


def mass_bins(probability: Floats, bins: int = BINS) -> NDArray[np.intp]:
    """Give each case the number, from 0, of its bin; bins hold alike many cases.

    Equal probabilities share a bin, so that the order of cases changes nothing.
    """
    edges = np.unique(np.quantile(probability, np.linspace(0, 1, bins + 1)[1:-1]))
    return np.searchsorted(edges, probability, side="right")


def read_cases(outcome: NDArray[Any], probability: Floats) -> tuple[Floats, Floats]:
    """Read outcomes and probabilities of the same cases, (n,) each; raises InvalidCases."""
    came, said = np.asarray(outcome, np.float64), np.asarray(probability, np.float64)
    if came.ndim != 1 or came.shape != said.shape:
        raise InvalidCases(
            f"outcomes of shape {came.shape}, probabilities of shape {said.shape}",
            "one of each for every case",
        )
    if not (np.isin(came, (0.0, 1.0)).all() and ((said >= 0) & (said <= 1)).all()):
        raise InvalidCases("other values", "outcomes of 0 and 1, probabilities in [0, 1]")
    return came, said


def bins_table(bins: Iterable[Bin]) -> list[dict[str, float]]:
    """Spell bins as a run keeps them."""
    return [asdict(one) for one in bins]


def bins_of(table: Iterable[Mapping[str, float]]) -> tuple[Bin, ...]:
    """Read bins as a run keeps them; raises KeyError, TypeError or ValueError where it does not."""
    return tuple(
        Bin(
            said=float(row["said"]),
            came=float(row["came"]),
            low=float(row["low"]),
            high=float(row["high"]),
            cases=int(row["cases"]),
        )
        for row in table
    )
