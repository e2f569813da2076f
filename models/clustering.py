"""Themes of appeals: communities of the neighbour graph, without a number given beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from features.errors import InputError
from models.communities import affinity, leiden, numbered_by_size
from models.division import divide
from models.neighbours import ROUNDING, NeighbourGraph, neighbour_graph, unit_rows
from models.resolution import ResolutionChoice, choose_resolution

__all__ = ["Clustering", "InvalidStart", "ThemeClustering", "centroids"]

MOST_NEIGHBOURS: Final = 64
"""Neighbours that each appeal is linked to, at the most; fewer where the appeals are few."""
STRANGERS: Final = 2_000
"""Appeals on which a theme's similarity to appeals outside it is measured."""


class InvalidStart(InputError):
    """Labels to start from that do not fit the vectors."""


@dataclass(frozen=True)
class Clustering:
    """Themes of n appeals.

    Attributes
    ----------
    labels
        (n,) int32, themes from 0 by falling size; -1 for an unassigned appeal.
    resolution
        How fine: Leiden's resolution, chosen or given.
    agreement
        How well halves of the appeals predict one another's themes at that resolution (adjusted
        Rand index, 0 by chance, 1 at best); NaN where it was given, or for too few appeals.
    unassigned_share
        Share of appeals that belong nowhere, 0 to 1.
    centres
        (themes, d) float32 unit rows.
    floors
        (themes,) the least cosine to its centre at which an appeal belongs to a theme.
    """

    labels: NDArray[np.int32]
    resolution: float
    agreement: float
    unassigned_share: float
    centres: NDArray[np.float32]
    floors: NDArray[np.float64]

    @property
    def clusters(self) -> int:
        """Number of themes."""
        return int(self.labels.max(initial=-1)) + 1


class ThemeClustering:
    """Finds themes: neighbour graph, Leiden, and a plain "belongs nowhere".

    An appeal is unassigned where its theme has fewer than `least_members`, or where it belongs
    nowhere: by its cosine to its theme's centroid it stands less than `margin` of the way from the
    theme's typical outsider (their median) to its typical member (their mean).

    Parameters
    ----------
    seed
        The same vectors and seed give the same labels.
    resolution
        Leiden's resolution; None: chosen by the rule of `models.resolution`.
    kept
        A resolution that stays, such as the last run's, as long as that rule has nothing against
        it: what is named should not be cut anew every day.
    least_members
        Members of the smallest theme, at least 1.
    margin
        0 to 1: 0 leaves out only what is less similar to its theme than half of all outsiders.
    """

    def __init__(
        self,
        seed: int = 0,
        resolution: float | None = None,
        kept: float | None = None,
        least_members: int = 5,
        margin: float = 1 / 3,
    ) -> None:
        self.seed = seed
        self.resolution = resolution
        self.kept = kept
        self.least_members = least_members
        self.margin = margin

    def fit(
        self,
        vectors: ArrayLike,
        graph: NeighbourGraph | None = None,
        start: NDArray[np.int32] | None = None,
        facts: NDArray[np.int32] | None = None,
    ) -> Clustering:
        """Cluster vectors.

        Parameters
        ----------
        vectors
            (n, d), finite. Rows of zeros (empty texts) are unassigned; equal rows share a theme.
        graph
            Their neighbour graph where it is known; wider than needed is fine.
        start
            (n,) labels to start from, such as the last run's themes; -1 for a new appeal.
        facts
            (n, fields) of `models.division.fact_codes`: themes that read alike are divided where
            these differ. None: by the text alone.

        Raises
        ------
        InvalidVectors
            Where the vectors are not a finite matrix.
        InvalidStart
            Where `start` or `facts` has another length than the vectors.
        """
        rows = unit_rows(vectors)
        n = len(rows)
        for given in (start, facts):
            if given is not None and len(given) != n:
                raise InvalidStart(f"{len(given)} rows to go by", f"{n}, one a vector")
        graph = graph or neighbour_graph(rows, _neighbours(n), self.seed)
        weights = affinity(graph.nearest(_neighbours(n)))
        choice = self._choice(weights)
        labels = leiden(weights, choice.resolution, self.seed, start=start)
        if facts is not None:
            labels = divide(weights, labels, facts, self.seed, start)
        labels, centres, floors = self._assigned(rows, _same_for_equal(rows, labels))
        share = float((labels < 0).mean()) if n else 0.0
        return Clustering(labels, choice.resolution, choice.agreement, share, centres, floors)

    def _choice(self, weights: sp.csr_array) -> ResolutionChoice:
        if self.resolution is not None:
            return ResolutionChoice(self.resolution, float("nan"), (), ())
        return choose_resolution(weights, self.seed, kept=self.kept)

    def _assigned(
        self, rows: NDArray[np.float32], labels: NDArray[np.int32]
    ) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float64]]:
        """Unassign strangers and the members of themes that are too small.

        The centres and floors given with the labels are those that decided.
        """
        if len(labels) == 0:
            return labels, np.empty((0, rows.shape[1]), np.float32), np.empty(0)
        centres = centroids(rows, labels)
        own = np.einsum("ij,ij->i", rows, centres[labels])
        outside = _outsiders(rows, labels, centres, self.seed)
        inside = np.bincount(labels, own, len(centres)) / np.bincount(
            labels, minlength=len(centres)
        )
        floors = outside + self.margin * (inside - outside)
        kept = np.where((own >= floors[labels] - ROUNDING) & rows.any(axis=1), labels, -1)
        sizes = np.bincount(kept[kept >= 0], minlength=len(centres))
        large = sizes >= self.least_members
        kept = np.where((kept >= 0) & large[kept], kept, -1)
        numbers = numbered_by_size(kept)
        _, first = np.unique(numbers, return_index=True)
        order = kept[first[numbers[first] >= 0]]
        return numbers, centres[order], floors[order] - ROUNDING


