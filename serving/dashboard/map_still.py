"""The map without a script: a dot for every part of it where appeals lie, and names of themes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from serving.dashboard.map_reading import SIDE, Sheet

CELLS: Final = 72
"""Dots along the longer side."""
STEP: Final = 10
"""Width of a dot's cell."""
COLOURS: Final = 7
"""Themes that get a colour of their own: people tell hardly more apart."""
LABELS: Final = 14
MOST_LABEL: Final = 30
WIDE, NARROW = 11, 22
"""Size of the letters on wide and on narrow screens, in the drawing's units."""
LETTER: Final = 0.62
"""Width of a letter as a share of its size."""


@dataclass(frozen=True)
class Dots:
    """Dots of one colour: `kind` is `c0` to `c6`, `other`, or `none` for what is not told."""

    kind: str
    path: str


@dataclass(frozen=True)
class Label:
    """The name of a theme on the map; on narrow screens only where `narrow`."""

    theme_id: str
    title: str
    x: int
    y: int
    narrow: bool


@dataclass(frozen=True)
class MapStill:
    """A map that is there without scripts."""

    width: int
    height: int
    dots: tuple[Dots, ...]
    marks: str
    labels: tuple[Label, ...]


def still_of(
    sheet: Sheet, lit: NDArray[np.bool_], colours: Mapping[str, int], titles: Mapping[str, str]
) -> MapStill:
    """Draw a map.

    Parameters
    ----------
    sheet
        n appeals.
    lit
        (n,) those that stand out.
    colours
        Number of its colour, by theme.
    titles
        By theme, those to be named, the first ones before others.
    """
    cell = sheet.places * (CELLS - 1) // SIDE
    kinds = _kinds(sheet, lit, colours)
    names = ["none", "other", *(f"c{number}" for number in range(COLOURS))]
    most = _commonest(cell, kinds, len(names))
    dots = (Dots(name, _path(most, number)) for number, name in enumerate(names))
    marked = np.unique(cell[lit & sheet.emerging], axis=0).tolist()
    height = int(cell[:, 1].max(initial=0)) + 1
    return MapStill(
        width=CELLS * STEP,
        height=height * STEP,
        dots=tuple(one for one in dots if one.path),
        marks="".join(f"M{STEP * x} {STEP * y + 9}l5 -9l5 9z" for x, y in marked),
        labels=_labels(sheet, titles),
    )


def _kinds(sheet: Sheet, lit: NDArray[np.bool_], colours: Mapping[str, int]) -> NDArray[np.int64]:
    """Give each appeal its kind of dot: 0 none, 1 other, from 2 on a colour."""
    of_theme = np.array([0, *(2 + colours.get(one, -1) for one in sheet.themes)], dtype=np.int64)
    return np.where(lit, of_theme[sheet.theme + 1], 0)


def _commonest(cell: NDArray[np.int32], kinds: NDArray[np.int64], number: int) -> NDArray[np.int64]:
    """Give the commonest kind in each cell, of those that are told where there is one; -1: empty.

    Returns (CELLS, CELLS), by row and column.
    """
    counts = np.zeros((CELLS, CELLS, number), dtype=np.int64)
    np.add.at(counts, (cell[:, 1], cell[:, 0], kinds), 1)
    told = counts.copy()
    told[:, :, 0] = 0
    return np.where(told.any(axis=2), told.argmax(axis=2), np.where(counts.any(axis=2), 0, -1))


def _path(most: NDArray[np.int64], kind: int) -> str:
    half = STEP // 2
    return "".join(
        f"M{STEP * x + half} {STEP * y + half}h0" for y, x in np.argwhere(most == kind).tolist()
    )


def _labels(sheet: Sheet, titles: Mapping[str, str]) -> tuple[Label, ...]:
    scale = CELLS * STEP / SIDE
    spots = dict(zip(sheet.themes, (sheet.anchors * scale).astype(int).tolist(), strict=True))
    named = [(one, _short(title), *spots[one]) for one, title in titles.items() if one in spots]
    wide, narrow = _apart(named, WIDE), set(_apart(named, NARROW))
    return tuple(
        Label(theme, title, *_inside(title, x, y), place in narrow)
        for place, (theme, title, x, y) in enumerate(named)
        if place in wide
    )[:LABELS]


def _short(title: str) -> str:
    """Shorten a title: to its first phrases, where these are short enough."""
    if len(title) <= MOST_LABEL:
        return title
    phrases, comma, _ = title[:MOST_LABEL].rpartition(", ")
    return phrases if comma and len(phrases) > 8 else title[: MOST_LABEL - 1].rstrip() + "…"


def _inside(title: str, x: int, y: int) -> tuple[int, int]:
    """Move a name so that no letter is cut off at either side."""
    half = round(len(title) * NARROW * LETTER / 2)
    room = CELLS * STEP
    return (min(max(x, half), room - half) if 2 * half < room else room // 2), max(y, NARROW)


def _apart(named: Sequence[tuple[str, str, int, int]], size: int) -> Iterable[int]:
    """Choose names that do not cover each other, the first ones first."""
    taken: list[tuple[int, int, float]] = []
    chosen = []
    for place, (_, title, x, y) in enumerate(named):
        x, y = _inside(title, x, y)
        half = len(title) * size * LETTER / 2
        if all(abs(x - a) > half + b or abs(y - c) > size * 1.25 for a, c, b in taken):
            taken.append((x, y, half))
            chosen.append(place)
    return chosen
