"""Which cluster of this discovery is which theme of the discoveries before.

The rules are those of MONIC (Spiliopoulou, Ntoutsi, Theodoridis, Schult: MONIC, modeling and
monitoring cluster transitions, KDD 2006): overlap is counted over the appeals that are still in the
window, so that a theme does not die of ageing. Where MONIC lets a theme go wherever the share is
largest, ids are given all at once, so that as many appeals as can be keep theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from features.errors import InputError
from models.themes import Descent, Event

__all__ = ["InvalidClusters", "Known", "Lineage", "trace"]

FAIR_SHARE: Final = 0.25
"""Share from which appeals speak for a theme: at most four clusters can each hold so much of it."""
LEAST_COSINE: Final = 0.95
"""Cosine of centres from which clusters that share no appeal may be one theme. In the student's
space, halves of one label of CLINC150 or StackOverflow always reach it, two labels never do."""


class InvalidClusters(InputError):
    """Clusters that do not fit the appeals or their centres."""


@dataclass(frozen=True, eq=False)
class Known:
    """What the catalogue knows of the themes of earlier discoveries.

    Attributes
    ----------
    members
        Of the last discovery: appeal id to the theme that its cluster was found as.
    centres
        Theme id to unit centre (d,), retired themes too; empty where the encoder is another now.
    retired
        Themes that were not found at the last discovery.
    next_number
        Of the next theme to be born: ids are T1, T2, ..., never used twice.
    """

    members: Mapping[str, str]
    centres: Mapping[str, NDArray[np.float32]]
    retired: frozenset[str]
    next_number: int


@dataclass(frozen=True, eq=False)
class Lineage:
    """What became of the themes.

    Attributes
    ----------
    theme_ids
        (clusters,) the theme that each cluster is found as; none twice.
    descents
        One per theme found now, and one per theme that retired or was merged, with those that took
        it over; by theme number.
    persistence
        Share, 0 to 1, of the appeals in a theme both then and now that keep its id; None where
        there are none.
    """

    theme_ids: tuple[str, ...]
    descents: tuple[Descent, ...]
    persistence: float | None


@dataclass(frozen=True, eq=False)
class _Overlap:
    """Appeals that themes (rows, by number) and clusters (columns, by first appeal id) share.

    `places` gives the label of each column, `shared` is (themes, clusters), `present` counts the
    appeals of each theme that are still in the window, `sizes` those of each cluster.
    """

    themes: list[str]
    places: NDArray[np.intp]
    shared: NDArray[np.int64]
    present: NDArray[np.int64]
    sizes: NDArray[np.int64]

    @property
    def heirs(self) -> NDArray[np.bool_]:
        """Whether a cluster may be found as a theme: a fair share of both speaks for it.

        Of the cluster only the appeals that were in some theme are asked: a theme may grow.
        """
        known = self.shared.sum(axis=0)
        enough = np.minimum(
            self.shared - FAIR_SHARE * self.present[:, None], self.shared - FAIR_SHARE * known
        )
        return np.asarray((self.shared > 0) & (enough >= 0))

    @property
    def taken(self) -> NDArray[np.bool_]:
        """Whether a cluster holds a fair share of a theme."""
        return np.asarray((self.shared > 0) & (self.shared >= FAIR_SHARE * self.present[:, None]))

    @property
    def made_of(self) -> NDArray[np.bool_]:
        """Whether a theme is a parent of a cluster: a fair share of either."""
        return np.asarray(
            self.taken | ((self.shared > 0) & (self.shared >= FAIR_SHARE * self.sizes))
        )


def trace(
    appeal_ids: Sequence[str],
    labels: NDArray[np.int32],
    centres: NDArray[np.float32],
    known: Known,
    as_of: date,
) -> Lineage:
    """Find which cluster is which theme, and what became of the themes that are not found.

    A cluster continues a theme where it holds a fair share (a quarter) of the theme's appeals that
    are still in the window, and these are a fair share of the cluster's appeals that were in any
    theme. Of all ways to give ids within that rule, the one is taken by which most appeals keep
    theirs; ties go to the lower number, then to the cluster whose first appeal id comes first.
    A theme that shares no appeal with any cluster, such as a retired one, is continued by a cluster
    left where of all themes and clusters each is nearest to the other, from a cosine of .95 on: to
    give a new theme the notes on another is worse than to give an old one a new id. Then

    * a cluster found as a theme is `CONTINUED`, also where it gave or took parts: the event tells
      what became of the id, the parents tell of whom it is made;
    * a cluster left is `SPLIT` from a theme where either makes a fair share of the other, and
      `BORN` where no theme is;
    * a theme not found is `MERGED` where a cluster holds a fair share of it, `RETIRED` where none.

    Parameters
    ----------
    appeal_ids
        (n,) the appeals of the window, each once.
    labels
        (n,) clusters from 0, none empty; -1 for none.
    centres
        (clusters, d) unit centres.
    known
        The themes so far.
    as_of
        The last day of the window.

    Returns
    -------
    Lineage
        The same for any order of the appeals and any numbering of the clusters.

    Raises
    ------
    InvalidClusters
        If appeals, labels and centres do not fit together.
    """
    _check(appeal_ids, labels, centres)
    overlap = _overlap(appeal_ids, labels, len(centres), known)
    found = _by_members(overlap)
    found |= _by_centres(overlap, found, centres, known)
    names = _names(overlap, found, known.next_number)
    descents = _found_themes(overlap, found, names, as_of)
    descents += _lost_themes(overlap, found, names, known.retired, as_of)
    by_label = dict(zip(overlap.places.tolist(), names, strict=True))
    return Lineage(
        theme_ids=tuple(by_label[label] for label in range(len(centres))),
        descents=tuple(sorted(descents, key=lambda descent: _number(descent.theme_id))),
        persistence=_persistence(overlap, found),
    )


def _check(
    appeal_ids: Sequence[str], labels: NDArray[np.int32], centres: NDArray[np.float32]
) -> None:
    if len(appeal_ids) != len(labels) or len(set(appeal_ids)) != len(appeal_ids):
        raise InvalidClusters(
            f"{len(appeal_ids)} appeal ids, {len(set(appeal_ids))} of them distinct, and"
            f" {len(labels)} labels",
            "one label for each appeal, each appeal once",
            "Give the labels of these very appeals.",
        )
    there = np.unique(labels[labels >= 0])
    if centres.ndim != 2 or len(there) != len(centres) or there.max(initial=-1) >= len(centres):
        raise InvalidClusters(
            f"{len(there)} clusters in the labels and centres of shape {centres.shape}",
            "clusters numbered from 0, each with an appeal and a centre",
            "Give the centres of these very labels.",
        )


def _number(theme_id: str) -> tuple[int, str]:
    """Order T2 before T10."""
    return len(theme_id), theme_id


def _overlap(
    appeal_ids: Sequence[str], labels: NDArray[np.int32], clusters: int, known: Known
) -> _Overlap:
    themes = sorted({*known.members.values(), *known.centres, *known.retired}, key=_number)
    rows = {theme: row for row, theme in enumerate(themes)}
    then = np.array([rows.get(known.members.get(i, ""), -1) for i in appeal_ids], dtype=np.int64)
    places = _by_first_id(appeal_ids, labels, clusters)
    both = (then >= 0) & (labels >= 0)
    shared = np.zeros((len(themes), clusters), dtype=np.int64)
    np.add.at(shared, (then[both], labels[both]), 1)
    return _Overlap(
        themes=themes,
        places=places,
        shared=shared[:, places],
        present=np.bincount(then[then >= 0], minlength=len(themes)),
        sizes=np.bincount(labels[labels >= 0], minlength=clusters)[places],
    )


def _by_first_id(
    appeal_ids: Sequence[str], labels: NDArray[np.int32], clusters: int
) -> NDArray[np.intp]:
    """Order clusters by what they hold, so that their numbering can decide nothing."""
    first = [""] * clusters
    for appeal_id, label in zip(appeal_ids, labels.tolist(), strict=True):
        if label >= 0 and (not first[label] or appeal_id < first[label]):
            first[label] = appeal_id
    return np.array(sorted(range(clusters), key=first.__getitem__), dtype=np.intp)


def _by_members(overlap: _Overlap) -> dict[int, int]:
    """Match columns to rows such that most appeals keep their theme: {column: row}."""
    themes, clusters = overlap.shared.shape
    # Less than one appeal in sum, so that it decides between ties alone.
    early = np.add.outer(
        np.arange(themes, 0, -1) * (clusters + 1.0), np.arange(clusters, 0, -1, dtype=np.float64)
    )
    ties = early / (early.sum() + 1.0)
    heirs = overlap.heirs
    rows, columns = linear_sum_assignment(
        np.where(heirs, overlap.shared + ties, 0.0), maximize=True
    )
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return {column: row for row, column in pairs if heirs[row, column]}


def _by_centres(
    overlap: _Overlap,
    found: Mapping[int, int],
    centres: NDArray[np.float32],
    known: Known,
) -> dict[int, int]:
    """Match what is left by centres, where each is the nearest of all to the other."""
    rows = [row for row, theme in enumerate(overlap.themes) if theme in known.centres]
    if not rows or not len(centres):
        return {}
    before = np.array([known.centres[overlap.themes[row]] for row in rows], dtype=np.float64)
    cosines = before @ centres[overlap.places].astype(np.float64).T
    matches: dict[int, int] = {}
    for column, place in enumerate(cosines.argmax(axis=0).tolist()):
        alone = column not in found and not overlap.shared[rows[place]].any()
        mutual = column == int(cosines[place].argmax())
        if alone and mutual and cosines[place, column] >= LEAST_COSINE:
            matches[column] = rows[place]
    return matches


def _names(overlap: _Overlap, found: Mapping[int, int], next_number: int) -> list[str]:
    """Name every column; new themes are numbered by falling size."""
    born = [column for column in range(len(overlap.places)) if column not in found]
    born.sort(key=lambda column: -overlap.sizes[column])
    new = {column: f"T{next_number + place}" for place, column in enumerate(born)}
    return [
        overlap.themes[found[column]] if column in found else new[column]
        for column in range(len(overlap.places))
    ]


def _found_themes(
    overlap: _Overlap, found: Mapping[int, int], names: Sequence[str], as_of: date
) -> list[Descent]:
    made_of = overlap.made_of
    descents = []
    for column, name in enumerate(names):
        rows = np.flatnonzero(made_of[:, column])
        rows = rows[np.argsort(-overlap.shared[rows, column], kind="stable")]
        left = Event.SPLIT if len(rows) else Event.BORN
        event = Event.CONTINUED if column in found else left
        parents = tuple(overlap.themes[row] for row in rows)
        descents.append(Descent(name, as_of, event, parents))
    return descents


def _lost_themes(
    overlap: _Overlap,
    found: Mapping[int, int],
    names: Sequence[str],
    retired: frozenset[str],
    as_of: date,
) -> list[Descent]:
    taken = overlap.taken
    descents = []
    for row in sorted(set(range(len(overlap.themes))) - set(found.values())):
        columns = np.flatnonzero(taken[row])
        columns = columns[np.argsort(-overlap.shared[row, columns], kind="stable")]
        event = Event.MERGED if len(columns) else Event.RETIRED
        if len(columns) or overlap.themes[row] not in retired:
            takers = tuple(names[column] for column in columns.tolist())
            descents.append(Descent(overlap.themes[row], as_of, event, into=takers))
    return descents


def _persistence(overlap: _Overlap, found: Mapping[int, int]) -> float | None:
    both = int(overlap.shared.sum())
    kept = sum(int(overlap.shared[row, column]) for column, row in found.items())
    return kept / both if both else None
