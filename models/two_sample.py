"""Whether two sets of vectors can be told apart: a classifier tries, shuffles say what chance does.

The AUC of a classifier that is asked which set a vector is of: 0.5 where it cannot tell, 1 where it
always can. A classifier looks along the direction in which the sets differ most, so a topic that
came or went is found among hundreds of entries (Lopez-Paz and Oquab 2017, Revisiting classifier
two-sample tests, ICLR; Kim, Ramdas, Singh and Wasserman 2021, Classification accuracy as a proxy
for two-sample testing, Annals of Statistics 49:411-434).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.stats import rankdata

from features.errors import InputError

__all__ = ["LEAST_VECTORS", "ToldApart", "TooFewVectors", "told_apart"]

LEAST_VECTORS: Final = 50
"""Vectors on either side below which nothing is asked."""
FOLDS: Final = 5
ROUNDS: Final = 499
Floats = NDArray[np.float64]


class TooFewVectors(InputError):
    """Two sets of vectors of which one holds too few, or whose vectors are of two lengths."""


@dataclass(frozen=True)
class ToldApart:
    """How well two sets can be told apart.

    Attributes
    ----------
    auc
        Of a classifier on vectors that it has not seen; 0.5 where it cannot tell.
    by_chance
        What it exceeds with the chance of `1 - level` where both sets are drawn alike.
    p
        Chance of as high an AUC where both sets are drawn alike, in (0, 1].
    before, now
        Vectors on either side.
    """

    auc: float
    by_chance: float
    p: float
    before: int
    now: int

    @property
    def differ(self) -> bool:
        """Whether it is more than chance gives."""
        return self.auc > self.by_chance


def told_apart(
    before: NDArray[np.floating],
    now: NDArray[np.floating],
    level: float = 0.95,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> ToldApart:
    """Ask a classifier which of two sets a vector is of.

    Parameters
    ----------
    before, now
        (n, d) and (m, d); at least `LEAST_VECTORS` each.
    level
        Share of sets drawn alike whose AUC stays at or under `by_chance`, in (0, 1).
    rounds
        Shuffles, at least; as many more as the level needs.
    seed
        Of the folds and the shuffles.

    Raises
    ------
    TooFewVectors
        Where a side holds too few, or the two are of different length.

    Notes
    -----
    Ridge regression of the set on the vectors, with a penalty of the mean eigenvalue: the linear
    discriminant with a shrunken covariance. What it says of a fold that it has not seen follows
    from the fit to all in closed form (Allen's leave-out formula, block by block), and is linear in
    the labels: each shuffle is refitted in full at the price of a product. The AUC is taken within
    each fold and averaged, as folds differ in their share of either set. Shuffles are as likely as
    the truth where both sets are drawn alike, so the level is held exactly (Phipson and Smyth 2010,
    Permutation p-values should never be zero).
    """
    X = _stacked(before, now)
    rng = np.random.default_rng(seed)
    rounds = max(rounds, math.ceil(1 / (1 - level)))
    labels = np.zeros(len(X))
    labels[len(before) :] = 1
    fold = _folds(labels, rng)
    Y = np.empty((len(X), rounds + 1))
    Y[:, 0] = labels
    for column in range(1, rounds + 1):
        Y[:, column] = rng.permutation(labels)
    auc = _mean_auc(X - X.mean(axis=0), Y, fold)
    drawn = np.sort(auc[1:])
    place = min(math.ceil(level * (rounds + 1)), rounds) - 1
    p = (1 + int((drawn >= auc[0]).sum())) / (rounds + 1)
    return ToldApart(float(auc[0]), float(drawn[place]), p, len(before), len(now))


def _stacked(before: NDArray[np.floating], now: NDArray[np.floating]) -> Floats:
    if before.ndim != 2 or now.ndim != 2 or before.shape[1] != now.shape[1]:
        raise TooFewVectors(
            f"vectors of shapes {before.shape} and {now.shape}", "(n, d) and (m, d)"
        )
    if min(len(before), len(now)) < LEAST_VECTORS:
        raise TooFewVectors(
            f"{len(before)} and {len(now)} vectors", f"{LEAST_VECTORS} or more on either side"
        )
    return np.concatenate([before, now]).astype(np.float64)


def _folds(labels: Floats, rng: np.random.Generator) -> NDArray[np.intp]:
    """Deal the vectors of either set into folds of alike size."""
    fold = np.empty(len(labels), dtype=np.intp)
    for value in (0.0, 1.0):
        rows = rng.permutation(np.flatnonzero(labels == value))
        fold[rows] = np.arange(len(rows)) % FOLDS
    return fold


def _mean_auc(X: Floats, Y: Floats, fold: NDArray[np.intp]) -> Floats:
    """Give the AUC of each column of labels, (rounds,), averaged over the folds."""
    parts = [_auc(said, Y[rows]) for rows, said in _unseen(X, Y, fold)]
    return np.asarray(np.mean(parts, axis=0))


def _unseen(
    X: Floats, Y: Floats, fold: NDArray[np.intp]
) -> Iterator[tuple[NDArray[np.intp], Floats]]:
    """Give for each fold its rows, and what is said of them by a fit to all others."""
    gram = X.T @ X
    size = float(np.trace(gram)) / len(gram)
    factor = cho_factor(gram + (size or 1.0) * np.eye(len(gram)))
    fitted = X @ cho_solve(factor, X.T @ Y)
    for number in range(FOLDS):
        rows = np.flatnonzero(fold == number)
        own = X[rows] @ cho_solve(factor, X[rows].T)
        residual = np.linalg.solve(np.eye(len(rows)) - own, Y[rows] - fitted[rows])
        yield rows, Y[rows] - residual


def _auc(said: Floats, labels: Floats) -> Floats:
    """Give the AUC of each column by ranks, ties as half; 0.5 where a fold holds one set alone."""
    # What is alike but for rounding is alike: vectors of one text must tie.
    ranks = rankdata(said.round(12), axis=0)
    up = labels.sum(axis=0)
    down = len(labels) - up
    pairs = up * down
    above = (ranks * labels).sum(axis=0) - up * (up + 1) / 2
    return np.where(pairs > 0, above / np.maximum(pairs, 1), 0.5)
