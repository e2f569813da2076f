"""Phrases that name somebody: their members' texts, redacted, hold them no more.

To redact every text that is read would take longer than all else, so that only some texts of those
phrases are that a theme would show.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.redact import redact
from features.words import words
from models.phrase_counts import Reading, key_of

__all__ = ["Glances"]

LOOKED_AT: Final = 4
"""Texts of a phrase that are looked at, where it may be a name."""
LOOKED_AT_SMALL: Final = 1
"""Of a phrase that is mostly written small, as a name seldom is."""
PRIVATE: Final = 0.5
"""Share of them that are without the phrase once redacted, from which it is a person's."""


class Glances:
    """Looks at texts that hold a phrase.

    Parameters
    ----------
    texts
        Those that were read.
    reading
        Of them.
    theme
        (texts,) theme of each.
    """

    def __init__(self, texts: Sequence[str], reading: Reading, theme: NDArray[np.int64]) -> None:
        self.texts = texts
        self.reading = reading
        of_word = theme[reading.text]
        self.order = np.argsort(of_word, kind="stable")
        self.ends = np.searchsorted(of_word[self.order], np.arange(theme.max(initial=0) + 2))
        self.redacted: dict[int, str] = {}

    def is_private(self, theme: int, phrase: tuple[int, ...]) -> bool:
        """Whether redaction masks a phrase, or part of it, in half of the texts looked at.

        Parameters
        ----------
        theme
            Its theme.
        phrase
            Ids of its words.
        """
        holders = self._holders(theme, phrase)
        # A word of several syllables has spaces; the redacted text is not joined.
        spoken = " ".join(self.reading.surfaces[word] for word in phrase).split()
        small = all(word.islower() for word in spoken)
        # Those that were looked at for another phrase cost nothing.
        known_first = sorted(holders.tolist(), key=lambda text: text not in self.redacted)
        looked = known_first[: LOOKED_AT_SMALL if small else LOOKED_AT]
        keys = _joined([key_of(word) for word in spoken])
        gone = sum(keys not in self._of(text) for text in looked)
        return gone >= PRIVATE * len(looked)

    def _holders(self, theme: int, phrase: tuple[int, ...]) -> NDArray[np.int64]:
        """Give the theme's texts that hold a phrase."""
        own = self.order[self.ends[theme] : self.ends[theme + 1]]
        ids = self.reading.ids[own]
        last = len(ids) - len(phrase) + 1
        there = np.ones(max(last, 0), dtype=bool)
        for k, word in enumerate(phrase):
            there &= ids[k : k + last] == word
        return np.unique(self.reading.text[own[: max(last, 0)][there]])

    def _of(self, text: int) -> str:
        if text not in self.redacted:
            found = words(redact(self.texts[text]))
            self.redacted[text] = _joined([key_of(word) for word in found])
        return self.redacted[text]


def _joined(keys: Sequence[str]) -> str:
    """Join words such that no part of one passes for another."""
    return f" {' '.join(keys)} "
