"""Decided appeals cut in two by time: the earlier ones teach, the later ones judge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import StratifiedKFold

from features.errors import NoDecidedAppeals, OneOutcomeOnly, TooFewDecisions
from features.schema import Outcome
from models.overturn import outcomes

LEAST_DECISIONS: Final = 200
"""Fewer decisions leave some thirty to judge a model by: too few to tell it from chance."""


@dataclass(frozen=True)
class Slices:
    """Two stretches of time, in this order, without overlap.

    Attributes
    ----------
    seen
        Teaches the model, which calibrates itself on the latest of it.
    test
        Judges the model, which never sees it.
    """

    seen: pd.DataFrame
    test: pd.DataFrame

    @property
    def decided_later(self) -> int:
        """Count the appeals that teach whose decision was made after the test had begun.

        A model of that day could not have learnt from them. They stay: who leaves them out keeps
        of the latest appeals only those decided quickly, and bends the base rate that is learnt.
        Decisions that carry no moment of their own count as made on filing.
        """
        return int((self.seen["decided_at"] >= self.test["submitted_at"].min()).sum())


def overturned(frame: pd.DataFrame) -> npt.NDArray[np.int_]:
    """Read the outcomes of decided appeals.

    Returns
    -------
    numpy.ndarray
        Of shape (n,): 1 where the decision was overturned, else 0.
    """
    return outcomes(frame).astype(int)


def earlier_and_later(frame: pd.DataFrame, later: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cut decided appeals in two at a moment.

    Parameters
    ----------
    frame
        As `features.frame.decided_frame` gives it. It is put in order of filing; appeals filed at
        the same moment keep the order they came in.
    later
        The share of the later part, in (0, 1).

    Returns
    -------
    tuple of pandas.DataFrame
        The earlier part and the later part.
    """
    ordered = frame.sort_values("submitted_at", kind="stable", ignore_index=True)
    at = len(ordered) - round(len(ordered) * later)
    return ordered.iloc[:at], ordered.iloc[at:].reset_index(drop=True)


def time_slices(frame: pd.DataFrame, test: float) -> Slices:
    """Cut decided appeals into those that teach a model and those that judge it.

    Parameters
    ----------
    frame
        As `features.frame.decided_frame` gives it.
    test
        The share that judges, in (0, 1).

    Raises
    ------
    NoDecidedAppeals, TooFewDecisions, OneOutcomeOnly
        When the whole, or what is left to teach, cannot teach.
    """
    require_decisions(frame)
    seen, judging = earlier_and_later(frame, test)
    _require_both_outcomes(seen, f"the {len(seen)} earlier decisions, {_dates(seen)},")
    return Slices(seen, judging)


def folds(
    frame: pd.DataFrame, count: int, seed: int
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Deal decided appeals into folds with alike shares of outcomes.

    Yields
    ------
    tuple of pandas.DataFrame
        For each fold the rows outside it, in order of filing, and the rows inside it.
    """
    ordered = frame.sort_values("submitted_at", kind="stable", ignore_index=True)
    dealt = StratifiedKFold(count, shuffle=True, random_state=seed)
    for outside, inside in dealt.split(np.zeros(len(ordered)), overturned(ordered)):
        yield (
            ordered.iloc[outside].reset_index(drop=True),
            ordered.iloc[inside].reset_index(drop=True),
        )


def require_decisions(frame: pd.DataFrame) -> None:
    """Refuse decided appeals that no honest fit can be made of.

    Raises
    ------
    NoDecidedAppeals, TooFewDecisions, OneOutcomeOnly
        Each with the count found and the remedy.
    """
    if frame.empty:
        raise NoDecidedAppeals(
            "no decided appeals",
            f"{LEAST_DECISIONS} or more",
            "Ingest decisions, or name the decision column and its outcomes in the mapping",
        )
    _require_both_outcomes(frame, f"all {len(frame)} decisions")
    if len(frame) < LEAST_DECISIONS:
        raise TooFewDecisions(
            f"{len(frame)} decisions", f"{LEAST_DECISIONS} or more", "Ingest more decided appeals"
        )


def _require_both_outcomes(frame: pd.DataFrame, where: str) -> None:
    found = frame["outcome"].unique()
    if len(found) < len(Outcome):
        only = ", ".join(str(outcome) for outcome in found) or "no decisions"
        raise OneOutcomeOnly(
            f"{where} held only: {only}",
            "both overturned and upheld",
            "Check the outcomes listed in the mapping, or add decisions of the other kind",
        )


def _dates(frame: pd.DataFrame) -> str:
    days = frame["submitted_at"]
    return f"{days.min():%Y-%m-%d} to {days.max():%Y-%m-%d}"
