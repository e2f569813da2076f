"""Hubs of themes: the centres of the groups within each, by which a new appeal finds its theme.

A theme is often no ball: it has its wordings, and its centre lies between them. The nearest of
several hubs tells the theme of an appeal better than the nearest of single centres does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.neighbours import unit_rows

__all__ = ["hubs", "nearest"]

MEMBERS_A_HUB: Final = 100
MOST_HUBS: Final = 20
AT_ONCE: Final = 10_000
"""Texts that are compared with all hubs at once: a matter of memory."""
ROUNDING: Final = 1e-6
"""Cosine by which float32 vectors of one text may differ: a member at the floor still belongs."""
SAMPLE: Final = 2_000
"""Members of a theme that its hubs are fitted to, at the most."""


def hubs(
    vectors: NDArray[np.float32], labels: NDArray[np.int32], seed: int = 0
) -> list[NDArray[np.float32]]:
    """Find the hubs of every theme: k-means within it, a hub for every hundred members or so.

    Parameters
    ----------
    vectors
        (n, d) unit rows.
    labels
        (n,) themes from 0, none empty; -1 for none.
    seed
        The same input and seed give the same hubs.

    Returns
    -------
    list of numpy.ndarray
        By theme, (hubs, d) float32 unit rows, 1 to 20 of them.
    """
    return [
        _of_theme(vectors, np.flatnonzero(labels == theme), seed)
        for theme in range(int(labels.max(initial=-1)) + 1)
    ]


def nearest(
    vectors: NDArray[np.float32],
    hubs: Sequence[NDArray[np.float32]],
    centres: NDArray[np.float32],
    floors: NDArray[np.float64],
) -> NDArray[np.int32]:
    """Tell the theme of each text by the text alone.

    Parameters
    ----------
    vectors
        (n, d) unit rows; a row of zeros lies nowhere.
    hubs, centres, floors
        By theme: its hubs, its unit centre (d,), and the least cosine to it that belongs there.

    Returns
    -------
    numpy.ndarray
        (n,) int32, the theme of the nearest hub; -1 where it lies below that theme's floor.
    """
    if not hubs:
        return np.full(len(vectors), -1, dtype=np.int32)
    theme_of = np.repeat(np.arange(len(hubs), dtype=np.int32), [len(own) for own in hubs])
    every = np.concatenate(hubs)
    found = np.empty(len(vectors), dtype=np.int32)
    for start in range(0, len(vectors), AT_ONCE):
        rows = vectors[start : start + AT_ONCE]
        best = theme_of[(rows @ every.T).argmax(axis=1)]
        near = np.einsum("ij,ij->i", rows, centres[best]) >= floors[best] - ROUNDING
        found[start : start + AT_ONCE] = np.where(near & rows.any(axis=1), best, -1)
    return found


def _of_theme(
    vectors: NDArray[np.float32], members: NDArray[np.int64], seed: int
) -> NDArray[np.float32]:
    from sklearn.cluster import KMeans

    wanted = min(MOST_HUBS, -(-len(members) // MEMBERS_A_HUB))
    chosen = members[np.sort(np.random.default_rng(seed).permutation(len(members))[:SAMPLE])]
    rows, copies = np.unique(vectors[chosen], axis=0, return_counts=True)
    if wanted == 1 or len(rows) <= wanted:
        return unit_rows(vectors[chosen].mean(axis=0, keepdims=True) if wanted == 1 else rows)
    groups = KMeans(wanted, n_init=1, random_state=seed).fit(rows, sample_weight=copies)
    return unit_rows(groups.cluster_centers_)
