"""What a theme is called: the phrases that its members share and others do not.

A phrase is one to three words in a row that neither begin nor end with a stop word. Its weight in a
theme is a class TF-IDF (Grootendorst 2022, BERTopic) of texts instead of occurrences, so that a
writer who repeats a word does not make it weigh more:

    weight(p, c) = sqrt(share(p, c)) * log((share(p, c) + s) / (share(p, elsewhere) + s)),

with share(p, c) the share of the theme's texts that hold the phrase, share(p, elsewhere) its mean
over all other themes, and s = SMOOTH. The root is BERTopic's damping of frequent words; the rarity
is taken against the other themes (Tomokiyo and Hurst 2003) instead of against all, so that what
every theme says weighs nothing, and not merely less.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.words import stop_words, without_accents, written
from models.phrase_counts import SAME_COUNT, PhraseCounts, count_phrases, read
from models.private_phrases import Glances

__all__ = ["keyphrases", "title_of", "titles"]

MEMBERS: Final = 200
"""Members of a theme that are read, drawn by a seeded chance."""
TEXTS: Final = 15_000
"""Texts that are read in all: with very many themes, fewer members of each."""
FEWEST_MEMBERS: Final = 30
"""Members of a theme that are read, however many themes there are."""
STRANGERS: Final = 2_000
"""Appeals of no theme that are read: what is said everywhere is told from them too."""
LEAST_SHARE: Final = 0.03
"""Share of a theme's members that must say a phrase: a name or an order number is said by one."""
SMOOTH: Final = 0.01
"""Share that is added to both sides of a ratio of shares: a sample tells no smaller ones apart."""
LIGHT: Final = 0.4
"""What a phrase of nothing but light words ("good help") weighs against others."""
LONGER: Final = 0.6
"""What each further word adds to the weight: two words tell a cause better than one."""
CANDIDATES: Final = 80
"""Phrases of a theme that are compared with one another."""
STEM: Final = 0.6
"""Share of the longer of two words that both begin with, from which they are forms of one word."""
TITLE_LENGTH: Final = 60
"""Characters of a title."""
JOIN: Final = ", "
"""Stands between the phrases of a title; no phrase holds it."""
TITLE_PHRASES: Final = 3
"""Phrases of a title."""


def keyphrases(
    texts: Sequence[str],
    labels: NDArray[np.int32],
    most: int = 10,
    seed: int = 0,
    subjects: Sequence[str | None] | None = None,
    least_subjects: int = 5,
    themes: int | None = None,
) -> list[tuple[str, ...]]:
    """Find the phrases that tell each theme from the others.

    Parameters
    ----------
    texts
        n texts in any languages, a template letter once.
    labels
        (n,) themes from 0; -1 for none: these only tell what is said everywhere.
    most
        Phrases of a theme at the most.
    seed
        Of the sample that is read of large themes.
    subjects
        n ids of who appeals, where known: a phrase counts once a subject; None is one of its own.
    least_subjects
        Distinct subjects among the members read who must say a phrase.
    themes
        How many there are, where the last may have no text here; None for as many as `labels` tell.

    Returns
    -------
    list of tuple of str
        By theme, phrases by falling weight, written as most texts write them. A theme whose members
        share no words, or of fewer subjects than `least_subjects`, has none. Names of people and
        shops and other marks of `features.redact` are in none, nor are courtesies.
    """
    themes = int(labels.max(initial=-1)) + 1 if themes is None else themes
    if themes == 0 or not len(labels):
        return [()] * themes
    sample = _sample(labels, themes, seed)
    sampled = [texts[i] for i in sample]
    reading = read(sampled)
    theme = np.where(labels[sample] < 0, themes, labels[sample]).astype(np.int64)
    teller = _tellers(sample, subjects)
    sizes = _sizes(theme, teller, themes)
    counts = count_phrases(reading, theme, teller)
    least = np.maximum(least_subjects, LEAST_SHARE * sizes)
    ranked = _ranked(counts, _weights(counts, sizes), least)
    glances = Glances(sampled, reading, theme)
    return [
        _public(_candidates(counts, own, reading.surfaces), most, glances, number)
        for number, own in enumerate(ranked)
    ]


