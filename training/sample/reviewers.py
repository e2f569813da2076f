"""Reviewers: forty people of differing leniency, who are right about nine times in ten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.sample.marketplace import LANGUAGES
from training.sample.truth import sigmoid

TEAMS: Final = {"en": 16, "id": 8, "vi": 5, "th": 5, "zh": 6}
"""Language -> how many reviewers read it."""
INSIGHT: Final = 1.85
"""How far the truth, as an investigation finds it, moves a reviewer, in logits."""
FILE: Final = 0.45
"""How far the case as it looks on file moves a reviewer, a logit of the truth."""
LENIENCY: Final = 0.45

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Reviewers:
    """Reviewers side by side; arrays of shape (reviewers,).

    `leniency` is added to the logit of overturning; `load` is the share of the language's appeals
    that a reviewer takes.
    """

    language: NDArray[np.str_]
    leniency: Array
    load: Array


@dataclass(frozen=True)
class Panel:
    """What reviewers would do with cases, each array of shape (n,).

    `if_wrong` and `if_right` are the probabilities that a case is overturned given the truth,
    averaged over the reviewers who may get it.
    """

    if_wrong: Array
    if_right: Array


def draw_reviewers(rng: np.random.Generator) -> Reviewers:
    """Draw the reviewers of every language."""
    language = np.array([code for code in LANGUAGES for _ in range(TEAMS[code])])
    load = rng.gamma(6.0, 1.0, len(language))
    for code in LANGUAGES:
        load[language == code] /= load[language == code].sum()
    return Reviewers(language, rng.normal(0.0, LENIENCY, len(language)), load)


def overturn_chance(logit: Array, wrong: Array | float, leniency: Array | float) -> Array:
    """Give the probability that a reviewer overturns a case.

    Parameters
    ----------
    logit
        Logit of a wrong enforcement, as the file shows it, shape (n,).
    wrong
        1 where the enforcement is wrong, 0 where it is right.
    leniency
        The reviewer's, in logits.
    """
    return sigmoid(INSIGHT * (2 * np.asarray(wrong) - 1) + FILE * logit + leniency)


def panel(logit: Array, language: NDArray[np.str_], reviewers: Reviewers) -> Panel:
    """Average over the reviewers of each case's language."""
    if_wrong, if_right = np.zeros(len(logit)), np.zeros(len(logit))
    for position, code in enumerate(reviewers.language):
        reads = np.flatnonzero(language == code)
        load, leniency = reviewers.load[position], reviewers.leniency[position]
        if_wrong[reads] += load * overturn_chance(logit[reads], 1.0, leniency)
        if_right[reads] += load * overturn_chance(logit[reads], 0.0, leniency)
    return Panel(if_wrong, if_right)


def overturned_share(logit: Array, seen: Panel) -> Array:
    """Give the probability that a case is overturned, over truth and reviewers."""
    chance = sigmoid(logit)
    return np.asarray(chance * seen.if_wrong + (1 - chance) * seen.if_right)


def after_upheld(logit: Array, seen: Panel) -> Array:
    """Give the logit of a wrong enforcement once a first appeal against it was upheld (Bayes)."""
    return np.asarray(logit + np.log1p(-seen.if_wrong) - np.log1p(-seen.if_right))


def assign(
    language: NDArray[np.str_], reviewers: Reviewers, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Hand each case to a reviewer who reads its language."""
    reviewer = np.zeros(len(language), dtype=np.int64)
    for code in LANGUAGES:
        cases = np.flatnonzero(language == code)
        team = np.flatnonzero(reviewers.language == code)
        reviewer[cases] = rng.choice(team, size=len(cases), p=reviewers.load[team])
    return reviewer
