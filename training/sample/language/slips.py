"""How people really type: shorthand, lost marks, letters left out, no full stops."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from training.sample.language.dice import Dice
from training.sample.language.grammar import Grammar

SLOPPY: Final = 0.34
"""Share of texts that are typed in haste."""
SLIPS_PER_LETTER: Final = 0.009
_STOPS: Final = re.compile(r"[。！；]")
_KEEP: Final = re.compile(r"[\d@#]")


def slip(text: str, grammar: Grammar, dice: Dice) -> str:
    """Type a text as somebody in haste would, in some of the cases.

    Parameters
    ----------
    text
        The text as it should be.
    grammar
        The language, with the shorthand that its writers use.
    dice
        The dice.
    """
    if not dice.chance(SLOPPY):
        return text
    text = _shorten(text, grammar, dice)
    if grammar.code == "vi" and dice.chance(0.45):
        return _without_marks(text)
    if grammar.code == "zh":
        return _STOPS.sub(" ", text).strip() if dice.chance(0.4) else text
    if grammar.code == "th":
        return text.replace(" ", "") if dice.chance(0.25) else text
    return _latin(text, dice)


def _shorten(text: str, grammar: Grammar, dice: Dice) -> str:
    """Use the shorthand of the language for about half the words that have one."""
    for long, short in grammar.shorthand.items():
        if long in text.lower() and dice.chance(0.5):
            text = text.replace(long, short).replace(long.capitalize(), short.capitalize())
    return text


def _without_marks(text: str) -> str:
    """Leave out the marks of Vietnamese, as many do on a phone."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join([letter for letter in bare if not unicodedata.combining(letter)])


def _latin(text: str, dice: Dice) -> str:
    """Slip on some letters; write small, or in capitals, or without stops."""
    text = _slip_letters(text, dice)
    style = dice.roll()
    if style < 0.35:
        return text.lower()
    if style < 0.39:
        return text.upper()
    if style < 0.50:
        return text.replace(". ", " ").rstrip(".")
    return text


def _slip_letters(text: str, dice: Dice) -> str:
    """Swap, drop or double letters within words; numbers and addresses stay."""
    words = text.split(" ")
    for _ in range(1 + int(len(text) * SLIPS_PER_LETTER * dice.roll())):
        at = int(dice.roll() * len(words))
        word = words[at]
        if len(word) < 4 or _KEEP.search(word) or "\n" in word:
            continue
        middle = dice.number(1, len(word) - 2)
        words[at] = word[:middle] + _slipped(word[middle : middle + 2], dice) + word[middle + 2 :]
    return " ".join(words)


def _slipped(pair: str, dice: Dice) -> str:
    """Type two letters wrongly."""
    kind = dice.roll()
    if kind < 0.4:
        return pair[::-1]
    return pair[1:] if kind < 0.75 else pair[0] + pair
