"""Tokens: texts as the ids of a fast tokeniser, and which ids make one word."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from tokenizers import Tokenizer

CONTINUATION: Final = "##"
"""What WordPiece puts before a piece that goes on with a word."""
BOUNDARIES: Final = ("▁", "Ġ")
"""What Unigram and byte-level BPE put before a piece that begins a word."""
LONGEST_WORD: Final = 40


@dataclass(frozen=True)
class Tokens:
    """The tokens of n texts, end to end.

    Attributes
    ----------
    ids
        (t,) vocabulary ids.
    offsets
        (n + 1,) where each text's tokens begin; the last entry is t.
    size
        Entries of the vocabulary.
    """

    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]
    size: int

    @property
    def rows(self) -> NDArray[np.int64]:
        """(t,) the text that each token belongs to."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))

    def counts(self) -> sp.csr_array:
        """Count the tokens: (n, size), without regard to their order."""
        ones = np.ones(len(self.ids), dtype=np.float32)
        shape = (len(self.offsets) - 1, self.size)
        # A copy: adding duplicates up in place would reorder the tokens themselves.
        matrix = sp.csr_array((ones, self.ids, self.offsets), shape=shape, copy=True)
        matrix.sum_duplicates()
        return matrix


def tokenise(tokenizer: Tokenizer, texts: Sequence[str]) -> Tokens:
    """Split texts into tokens, without special ones."""
    encodings = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
    ids = [encoding.ids for encoding in encodings]
    lengths = np.fromiter(map(len, ids), dtype=np.int64, count=len(ids))
    flat = np.fromiter((i for row in ids for i in row), dtype=np.int32, count=int(lengths.sum()))
    return Tokens(flat, np.concatenate([[0], np.cumsum(lengths)]), tokenizer.get_vocab_size())


def entries(tokenizer: Tokenizer) -> list[str]:
    """List the vocabulary by id."""
    vocabulary = tokenizer.get_vocab()
    return sorted(vocabulary, key=vocabulary.__getitem__)


def begins_word(vocabulary: Sequence[str]) -> NDArray[np.bool_]:
    """Tell which entries begin a word, whichever way the vocabulary marks it: (size,)."""
    marked = np.array([entry.startswith(BOUNDARIES) for entry in vocabulary])
    if marked.any():
        return marked
    return np.array([not entry.startswith(CONTINUATION) for entry in vocabulary])


def spell(pieces: Sequence[str]) -> str:
    """Put the pieces of one word together."""
    return "".join(piece.removeprefix(CONTINUATION).lstrip("".join(BOUNDARIES)) for piece in pieces)


def extend(tokenizer: Tokenizer, texts: Sequence[str], least: int, most: int) -> Tokenizer:
    """Give words that are frequent in the texts entries of their own.

    A WordPiece tokeniser takes the longest entry that fits, so a frequent word becomes one token and
    a rare one still falls into pieces. Tokenisers of other kinds are returned as they are.

    Parameters
    ----------
    tokenizer
        The tokeniser to start from; left as it is.
    texts
        The corpus.
    least
        Texts in which a word must stand.
    most
        Words to add at the most, the most frequent first.
    """
    plan = json.loads(tokenizer.to_str())
    if plan["model"]["type"] != "WordPiece":
        return tokenizer
    known = plan["model"]["vocab"]
    frequent = _document_frequency(tokenizer, texts)
    wanted = [
        word
        for word, count in sorted(frequent.items(), key=lambda item: (-item[1], item[0]))
        if count >= least and word not in known and len(word) <= LONGEST_WORD
    ]
    for word in wanted[:most]:
        known[word] = len(known)
    return Tokenizer.from_str(json.dumps(plan))


def _document_frequency(tokenizer: Tokenizer, texts: Sequence[str]) -> Counter[str]:
    frequency: Counter[str] = Counter()
    normalise, split = tokenizer.normalizer, tokenizer.pre_tokenizer
    for text in texts:
        words = split.pre_tokenize_str(normalise.normalize_str(text))
        frequency.update({word for word, _ in words if word.isalpha()})
    return frequency
