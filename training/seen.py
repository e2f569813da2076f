"""What a model has seen, and which cases are new to two models at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from training.source import row_prints

__all__ = ["Seen", "later_cases"]


@dataclass(frozen=True)
class Seen:
    """What a model has seen.

    Attributes
    ----------
    until
        The latest filing, UTC.
    prints
        Of all rows, shape (n,), see `training.source.row_prints`.
    """

    until: datetime
    prints: npt.NDArray[np.uint64]

    def holds(self, frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Tell which rows it has seen, shape (n,)."""
        return np.isin(row_prints(frame), self.prints)

    def later(self, frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Tell which rows were filed later, shape (n,).

        Of those filed at the very last moment that the model has seen, the ones it did not see.
        """
        filed = frame["submitted_at"]
        later: npt.NDArray[np.bool_] = (filed >= self.until).to_numpy() & ~self.holds(frame)
        return later


def later_cases(
    frame: pd.DataFrame, challenger: Seen, champion: Seen | None, enough: int
) -> tuple[pd.DataFrame, int]:
    """Choose the cases that two models are compared on.

    Those that neither has seen, filed after what both have; where these are fewer than `enough`,
    those that the challenger has not seen, although the champion may have.

    Returns
    -------
    tuple
        The cases, and how many of them the champion has seen.
    """
    fresh = challenger.later(frame)
    if champion is None:
        return frame[fresh].reset_index(drop=True), 0
    unseen = champion.later(frame)
    chosen = fresh & unseen if (fresh & unseen).sum() >= enough else fresh
    return frame[chosen].reset_index(drop=True), int((chosen & ~unseen).sum())
