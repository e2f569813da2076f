"""How fine themes should be: the resolution at which halves of the appeals predict one another.

The appeals are split into two halves that share none. Each half is clustered on its own; each
appeal is then given the theme that its neighbours in the other half have, and the two answers are
compared (adjusted Rand index). Themes that are there come back in the other half; themes that are
cut too fine, or lumped at random, do not: the stability of Lange, Roth, Braun and Buhmann (2004).

The rule: of the resolutions that keep six sevenths of the best agreement, take the middle (the
geometric mean of the coarsest and the finest). The best one alone is a matter of luck, the middle
of the plateau is not. No label is used, and nothing is set for one kind of data.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from models.communities import leiden

__all__ = ["ResolutionChoice", "adjusted_rand", "choose_resolution", "middle_of_plateau"]

RESOLUTIONS: Final = tuple(float(2 ** (-0.5 + 0.75 * step)) for step in range(9))
"""From .71, somewhat below ordinary modularity, to 45, in equal ratios."""
TOLERANCE: Final = 1 / 7
"""Share of the best agreement that may be lost on the plateau."""
LEAST_ROWS: Final = 60
"""Rows below which halves are too small to say anything, and resolution 1 is taken."""
HALF: Final = 8_000
"""Rows in each half, at the most, unless a sixth of all is more."""
SPLIT_ROWS: Final = 32_000
"""Rows that all splits hold together: the fewer the appeals, the more often they are split."""
SPLITS: Final = (2, 8)
"""Times that the appeals are split, at the least and at the most."""


@dataclass(frozen=True)
class ResolutionChoice:
    """A resolution and what speaks for it.

    Attributes
    ----------
    resolution
        The one chosen.
    agreement
        How well halves of the appeals predict one another there: adjusted Rand index, 1 at best, 0
        by chance. NaN where there were too few appeals to tell.
    resolutions, agreements
        All that were looked at.
    """

    resolution: float
    agreement: float
    resolutions: tuple[float, ...]
    agreements: tuple[float, ...]


def choose_resolution(
    affinity: sp.csr_array, seed: int = 0, kept: float | None = None, workers: int = 2
) -> ResolutionChoice:
    """Choose the resolution by the rule above.

    Parameters
    ----------
    affinity
        (n, n) symmetric weights, as of `models.communities.affinity`.
    seed
        Fixes the halves.
    kept
        A resolution that is taken where it is on the plateau itself.
    workers
        Threads; the answer does not depend on them.
    """
    n = affinity.shape[0]
    if n < LEAST_ROWS or affinity.nnz == 0:
        return ResolutionChoice(kept or 1.0, float("nan"), (), ())
    splits = [
        _halves(affinity, number)
        for number in np.random.default_rng(seed).integers(
            2**32, size=np.clip(SPLIT_ROWS // n, *SPLITS)
        )
    ]
    tasks = [(halves, resolution) for resolution in RESOLUTIONS for halves in splits]
    with ThreadPoolExecutor(workers) as threads:
        found = list(threads.map(lambda task: _agreement(task[0], task[1], seed), tasks))
    agreements = np.array(found).reshape(len(RESOLUTIONS), len(splits)).mean(axis=1)
    resolution = middle_of_plateau(np.array(RESOLUTIONS), agreements)
    if kept is not None and _agreement_at(kept, agreements) >= (1 - TOLERANCE) * agreements.max():
        resolution = kept
    at_choice = _agreement_at(resolution, agreements)
    return ResolutionChoice(resolution, at_choice, RESOLUTIONS, tuple(agreements.tolist()))


def _agreement_at(resolution: float, agreements: NDArray[np.float64]) -> float:
    return float(np.interp(np.log(resolution), np.log(RESOLUTIONS), agreements))


def middle_of_plateau(
    resolutions: NDArray[np.float64], agreements: NDArray[np.float64], tolerance: float = TOLERANCE
) -> float:
    """Find the middle of the resolutions that lose at most a share of the best agreement.

    Parameters
    ----------
    resolutions
        (m,) rising, above 0.
    agreements
        (m,) at those resolutions; between them it is taken to run straight in log(resolution).
    tolerance
        Share of the best agreement, 0 to 1.

    Returns
    -------
    float
        Geometric mean of the coarsest and the finest.
    """
    level = agreements.max() - tolerance * abs(agreements.max())
    plateau = np.flatnonzero(agreements >= level)
    scale = np.log(resolutions)
    ends = [
        _crossing(scale, agreements, level, int(plateau[0]), -1),
        _crossing(scale, agreements, level, int(plateau[-1]), 1),
    ]
    return float(np.exp(np.mean(ends)))


def _crossing(
    scale: NDArray[np.float64],
    agreements: NDArray[np.float64],
    level: float,
    inside: int,
    step: int,
) -> float:
    """Where the line from the plateau's end to the point beyond it falls through the level."""
    beyond = inside + step
    if not 0 <= beyond < len(scale):
        return float(scale[inside])
    fallen = (agreements[inside] - level) / (agreements[inside] - agreements[beyond])
    return float(scale[inside] + fallen * (scale[beyond] - scale[inside]))


