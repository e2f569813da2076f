"""The student encoder: a table of token vectors, no transformer.

embed(text) = normalise(sum over the text's tokens of table[token]): fifty thousand texts a second
on one machine, and linear in its tokens, so that any linear score on it can be told back to the
words. It is saved as the files of a sentence-transformers `StaticEmbedding`, which
sentence-transformers and model2vec read; Redress itself reads them without torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer
from tokenizers.models import WordPiece

from features.errors import DamagedModel
from features.tokens import (
    Lexicon,
    Tokens,
    begins_word,
    entries,
    nameless,
    spell,
    whole_words,
    word_starts,
)
from features.vectors import unit
from features.words import stop_words

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
    def spellings(self) -> list[str]:
        """What each token contributes to a word's spelling, by id."""
        return [spell([entry]) for entry in self.vocabulary]

    @cached_property
    def begins_word(self) -> NDArray[np.bool_]:
        """Which tokens begin a word: (vocabulary,)."""
        return begins_word(self.vocabulary)

    @cached_property
    def nameless(self) -> NDArray[np.bool_]:
        """Which tokens say nothing of what was written: (vocabulary,)."""
        return nameless(self.tokenizer)

    @cached_property
    def fillers(self) -> NDArray[np.bool_]:
        """Which tokens tell a reader nothing alone, English stop words and signs: (vocabulary,)."""
        stops = stop_words([])
        told = (spelt.casefold() for spelt in self.spellings)
        return np.array([one in stops or not any(map(str.isalnum, one)) for one in told])

    @cached_property
    def _lexicon(self) -> Lexicon:
        return Lexicon(self.tokenizer)

    def tokens(self, texts: Sequence[str]) -> Tokens:
        """Split texts into this encoder's tokens."""
        return self._lexicon.tokens(texts)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts: (n, d) unit rows; a text without tokens is the zero vector."""
        return self.embed(self.tokens(texts).counts())

    def embed(self, counts: sp.csr_array) -> NDArray[np.float32]:
        """Embed token counts (n, vocabulary): (n, d) unit rows, zero where there are no tokens."""
        return unit(counts @ self.table)

    def coverage(self, texts: Sequence[str]) -> float:
        """Measure how many words have an entry of their own, instead of falling into pieces.

        Returns
        -------
        float
            Share of the words of the texts, 0 to 1; NaN where there is none.
        """
        tokens = self.tokens(texts)
        words = int(word_starts(tokens, self.begins_word).sum())
        whole = whole_words(tokens, self.begins_word) & ~self.nameless[tokens.ids]
        return float(whole.sum()) / words if words else float("nan")

    def save(self, folder: Path) -> None:
        """Write `model.safetensors` and `tokenizer.json`, as StaticEmbedding does."""
        folder.mkdir(parents=True, exist_ok=True)
        save_file({TABLE: np.ascontiguousarray(self.table)}, folder / "model.safetensors")
        self.tokenizer.save(str(folder / "tokenizer.json"))

    @classmethod
    def load(cls, folder: Path) -> StudentEncoder:
        """Read what `save` wrote.

        Raises
        ------
        DamagedModel
            When a file is missing, broken, or does not fit the other.
        """
        tokenizer = _tokenizer(folder / "tokenizer.json")
        try:
            table = load_file(folder / "model.safetensors")[TABLE]
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise _damaged("model.safetensors", type(error).__name__) from error
        if table.ndim != 2 or len(table) != tokenizer.get_vocab_size():
            raise _damaged("model.safetensors", f"a table of shape {table.shape}")
        return cls(tokenizer, table)


def silent() -> StudentEncoder:
    """Make the encoder of a corpus without text: whatever it reads is the zero vector."""
    unknown = "[UNK]"
    tokenizer = Tokenizer(WordPiece(vocab={unknown: 0}, unk_token=unknown))
    return StudentEncoder(tokenizer, np.zeros((1, 1), dtype=np.float32))


def _tokenizer(file: Path) -> Tokenizer:
    try:
        return Tokenizer.from_file(str(file))
    except Exception as error:  # tokenizers raises nothing narrower
        raise _damaged(file.name, type(error).__name__) from error


def _damaged(file: str, found: str) -> DamagedModel:
    return DamagedModel(
        f"the encoder's {file} cannot be read ({found})",
        "tokenizer.json and model.safetensors as they were written",
        "Train again, or promote another version: redress promote --version V.",
    )
