"""The distribution of the next count, given a fit and how unsure the fit is.

The mean is log-normal around the fitted one; together with the count's own variance this is taken
for a negative binomial with the same first two moments. The dispersion is unsure too: tails are
averaged over it. A tail is mid-p (half of the probability of the count itself belongs to it), so
that of many quiet series the share that alpha says falls below alpha, even where counts are small.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.surveillance.series import Floats
from models.surveillance.tail import upper_tail

__all__ = ["Predictive"]

NODES: Final = (-1.7320508075688772, 0.0, 1.7320508075688772)
SHARES: Final = (1 / 6, 2 / 3, 1 / 6)
"""Gauss-Hermite quadrature of three nodes, for the log of the dispersion."""


@dataclass(frozen=True)
class Predictive:
    """The next counts, shape (m,).

    Attributes
    ----------
    mean
        Above 0.
    noise
        Variance over mean of the count where the mean is known, 1 or more.
    doubt
        Variance over mean that comes from not knowing the mean, 0 or more.
    freedom
        Counts that the noise was estimated from, above 0.
    """

    mean: Floats
    noise: Floats
    doubt: Floats
    freedom: Floats

    @property
    def variance(self) -> Floats:
        """Of the count."""
        return self.mean * (self.noise + self.doubt)

    def tail(self, count: Floats) -> Floats:
        """Give the mid-p probability of more than a count, (m,)."""
        total = np.zeros_like(self.mean)
        for node, share in zip(NODES, SHARES, strict=True):
            noise = 1 + (self.noise - 1) * np.exp(node * np.sqrt(2 / self.freedom))
            dispersion = noise + self.doubt
            both = upper_tail(count, self.mean, dispersion)
            both = both + upper_tail(count + 1, self.mean, dispersion)
            total += share * both / 2
        return total

    def largest_above(self, level: Floats) -> Floats:
        """Give the largest count whose tail is above a level in (0, 1), (m,); -1 where none is."""
        low = np.full_like(self.mean, -1.0)
        high = np.ceil(self.mean + 4 * np.sqrt(self.variance) + 4)
        while (short := self.tail(high) > level).any():
            low, high = np.where(short, high, low), np.where(short, 2 * high, high)
        while (high - low > 1).any():
            middle = np.floor((low + high) / 2)
            above = self.tail(middle) > level
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        return low
