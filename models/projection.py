"""A map of appeals: positions in two dimensions, near to each other where letters say the like.

t-SNE (van der Maaten and Hinton 2008) on the neighbour graph that the themes are found in. A map
that follows an earlier one starts from it, and changes little: people find their way again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from models.neighbours import NeighbourGraph

__all__ = ["around_letters", "known_places", "project"]

NEIGHBOURS: Final = 10
"""Neighbours that draw each letter: these shall be near it. More blur what is nearest."""
GATHERED: Final = 125
UNFOLDED: Final = 200
"""Steps in which groups gather, and then unfold; twice as many keep hardly more neighbours."""
MOVED: Final = 50
"""Steps of a map that follows an earlier one: enough for what is new to find its place."""
GATHERING: Final = 12.0
"""How much stronger neighbours pull while groups gather (Belkina et al. 2019)."""
LEAST_KNOWN: Final = 0.5
"""Share of letters with a place on the earlier map from which a map follows it."""
LEAST_LETTERS: Final = 3 * NEIGHBOURS
"""Letters below which there are no neighbourhoods to keep: their main axes are the map."""
FEW: Final = 1_000
"""Letters up to which repulsion is summed over a tree: a grid has a cost of its own."""
SPACING: Final = 0.12
"""Distance of copies around their letter; letters lie about 1 apart."""
GOLDEN_ANGLE: Final = np.pi * (3 - np.sqrt(5))


def project(
    vectors: NDArray[np.float32],
    graph: NeighbourGraph,
    start: NDArray[np.float32] | None = None,
    seed: int = 0,
) -> NDArray[np.float32]:
    """Place letters on a map.

    Parameters
    ----------
    vectors
        (n, d) unit rows; a row of zeros, which says nothing, gets no place.
    graph
        Their neighbours, of which the nearest ten are used.
    start
        (n, 2) places on an earlier map, NaN for letters that were not on it; None: there is none.
        Where too few were on it, the map is made anew.
    seed
        The same input and seed give the same map.

    Returns
    -------
    numpy.ndarray
        (n, 2) float32, NaN for a letter without a place. Only distances mean anything.

    Notes
    -----
    Neighbours weigh alike, which keeps as many of them as weights by distance do (Boehm, Berens and
    Kobak 2022) and needs no more of the graph; repulsion is interpolated on a grid (Linderman et
    al. 2019), so that the time grows with the letters, not with their square.
    """
    places = np.full((len(vectors), 2), np.nan, dtype=np.float32)
    told = np.flatnonzero(np.abs(vectors).max(axis=1, initial=0) > 0)
    links = _links(graph)[told][:, told]
    if len(told) < LEAST_LETTERS:
        places[told] = _main_axes(vectors[told])
    elif start is not None and np.isfinite(start[told, 0]).mean() >= LEAST_KNOWN:
        old = start[told].astype(np.float64)
        places[told] = _fitted(_unfold(links, _filled(old, links, seed), 0, MOVED, seed), old)
    else:
        first = _small(_main_axes(vectors[told]))
        places[told] = _unfold(links, first, GATHERED, UNFOLDED, seed)
    return places


def known_places(
    ids: Sequence[str], places: Mapping[str, tuple[float, float]]
) -> NDArray[np.float32] | None:
    """Lay out the places that appeals had on an earlier map, as `project` starts from them.

    Returns
    -------
    numpy.ndarray or None
        (n, 2), NaN for appeals that were not there; None where there is no earlier map.
    """
    if not places:
        return None
    nowhere = (np.nan, np.nan)
    rows = [places.get(one, nowhere) for one in ids]
    return np.array(rows, dtype=np.float32).reshape(-1, 2)


def around_letters(
    places: NDArray[np.float32], letters: NDArray[np.int64], campaign: NDArray[np.int32]
) -> NDArray[np.float32]:
    """Place every appeal: the copies of a template letter lie around it, as seeds in a sunflower.

    Parameters
    ----------
    places
        (m, 2) of the letters, as `project` gives them.
    letters
        (m,) their positions among the n appeals.
    campaign
        (n,) template letter of each appeal, -1 for none.

    Returns
    -------
    numpy.ndarray
        (n, 2) float32. The disc of a letter grows as the copies do (Vogel 1979).
    """
    spread = np.full((len(campaign), 2), np.nan, dtype=np.float32)
    spread[letters] = places
    sent = letters[campaign[letters] >= 0]
    middle = np.full((int(campaign.max(initial=-1)) + 1, 2), np.nan, dtype=np.float32)
    middle[campaign[sent]] = spread[sent]
    rank = _ranks(campaign)
    copies = np.flatnonzero((campaign >= 0) & (rank > 0))
    radius, angle = SPACING * np.sqrt(rank[copies]), GOLDEN_ANGLE * rank[copies]
    ring = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    spread[copies] = middle[campaign[copies]] + ring
    return spread


def _ranks(groups: NDArray[np.int32]) -> NDArray[np.int64]:
    """Count the members of each group from 0, in their order."""
    order = np.argsort(groups, kind="stable")
    first = np.searchsorted(groups[order], groups[order])
    ranks = np.empty(len(groups), dtype=np.int64)
    ranks[order] = np.arange(len(groups)) - first
    return ranks


def _links(graph: NeighbourGraph) -> sp.csr_matrix:
    """Link each letter with its nearest neighbours, both ways; (n, n) of ones."""
    near = graph.nearest(NEIGHBOURS)
    n, k = near.indices.shape
    rows, columns = np.repeat(np.arange(n), k), near.indices.ravel()
    there = columns >= 0
    links = sp.csr_matrix((np.ones(int(there.sum())), (rows[there], columns[there])), shape=(n, n))
    return links.maximum(links.T).tocsr()


def _main_axes(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Project rows on the two axes along which they differ most; (n, 2)."""
    centred = vectors - vectors.mean(axis=0, keepdims=True) if len(vectors) else vectors
    _, axes = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    axes = np.pad(axes[:, ::-1], ((0, 0), (0, 1)))[:, :2]
    # An axis has no direction of its own: its largest part points onwards.
    largest = axes[np.abs(axes).argmax(axis=0), np.arange(2)]
    return np.asarray(centred @ (axes * np.where(largest < 0, -1, 1)), dtype=np.float64)


