"""The gate that a challenger passes, or does not, before it may serve.

Losses are squared errors (Brier), case by case, of both models on the same later cases; what chance
could do is told by drawing the cases anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.shadow import Pairs
from training.config import GateConfig
from training.evaluation import slice_masks
from training.metrics import Probabilities, bootstrapped_mean, ece, ece_allowed
from training.split import overturned

Losses = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Contest:
    """What a challenger is judged on.

    Attributes
    ----------
    frame
        Decided appeals that the challenger has not seen, n rows.
    challenger
        Its probabilities, shape (n,).
    champion
        Those of the model in service, shape (n,); None before there is one.
    prior
        The share overturned among the challenger's training data: what a constant would say.
    shadow
        Decided appeals that both have scored in service; None where there is no champion.
    """

    frame: pd.DataFrame
    challenger: Probabilities
    champion: Probabilities | None
    prior: float
    shadow: Pairs | None = None


@dataclass(frozen=True)
class GateLine:
    """One demand, and whether it was met.

    Attributes
    ----------
    name
        What was asked for, in a few words.
    value, bound
        What was found, and its limit.
    passed
        Whether the value is within the limit.
    cases
        How many cases it was found on.
    meaning
        How value and bound are to be read.
    slice
        Whether it speaks of a slice, rather than of all cases.
    """

    name: str
    value: float
    bound: float
    passed: bool
    cases: int
    meaning: str
    slice: bool = False

    def as_dict(self) -> dict[str, object]:
        """Give the line for JSON."""
        return asdict(self)


def gate(contest: Contest, config: GateConfig, seed: int = 0) -> tuple[GateLine, ...]:
    """Hold a challenger to each demand.

    Returns
    -------
    tuple of GateLine
        First the prior, the champion where there is one, in shadow too where both have scored
        cases enough there, and the calibration, then a line for each slice with cases enough. The
        challenger passes when every line has.
    """
    return tuple(_lines(contest, config, seed))


def _lines(contest: Contest, config: GateConfig, seed: int) -> Iterator[GateLine]:
    outcome = overturned(contest.frame)
    mine = (contest.challenger - outcome) ** 2
    prior = (contest.prior - outcome) ** 2
    yield _beats("beats the prior", prior - mine, config.prior_confidence, config.rounds, seed)
    theirs = prior
    if contest.champion is not None:
        theirs = (contest.champion - outcome) ** 2
        confidence = config.champion_confidence
        yield _beats("beats the champion", theirs - mine, confidence, config.rounds, seed)
    if contest.shadow is not None and len(contest.shadow) >= config.shadow_cases:
        name, saved = "beats the champion in shadow", contest.shadow.saved
        yield _beats(name, saved, config.champion_confidence, config.rounds, seed)
    yield _calibrated(outcome, contest.challenger, config, seed)
    yield from _slices(contest.frame, theirs - mine, config, seed)


def _beats(name: str, saved: Losses, confidence: float, rounds: int, seed: int) -> GateLine:
    # Strictly above: a model equal to its rival saves nothing and has no reason to replace it.
    value = float(np.mean(bootstrapped_mean(saved, rounds, seed) > 0)) if len(saved) else 0.0
    meaning = "share of resamples in which its Brier score is lower; at least the bound"
    return GateLine(name, value, confidence, value >= confidence, len(saved), meaning)


def _calibrated(
    outcome: npt.NDArray[np.int_], probability: Probabilities, config: GateConfig, seed: int
) -> GateLine:
    value, bound = 1.0, config.ece_limit
    if len(outcome):
        value = ece(outcome, probability)
        bound = ece_allowed(probability, config.ece_limit, config.level, config.rounds, seed)
    meaning = "expected calibration error; at most the bound, which allows for chance"
    return GateLine("is calibrated", value, bound, value <= bound, len(outcome), meaning)


def _slices(
    frame: pd.DataFrame, saved: Losses, config: GateConfig, seed: int
) -> Iterator[GateLine]:
    """Ask of each large slice whether its loss is clearly higher than the rival's.

    The level is divided by the number of slices looked at (Bonferroni), or one in twenty would be
    refused by chance.
    """
    large = [
        (f"{dimension} {value}", rows)
        for dimension, value, rows in slice_masks(frame)
        if rows.sum() >= config.slice_cases
    ]
    meaning = "highest plausible saving in Brier score over its rival; not below the bound"
    for name, rows in large:
        drawn = bootstrapped_mean(saved[rows], config.rounds, seed)
        value = float(np.quantile(drawn, 1 - (1 - config.level) / len(large)))
        asked = f"not clearly worse on {name}"
        yield GateLine(asked, value, 0.0, value >= 0, int(rows.sum()), meaning, slice=True)
