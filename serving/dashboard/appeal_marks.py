"""Marks the words of an appeal that moved its score, by direction and by how much."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np

PART: Final = 10_000
"""Characters of a text on one page: more would be a slow page, and nobody's reading."""
_IDEOGRAPHS: Final = "㐀-䶿一-鿿豈-﫿"
"""Of these each is a word: nothing need stand between it and the next."""


@dataclass(frozen=True)
class Passage:
    """A part of a text that moved the score one way, or not at all.

    Attributes
    ----------
    way
        `pro`: towards overturned; `con`; or empty.
    """

    text: str
    way: str


@dataclass(frozen=True)
class TextPart:
    """A part of an appeal's text, from 1, with the words marked."""

    passages: tuple[Passage, ...]
    part: int
    parts: int
    characters: int


def part_of(text: str, moved: Mapping[str, float], part: int) -> TextPart:
    """Cut a text into parts of `PART` characters, and mark the words of one of them.

    Parameters
    ----------
    moved
        Words, and pairs of words with a blank between, as a reason spells them; and by how much
        each moved the logit.
    part
        From 1; beyond the last the last is given.
    """
    parts = max(1, -(-len(text) // PART))
    part = min(max(part, 1), parts)
    shown = text[(part - 1) * PART : part * PART]
    return TextPart(marked(shown, moved), part, parts, len(text))


def marked(text: str, moved: Mapping[str, float]) -> tuple[Passage, ...]:
    """Take a text apart; joined again, the passages are the text.

    A word in two phrases is marked by what both together moved.
    """
    plain, origin = _plain(text)
    sums = np.zeros(len(text))
    for phrase, contribution in moved.items():
        pattern = _pattern(_plain(phrase)[0])
        for match in pattern.finditer(plain) if pattern else ():
            sums[origin[match.start()] : origin[match.end() - 1] + 1] += contribution
    ways = np.sign(sums).astype(int).tolist()
    passages, begin = [], 0
    for way, run in groupby(ways):
        end = begin + sum(1 for _ in run)
        passages.append(Passage(text[begin:end], _WAYS[way]))
        begin = end
    return tuple(passages)


_WAYS: Final = {-1: "con", 0: "", 1: "pro"}


def _plain(text: str) -> tuple[str, list[int]]:
    """Give a text as tokenisers fold it, lower and without accents, and whence each character."""
    if text.isascii():
        return text.lower(), list(range(len(text)))
    folded, origin = [], []
    for place, character in enumerate(text):
        for part in unicodedata.normalize("NFD", character.lower()):
            if unicodedata.category(part) != "Mn":
                folded.append(part)
                origin.append(place)
    return "".join(folded), origin


def _pattern(phrase: str) -> re.Pattern[str] | None:
    """Spell a phrase as a pattern that begins and ends where words do."""
    words = phrase.split()
    if not words:
        return None
    body = r"\s*".join(map(re.escape, words))
    inside = rf"[^\W{_IDEOGRAPHS}]"
    before = rf"(?<!{inside})" if re.match(inside, phrase) else ""
    after = rf"(?!{inside})" if re.match(inside, words[-1][-1]) else ""
    return re.compile(before + body + after)
