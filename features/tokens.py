"""Tokens: texts as the ids of a fast tokeniser, and which ids make one word."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import Unigram, WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from features.vocabulary import is_learnt
from features.words import is_unspaced

CONTINUATION: Final = "##"
"""What WordPiece puts before a piece that goes on with a word."""
BOUNDARIES: Final = ("▁", "Ġ")
"""What Unigram and byte-level BPE put before a piece that begins a word."""
LONGEST_WORD: Final = 40
REMEMBERED: Final = 2_000_000
"""Characters of words that a lexicon remembers before it begins anew: some 50 MB."""


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


class Lexicon:
    """Splits texts into tokens, and remembers the words: most have stood in an earlier text.

    Safe to share between threads: what is remembered is only added to, or begun anew.

    Parameters
    ----------
    tokenizer
        Splits a text into vocabulary ids; not to be changed any more.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self._stands_alone = _words_stand_alone(tokenizer)
        self._known: dict[str, list[int]] = {}
        self._characters = 0

    def tokens(self, texts: Sequence[str]) -> Tokens:
        """Split texts into tokens, without special ones."""
        if not self._stands_alone:
            return _end_to_end(self._ids(texts), self.tokenizer)
        words = [text.split(" ") for text in texts]
        flat = list(chain.from_iterable(words))
        found = _end_to_end(list(map(self._look_up(flat).__getitem__, flat)), self.tokenizer)
        return Tokens(found.ids, found.offsets[_offsets(words)], found.size)

    def _look_up(self, words: Iterable[str]) -> Mapping[str, list[int]]:
        if self._characters > REMEMBERED:
            self._known, self._characters = {}, 0
        known = self._known
        new = list(set(words).difference(known))
        known.update(zip(new, self._ids(new), strict=True))
        self._characters += sum(map(len, new))
        return known

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        encodings = self.tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [encoding.ids for encoding in encodings]


def tokenise(tokenizer: Tokenizer, texts: Sequence[str]) -> Tokens:
    """Split texts into tokens, without special ones."""
    return Lexicon(tokenizer).tokens(texts)


def _end_to_end(ids: Sequence[Sequence[int]], tokenizer: Tokenizer) -> Tokens:
    offsets = _offsets(ids)
    flat = np.fromiter(chain.from_iterable(ids), dtype=np.int32, count=int(offsets[-1]))
    return Tokens(flat, offsets, tokenizer.get_vocab_size())


def _offsets(lists: Sequence[Sequence[object]]) -> NDArray[np.int64]:
    """Say where each of some lists begins when they are put end to end; last, their length."""
    lengths = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))
    return np.concatenate([[0], np.cumsum(lengths)])


def _words_stand_alone(tokenizer: Tokenizer) -> bool:
    """Tell whether what stands between two blanks gives the same tokens wherever it stands."""
    if isinstance(tokenizer.model, Unigram):
        return is_learnt(json.loads(tokenizer.to_str()))
    added = tokenizer.get_added_tokens_decoder().values()
    return (
        is_wordpiece(tokenizer)
        and isinstance(tokenizer.normalizer, BertNormalizer)
        and isinstance(tokenizer.pre_tokenizer, BertPreTokenizer)
        and tokenizer.truncation is None
        and tokenizer.padding is None
        and not any(" " in token.content for token in added)
    )


def is_wordpiece(tokenizer: Tokenizer) -> bool:
    """Tell whether a tokeniser takes the longest entry that fits."""
    return isinstance(tokenizer.model, WordPiece)


def entries(tokenizer: Tokenizer) -> list[str]:
    """List the vocabulary by id."""
    vocabulary = tokenizer.get_vocab()
    return sorted(vocabulary, key=vocabulary.__getitem__)


def begins_word(vocabulary: Sequence[str]) -> NDArray[np.bool_]:
    """Tell which entries begin a word, whichever way the vocabulary marks it: (size,)."""
    marked = np.array([entry.startswith(BOUNDARIES) for entry in vocabulary], dtype=bool)
    if marked.any():
        alone = np.array([_reads_alone(entry) for entry in vocabulary], dtype=bool)
        return np.asarray(marked | alone, dtype=np.bool_)
    return np.array([not entry.startswith(CONTINUATION) for entry in vocabulary])


def whole_words(tokens: Tokens, begins: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which tokens are a word by themselves: (t,)."""
    start = word_starts(tokens, begins)
    return np.asarray(start & np.append(start[1:], True))


def word_starts(tokens: Tokens, begins: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which tokens begin a word; the first of a text always does: (t,)."""
    start = begins[tokens.ids].copy()
    start[tokens.offsets[:-1][np.diff(tokens.offsets) > 0]] = True
    return start


def _reads_alone(entry: str) -> bool:
    """Tell whether an entry, of a script without spaces, is more than a letter within a word."""
    if not entry or not is_unspaced(entry):
        return False
    return not unicodedata.category(entry[0]).startswith("M") and (
        len(entry) > 1 or unicodedata.name(entry, "").startswith("CJK")
    )


def nameless(tokenizer: Tokenizer) -> NDArray[np.bool_]:
    """Tell which entries say nothing of what was written: unknown, special or blank: (size,)."""
    vocabulary = entries(tokenizer)
    special = {
        token.content for token in tokenizer.get_added_tokens_decoder().values() if token.special
    }
    model = json.loads(tokenizer.to_str())["model"]
    special.add(model.get("unk_token"))
    if model.get("unk_id") is not None:
        special.add(vocabulary[model["unk_id"]])
    return np.array([entry in special or not spell([entry]) for entry in vocabulary], dtype=bool)


def spell(pieces: Sequence[str]) -> str:
    """Put the pieces of one word together."""
    return "".join(piece.removeprefix(CONTINUATION).lstrip("".join(BOUNDARIES)) for piece in pieces)


def extend(tokenizer: Tokenizer, texts: Sequence[str], least: int, most: int) -> Tokenizer:
    """Give words that are frequent in the texts entries of their own.

    A WordPiece tokeniser takes the longest entry that fits, so a frequent word becomes one token
    and a rare one still falls into pieces. Tokenisers of other kinds are returned as they are.

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
    if not is_wordpiece(tokenizer):
        return tokenizer
    taken = tokenizer.get_vocab()
    frequent = _document_frequency(tokenizer, texts)
    wanted = [
        word
        for word, count in sorted(frequent.items(), key=lambda item: (-item[1], item[0]))
        if count >= least and word not in taken and len(word) <= LONGEST_WORD
    ]
    # Added tokens join the model's entries, or their ids would move behind the new words.
    free = max(taken.values(), default=-1) + 1
    new = {word: free + place for place, word in enumerate(wanted[:most])}
    plan["model"]["vocab"] = taken | new
    return Tokenizer.from_str(json.dumps(plan))


def _document_frequency(tokenizer: Tokenizer, texts: Sequence[str]) -> Counter[str]:
    frequency: Counter[str] = Counter()
    for text in texts:
        frequency.update({word for word in _words(tokenizer, text) if word.isalpha()})
    return frequency


def _words(tokenizer: Tokenizer, text: str) -> list[str]:
    """Cut a text into words as the tokeniser does before it looks into its vocabulary."""
    normalise, split = tokenizer.normalizer, tokenizer.pre_tokenizer
    plain = normalise.normalize_str(text) if normalise else text
    return [word for word, _ in split.pre_tokenize_str(plain)] if split else [plain]
