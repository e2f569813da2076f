"""Appeals that stand for their theme: central, unlike one another, of different subjects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["exemplars"]

CENTRAL: Final = 0.5
"""Share of a theme's distinct members that are central enough."""
LEAST_POOL: Final = 3
"""Members to choose from for each exemplar: of a small theme, others than the central ones too."""
CENTRALITY: Final = 0.5
"""Weight of being central against being unlike what is already chosen, 0 to 1."""
UNREADABLE: Final = 4.0
"""What a text that reads badly lacks in nearness: more than two cosines can differ by."""
LEAST_WORDS: Final = 6
"""Words from which a text tells a reader enough; shorter ones are the last resort."""
MOST_CHARACTERS: Final = 1_000
"""Characters that a reader takes in at a glance; longer texts are the last resort."""


def exemplars(
    vectors: NDArray[np.float32],
    texts: Sequence[str],
    subjects: Sequence[str | None],
    campaign: NDArray[np.int32],
    labels: NDArray[np.int32],
    centres: NDArray[np.float32],
    most: int = 5,
) -> list[tuple[int, ...]]:
    """Choose the appeals that stand for each theme.

    Maximal marginal relevance (Carbonell and Goldstein 1998): one after another the member with the
    largest CENTRALITY * cosine to the centre - (1 - CENTRALITY) * largest cosine to a chosen one,
    among the half of the members nearest to the centre. No two are of one subject, of one campaign,
    or the same text: of such members the nearest alone is counted and chosen from.

    Parameters
    ----------
    vectors
        (n, d) unit rows.
    texts, subjects
        n texts, and n ids of who appeals; None counts as a subject of its own.
    campaign
        (n,) as of `features.duplicates.campaigns`.
    labels, centres
        (n,) themes from 0, -1 for none; and (themes, d) unit rows.
    most
        Exemplars of a theme at the most.

    Returns
    -------
    list of tuple of int
        Positions by theme, the one chosen first at the front; fewer where there are fewer.
    """
    order = np.argsort(labels, kind="stable")
    ends = np.searchsorted(labels[order], np.arange(len(centres) + 1))
    keys = _Keys(texts, subjects, campaign)
    return [
        _of_theme(vectors, order[begin:end], centre, keys, most)
        for begin, end, centre in zip(ends, ends[1:], centres, strict=False)
    ]


class _Keys:
    """What no two exemplars of a theme may share, and how well a text reads."""

    def __init__(
        self,
        texts: Sequence[str],
        subjects: Sequence[str | None],
        campaign: NDArray[np.int32],
    ) -> None:
        self.texts = texts
        self.subjects = subjects
        self.campaign = campaign

    def of(self, member: int) -> set[tuple[str, str]]:
        """Give the subject, the campaign and the text of an appeal, where it has one."""
        shared = {("text", " ".join(self.texts[member].casefold().split()))}
        if self.subjects[member] is not None:
            shared.add(("subject", str(self.subjects[member])))
        if self.campaign[member] >= 0:
            shared.add(("campaign", str(self.campaign[member])))
        return shared

    def readable(self, member: int) -> bool:
        """Whether a text is neither a scrap nor a treatise."""
        text = self.texts[member]
        # Scripts without spaces write a word in one to four characters.
        spoken = max(len(text.split()), sum(ord(c) > 0x0E00 for c in text) // 4)
        return spoken >= LEAST_WORDS and len(text) <= MOST_CHARACTERS


def _of_theme(
    vectors: NDArray[np.float32],
    members: NDArray[np.int64],
    centre: NDArray[np.float32],
    keys: _Keys,
    most: int,
) -> tuple[int, ...]:
    """Choose one theme's exemplars, the ones that read well first."""
    nearest, closeness = _nearest(vectors, members, centre, keys)
    pool = max(LEAST_POOL * most, int(np.ceil(CENTRAL * len(nearest))))
    nearest, relevance = nearest[:pool], CENTRALITY * closeness[:pool]
    rows = vectors[nearest]
    likeness = np.full(len(nearest), -1.0)
    free = np.ones(len(nearest), dtype=bool)
    chosen: list[int] = []
    while len(chosen) < most and free.any():
        gain = relevance - (1 - CENTRALITY) * np.maximum(likeness, 0.0)
        best = int(np.argmax(np.where(free, gain, -np.inf)))
        free[best] = False
        chosen.append(int(nearest[best]))
        likeness = np.maximum(likeness, rows @ rows[best])
    return tuple(chosen)


def _nearest(
    vectors: NDArray[np.float32],
    members: NDArray[np.int64],
    centre: NDArray[np.float32],
    keys: _Keys,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Members that share nothing, by falling cosine to the centre, and what that counts for.

    A text that reads badly counts as opposite to the centre: it comes after all that read well.
    """
    cosines = (vectors[members] @ centre).astype(np.float64)
    readable = np.array([keys.readable(int(member)) for member in members], dtype=bool)
    closeness = np.where(readable, cosines, cosines - UNREADABLE)
    order = np.argsort(-closeness, kind="stable")
    distinct = order[_unshared([keys.of(int(member)) for member in members[order]])]
    return members[distinct], closeness[distinct]


def _unshared(keys: Sequence[set[tuple[str, str]]]) -> NDArray[np.int64]:
    """Places in turn of what shares nothing with one before it."""
    taken: set[tuple[str, str]] = set()
    places: list[int] = []
    for place, own in enumerate(keys):
        if taken.isdisjoint(own):
            taken |= own
            places.append(place)
    return np.array(places, dtype=np.int64)
