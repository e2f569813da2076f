"""A vocabulary learnt from the user's own texts, in any script.

A multilingual transformer has a quarter of a million pieces: a user's texts need a few thousand of
them, and hardly one is a word that can be read back to people. So the words that stand in several
texts become entries, and beside them the pieces that the others are made of (byte-pair merges).
Scripts that set no spaces are split by ICU's dictionaries while the vocabulary is learnt;
afterwards the likeliest way through its entries (Unigram; Kudo 2018) splits them, in Rust alone.

    score(entry) = log(occurrences of the entry / occurrences of all entries)

What is neither letter, digit nor pictograph parts words, and is no token.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from icu4py.breakers import WordBreaker
from tokenizers import Regex, Tokenizer
from tokenizers.models import BPE, Unigram
from tokenizers.normalizers import NFKC, Lowercase, Replace
from tokenizers.normalizers import Sequence as InTurn
from tokenizers.pre_tokenizers import Split
from tokenizers.trainers import BpeTrainer

from features.words import UNSPACED, is_unspaced

__all__ = ["MARK", "is_learnt", "learn", "words_of"]

PIECES: Final = 8_000
"""Pieces that words which are no entries are made of."""
LONGEST: Final = 24
"""Characters of an entry."""
UNKNOWN: Final = "<unk>"
MARK: Final = "▁"
"""Stands before every word of a script that sets spaces."""
_LETTER: Final = rf"[\p{{L}}\p{{M}}\p{{N}}&&[^{UNSPACED}]]"


def learn(texts: Sequence[str], least: int, most: int) -> Tokenizer:
    """Learn a vocabulary.

    Parameters
    ----------
    texts
        The corpus; the same texts give the same vocabulary.
    least
        Texts in which a word must stand to become an entry.
    most
        Words at the most, the most frequent first.

    Returns
    -------
    Tokenizer
        Of the model Unigram. Every character of the texts is an entry, so that only characters
        that they do not hold are unknown.
    """
    tokenizer = _bare()
    split = [list(words_of(tokenizer, text)) for text in texts]
    occurrences = Counter(word for found in split for word in found)
    texts_with = Counter(word for found in split for word in set(found))
    entries = _pieces(occurrences)
    frequent = sorted(texts_with.items(), key=lambda item: (-item[1], item[0]))
    words = [word for word, count in frequent if count >= least and len(word) <= LONGEST]
    for word in words[:most]:
        entries[word] = max(entries[word], occurrences[word])
    tokenizer.model = Unigram([(UNKNOWN, 0.0), *_scored(entries)], 0)
    return tokenizer


def words_of(tokenizer: Tokenizer, text: str) -> Iterator[str]:
    """Split a text into words as a learnt vocabulary writes them, by ICU where no space does."""
    plain = tokenizer.normalizer.normalize_str(text)
    for run, _ in tokenizer.pre_tokenizer.pre_tokenize_str(plain):
        if is_unspaced(run):
            yield from map(str, WordBreaker(run, "en"))
        else:
            yield run


def is_learnt(plan: Mapping[str, Any]) -> bool:
    """Tell whether a tokeniser, as read from its JSON, normalises and splits as `learn`'s do."""
    return all(plan.get(part) == wanted for part, wanted in _parts().items())


def _bare() -> Tokenizer:
    """Make the tokeniser, its vocabulary left empty."""
    tokenizer = Tokenizer(Unigram([(UNKNOWN, 0.0)], 0))
    tokenizer.normalizer = InTurn(
        [
            NFKC(),
            # NFKC takes Thai and Lao "am" apart, which no dictionary and no writer does.
            Replace("\u0e4d\u0e32", "\u0e33"),
            Replace("\u0ecd\u0eb2", "\u0eb3"),
            Lowercase(),
            Replace(MARK, " "),
            Replace(Regex(f"(?<!{_LETTER})(?={_LETTER})"), MARK),
        ]
    )
    spoken = Regex(rf"{MARK}{_LETTER}+|[{UNSPACED}]+|[\p{{So}}&&[^{MARK}]]")
    tokenizer.pre_tokenizer = Split(spoken, "removed", invert=True)
    return tokenizer


@cache
def _parts() -> dict[str, Any]:
    plan = json.loads(_bare().to_str())
    return {part: plan[part] for part in ("normalizer", "pre_tokenizer", "truncation", "padding")}


def _pieces(occurrences: Mapping[str, int]) -> Counter[str]:
    """Count the pieces that byte-pair merges make of the words, and every character."""
    model = Tokenizer(BPE())
    trainer = BpeTrainer(vocab_size=PIECES, show_progress=False, max_token_length=LONGEST)
    in_order = sorted(occurrences.items())
    model.train_from_iterator((word for word, count in in_order for _ in range(count)), trainer)
    found = Counter(dict.fromkeys(model.get_vocab(), 1))
    found.update({character: 1 for word in occurrences for character in word})
    for word, count in in_order:
        for piece in model.encode(word).tokens:
            found[piece] += count
    return found


def _scored(entries: Mapping[str, int]) -> list[tuple[str, float]]:
    """Give entries their log probabilities, the most frequent first."""
    total = sum(entries.values())
    in_order = sorted(entries.items(), key=lambda item: (-item[1], item[0]))
    return [(entry, math.log(count / total)) for entry, count in in_order]