def _neighbours(n: int) -> int:
    """Give the neighbours for n appeals: the root of n, so that few are not all linked."""
    return max(1, min(MOST_NEIGHBOURS, int(np.ceil(np.sqrt(n)))))


def centroids(rows: NDArray[np.float32], labels: NDArray[np.int32]) -> NDArray[np.float32]:
    """Compute the unit centroid of every theme.

    Parameters
    ----------
    rows
        (n, d) unit rows.
    labels
        (n,) themes from 0; -1 counts for none.

    Returns
    -------
    numpy.ndarray
        (themes, d) float32.
    """
    members = np.flatnonzero(labels >= 0)
    sums = sp.csr_array(
        (np.ones(len(members), dtype=np.float32), (labels[members], members)),
        shape=(int(labels.max(initial=-1)) + 1, len(rows)),
    )
    return unit_rows(sums @ rows) if sums.shape[0] else np.empty((0, rows.shape[1]), np.float32)


def _outsiders(
    rows: NDArray[np.float32],
    labels: NDArray[np.int32],
    centres: NDArray[np.float32],
    seed: int,
) -> NDArray[np.float64]:
    """Median cosine of a sample of outsiders to each theme; -1 where there are none; (themes,)."""
    sample = np.random.default_rng(seed).permutation(len(rows))[:STRANGERS]
    cosines = rows[sample] @ centres.T
    cosines[np.arange(len(sample)), labels[sample]] = np.nan
    some = (~np.isnan(cosines)).any(axis=0)
    medians = np.full(len(centres), -1.0)
    medians[some] = np.nanmedian(cosines[:, some], axis=0)
    return medians


def _same_for_equal(rows: NDArray[np.float32], labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """Give equal vectors the label that most of them have: neighbours break such ties at random.

    A label that nobody has any more is given to the next.
    """
    if len(rows) == 0:
        return labels
    keys = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()
    _, group = np.unique(keys, return_inverse=True)
    width = int(labels.max()) + 1
    pairs, counts = np.unique(group * np.int64(width) + labels, return_counts=True)
    order = np.lexsort((pairs % width, -counts, pairs // width))
    groups, first = np.unique(pairs[order] // width, return_index=True)
    winners = np.zeros(len(groups), dtype=np.int32)
    winners[groups] = (pairs[order] % width)[first]
    return np.unique(winners[group], return_inverse=True)[1].astype(np.int32)
