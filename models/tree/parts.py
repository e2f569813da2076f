"""The parts of the intake that are judged: a tree, policy > theme x market, and its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from models.alarms import Part
from models.surveillance.series import Floats
from models.tree.cells import FACTS, Cells

__all__ = ["OF_DECISIONS", "OF_VOLUME", "Level", "Parts", "parts_of"]

Level = tuple[str, ...]
OF_VOLUME: Final[tuple[Level, ...]] = (
    (),
    ("policy",),
    ("market",),
    ("detection",),
    ("theme",),
    ("policy", "market"),
    ("policy", "detection"),
    ("policy", "theme"),
    ("theme", "market"),
    ("policy", "theme", "market"),
)
"""The facts that make the parts whose cases are counted, coarse to fine."""
OF_DECISIONS: Final[tuple[Level, ...]] = (
    (),
    ("policy",),
    ("market",),
    ("detection",),
    ("theme",),
    ("policy", "market"),
    ("policy", "detection"),
)
"""Those whose decisions are."""


@dataclass(frozen=True, eq=False)
class Parts:
    """Parts, and the cells that each is made of.

    Attributes
    ----------
    parts
        Coarse to fine; the first is the whole.
    cells
        (parts, cells) 1 where a cell belongs to a part.
    themed
        (parts,) bool, whether a theme is among its facts.
    """

    parts: tuple[Part, ...]
    cells: sp.csr_array
    themed: NDArray[np.bool_]

    def sums(self, by_cell: Floats) -> Floats:
        """Sum what is told by cell, (cells,) or (cells, times), for each part."""
        return np.asarray(self.cells @ by_cell)

    def members(self, place: int) -> NDArray[np.int64]:
        """Give the cells of a part."""
        bounds = self.cells.indptr[place : place + 2]
        return np.asarray(self.cells.indices[bounds[0] : bounds[1]], dtype=np.int64)


def parts_of(cells: Cells, levels: Sequence[Level], cases: Floats, least: float) -> Parts:
    """Name the parts of some levels.

    Parameters
    ----------
    cells
        Of the intake.
    levels
        Coarse to fine.
    cases
        (cells,) how many each holds in the window.
    least
        Cases that a part must hold.

    Notes
    -----
    Left out is a part whose cases are exactly those of a coarser one, which says the same in fewer
    words. The whole is always there.
    """
    found: dict[Level, dict[tuple[int, ...], float]] = {}
    parts, rows = [], []
    for level in levels:
        places = [FACTS.index(fact) for fact in level]
        known = np.flatnonzero((cells.codes[:, places] >= 0).all(axis=1))
        keys, part = np.unique(cells.codes[known][:, places], axis=0, return_inverse=True)
        held = np.bincount(part.ravel(), weights=cases[known], minlength=len(keys))
        found[level] = dict(zip(map(tuple, keys.tolist()), held.tolist(), strict=True))
        for number, (key, total) in enumerate(found[level].items()):
            if not level or (total >= least and not _told(level, key, total, found)):
                parts.append(_part(cells, level, key))
                rows.append(known[part.ravel() == number])
    return Parts(
        tuple(parts) or (Part(),),
        _incidence(rows or [np.arange(0)], len(cells.codes)),
        np.array([part.theme is not None for part in parts or [Part()]]),
    )


def _told(
    level: Level,
    key: tuple[int, ...],
    total: float,
    found: dict[Level, dict[tuple[int, ...], float]],
) -> bool:
    """Tell whether a coarser part holds the same cases."""
    for size in range(len(level)):
        for kept in combinations(range(len(level)), size):
            coarser = found.get(tuple(level[place] for place in kept), {})
            if coarser.get(tuple(key[place] for place in kept)) == total:
                return True
    return False


def _part(cells: Cells, level: Level, key: tuple[int, ...]) -> Part:
    names = {fact: cells.names[fact][code] for fact, code in zip(level, key, strict=True)}
    return Part(**names)


def _incidence(rows: Sequence[NDArray[np.int64]], cells: int) -> sp.csr_array:
    indices = np.concatenate(rows)
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    return sp.csr_array((np.ones(len(indices)), indices, indptr), shape=(len(rows), cells))
