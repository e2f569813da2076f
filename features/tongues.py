"""Which language a text is in, and vectors that do not tell it.

The vectors of a multilingual transformer say first which language a text is in, and only then what
it is about: sentences in six languages fall into six heaps. Each language's mean taken away, they
fall into topics (Libovický, Rosa and Fraser 2020). The student is fitted to such vectors, and as
its words are of one language each, it needs no language to be told when it reads.

A language of which little is there has no mean to take away: where sellers of a new market all
write of one cause, the mean is that cause, and what would be left is noise. So texts that say the
same count once, and a mean is shrunk towards that of all languages, the less it is known (James and
Stein 1961): by n / (n + k), with n the texts that differ, and k the variance within languages over
that between them.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.duplicates import campaigns, representatives
from features.vectors import unit
from features.words import likeliest_language, words

__all__ = ["neutral", "tongue_of"]

MOST: Final = 100
"""Texts for which one may stand: more that are alike tell of a language, not of a young cause."""
_LATIN: Final = "LATIN"

Vectors = NDArray[np.float32]
Floats = NDArray[np.float64]
Places = NDArray[np.intp]


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


def neutral(vectors: Vectors, texts: Sequence[str]) -> Vectors:
    """Take away what tells the language: the mean of the texts in it, as far as it is known.

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
    if not len(texts):
        return vectors.copy()
    names, tongue = np.unique([tongue_of(text) for text in texts], return_inverse=True)
    once = representatives(campaigns(texts))
    within = _spread(vectors[once], tongue[once], len(names)).within
    apart = once[_apart(vectors[once], tongue[once], within)]
    centres = _centres(_spread(vectors[apart], tongue[apart], len(names)))
    return unit((vectors - centres[tongue]).astype(np.float32))


@dataclass(frozen=True, eq=False)
class _Spread:
    """How texts of l languages lie: a one-way analysis of variance, by moments.

    Attributes
    ----------
    texts, means, overall
        (l,) counts; (l, d) a mean a language; (d,) the mean of all.
    within, between
        Mean square distance of a text to its language's mean, and of such a mean to that of all
        languages, beyond what chance adds; 0 where nothing is known of it.
    """

    texts: Floats
    means: Floats
    overall: Floats
    within: float
    between: float


def _spread(vectors: Vectors, tongue: Places, tongues: int) -> _Spread:
    texts = np.bincount(tongue, minlength=tongues).astype(np.float64)
    sums = np.zeros((tongues, vectors.shape[1]))
    np.add.at(sums, tongue, vectors)
    means, overall = sums / np.maximum(texts, 1)[:, None], vectors.mean(axis=0, dtype=np.float64)
    present, total = int((texts > 0).sum()), float(texts.sum())
    within = float(((vectors - means[tongue]) ** 2).sum()) / max(total - present, 1)
    among = float(texts @ ((means - overall) ** 2).sum(axis=1)) - (present - 1) * within
    weight = total - float((texts**2).sum()) / total
    between = max(among / weight, 0.0) if weight > 0 else 0.0
    return _Spread(texts, means, overall, within, between)


def _apart(vectors: Vectors, tongue: Places, within: float) -> Places:
    """Pick texts, of each language, that stand for those who say much the same: (m,) rising places.

    Two texts of a language that have nothing else in common lie at twice the variance within it; at
    less than half of that, more is common to them than is not.
    """
    kept: list[int] = []
    for each in np.unique(tongue):
        left = np.flatnonzero(tongue == each)
        while len(left):
            first, left = int(left[0]), left[1:]
            kept.append(first)
            alike = ((vectors[left] - vectors[first]) ** 2).sum(axis=1) < within
            left = left[~alike | (np.cumsum(alike) >= MOST)]
    return np.array(sorted(kept), dtype=np.intp)


def _centres(found: _Spread) -> Floats:
    """Shrink the languages' means towards that of all, (l, d); one text alone tells nothing."""
    known = np.where(found.texts > 1, found.texts, 0.0) * found.between
    trust = known / np.where(known > 0, known + found.within, 1.0)
    centres: Floats = found.overall + trust[:, None] * (found.means - found.overall)
    return centres
