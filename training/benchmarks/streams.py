"""Streams of real texts with planted surges, for the benchmark of emergence.

A stream has a weekly rhythm, labels of very unequal shares, and days on which a label is louder or
quieter than usual: what a real intake does without any cause behind it. Some labels are held out;
they are the causes, and none of their texts is in the stream before its surge begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.errors import InputError

__all__ = ["JUDGED_DAYS", "RAMPS", "Stream", "TooFewTexts", "make_stream"]

DAYS: Final = 98
APPEALS_A_DAY: Final = 150.0
WEEKDAYS: Final = (1.1, 1.1, 1.05, 1.0, 1.0, 0.85, 0.8)
"""How busy the days of the week are."""
WOBBLE: Final = 8.0
"""Shape of the gamma factor, of mean 1, that each label has on each day."""
EVENTS: Final = 8
STARTS: Final = (42, 87)
"""The first and the last day on which a surge may begin."""
JUDGED_DAYS: Final = range(42, DAYS)
RAMPS: Final = {
    "steep": (2, 4, 6, 8, 10, 12, 12, 12, 12, 12),
    "slow": (1, 1, 2, 2, 3, 3, 4, 4, 5, 5),
}
"""Expected appeals on the days of a surge."""


class TooFewTexts(InputError):
    """Too few labels or texts to make a stream of."""


@dataclass(frozen=True)
class Stream:
    """Texts in the order in which they come.

    Attributes
    ----------
    rows
        (n,) which of the file's texts each is.
    days
        (n,) the day on which it comes, rising from 0.
    events
        (n,) the surge that it belongs to, -1 for none.
    starts
        (events,) the day on which each surge begins.
    """

    rows: NDArray[np.int64]
    days: NDArray[np.int64]
    events: NDArray[np.int64]
    starts: NDArray[np.int64]


def make_stream(labels: Sequence[str], ramp: Sequence[float], seed: int) -> Stream:
    """Draw a stream.

    Parameters
    ----------
    labels
        Of the file's texts.
    ramp
        Expected appeals on each day of a surge; none: a stream without surges.
    seed
        The same seed gives the same stream.

    Returns
    -------
    Stream

    Raises
    ------
    TooFewTexts
        Where there are not twice as many labels as surges.

    Notes
    -----
    Shares of the labels are gamma(1); the expected count of a label on a day is its share of 150,
    times the factor of the weekday (scaled to mean 1), times a gamma(8, 1/8); counts are Poisson.
    Texts are drawn without replacement within a label; when they are used up, all are put back.
    """
    random = np.random.default_rng(seed)
    names, label_of = np.unique(np.asarray(labels), return_inverse=True)
    _enough(len(names))
    held_out = random.permutation(len(names))[: EVENTS if len(ramp) else 0]
    counts = _usual_counts(len(names), held_out, random)
    starts = random.integers(STARTS[0], STARTS[1] + 1, size=len(held_out))
    for label, start in zip(held_out, starts, strict=True):
        surge = random.poisson(ramp)[: DAYS - start]
        counts[start : start + len(surge), label] = surge
    days, rows = _texts(counts, label_of, random)
    event_of = np.full(len(names), -1, dtype=np.int64)
    event_of[held_out] = np.arange(len(held_out))
    return Stream(rows, days, event_of[label_of[rows]], starts)


def _enough(labels: int) -> None:
    if labels < 2 * EVENTS:
        raise TooFewTexts(
            f"{labels} different labels",
            f"{2 * EVENTS} or more: {EVENTS} are held out as surges",
            "Take a column with finer labels.",
        )


def _usual_counts(
    labels: int, held_out: NDArray[np.int64], random: np.random.Generator
) -> NDArray[np.int64]:
    """Draw counts, (days, labels), of all labels but those held out."""
    share = random.gamma(1.0, size=labels)
    share[held_out] = 0
    weekday = np.resize(np.array(WEEKDAYS) / np.mean(WEEKDAYS), DAYS)
    wobble = random.gamma(WOBBLE, 1 / WOBBLE, size=(DAYS, labels))
    counts: NDArray[np.int64] = random.poisson(
        APPEALS_A_DAY * weekday[:, None] * wobble * share / share.sum()
    )
    return counts


def _texts(
    counts: NDArray[np.int64], label_of: NDArray[np.intp], random: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw the texts of the counts; days, and rows of the file, in the order of the days."""
    days, rows = [], []
    for label, daily in enumerate(counts.T):
        pool = np.flatnonzero(label_of == label)
        rounds = -(-int(daily.sum()) // len(pool))
        drawn = [random.permutation(pool) for _ in range(rounds)]
        rows.append(np.concatenate([*drawn, pool[:0]])[: daily.sum()])
        days.append(np.repeat(np.arange(len(daily)), daily))
    day, row = np.concatenate(days), np.concatenate(rows)
    order = np.lexsort((random.random(len(day)), day))
    return day[order], row[order]
