"""Marks the words of a theme in the texts that stand for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

LEAST_WORD: Final = 4
"""Characters of a word that is marked outside its phrase: shorter ones tell little."""


@dataclass(frozen=True)
class Piece:
    """A part of a text; marked, where it is one of the words that matter."""

    text: str
    marked: bool


class Marker:
    """Marks phrases, and the longer words of phrases, whatever their capitals.

    Parameters
    ----------
    phrases
        Of the theme.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        wanted = {" ".join(phrase.split()) for phrase in phrases}
        words = {word for phrase in wanted for word in phrase.split() if len(word) >= LEAST_WORD}
        longest = sorted((one for one in wanted | words if one), key=lambda one: (-len(one), one))
        self._pattern = re.compile("|".join(map(_spelt, longest)), re.I) if longest else None

    def pieces(self, text: str) -> tuple[Piece, ...]:
        """Take a text apart; joined again, the pieces are the text."""
        pieces, end = [], 0
        for match in self._pattern.finditer(text) if self._pattern else ():
            pieces += [Piece(text[end : match.start()], False), Piece(match[0], True)]
            end = match.end()
        return tuple(one for one in (*pieces, Piece(text[end:], False)) if one.text)


def _spelt(phrase: str) -> str:
    """Spell a phrase as a pattern; scripts without spaces have no edges of words."""
    body = r"\s+".join(map(re.escape, phrase.split(" ")))
    return rf"\b{body}\b" if phrase.isascii() else body
