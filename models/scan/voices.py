"""Whose voice counts: what lies outside the window, and what was said before, is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Voices", "distinct_neighbours", "first_of_campaign", "numbers_of", "repeats"]


@dataclass(frozen=True)
class Voices:
    """The appeals that count, and whom each has around it.

    Attributes
    ----------
    counted
        (n,) bool: in the window, the first of its template, and no repeat of its subject's.
    neighbours
        (n, K) int32, nearest first: those that count, of each subject the nearest; else -1.
    """

    counted: NDArray[np.bool_]
    neighbours: NDArray[np.int32]

    @classmethod
    def of(
        cls,
        neighbours: NDArray[np.int32],
        days: NDArray[np.int64],
        inside: NDArray[np.bool_],
        subjects: Sequence[str | None] | None,
        campaigns: ArrayLike | None,
    ) -> Voices:
        """Find them.

        Parameters
        ----------
        neighbours
            (n, K), -1 for a missing one.
        days
            (n,) when each was filed.
        inside
            (n,) whether it lies in the window.
        subjects, campaigns
            (n,) who appeals, and with which template, or None; see `models.scan.scan`.
        """
        n = len(days)
        order = np.empty(n, dtype=np.int64)
        order[np.argsort(days, kind="stable")] = np.arange(n)
        counted = inside
        if campaigns is not None:
            letters = np.asarray(campaigns, dtype=np.int64)
            letters = np.where(letters < 0, -1 - np.arange(n), letters)
            counted = first_of_campaign(letters, inside, order)
        around = _only(neighbours, counted)
        if subjects is not None:
            people = numbers_of(subjects)
            counted = counted & ~repeats(around, people, order)
            around = distinct_neighbours(_only(around, counted), people)
        return cls(counted, around)


def _only(neighbours: NDArray[np.int32], counted: NDArray[np.bool_]) -> NDArray[np.int32]:
    if counted.all():
        return neighbours
    return np.where((neighbours >= 0) & counted[neighbours], neighbours, np.int32(-1))


def numbers_of(names: Sequence[str | None]) -> NDArray[np.int64]:
    """Give each name a number from 0, and an appeal without one a number of its own, below 0."""
    numbers: dict[str, int] = {}
    return np.array(
        [
            -1 - place if name is None else numbers.setdefault(name, len(numbers))
            for place, name in enumerate(names)
        ],
        dtype=np.int64,
    )


def first_of_campaign(
    campaigns: NDArray[np.int64], present: NDArray[np.bool_], order: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Keep, of each campaign, the first appeal that is present; and all that are in none.

    Parameters
    ----------
    campaigns
        (n,) the same number for the same letter.
    present
        (n,) the appeals to choose from.
    order
        (n,) the rank of each appeal in time, without ties.

    Returns
    -------
    numpy.ndarray
        (n,) bool.
    """
    rows = np.argsort(order)
    rows = rows[present[rows]]
    _, first = np.unique(campaigns[rows], return_index=True)
    kept = np.zeros(len(campaigns), dtype=bool)
    kept[rows[first]] = True
    return kept


def repeats(
    neighbours: NDArray[np.int32], subjects: NDArray[np.int64], order: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Tell which appeals repeat a subject: one of its earlier ones is among their neighbours.

    Parameters
    ----------
    neighbours
        (n, K), -1 for a missing one.
    subjects
        (n,) as of `numbers_of`.
    order
        (n,) the rank of each appeal in time, without ties.

    Returns
    -------
    numpy.ndarray
        (n,) bool.
    """
    same = (subjects[neighbours] == subjects[:, None]) & (neighbours >= 0)
    earlier: NDArray[np.bool_] = (same & (order[neighbours] < order[:, None])).any(axis=1)
    return earlier


def distinct_neighbours(
    neighbours: NDArray[np.int32], groups: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Leave out of each neighbourhood what belongs to a group that is in it, nearer, already.

    Parameters
    ----------
    neighbours
        (n, K), nearest first, -1 for a missing one.
    groups
        (n,) the same number for appeals that count once; the appeal in the middle counts too.

    Returns
    -------
    numpy.ndarray
        (n, K), -1 for what was left out.
    """
    n, width = neighbours.shape
    if len(np.unique(groups)) == n:
        return neighbours
    around = np.concatenate([groups[:, None], groups[neighbours]], axis=1)
    around[:, 1:][neighbours < 0] = np.iinfo(np.int64).min
    order = np.argsort(around, axis=1, kind="stable")
    sorted_groups = np.take_along_axis(around, order, axis=1)
    again = np.zeros((n, width + 1), dtype=bool)
    again[:, 1:] = sorted_groups[:, 1:] == sorted_groups[:, :-1]
    repeated = np.empty_like(again)
    np.put_along_axis(repeated, order, again, axis=1)
    return np.where(repeated[:, 1:], np.int32(-1), neighbours)
