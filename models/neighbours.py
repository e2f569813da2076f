"""The neighbour graph: for every vector, the k most similar others.

Clustering, the emergence scan and the search for exemplars all start from this one graph. Few
vectors are compared exhaustively; many go through an inverted file (IVF) of short codes whose
candidates are compared exactly. What that misses is measured on a sample, not assumed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from features.errors import InputError

__all__ = ["InvalidVectors", "NeighbourGraph", "neighbour_graph", "unit_rows"]

EXACT_UP_TO: Final = 10_000
"""Rows up to which every pair is compared: about a second at 384 dimensions."""
PROBED_CELLS: Final = 32
"""Cells of the inverted file that are searched for each vector."""
CANDIDATES: Final = 3
"""Candidates by short code that are compared exactly, per neighbour wanted."""
COLUMNS_A_CODE: Final = (4, 1)
"""Columns that share one 4-bit code: four are quick; one tells apart even what lies very close."""
LEAST_RECALL: Final = 0.9
"""Recall at which the quick codes are good enough."""
TRAINING_ROWS: Final = 8_192
"""Rows on which the cells and the codes are fitted, or forty a cell if that is more."""
AT_A_TIME: Final = 8_192
"""Rows that are searched for at a time: each takes a table of 64 bytes a column."""
RECALL_ROWS: Final = 500
"""Rows on which the recall of an inexact search is measured."""
ROUNDING: Final = 1e-5
"""What two ways to sum the same cosine may differ by."""


class InvalidVectors(InputError):
    """Vectors that cannot be compared: not a matrix, or not finite."""


@dataclass(frozen=True)
class NeighbourGraph:
    """The nearest neighbours of each of n vectors.

    Attributes
    ----------
    indices
        (n, k) int32, the neighbours by falling similarity; never the vector itself. -1 where an
        inexact search found fewer than k.
    similarities
        (n, k) float32, cosines in -1 to 1; 0 where the neighbour is missing.
    recall
        Share of the true neighbours that were found, on a sample; 1 where the search was exact.
    exact
        Whether every pair was compared.
    """

    indices: NDArray[np.int32]
    similarities: NDArray[np.float32]
    recall: float
    exact: bool

    def nearest(self, k: int) -> NeighbourGraph:
        """Keep the k nearest of each vector, or all where there are fewer."""
        return NeighbourGraph(
            self.indices[:, :k], self.similarities[:, :k], self.recall, self.exact
        )


def unit_rows(vectors: ArrayLike) -> NDArray[np.float32]:
    """Scale rows to length 1; a row of zeros stays one.

    Parameters
    ----------
    vectors
        (n, d), finite.

    Returns
    -------
    numpy.ndarray
        (n, d) float32, C-contiguous.

    Raises
    ------
    InvalidVectors
        Where the input is not a matrix with at least one column, or holds NaN or infinity.
    """
    rows = np.array(vectors, dtype=np.float32, order="C", ndmin=1)
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise InvalidVectors(
            f"vectors of shape {rows.shape}",
            "a matrix (n, d) with d >= 1",
            "Encode the texts first.",
        )
    lengths = np.linalg.norm(rows.astype(np.float64), axis=1)
    if not np.isfinite(lengths).all():
        raise InvalidVectors(
            f"{int((~np.isfinite(lengths)).sum())} vectors with NaN or infinity",
            "finite numbers",
            "Leave those rows out.",
        )
    scales = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return np.ascontiguousarray(rows * scales[:, None], dtype=np.float32)


def neighbour_graph(
    vectors: ArrayLike, k: int = 64, seed: int = 0, exact_up_to: int = EXACT_UP_TO
) -> NeighbourGraph:
    """Find the k most similar others of each vector, by cosine.

    Parameters
    ----------
    vectors
        (n, d), finite; need not be of unit length. Rows of zeros are similar to nothing (cosine 0).
    k
        Neighbours wanted, at least 1; with n <= k each vector gets all n - 1 others.
    seed
        Fixes the cells of the inverted file: the same input gives the same graph.
    exact_up_to
        Number of rows above which the search is no longer exhaustive.

    Returns
    -------
    NeighbourGraph
        With min(k, n - 1) columns (none for n < 2).

    Raises
    ------
    InvalidVectors
        Where the vectors are not a finite matrix, or k < 1.

    Notes
    -----
    Exhaustive search is one matrix product (faiss `IndexFlatIP`). Above `exact_up_to` rows, an
    inverted file over short codes of 4 bits (Andre, Kermarrec and Le Scouarnec 2017) proposes
    candidates, and these are ranked by their true cosine.
    """
    if k < 1:
        raise InvalidVectors(f"k = {k}", "k >= 1", "Ask for at least one neighbour.")
    rows = _padded(unit_rows(vectors))
    n = len(rows)
    k = min(k, max(n - 1, 0))
    if k == 0:
        return NeighbourGraph(np.empty((n, 0), np.int32), np.empty((n, 0), np.float32), 1.0, True)
    if n <= exact_up_to:
        found, cosines = _without(np.arange(n), *_exhaustive(rows).search(rows, k + 1))
        return NeighbourGraph(found, cosines, 1.0, True)
    return _inexact(rows, k, seed)


def _inexact(rows: NDArray[np.float32], k: int, seed: int) -> NeighbourGraph:
    """Search with short codes, and with fine ones where these miss too much of the sample."""
    for columns in COLUMNS_A_CODE:
        index = _Inverted(rows, columns, seed)
        found, cosines = _without(np.arange(len(rows)), *index.search(rows, k + 1))
        graph = NeighbourGraph(found, cosines, _recall(rows, found, cosines, seed), False)
        if graph.recall >= LEAST_RECALL:
            break
    return graph


class _Index(Protocol):
    def add(self, rows: NDArray[np.float32]) -> None: ...

    def search(
        self, rows: NDArray[np.float32], k: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]: ...


def _exhaustive(rows: NDArray[np.float32]) -> _Index:
    import faiss

    index: _Index = faiss.IndexFlatIP(rows.shape[1])
    index.add(rows)
    return index


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep faiss on one thread: for many tiny fits, threads cost ten times what they save."""
    import faiss

    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)


