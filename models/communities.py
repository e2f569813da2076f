"""Communities of a weighted graph, by Leiden (Traag, Waltman and van Eck 2019).

The graph is that of nearest neighbours; an edge weighs the squared cosine, and twice that where the
two are neighbours of one another. Communities maximise modularity at a resolution: 1 is Newman's
own measure, more gives smaller communities.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from models.neighbours import NeighbourGraph

__all__ = ["affinity", "leiden", "numbered_by_size"]

ITERATIONS: Final = 2
"""Passes of Leiden over the whole graph; later ones repair what the first one froze."""


def affinity(graph: NeighbourGraph) -> sp.csr_array:
    """Make a symmetric weighted graph of the neighbours.

    Parameters
    ----------
    graph
        The neighbours of n vectors; neighbours with a cosine of 0 or less are no edge.

    Returns
    -------
    scipy.sparse.csr_array
        (n, n), symmetric, weights in (0, 2], nothing on the diagonal.
    """
    n, k = graph.indices.shape
    cosines = graph.similarities.ravel()
    edge = (cosines > 0) & (graph.indices.ravel() >= 0)
    weights = cosines[edge].astype(np.float64) ** 2
    rows = np.repeat(np.arange(n, dtype=np.int32), k)[edge]
    one_way = sp.csr_array((weights, (rows, graph.indices.ravel()[edge])), shape=(n, n))
    both_ways = (one_way + one_way.T).tocsr()
    both_ways.sort_indices()
    return both_ways


def leiden(
    affinity: sp.csr_array,
    resolution: float,
    seed: int = 0,
    iterations: int = ITERATIONS,
    start: NDArray[np.int32] | None = None,
) -> NDArray[np.int32]:
    """Find the communities.

    Parameters
    ----------
    affinity
        (n, n) symmetric, positive weights, an empty diagonal.
    resolution
        Above 0; 1 is ordinary modularity.
    seed
        The same graph, start and seed give the same communities.
    iterations
        Passes over the whole graph.
    start
        (n,) communities to start from, -1 for none; a node without one starts alone.

    Returns
    -------
    numpy.ndarray
        (n,) int32, communities numbered by falling size (ties: by first member). A node without
        edges is a community of its own.
    """
    if affinity.nnz == 0:
        return np.arange(affinity.shape[0], dtype=np.int32)
    if start is not None:
        return numbered_by_size(_from_start(affinity, resolution, seed, iterations, start))
    import graspologic_native

    _, found = graspologic_native.leiden_csr(
        affinity.indptr.astype(np.int64),
        affinity.indices.astype(np.int32),
        affinity.data.astype(np.float64),
        affinity.shape[0],
        resolution=resolution,
        seed=seed,
        iterations=iterations,
    )
    return numbered_by_size(_labels(found, affinity))


def _from_start(
    affinity: sp.csr_array,
    resolution: float,
    seed: int,
    iterations: int,
    start: NDArray[np.int32],
) -> NDArray[np.int64]:
    import graspologic_native

    n = affinity.shape[0]
    upper = sp.triu(affinity, k=1).tocoo()
    names = [str(i) for i in range(n)]
    edges = [
        (names[i], names[j], w)
        for i, j, w in zip(upper.row, upper.col, upper.data.tolist(), strict=True)
    ]
    linked = np.flatnonzero(np.diff(affinity.indptr) > 0)
    alone = np.flatnonzero(start < 0)
    communities = start.astype(np.int64)
    communities[alone] = communities.max(initial=-1) + 1 + np.arange(len(alone))
    communities = np.unique(communities, return_inverse=True)[1]
    _, found = graspologic_native.leiden(
        edges,
        {names[i]: int(communities[i]) for i in linked},
        resolution=resolution,
        seed=seed,
        iterations=iterations,
    )
    return _labels({int(name): community for name, community in found.items()}, affinity)


def _labels(found: dict[int, int], affinity: sp.csr_array) -> NDArray[np.int64]:
    """Lay communities side by side; nodes without edges, which Leiden may lump, stand alone."""
    n = affinity.shape[0]
    labels = np.zeros(n, dtype=np.int64)
    nodes = np.fromiter(found.keys(), np.int64, len(found))
    labels[nodes] = np.fromiter(found.values(), np.int64, len(found))
    alone = np.flatnonzero(np.diff(affinity.indptr) == 0)
    labels[alone] = labels.max() + 1 + np.arange(len(alone))
    return labels


def numbered_by_size(labels: NDArray[np.integer]) -> NDArray[np.int32]:
    """Give labels numbers by falling size, ties by first member; negative ones become -1."""
    names, first, inverse, sizes = np.unique(
        labels, return_index=True, return_inverse=True, return_counts=True
    )
    real = np.flatnonzero(names >= 0)
    order = real[np.lexsort((first[real], -sizes[real]))]
    number = np.full(len(names), -1, dtype=np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    return number[inverse]