@dataclass(frozen=True)
class _Halves:
    """Two halves of a graph: the edges within each, and those from the second to the first."""

    first: sp.csr_array
    second: sp.csr_array
    across: sp.csr_array


def _halves(affinity: sp.csr_array, seed: np.int64) -> _Halves:
    n = affinity.shape[0]
    size = min(n // 2, max(HALF, n // 6))
    order = np.random.default_rng(seed).permutation(n)
    first, second = np.sort(order[:size]), np.sort(order[size : 2 * size])
    of_first, of_second = affinity[first], affinity[second]
    return _Halves(of_first[:, first], of_second[:, second], of_second[:, first])


def _agreement(halves: _Halves, resolution: float, seed: int) -> float:
    """Mean adjusted Rand index of each half's own themes and those that the other half predicts."""
    first = leiden(halves.first, resolution, seed, iterations=1)
    second = leiden(halves.second, resolution, seed, iterations=1)
    forth = _vote(halves.across, first)
    back = _vote(halves.across.T.tocsr(), second)
    return (
        adjusted_rand(forth[forth >= 0], second[forth >= 0])
        + adjusted_rand(back[back >= 0], first[back >= 0])
    ) / 2


def _vote(across: sp.csr_array, labels: NDArray[np.int32]) -> NDArray[np.int64]:
    """Give each row the label that weighs most among its neighbours; -1 without neighbours."""
    members = sp.csr_array(
        (np.ones(len(labels)), (np.arange(len(labels)), labels)),
        shape=(len(labels), int(labels.max()) + 1),
    )
    votes = (across @ members).tocsr()
    votes.sort_indices()
    winner = np.full(across.shape[0], -1, dtype=np.int64)
    voted = np.flatnonzero(np.diff(votes.indptr) > 0)
    most = np.maximum.reduceat(votes.data, votes.indptr[voted]) if len(voted) else np.empty(0)
    rows = np.repeat(np.arange(across.shape[0]), np.diff(votes.indptr))
    highest = np.zeros(across.shape[0])
    highest[voted] = most
    at_top = np.flatnonzero(votes.data == highest[rows])[::-1]
    winner[rows[at_top]] = votes.indices[at_top]
    return winner


def adjusted_rand(left: NDArray[np.integer], right: NDArray[np.integer]) -> float:
    """Compute the adjusted Rand index (Hubert and Arabie 1985) of two labelings from 0.

    Equal to scikit-learn's; written for speed, as the rule calls for it hundreds of times.
    """
    if len(left) < 2:
        return 1.0
    table = left.astype(np.int64) * (int(right.max()) + 1) + right
    pairs = [_pairs(np.unique(table, return_counts=True)[1])]
    pairs += [_pairs(np.bincount(labels)) for labels in (left, right)]
    both, of_left, of_right = pairs
    expected = of_left * of_right / (len(left) * (len(left) - 1.0) / 2)
    mean = (of_left + of_right) / 2
    return 1.0 if mean == expected else float((both - expected) / (mean - expected))


def _pairs(sizes: NDArray[np.int64]) -> float:
    return float((sizes * (sizes - 1.0)).sum() / 2)
