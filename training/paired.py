"""Two ways of foreseeing the same periods, side by side: what one gains over the other in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.metrics import null_if_nan

__all__ = ["Gain", "gain_of"]


@dataclass(frozen=True)
class Gain:
    """What was gained in each period, on the same cases: above 0 it is better than the rival.

    Periods differ in how hard they are, which falls away here: a difference of means that hides
    in their spread may be plain in each of them.

    Attributes
    ----------
    periods
        (k,) the gain of each.
    settled
        (k,) whether its outcomes are there; see `training.settling`.
    """

    periods: tuple[float, ...]
    settled: tuple[bool, ...]

    @property
    def mean(self) -> float:
        """Mean over the periods, each counting alike."""
        return float(np.mean(self.periods))

    @property
    def mean_settled(self) -> float:
        """The same without the young ones; NaN where all are young."""
        kept = [one for one, old in zip(self.periods, self.settled, strict=True) if old]
        return float(np.mean(kept)) if kept else float("nan")

    @property
    def error(self) -> float:
        """Standard error of `mean` by the spread over periods; NaN of a single one."""
        count = len(self.periods)
        return float(np.std(self.periods, ddof=1) / count**0.5) if count > 1 else float("nan")

    @property
    def better(self) -> int:
        """Number of periods with a gain above 0."""
        return sum(one > 0 for one in self.periods)

    def as_dict(self) -> dict[str, Any]:
        """Give it for JSON."""
        return {
            "mean": null_if_nan(self.mean),
            "mean_settled": null_if_nan(self.mean_settled),
            "error": null_if_nan(self.error),
            "better": self.better,
            "periods": [null_if_nan(one) for one in self.periods],
        }


def gain_of(
    mine: Sequence[float], rival: Sequence[float], settled: Sequence[bool], sign: int
) -> Gain:
    """Subtract the rival's figures, (k,) as mine are.

    Parameters
    ----------
    sign
        1 where a higher figure is better, -1 where a lower one is.
    """
    pairs = zip(mine, rival, strict=True)
    return Gain(tuple(sign * (own - other) for own, other in pairs), tuple(settled))
