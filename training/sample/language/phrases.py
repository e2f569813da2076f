"""Phrases with choices and slots: `I (have|hold) an invoice from <supplier>(| for <count> pieces)`.

A phrase is parsed once into a small tree and spoken many times. `(a|b)` is a choice, which may hold
empty alternatives and choices of its own; `<name>` is a slot.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from training.sample.language.dice import Dice

_TOKEN: Final = re.compile(r"\(|\)|\||<[a-z_]+>|[^()|<>]+")
_GAPS: Final = re.compile(r"  +| +(?=[,.;!?])")


class Part(Protocol):
    """Something that can be spoken."""

    def speak(self, dice: Dice, slots: Mapping[str, str]) -> str:
        """Choose the words."""
        ...


@dataclass(frozen=True)
class Words:
    """Plain words."""

    words: str

    def speak(self, dice: Dice, slots: Mapping[str, str]) -> str:  # noqa: ARG002 - Part's signature
        """Give the words."""
        return self.words


@dataclass(frozen=True)
class Slot:
    """A name that stands for something of the case."""

    name: str

    def speak(self, dice: Dice, slots: Mapping[str, str]) -> str:  # noqa: ARG002 - Part's signature
        """Look the name up."""
        return slots[self.name]


@dataclass(frozen=True)
class Chain:
    """Parts one after the other."""

    parts: tuple[Part, ...]

    def speak(self, dice: Dice, slots: Mapping[str, str]) -> str:
        """Speak all parts in order."""
        return "".join([part.speak(dice, slots) for part in self.parts])


@dataclass(frozen=True)
class Choice:
    """One of several parts, each as likely as the others."""

    options: tuple[Part, ...]

    def speak(self, dice: Dice, slots: Mapping[str, str]) -> str:
        """Speak one of them."""
        return dice.pick(self.options).speak(dice, slots)


@dataclass(frozen=True)
class Phrase:
    """A parsed phrase, spoken without doubled spaces."""

    tree: Part

    def speak(self, dice: Dice, slots: Mapping[str, str]) -> str:
        """Speak the phrase, with blanks that empty choices leave taken out."""
        return _GAPS.sub(_narrow, self.tree.speak(dice, slots)).strip()


def _narrow(gap: re.Match[str]) -> str:
    """Keep one blank between words, and none before a mark."""
    end = gap.end()
    return "" if end < len(gap.string) and gap.string[end] in ",.;!?" else " "


def parse(source: str) -> Phrase:
    """Parse a phrase.

    Parameters
    ----------
    source
        The phrase as it is written in a grammar.

    Returns
    -------
    Phrase

    Raises
    ------
    ValueError
        When a bracket is missing, or one too many, or a slot is not closed.
    """
    tokens = _TOKEN.findall(source)
    if "".join(tokens) != source:
        raise ValueError(f"stray '<' or '>' in the phrase {source!r}; close the slot")
    tree, used = _choice(tokens, 0)
    if used != len(tokens):
        raise ValueError(f"')' without '(' in the phrase {source!r}")
    return Phrase(tree)


def _choice(tokens: Sequence[str], start: int) -> tuple[Part, int]:
    """Parse alternatives up to a closing bracket or the end."""
    options: list[Part] = []
    parts: list[Part] = []
    at = start
    while at < len(tokens) and tokens[at] != ")":
        if tokens[at] == "|":
            options.append(_chain(parts))
            parts = []
            at += 1
            continue
        part, at = _part(tokens, at)
        parts.append(part)
    options.append(_chain(parts))
    return (options[0] if len(options) == 1 else Choice(tuple(options))), at


def _part(tokens: Sequence[str], at: int) -> tuple[Part, int]:
    """Parse words, a slot, or a bracket with all that is in it."""
    token = tokens[at]
    if token == "(":
        inner, end = _choice(tokens, at + 1)
        if end >= len(tokens):
            raise ValueError(f"'(' without ')' in the phrase {''.join(tokens)!r}")
        return inner, end + 1
    if token.startswith("<"):
        return Slot(token[1:-1]), at + 1
    return Words(token), at + 1


def _chain(parts: list[Part]) -> Part:
    """Put parts in a row; one alone needs no row."""
    return parts[0] if len(parts) == 1 else Chain(tuple(parts))
