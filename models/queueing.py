"""A queue played through: the same appeals, the same work, in the order that a rule opens them.

Times are hours. Desks review one appeal at a time and are never idle while one waits. When the last
appeal has been filed the desks go on as before until none waits: every wait is known, and none is
cut off. What is filed after them is left out, for every rule alike.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from features.errors import InputError
from models.priority import next_of

__all__ = [
    "Appeals",
    "FirstCome",
    "InTurns",
    "InvalidQueue",
    "Reviewed",
    "Rule",
    "WrongFirst",
    "simulate",
    "work",
]

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
SPREAD: Final = 0.5
"""Of the logarithm of the time that a review takes."""


class InvalidQueue(InputError):
    """Appeals that cannot be queued."""


class Rule(Protocol):
    """Says which appeal is opened next."""

    def __call__(self, waiting: Places, now: float, reviewed: int, /) -> int:
        """Choose among those that wait.

        Parameters
        ----------
        waiting
            Their numbers, in order of filing, at least one.
        now
            Hours.
        reviewed
            Reviews opened so far.

        Returns
        -------
        int
            A place in `waiting`.
        """


@dataclass(frozen=True)
class FirstCome:
    """First come, first served."""

    def __call__(self, _waiting: Places, _now: float, _reviewed: int, /) -> int:
        """Choose the first filed."""
        return 0


@dataclass(frozen=True, eq=False)
class InTurns:
    """Redress' own rule, `models.priority.next_of`.

    Attributes
    ----------
    averted, filed
        (n,) the priority that each score gives, and hours of filing.
    """

    averted: Floats
    filed: Floats

    def __call__(self, waiting: Places, now: float, reviewed: int, /) -> int:
        """Choose most harm or longest wait, in turns."""
        return next_of(self.averted[waiting], now - self.filed[waiting], reviewed)


@dataclass(frozen=True, eq=False)
class WrongFirst:
    """An oracle that knows every outcome: the wrongly enforced first, in order of filing.

    Attributes
    ----------
    wrong
        (n,) whether the decision will be overturned.
    """

    wrong: NDArray[np.bool_]

    def __call__(self, waiting: Places, _now: float, _reviewed: int, /) -> int:
        """Choose the first filed of the wrongly enforced, else the first filed."""
        return int(np.argmax(self.wrong[waiting]))


@dataclass(frozen=True, eq=False)
class Appeals:
    """What is to be reviewed.

    Attributes
    ----------
    filed
        (n,) hours, in order.
    work
        (n,) hours that the review of each takes, above 0.
    """

    filed: Floats
    work: Floats


@dataclass(frozen=True, eq=False)
class Reviewed:
    """What became of each appeal.

    Attributes
    ----------
    opened, done
        (n,) hours.
    desk
        (n,) which desk reviewed it.
    """

    opened: Floats
    done: Floats
    desk: Places


def work(count: int, hours: float, seed: int) -> Floats:
    """Draw how long each review takes: (count,) hours, log-normal, `hours` on average exactly."""
    drawn = np.exp(SPREAD * np.random.default_rng(seed).standard_normal(count))
    return np.asarray(drawn * hours / drawn.mean())


def simulate(appeals: Appeals, rule: Rule, desks: int) -> Reviewed:
    """Play a queue through until all are reviewed.

    Parameters
    ----------
    appeals
        In order of filing.
    rule
        Says which is next whenever a desk is free and any waits.
    desks
        How many, 1 and above.

    Raises
    ------
    InvalidQueue
        If the appeals are not in order, some work is not above 0, or there is no desk.
    """
    _check(appeals, desks)
    filed, count = appeals.filed, len(appeals.filed)
    found = Reviewed(np.empty(count), np.empty(count), np.empty(count, dtype=np.int64))
    free = [(float("-inf"), desk) for desk in range(desks)]
    line, now = _Line(count), float("-inf")
    for reviewed in range(count):
        since, desk = heapq.heappop(free)
        now = max(now, since)
        if not line.waits:
            now = max(now, float(filed[line.arrived]))
        line.admit(int(np.searchsorted(filed, now, side="right")))
        case = line.take(rule(line.waiting, now, reviewed))
        found.opened[case], found.desk[case] = now, desk
        found.done[case] = now + appeals.work[case]
        heapq.heappush(free, (float(found.done[case]), desk))
    return found


class _Line:
    """Those that wait, by number, in order of filing."""

    def __init__(self, count: int) -> None:
        self.arrived = 0
        self.waits = 0
        self._numbers = np.empty(count, dtype=np.int64)

    @property
    def waiting(self) -> Places:
        return self._numbers[: self.waits]

    def admit(self, until: int) -> None:
        new = max(until - self.arrived, 0)
        self._numbers[self.waits : self.waits + new] = range(self.arrived, self.arrived + new)
        self.arrived, self.waits = self.arrived + new, self.waits + new

    def take(self, place: int) -> int:
        case = int(self._numbers[place])
        self._numbers[place : self.waits - 1] = self._numbers[place + 1 : self.waits].copy()
        self.waits -= 1
        return case


def _check(appeals: Appeals, desks: int) -> None:
    if appeals.filed.shape != appeals.work.shape or (np.diff(appeals.filed) < 0).any():
        raise InvalidQueue("appeals out of order, or without their work", "appeals in order")
    if not (np.isfinite(appeals.filed).all() and (appeals.work > 0).all()):
        raise InvalidQueue("an hour that is none", "hours of filing, and work above 0")
    if desks < 1:
        raise InvalidQueue(f"{desks} desks", "1 or more")
