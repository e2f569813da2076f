"""How much of a period's outcomes is there: of what was filed lately, what was decided quickly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from models.delays import LEAST_CHANCE, Delays, learnt_delays
from training.ages import hours, seen_at

__all__ = ["LEAST_SETTLED", "Settling", "settling_of"]

LEAST_SETTLED: Final = 0.9
"""Share of its outcomes below which a period is young."""


@dataclass(frozen=True, eq=False)
class Settling:
    """How long decisions take, and the moment at which the appeals were read.

    Attributes
    ----------
    delays
        Of all appeals, whenever they were filed.
    now
        The latest moment that they tell of.
    """

    delays: Delays
    now: pd.Timestamp

    def share(self, decided: pd.DataFrame, undecided: pd.DataFrame) -> float:
        """Tell what share of the outcomes of some appeals is there by now, as far as delays tell.

        Appeals that are old and have no decision are not waited for: what is decided in the longest
        time that is seen counts as all. Where only decided appeals are known, each stands for those
        of its age that are not (Horvitz and Thompson 1952).

        Parameters
        ----------
        decided, undecided
            (n,) and (m,) rows with `submitted_at`, n at least 1.
        """
        filed = pd.concat([decided["submitted_at"], undecided["submitted_at"]])
        chance = self.delays.by(hours(self.now - filed)) / self.delays.share[-1]
        if self.delays.truncated:
            return float(len(chance) / (1 / np.maximum(chance, LEAST_CHANCE)).sum())
        return float(chance.mean())


def settling_of(decided: pd.DataFrame, undecided: pd.DataFrame) -> Settling:
    """Learn how long decisions take.

    Parameters
    ----------
    decided
        As `features.frame.decided_frame`, one row at least.
    undecided
        As `features.frame.appeal_frame`; none where only decided appeals are known, as in an export
        of decisions.
    """
    parts = [part["submitted_at"] for part in (decided, undecided) if len(part)]
    now = seen_at(pd.concat(parts), decided["decided_at"])
    delay = hours(decided["decided_at"] - decided["submitted_at"])
    age = np.maximum(hours(now - decided["submitted_at"]), delay)
    waited = hours(now - undecided["submitted_at"])
    return Settling(learnt_delays(delay, age, waited), now)
