"""Phrases: the tokens and the pairs of words of a text, weighted by how rare they are.

Each text's row holds tf-idf weights of single tokens and of pairs of whole words, scaled to unit
length. Without a logarithm on the counts a row is linear in the occurrences, so that each
occurrence has its own exact share of a score.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from features.tokens import Tokens, whole_words


@dataclass(frozen=True)
class Occurrences:
    """Where known phrases stand in n texts.

    Attributes
    ----------
    rows
        (m,) the text of each occurrence.
    first
        (m,) the position in `Tokens.ids` at which it begins.
    columns
        (m,) the phrase's column.
    weights
        (m,) its weight after scaling; a row of the design is the sum of its occurrences.
    """

    rows: NDArray[np.int64]
    first: NDArray[np.int64]
    columns: NDArray[np.int64]
    weights: NDArray[np.float64]


class Phrases:
    """The phrases of a corpus.

    Parameters
    ----------
    least
        Texts in which a phrase must stand to be known.
    most
        Phrases to know at the most, the most frequent first.

    Attributes
    ----------
    keys_
        (width,) ascending; a single token's key is its id, a pair's (first + 1) * size + second.
    rarity_
        (width,) log((1 + n) / (1 + texts that hold it)) + 1.
    """

    keys_: NDArray[np.int64]
    rarity_: NDArray[np.float64]

    def __init__(self, least: int = 5, most: int = 50_000) -> None:
        self.least = least
        self.most = most

    def fit(self, tokens: Tokens, begins: NDArray[np.bool_]) -> Phrases:
        """Learn which phrases there are, and how rare each is."""
        self.__dict__.pop("_index", None)
        rows, _, keys = _stream(tokens, begins)
        pairs = np.unique(np.column_stack([keys, rows]), axis=0)
        known, texts = np.unique(pairs[:, 0], return_counts=True)
        frequent = np.flatnonzero(texts >= self.least)
        kept = np.sort(frequent[np.argsort(-texts[frequent], kind="stable")[: self.most]])
        self.keys_ = known[kept]
        self.rarity_ = np.log((len(tokens.offsets)) / (1 + texts[kept])) + 1
        return self

    @cached_property
    def _index(self) -> pd.Index:
        """Finds the column of a key."""
        return pd.Index(self.keys_)

    def occurrences(self, tokens: Tokens, begins: NDArray[np.bool_]) -> Occurrences:
        """Find the known phrases."""
        rows, first, keys = _stream(tokens, begins)
        columns = self._index.get_indexer(pd.Index(keys))
        known = np.flatnonzero(columns >= 0)
        rows, first, columns = rows[known], first[known], columns[known]
        shape = (len(tokens.offsets) - 1, len(self.keys_))
        weights = self.rarity_[columns]
        bare = sp.csr_array((weights, (rows, columns)), shape=shape)
        lengths = np.sqrt(np.asarray(bare.multiply(bare).sum(axis=1)).ravel())
        return Occurrences(rows, first, columns, weights / lengths[rows])

    def matrix(self, occurrences: Occurrences, texts: int) -> sp.csr_array:
        """Add the occurrences up: (texts, width), rows of unit length or empty."""
        cells = (occurrences.weights, (occurrences.rows, occurrences.columns))
        return sp.csr_array(cells, shape=(texts, len(self.keys_)))

    def is_pair(self, size: int) -> NDArray[np.bool_]:
        """Tell which phrases are pairs, for a vocabulary of `size`: (width,)."""
        return self.keys_ >= size


def _stream(
    tokens: Tokens, begins: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """List rows, positions and keys of all single tokens and all pairs of whole words."""
    ids, rows = tokens.ids.astype(np.int64), tokens.rows
    positions = np.arange(len(ids))
    whole = whole_words(tokens, begins)
    paired = np.flatnonzero(whole[:-1] & whole[1:] & (rows[:-1] == rows[1:]))
    pairs = (ids[paired] + 1) * tokens.size + ids[paired + 1]
    return (
        np.concatenate([rows, rows[paired]]),
        np.concatenate([positions, paired]),
        np.concatenate([ids, pairs]),
    )