def _small(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shrink places so far that all letters feel each other (Kobak and Linderman 2021)."""
    scale = places[:, 0].std()
    return places * (1e-4 / scale) if scale > 0 else places


def _filled(places: NDArray[np.float64], links: sp.csr_matrix, seed: int) -> NDArray[np.float64]:
    """Place new letters in the midst of their neighbours; those of new letters alone, anywhere."""
    known = np.isfinite(places[:, 0])
    random = np.random.default_rng(seed)
    reach = places[known].std(axis=0)
    old = np.where(known[:, None], places, 0)
    weight = np.asarray(links @ known.astype(np.float64))[:, None]
    midst = np.asarray(links @ old) / np.maximum(weight, 1)
    elsewhere = places[known].mean(axis=0) + random.normal(size=places.shape) * reach
    new = np.where(weight > 0, midst, elsewhere)
    return np.where(known[:, None], old, new)


def _fitted(places: NDArray[np.float64], old: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move and scale a map so that those who were on the old one lie as near to there as can be.

    A map unfolds a little further each time; without this it would grow from day to day.
    """
    known = np.isfinite(old[:, 0])
    middle, old_middle = places[known].mean(axis=0), old[known].mean(axis=0)
    away = places[known] - middle
    scale = (away * (old[known] - old_middle)).sum() / (away**2).sum()
    return np.asarray(old_middle + scale * (places - middle), dtype=np.float64)


def _unfold(
    links: sp.csr_matrix, first: NDArray[np.float64], gathered: int, steps: int, seed: int
) -> NDArray[np.float64]:
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import PrecomputedAffinities

    # Letters at one and the same place would never come apart.
    apart = np.random.default_rng(seed).normal(size=first.shape) * 1e-5
    # On one thread: more of them wait for one another longer than they save.
    map_ = TSNEEmbedding(
        first + apart,
        PrecomputedAffinities(links),
        negative_gradient_method="bh" if len(first) <= FEW else "fft",
        random_state=seed,
        n_jobs=1,
    )
    if gathered:
        map_.optimize(gathered, exaggeration=GATHERING, momentum=0.8, inplace=True)
    map_.optimize(steps, momentum=0.8, inplace=True)
    return np.asarray(map_, dtype=np.float64)
