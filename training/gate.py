"""The gate that a challenger passes, or does not, before it may serve.

Losses are squared errors (Brier), case by case, of both models on the same later cases; what chance
could do is told by drawing their subjects anew. A seller's five appeals end alike: drawn one by one
they would let through, of models that save nothing, several times as many as the bound allows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.reliability import mass_bins
from models.resampling import resampled_means, subjects_of, witnesses
from models.shadow import Pairs
from training.config import GateConfig
from training.evaluation import slice_masks
from training.metrics import Probabilities, ece, ece_allowed
from training.split import overturned

LEAST_SUBJECTS: Final = 20
"""Subjects, see `models.resampling.witnesses`, below which drawing them cannot tell what is chance:
nothing is beaten on so few, and no slice is judged."""
Losses = npt.NDArray[np.float64]
Subjects = npt.NDArray[np.intp]


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
    outcome, subject = overturned(contest.frame), subjects_of(contest.frame)
    mine = (contest.challenger - outcome) ** 2
    prior = (contest.prior - outcome) ** 2
    draws = _Draws(subject, config.rounds, seed)
    yield _beats("beats the prior", prior - mine, config.prior_confidence, draws)
    theirs = prior
    if contest.champion is not None:
        theirs = (contest.champion - outcome) ** 2
        yield _beats("beats the champion", theirs - mine, config.champion_confidence, draws)
    if contest.shadow is not None and len(contest.shadow) >= config.shadow_cases:
        name, saved = "beats the champion in shadow", contest.shadow.saved
        unseen = _Draws(contest.shadow.subject, config.rounds, seed)
        yield _beats(name, saved, config.champion_confidence, unseen)
    yield _calibrated(outcome, contest.challenger, subject, config, seed)
    yield from _slices(contest.frame, theirs - mine, config, draws)


@dataclass(frozen=True)
class _Draws:
    """How cases are drawn anew: by their subjects, (n,), so many times, from a seed."""

    subject: Subjects
    rounds: int
    seed: int

    def means(self, values: Losses) -> Losses:
        """Give the means of k columns, (n, k), in each draw: (rounds, k)."""
        return resampled_means(values, self.subject, self.rounds, self.seed)


def _beats(name: str, saved: Losses, confidence: float, draws: _Draws) -> GateLine:
    # Strictly above: a model equal to its rival saves nothing and has no reason to replace it.
    enough = witnesses(draws.subject) >= LEAST_SUBJECTS
    value = float(np.mean(draws.means(saved[:, None]) > 0)) if enough else 0.0
    meaning = "share of resamples in which its Brier score is lower; at least the bound"
    return GateLine(name, value, confidence, value >= confidence, len(saved), meaning)


def _calibrated(
    outcome: npt.NDArray[np.int_],
    probability: Probabilities,
    subject: Subjects,
    config: GateConfig,
    seed: int,
) -> GateLine:
    value, bound = 1.0, config.ece_limit
    if len(outcome):
        value = ece(outcome, probability)
        widened = _widened(outcome - probability, mass_bins(probability), subject)
        level, rounds = config.level, config.rounds
        bound = ece_allowed(probability, config.ece_limit, level, rounds, seed, widened)
    meaning = "expected calibration error; at most the bound, which allows for chance"
    return GateLine("is calibrated", value, bound, value <= bound, len(outcome), meaning)


def _widened(missed: Losses, bin_of: Subjects, subject: Subjects) -> float:
    """Tell how much farther bins fall from what was said than with unrelated cases, from 1 on.

    The root of the design effect (Kish 1965): squares of the sums over each subject's cases in a
    bin, over the squares of the cases, once what all of the bin have in common is taken off, as
    that would be a fault of the model and not chance.
    """
    frame = pd.DataFrame({"missed": missed, "bin": bin_of, "subject": subject})
    frame["missed"] -= frame.groupby("bin")["missed"].transform("mean")
    together = frame.groupby(["bin", "subject"])["missed"].sum()
    alone = float((frame["missed"] ** 2).sum())
    return float(max(1.0, float((together**2).sum()) / alone) ** 0.5) if alone > 0 else 1.0


def _slices(
    frame: pd.DataFrame, saved: Losses, config: GateConfig, draws: _Draws
) -> Iterator[GateLine]:
    """Ask of each large slice whether its loss is clearly higher than the rival's.

    The level is divided by the number of slices looked at (Bonferroni), or one in twenty would be
    refused by chance.
    """
    large = [
        (f"{dimension} {value}", rows)
        for dimension, value, rows in slice_masks(frame)
        if rows.sum() >= config.slice_cases and witnesses(draws.subject[rows]) >= LEAST_SUBJECTS
    ]
    if not large:
        return
    columns = [np.where(rows, saved, np.nan) for _, rows in large]
    highest = 1 - (1 - config.level) / len(large)
    plausible = np.nanquantile(draws.means(np.column_stack(columns)), highest, axis=0)
    meaning = "highest plausible saving in Brier score over its rival; not below the bound"
    for (name, rows), value in zip(large, plausible.tolist(), strict=True):
        asked = f"not clearly worse on {name}"
        yield GateLine(asked, value, 0.0, value >= 0, int(rows.sum()), meaning, slice=True)
