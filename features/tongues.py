"""Which language a text is in, and vectors that do not tell it.

The vectors of a multilingual transformer say first which language a text is in, and only then what
it is about: sentences in six languages fall into six heaps. Each language's mean taken away, they
fall into topics (Libovický, Rosa and Fraser 2020). The student is fitted to such vectors, and as
its words are of one language each, it needs no language to be told when it reads.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.vectors import unit
from features.words import likeliest_language, words

__all__ = ["neutral", "tongue_of"]

LEAST: Final = 30
"""Texts of a language below which it is centred together with the other rare ones."""
_LATIN: Final = "LATIN"


def tongue_of(text: str) -> str:
    """Guess the language of a text.

    Returns
    -------
    str
        Where most words are of another script than the Latin one, the script's name in Unicode,
        such as "THAI"; else the language whose function words it holds, as ISO 639-1. Languages
        that hardly differ, such as Indonesian and Malay, may be taken for one another; "" where no
        word is.
    """
    found = [word for word in words(text) if word]
    scripts = Counter(unicodedata.name(word[0], "").partition(" ")[0] for word in found)
    script = max(scripts, key=lambda name: (scripts[name], name), default="")
    return likeliest_language(found) if script == _LATIN else script


def neutral(vectors: NDArray[np.float32], texts: Sequence[str]) -> NDArray[np.float32]:
    """Take away what tells the language: the mean of the texts in it.

    Parameters
    ----------
    vectors
        (n, d) unit rows.
    texts
        n, the texts themselves.

    Returns
    -------
    numpy.ndarray
        (n, d) unit rows; zero where a text stood at the mean itself.
    """
    tongues = np.array([tongue_of(text) for text in texts], dtype=object)
    names, place, count = np.unique(tongues, return_inverse=True, return_counts=True)
    group = np.where(count < LEAST, len(names), np.arange(len(names)))[place]
    centred = vectors.copy()
    for each in np.unique(group):
        members = group == each
        centred[members] -= vectors[members].mean(axis=0)
    return unit(centred)
