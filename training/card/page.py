"""A card as it is laid out: sections of sentences, lists, tables and one drawing.

Both templates, HTML and Markdown, fill in the same card, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from models.reliability import Bin

__all__ = ["Card", "Diagram", "Fact", "Mark", "Section", "Table", "diagram_of"]

SIDE = 240.0
"""Length of the diagram's sides."""


@dataclass(frozen=True)
class Fact:
    """A thing and what it is."""

    name: str
    value: str


@dataclass(frozen=True)
class Table:
    """Rows of cells, the first of which names its row.

    Attributes
    ----------
    numbers
        Whether the other cells are figures, to stand flush right.
    folded
        Whether it is long, and opened only by who wants to see it.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: bool = True
    folded: bool = False


@dataclass(frozen=True)
class Mark:
    """A bin of the diagram: where it stands, and its interval; y grows downwards."""

    x: float
    y: float
    top: float
    bottom: float
    radius: float


@dataclass(frozen=True)
class Diagram:
    """The reliability diagram.

    Attributes
    ----------
    side
        Of the square that it is drawn in.
    words
        What it shows, for those who do not see it.
    """

    side: float
    marks: tuple[Mark, ...]
    words: str


@dataclass(frozen=True)
class Section:
    """A part of the card.

    Attributes
    ----------
    key
        What it is linked to by.
    said
        Sentences, a paragraph each.
    listed
        Points of a list.
    notes
        How to read the tables.
    """

    key: str
    title: str
    said: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    diagram: Diagram | None = None
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Card:
    """A whole card.

    Attributes
    ----------
    standing
        What the version is at the moment: in service, would like to be, neither.
    """

    title: str
    standing: str
    made: str
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]


def diagram_of(bins: Iterable[Bin]) -> Diagram | None:
    """Draw what was said against what came; None where there are no bins."""
    drawn = tuple(bins)
    if not drawn:
        return None
    most = max(one.cases for one in drawn)
    marks = tuple(
        Mark(
            x=_along(one.said),
            y=_along(1 - one.came),
            top=_along(1 - one.high),
            bottom=_along(1 - one.low),
            radius=round(2.0 + 2.5 * one.cases / most, 1),
        )
        for one in drawn
    )
    off = sum(not one.fits for one in drawn)
    words = (
        f"Probability said, against the share that was overturned, in {len(drawn)} bins of alike"
        f" many cases; {off} of them lie farther from the diagonal than chance gives one bin"
    )
    return Diagram(SIDE, marks, words)


def _along(share: float) -> float:
    return round(SIDE * min(max(share, 0.0), 1.0), 1)
