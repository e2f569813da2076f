"""The penalties that a search may try: each on a logarithmic scale whose upper end leaves it out.

One scale, from weak to gone, has no cliff between a block that is held back hard and one that is
not there, and so needs no second question of whether a block is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from models.logistic import Columns
from models.past import Past
from models.penalties import Penalties

if TYPE_CHECKING:
    from optuna import Trial

__all__ = ["SCALES", "Scale", "middle", "penalties_of", "scales_of", "suggest", "values_of"]


@dataclass(frozen=True)
class Scale:
    """What a penalty may be.

    Attributes
    ----------
    low, high
        The ends; both above 0.
    gone
        From here on the block is left out, or the cases do not age; None where that cannot be.
    """

    low: float
    high: float
    gone: float | None = None

    def penalty(self, value: float) -> float | None:
        """Give the penalty that a place on the scale stands for."""
        return None if self.gone is not None and value >= self.gone else value

    def value(self, penalty: float | None) -> float:
        """Give the place of a penalty, the nearest end where it lies outside."""
        return self.high if penalty is None else min(max(penalty, self.low), self.high)


SCALES: Final[Mapping[str, Scale]] = {
    "words": Scale(0.1, 100),
    "numbers": Scale(3, 1_000),
    "shape": Scale(10, 10_000, gone=5_000),
    "calendar": Scale(10, 3_000, gone=500),
    "vector": Scale(0.3, 300, gone=150),
    "phrases": Scale(0.5, 500, gone=250),
    "half_life": Scale(0.05, 8, gone=2),
}


def scales_of(past: Past) -> dict[str, Scale]:
    """Name what can be searched: blocks that hold something, and the half-life."""
    words, _, vector, phrases = (_holds(block) for block in past.blocks)
    kinds = ("numbers", "shape", "calendar")
    full = {
        "words": words,
        **{kind: kind in past.kinds for kind in kinds},
        "vector": vector,
        "phrases": phrases,
        "half_life": bool(past.age.any()),
    }
    return {name: scale for name, scale in SCALES.items() if full[name]}


def _holds(block: Columns) -> bool:
    return bool(block.astype(bool).sum())


def suggest(trial: Trial, scales: Mapping[str, Scale]) -> dict[str, float]:
    """Let a trial take a place on each scale."""
    return {
        name: trial.suggest_float(name, scale.low, scale.high, log=True)
        for name, scale in scales.items()
    }


def penalties_of(
    values: Mapping[str, float], scales: Mapping[str, Scale], start: Penalties
) -> Penalties:
    """Read places on the scales as penalties; what has no scale stays as in `start`."""
    asked = {name: scale.penalty(values[name]) for name, scale in scales.items()}
    return start.model_copy(update=asked)


def values_of(penalties: Penalties, scales: Mapping[str, Scale]) -> dict[str, float]:
    """Find the places of penalties on their scales."""
    return {name: scale.value(getattr(penalties, name)) for name, scale in scales.items()}


def middle(places: Sequence[Mapping[str, float]], names: Iterable[str]) -> dict[str, float]:
    """Give the geometric mean of several places on each scale."""
    return {name: float(np.exp(np.mean([np.log(one[name]) for one in places]))) for name in names}