class _Inverted:
    """An inverted file of 4-bit codes that proposes, and the vectors that decide.

    faiss does not own the parts that its indexes are made of; this keeps them alive.
    """

    def __init__(self, rows: NDArray[np.float32], columns: int, seed: int) -> None:
        import faiss

        n, d = rows.shape
        cells = int(np.sqrt(n))
        self.cells = faiss.IndexFlatIP(d)
        self.codes = faiss.IndexIVFPQFastScan(
            self.cells, d, cells, d // columns, 4, faiss.METRIC_INNER_PRODUCT
        )
        self.codes.by_residual = columns == 1
        for fit in (self.codes.cp, self.codes.pq.cp):
            fit.niter, fit.seed = 5, seed + 1
        self.codes.nprobe = PROBED_CELLS
        self.index = faiss.IndexRefineFlat(self.codes)
        self.index.k_factor = CANDIDATES
        sample = np.random.default_rng(seed).permutation(n)[: max(TRAINING_ROWS, 40 * cells)]
        with _one_thread():
            self.index.train(rows[np.sort(sample)])
        self.index.add(rows)

    def search(
        self, rows: NDArray[np.float32], k: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        parts = [
            self.index.search(rows[first : first + AT_A_TIME], k)
            for first in range(0, len(rows), AT_A_TIME)
        ]
        similarities, indices = (np.concatenate(part) for part in zip(*parts, strict=True))
        return similarities, indices


def _padded(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Add columns of zeros, which change no cosine: faiss wants an even number of codes."""
    missing = -rows.shape[1] % 8
    return np.pad(rows, ((0, 0), (0, missing))) if missing else rows


def _without(
    own_rows: NDArray[np.int64], similarities: NDArray[np.float32], indices: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Drop each row's own entry, or its last where copies of it crowded itself out."""
    n, width = indices.shape
    own = indices == own_rows[:, None]
    own[~own.any(axis=1), -1] = True
    found = indices[~own].reshape(n, width - 1).astype(np.int32)
    cosines = np.clip(similarities[~own].reshape(n, width - 1), -1, 1)
    return found, np.where(found < 0, np.float32(0), cosines)


def _recall(
    rows: NDArray[np.float32],
    found: NDArray[np.int32],
    cosines: NDArray[np.float32],
    seed: int,
) -> float:
    """Share of the neighbours found that are as near as the true k-th, on a sample of rows.

    By cosine and not by row number: among equally near vectors none is the right one.
    """
    n, k = found.shape
    sample = np.sort(np.random.default_rng(seed).permutation(n)[:RECALL_ROWS])
    _, true = _without(sample, *_exhaustive(rows).search(rows[sample], k + 1))
    near_enough = cosines[sample] >= true[:, -1:] - ROUNDING
    return float((near_enough & (found[sample] >= 0)).mean())