def _sample(labels: NDArray[np.int32], themes: int, seed: int) -> NDArray[np.int64]:
    """Draw members of every theme, and some appeals of none; rising positions."""
    share = np.full(themes + 1, min(MEMBERS, max(FEWEST_MEMBERS, TEXTS // themes)))
    share[themes] = STRANGERS
    drawn = np.random.default_rng(seed).permutation(len(labels))
    group = np.where(labels[drawn] < 0, themes, labels[drawn])
    order = np.argsort(group, kind="stable")
    begins = np.searchsorted(group[order], np.arange(themes + 1))
    rank = np.arange(len(order)) - begins[group[order]]
    return np.sort(drawn[order[rank < share[group[order]]]])


def _tellers(sample: NDArray[np.int64], subjects: Sequence[str | None] | None) -> NDArray[np.int64]:
    """Give every text the number of who tells it: its subject, or itself where that is unknown."""
    if subjects is None:
        return np.arange(len(sample))
    known: dict[object, int] = {}
    keys = [(i if subjects[i] is None else subjects[i]) for i in sample.tolist()]
    return np.array([known.setdefault(key, len(known)) for key in keys], dtype=np.int64)


def _sizes(theme: NDArray[np.int64], teller: NDArray[np.int64], themes: int) -> NDArray[np.float64]:
    """Tellers of each theme, and of none at last; (themes + 1,)."""
    pairs = np.unique(theme * (int(teller.max()) + 1) + teller)
    return np.bincount(pairs // (int(teller.max()) + 1), minlength=themes + 1).astype(np.float64)


def _weights(counts: PhraseCounts, sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Class TF-IDF of every entry, and what its words add or take."""
    share = counts.count / np.maximum(sizes[counts.theme], 1)
    everywhere = np.bincount(counts.phrase, share, minlength=len(counts.words))
    others = max(int((sizes > 0).sum()) - 1, 1)
    elsewhere = (everywhere[counts.phrase] - share) / others
    lift = np.log((share + SMOOTH) / (elsewhere + SMOOTH))
    length = (counts.words > 0).sum(axis=1)
    manner = (1 + LONGER * (length - 1)) * np.where(counts.light, LIGHT, 1.0)
    weights: NDArray[np.float64] = np.sqrt(share) * lift * manner[counts.phrase]
    return weights


@dataclass(frozen=True)
class _Candidates:
    """Phrases of a theme by falling weight: ids of their words, how written, and their tellers."""

    ids: list[tuple[int, ...]]
    written: list[tuple[str, ...]]
    tellers: list[float]

    def without(self, places: Collection[int]) -> _Candidates:
        """Leave some out."""
        kept = [i for i in range(len(self.ids)) if i not in places]
        return _Candidates(
            [self.ids[i] for i in kept],
            [self.written[i] for i in kept],
            [self.tellers[i] for i in kept],
        )


def _ranked(
    counts: PhraseCounts, weights: NDArray[np.float64], least: NDArray[np.float64]
) -> list[NDArray[np.int64]]:
    """Give every theme's entries by falling weight, those that enough tell."""
    telling = (counts.count >= least[counts.theme]) & (weights > 0)
    fine = np.flatnonzero(telling & (counts.theme < len(least) - 1))
    order = fine[np.lexsort((counts.phrase[fine], -weights[fine], counts.theme[fine]))]
    ends = np.searchsorted(counts.theme[order], np.arange(len(least)))
    return [order[begin:end][:CANDIDATES] for begin, end in pairwise(ends.tolist())]


def _candidates(
    counts: PhraseCounts, entries: NDArray[np.int64], surfaces: Sequence[str]
) -> _Candidates:
    ids = [
        tuple(word for word in row if word) for row in counts.words[counts.phrase[entries]].tolist()
    ]
    written = [tuple(surfaces[word] for word in row) for row in ids]
    return _Candidates(ids, written, counts.count[entries].tolist())


def _public(candidates: _Candidates, most: int, glances: Glances, theme: int) -> tuple[str, ...]:
    """Choose phrases, and others in place of those that name somebody, until none does."""
    while True:
        taken = _distinct(candidates.written, candidates.tellers, most)
        private = {i for i in taken if glances.is_private(theme, candidates.ids[i])}
        if not private:
            return tuple(written(candidates.written[i]) for i in taken)
        candidates = candidates.without(private)


def _distinct(phrases: Sequence[tuple[str, ...]], counts: Sequence[float], most: int) -> list[int]:
    """Take phrases in turn, but none that says what another one says; their places."""
    stops = stop_words([])
    telling = [[word for word in phrase if word.casefold() not in stops] for phrase in phrases]
    taken: list[int] = []
    for i, said in enumerate(telling):
        if len(taken) == most:
            break
        longer = any(
            len(phrases[j]) > len(phrases[i])
            and counts[j] >= SAME_COUNT * counts[i]
            and _within(said, phrases[j])
            for j in range(len(phrases))
        )
        again = any(_within(said, telling[t]) or _within(telling[t], said) for t in taken)
        if not longer and not again:
            taken.append(i)
    return taken


def _within(said: Sequence[str], other: Sequence[str]) -> bool:
    """Whether every word is, in some form, in another phrase."""
    return all(any(_alike(word, there) for there in other) for word in said)


def _alike(left: str, right: str) -> bool:
    """Whether two words are forms of one."""
    left, right = _plain(left), _plain(right)
    if left == right:
        return True
    shared = next(
        (i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b),
        min(len(left), len(right)),
    )
    return shared >= 3 and shared > STEM * max(len(left), len(right))


@lru_cache(maxsize=100_000)
def _plain(word: str) -> str:
    return without_accents(word.casefold().replace("-", ""))


def title_of(phrases: Sequence[str]) -> str:
    """Make a title that can be said aloud.

    Parameters
    ----------
    phrases
        By falling weight, as of `keyphrases`.

    Returns
    -------
    str
        Up to three phrases that repeat no word, such as "Ring holder, image scan, weapon", of about
        60 characters at the most; empty where there are no phrases.
    """
    return _titled(_picked(phrases, TITLE_PHRASES))


def titles(
    phrases: Sequence[Sequence[str]], before: Sequence[str | None] | None = None
) -> list[str]:
    """Make titles, no two alike where there are phrases enough; what still fits stays.

    Parameters
    ----------
    phrases
        By theme, as of `keyphrases`.
    before
        By theme, the title of an earlier run; None for none.

    Returns
    -------
    list of str
        The title before, where each of its phrases is still among the theme's; otherwise as of
        `title_of`. Where another theme has that title already, its last phrase gives way to the
        first that makes it another.
    """
    given: list[str | None] = []
    for own, title in zip(phrases, before or [None] * len(phrases), strict=True):
        given.append(title if title not in given and _still_said(title, own) else None)
    for theme, own in enumerate(phrases):
        if given[theme] is None:
            given[theme] = _another(own, given)
    return [title or "" for title in given]


def _still_said(title: str | None, phrases: Sequence[str]) -> bool:
    """Whether a title is made of some of these phrases."""
    known = {phrase.casefold() for phrase in phrases}
    return bool(title) and all(one.casefold() in known for one in str(title).split(JOIN))


def _another(phrases: Sequence[str], given: Collection[str | None]) -> str:
    """Make a title that is not given yet, if there is one."""
    title = title_of(phrases)
    if title not in given:
        return title
    picked = _picked(phrases, TITLE_PHRASES)
    others = [phrase for phrase in phrases if phrase not in picked]
    tries = [_titled([*picked[:-1], other]) for other in others]
    return next((one for one in tries if one not in given), title)


def _picked(phrases: Sequence[str], most: int) -> list[str]:
    """Take phrases in turn that repeat no word, as long as the title stays short."""
    picked: list[str] = []
    for phrase in phrases:
        said = [word for one in picked for word in one.split()]
        repeats = any(_alike(word, there) for word in phrase.split() for there in said)
        if not repeats and (not picked or len(_titled([*picked, phrase])) <= TITLE_LENGTH):
            picked.append(phrase)
        if len(picked) == most:
            break
    return picked


def _titled(phrases: Sequence[str]) -> str:
    title = JOIN.join(phrases)
    return title[:1].upper() + title[1:]
