"""Words of several syllables, which Vietnamese writes apart: "vi phạm", "bộ phận", "khiếu nại".

No dictionary is at work: two syllables are a word where they keep together throughout the texts,
by the normalised pointwise mutual information of Bouma (2009), as phrases are found in word2vec
(Mikolov et al. 2013). A stop word is part of one only where the other syllable hardly ever goes
without it: "bộ phận", not "của shop".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from features.words import BREAK

__all__ = ["compounds", "joined"]

TOGETHER: Final = 0.6
"""Normalised mutual information, -1 to 1, from which two syllables are a word."""
BOUND: Final = 0.7
"""Share of a syllable's uses beside a stop word, from which the two are a word."""
LEAST: Final = 4
"""Texts that must hold a word."""


def compounds(
    texts: Sequence[Sequence[str]], stops: Collection[str]
) -> dict[tuple[str, str], float]:
    """Find which syllables make up words.

    Parameters
    ----------
    texts
        Syllables of each text, as of `features.words.words`.
    stops
        Case-folded stop words.

    Returns
    -------
    dict
        How strongly two case-folded syllables keep together, `TOGETHER` to 1, where they do.
    """
    single: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for text in texts:
        folded = [syllable.casefold() for syllable in text]
        # Once a text, so that a writer who repeats himself makes no word.
        single.update({*folded} - {BREAK})
        pairs.update({pair for pair in pairwise(folded) if BREAK not in pair})
    return {
        pair: strength
        for pair, count in pairs.items()
        if count >= LEAST and (strength := _strength(pair, count, single, len(texts))) >= TOGETHER
        if _bound(pair, count, single, stops)
    }


def _strength(pair: tuple[str, str], count: int, single: Counter[str], texts: int) -> float:
    """Normalised pointwise mutual information of two syllables."""
    if count == texts:
        return 1.0
    together = count / texts
    chance = single[pair[0]] * single[pair[1]] / texts**2
    return float(np.log(together / chance) / -np.log(together))


def _bound(pair: tuple[str, str], count: int, single: Counter[str], stops: Collection[str]) -> bool:
    """Whether a stop word, where one of the two is, belongs to the other syllable."""
    light = [syllable in stops for syllable in pair]
    if not any(light):
        return True
    return not all(light) and count >= BOUND * single[pair[light.index(False)]]


def joined(text: Sequence[str], known: dict[tuple[str, str], float]) -> list[str]:
    """Join the syllables of words with a space; of two that could be joined, the stronger."""
    found: list[str] = []
    folded = [syllable.casefold() for syllable in text]
    strengths = [known.get(pair, 0.0) for pair in pairwise(folded)] + [0.0, 0.0]
    place = 0
    while place < len(text):
        if strengths[place] > 0 and strengths[place] >= strengths[place + 1]:
            found.append(f"{text[place]} {text[place + 1]}")
            place += 2
        else:
            found.append(text[place])
            place += 1
    return found
