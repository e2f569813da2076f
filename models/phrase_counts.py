"""Counts which phrases the appeals of each theme hold, and how many appellants say each.

All of it is array work on the numbers of the words: a phrase at a time costs many times as much.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.courtesy import without_courtesies
from features.words import (
    BREAK,
    is_unspaced,
    is_vietnamese,
    light_words,
    stop_words,
    words,
)
from models.compounds import compounds, joined

__all__ = ["SAME_COUNT", "PhraseCounts", "Reading", "count_phrases", "key_of", "read", "spoken"]

LONGEST: Final = 3
"""Words of a phrase."""
SAME_COUNT: Final = 0.7
"""Share of a phrase's texts that hold a longer phrase around it, from which the longer one stands
for both."""


@dataclass(frozen=True)
class Reading:
    """Words of the texts that are read, end to end.

    Attributes
    ----------
    ids
        (m,) int64; 0 parts phrases.
    text
        (m,) which text each word is of.
    edge
        (m,) whether a phrase may begin or end with it.
    alone
        (m,) whether it may be a phrase by itself.
    heavy
        (m,) whether it means something by itself.
    surfaces
        How each id is most often written.
    """

    ids: NDArray[np.int64]
    text: NDArray[np.int64]
    edge: NDArray[np.bool_]
    alone: NDArray[np.bool_]
    heavy: NDArray[np.bool_]
    surfaces: list[str]


@dataclass(frozen=True)
class PhraseCounts:
    """How many texts of each theme hold each phrase: one entry a phrase and theme.

    Attributes
    ----------
    words
        (phrases, LONGEST) ids, 0 after the last.
    light
        (phrases,) whether no word of it means something by itself.
    phrase, theme, count
        The entries; themes from 0, appeals of no theme last.
    """

    words: NDArray[np.int64]
    light: NDArray[np.bool_]
    phrase: NDArray[np.int64]
    theme: NDArray[np.int64]
    count: NDArray[np.float64]


def read(texts: Sequence[str]) -> Reading:
    """Split texts into words and number these, plural and singular alike.

    Parameters
    ----------
    texts
        In any languages; each is read with the stop words of its own.

    Returns
    -------
    Reading
        The texts in order, a break after each; courtesies count as breaks.
    """
    numbers = _Numbers()
    ids: list[int] = []
    text: list[int] = []
    edge: list[bool] = []
    forms: Counter[str] = Counter()
    edges: dict[frozenset[str], dict[str, bool]] = {}
    for position, (found, stops) in enumerate(spoken(texts)):
        found.append(BREAK)
        known = edges.setdefault(stops, {})
        known.update((word, _tells(word.casefold(), stops)) for word in {*found} - known.keys())
        ids.extend(map(numbers.__getitem__, found))
        edge.extend(map(known.__getitem__, found))
        text.extend([position] * len(found))
        forms.update(found)
    light = light_words()
    heavy = np.array([word not in light for word in numbers.keys_], dtype=bool)
    alone = np.array([len(word) > 1 for word in numbers.keys_], dtype=bool)
    position_ids = np.array(ids, dtype=np.int64)
    return Reading(
        position_ids,
        np.array(text, dtype=np.int64),
        np.array(edge, dtype=bool),
        alone[position_ids],
        heavy[position_ids],
        _surfaces(forms, numbers),
    )


def spoken(texts: Sequence[str]) -> list[tuple[list[str], frozenset[str]]]:
    """Split texts into words without courtesies, and give the stop words of each."""
    split = [words(text) for text in texts]
    stops = [stop_words(found) for found in split]
    told = [without_courtesies(found) for found in split]
    syllabic = [i for i, found in enumerate(split) if is_vietnamese(found)]
    if syllabic:
        known = compounds([told[i] for i in syllabic], stops[syllabic[0]])
        for i in syllabic:
            told[i] = joined(told[i], known)
    return list(zip(told, stops, strict=True))


class _Numbers(dict[str, int]):
    """Numbers of words as written, the same for all forms of one; 0 is `BREAK`.

    Attributes
    ----------
    keys_
        What the forms of each word share, by number.
    """

    def __init__(self) -> None:
        super().__init__()
        self.keys_: dict[str, int] = {BREAK: 0}

    def __missing__(self, word: str) -> int:
        number = self.keys_.setdefault(key_of(word), len(self.keys_))
        self[word] = number
        return number


def _tells(word: str, stops: frozenset[str]) -> bool:
    """Whether a phrase may begin or end with a word: no stop word, nor made of them."""
    if is_unspaced(word):
        return word not in stops and not all(character in stops for character in word)
    return len(word) > 1 and word not in stops


def key_of(word: str) -> str:
    """Give one key to a word and its English plural; the key is never shown."""
    word = word.casefold()
    if len(word) > 3 and word.isascii() and word.endswith("s") and word[-2] not in "siu":
        return word[:-1]
    return word


def _surfaces(forms: Counter[str], numbers: _Numbers) -> list[str]:
    """How each word is most often written; in a tie the form with fewer capitals."""
    best = [(0, "")] * len(numbers.keys_)
    for form, count in forms.items():
        best[numbers[form]] = max(best[numbers[form]], (count, form))
    return [form for _, form in best]


def count_phrases(
    reading: Reading, theme: NDArray[np.int64], teller: NDArray[np.int64]
) -> PhraseCounts:
    """Count the tellers of each phrase in each theme.

    A phrase is up to `LONGEST` words in a row that begins and ends with words that tell something.
    What stands once in all texts is no phrase, nor is what was cut out of a longer wording, which
    has always the same word beside it.

    Parameters
    ----------
    reading
        Of the texts.
    theme, teller
        (texts,) numbers from 0: the theme of each text, and who tells it; a phrase counts once a
        theme and teller.

    Returns
    -------
    PhraseCounts
        Entries that are not 0.
    """
    parts = [_counts_of_length(reading, theme, teller, n) for n in range(1, LONGEST + 1)]
    offsets = np.cumsum([0, *(len(part.words) for part in parts[:-1])])
    return PhraseCounts(
        np.concatenate([part.words for part in parts]),
        np.concatenate([part.light for part in parts]),
        np.concatenate([p.phrase + offset for p, offset in zip(parts, offsets, strict=True)]),
        np.concatenate([part.theme for part in parts]),
        np.concatenate([part.count for part in parts]),
    )


def _counts_of_length(
    reading: Reading, theme: NDArray[np.int64], teller: NDArray[np.int64], n: int
) -> PhraseCounts:
    """Count the phrases of n words."""
    width = len(reading.surfaces)
    begins = _begins(reading, n)
    keys = np.zeros(len(begins), dtype=np.int64)
    for k in range(n):
        keys = keys * width + reading.ids[begins + k]
    _, first, phrase, often = np.unique(
        keys, return_index=True, return_inverse=True, return_counts=True
    )
    kept = often >= 2
    if n == LONGEST:
        kept &= ~_cut(reading, begins, phrase, n)
    number = np.cumsum(kept) - 1
    use = kept[phrase]
    begins, phrase, first = begins[use], number[phrase[use]], begins[first[kept]]
    text = reading.text[begins]
    tellers = int(teller.max(initial=0)) + 1
    groups = int(theme.max(initial=0)) + 1
    told = np.unique((phrase * groups + theme[text]) * tellers + teller[text]) // tellers
    pairs, count = np.unique(told, return_counts=True)
    written = np.zeros((len(first), LONGEST), dtype=np.int64)
    for k in range(n):
        written[:, k] = reading.ids[first + k]
    light = ~np.logical_or.reduce([reading.heavy[first + k] for k in range(n)])
    return PhraseCounts(written, light, pairs // groups, pairs % groups, count.astype(np.float64))


def _cut(
    reading: Reading, begins: NDArray[np.int64], phrase: NDArray[np.int64], n: int
) -> NDArray[np.bool_]:
    """Which phrases are cut out of something longer: one and the same word goes before or after."""
    often = np.bincount(phrase)
    cut = np.zeros(len(often), dtype=bool)
    for beside in (begins - 1, begins + n):
        word = np.where(reading.edge[beside], reading.ids[beside], 0)
        told = word > 0
        pairs, count = np.unique(
            phrase[told] * len(reading.surfaces) + word[told], return_counts=True
        )
        most = np.zeros(len(often), dtype=np.int64)
        np.maximum.at(most, pairs // len(reading.surfaces), count)
        cut |= most >= SAME_COUNT * often
    return cut


def _begins(reading: Reading, n: int) -> NDArray[np.int64]:
    """Where phrases of n words begin."""
    last = len(reading.ids) - n + 1
    if last <= 0:
        return np.empty(0, dtype=np.int64)
    first, final = slice(0, last), slice(n - 1, n - 1 + last)
    fine = reading.edge[first] & reading.edge[final]
    for k in range(1, n - 1):
        inner = slice(k, k + last)
        fine &= reading.ids[inner] > 0
        fine &= reading.edge[inner] | (reading.heavy[first] & reading.heavy[final])
    if n > 1:
        fine &= reading.ids[first] != reading.ids[final]
    else:
        fine &= reading.alone[first]
    return np.flatnonzero(fine)
