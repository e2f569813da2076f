"""The student encoder: a table of token vectors, no transformer.

embed(text) = normalise(sum over the text's tokens of table[token]): fifty thousand texts a second on
one machine, and linear in its tokens, so that any linear score on it can be told back to the words.
It is saved as the files of a sentence-transformers `StaticEmbedding`, which sentence-transformers
and model2vec read; Redress itself reads them without torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from features.tokens import Tokens, begins_word, entries, tokenise

TABLE: Final = "embedding.weight"


class StudentEncoder:
    """Embeds texts by summing token vectors.

    Parameters
    ----------
    tokenizer
        Splits a text into vocabulary ids.
    table
        (vocabulary, d) token vectors, weights included.
    """

    def __init__(self, tokenizer: Tokenizer, table: NDArray[np.float32]) -> None:
        self.tokenizer = tokenizer
        self.table = table

    @property
    def dimension(self) -> int:
        """Entries of a vector."""
        return int(self.table.shape[1])

    @cached_property
    def vocabulary(self) -> list[str]:
        """The tokens, by id."""
        return entries(self.tokenizer)

    @cached_property
    def begins_word(self) -> NDArray[np.bool_]:
        """Which tokens begin a word: (vocabulary,)."""
        return begins_word(self.vocabulary)

    def tokens(self, texts: Sequence[str]) -> Tokens:
        """Split texts into this encoder's tokens."""
        return tokenise(self.tokenizer, texts)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts: (n, d) unit rows; a text without tokens is the zero vector."""
        return self.embed(self.tokens(texts).counts())

    def embed(self, counts: sp.csr_array) -> NDArray[np.float32]:
        """Embed token counts (n, vocabulary): (n, d) unit rows, zero where there are no tokens."""
        return unit(counts @ self.table)

    def save(self, folder: Path) -> None:
        """Write `model.safetensors` and `tokenizer.json`, as StaticEmbedding does."""
        folder.mkdir(parents=True, exist_ok=True)
        save_file({TABLE: np.ascontiguousarray(self.table)}, folder / "model.safetensors")
        self.tokenizer.save(str(folder / "tokenizer.json"))

    @classmethod
    def load(cls, folder: Path) -> StudentEncoder:
        """Read what `save` wrote."""
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        return cls(tokenizer, load_file(folder / "model.safetensors")[TABLE])


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale rows to length one; a zero row stays zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: NDArray[np.float32] = vectors / np.where(lengths > 0, lengths, 1)
    return scaled
