"""How long decisions take, and how many are still to come: what recent appeals do not tell yet.

Of the appeals filed last, those decided quickly have an outcome and the others none. Two cases:

- The undecided are known too. Their delay is at least their age: it is censored, and the share
  decided by an age follows from Kaplan and Meier (1958), Nonparametric estimation from incomplete
  observations, JASA 53:457-481.
- Only decided appeals are known, as of an export of decisions. Then a delay is seen only where it
  is no longer than the age: it is truncated. With time turned round it is a survival once more: of
  those that could have shown a delay of d or less, the share that showed exactly d (Lagakos, Barraj
  and De Gruttola 1988, Nonparametric analysis of truncated survival data, Biometrika 75:515-523;
  Kalbfleisch and Lawless 1989 for counts of reports that are late). It tells the delays relative to
  the oldest appeal's age: what takes longer than that is seen nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import CensoredData, ecdf

from features.errors import InputError

__all__ = [
    "EDGES",
    "LEAST_CHANCE",
    "AgeGroup",
    "Delays",
    "InvalidDelays",
    "by_age",
    "censored_delays",
    "learnt_delays",
    "truncated_delays",
]

Floats = NDArray[np.float64]
EDGES: Final = (24.0, 72.0, 168.0, 336.0, 672.0)
"""Ages in hours at which appeals are grouped: 1, 3, 7, 14 and 28 days."""

LEAST_CHANCE: Final = 0.1
"""A chance of being decided below this counts as this: no case stands for more than ten."""
LEAST_AT_RISK: Final = 20
"""Decided appeals that must be able to show a delay, for its share to be told of them alone."""


class InvalidDelays(InputError):
    """Delays and ages that are not of the same appeals."""


@dataclass(frozen=True, eq=False)
class Delays:
    """The distribution of the time from filing to decision.

    Attributes
    ----------
    hours
        (k,) delays at which the share rises, in order.
    share
        (k,) of all appeals, decided by then: in [0, 1], never falling.
    truncated
        Whether only decided appeals were known.
    """

    hours: Floats
    share: Floats
    truncated: bool

    def by(self, age: Floats) -> Floats:
        """Give the chance that an appeal of an age is decided: (n,), in [0, 1]."""
        place = np.searchsorted(self.hours, age, side="right")
        return np.asarray(np.concatenate(([0.0], self.share))[place])

    def quantile(self, share: float) -> float | None:
        """Give the hours by which a share is decided; None where that is not reached."""
        reached = np.flatnonzero(self.share >= share - 1e-12)
        return float(self.hours[reached[0]]) if len(reached) else None


@dataclass(frozen=True)
class AgeGroup:
    """Appeals of alike age.

    Attributes
    ----------
    from_hours, to_hours
        Since filing; the last group has no end.
    filed
        All that are known.
    decided
        Of these.
    expected
        Appeals that were filed, by the delays: as many as are known where the undecided are known
        too, more where only decided ones are; None where the delays tell nothing of this age.
    """

    from_hours: float
    to_hours: float | None
    filed: int
    decided: int
    expected: float | None


def censored_delays(delay: Floats, waited: Floats) -> Delays:
    """Learn the delays from decided and undecided appeals.

    Parameters
    ----------
    delay
        (n,) hours that decisions took, 0 and above.
    waited
        (m,) hours that the undecided have waited.

    Raises
    ------
    InvalidDelays
        If there is no appeal, or a time is below 0 or none.
    """
    _check(delay, waited)
    if not len(delay):
        return Delays(np.zeros(0), np.zeros(0), truncated=False)
    found = ecdf(CensoredData(uncensored=delay, right=waited)).cdf
    share = np.asarray(found.probabilities, dtype=np.float64)
    hours = np.asarray(found.quantiles, dtype=np.float64)
    risen = np.diff(share, prepend=0.0) > 0
    return Delays(hours[risen], share[risen], truncated=False)


def truncated_delays(delay: Floats, age: Floats) -> Delays:
    """Learn the delays from decided appeals alone.

    Parameters
    ----------
    delay, age
        (n,) hours that decisions took, and hours since filing: at least the delay.

    Raises
    ------
    InvalidDelays
        If there is no appeal, a time is below 0 or none, or a delay exceeds its age.

    Notes
    -----
    F(d) = product over the delays e > d of 1 - n(e) / N(e), with n(e) the appeals of delay e and
    N(e) those with delay <= e <= age. Of the longest delays few are old enough to tell, and a
    single one would take all chance from those below it: delays beyond the longest of which
    `LEAST_AT_RISK` could tell are left out, and F is relative to that one (Lai and Ying 1991).
    """
    _check(delay, age)
    if delay.shape != age.shape or (delay > age).any():
        raise InvalidDelays("a delay longer than the age", "delays of appeals that are decided")
    hours, seen = np.unique(delay, return_counts=True)
    shown = np.searchsorted(np.sort(delay), hours, side="right")
    at_risk = shown - np.searchsorted(np.sort(age), hours, side="left")
    told = np.flatnonzero(at_risk >= min(LEAST_AT_RISK, int(at_risk.max())))[-1]
    kept = np.where(np.arange(len(hours)) <= told, 1 - seen / at_risk, 1.0)
    later = np.concatenate((kept[1:], [1.0]))
    share = np.asarray(np.cumprod(later[::-1])[::-1], dtype=np.float64)
    return Delays(hours, share, truncated=True)


def learnt_delays(delay: Floats, age: Floats, waited: Floats) -> Delays:
    """Learn the delays from what is known: the undecided too, or decided appeals alone.

    Parameters
    ----------
    delay, age
        (n,) of the decided: hours that decisions took, and hours since filing.
    waited
        (m,) hours that the undecided have waited; none where only decided appeals are known.

    Raises
    ------
    InvalidDelays
        As `censored_delays` and `truncated_delays`.
    """
    return censored_delays(delay, waited) if len(waited) else truncated_delays(delay, age)


def by_age(delays: Delays, decided: Floats, undecided: Floats) -> tuple[AgeGroup, ...]:
    """Count appeals by age, the youngest first; groups without any are left out.

    Parameters
    ----------
    decided, undecided
        (n,), (m,) ages in hours.
    """
    groups = []
    for begin, end in zip((0.0, *EDGES), (*EDGES, np.inf), strict=True):
        ages = decided[(decided >= begin) & (decided < end)]
        waits = int(((undecided >= begin) & (undecided < end)).sum())
        if not len(ages) + waits:
            continue
        expected = float(len(ages) + waits) if not delays.truncated else _expected(delays, ages)
        to = None if np.isinf(end) else end
        groups.append(AgeGroup(begin, to, len(ages) + waits, len(ages), expected))
    return tuple(groups)


def _expected(delays: Delays, ages: Floats) -> float | None:
    """Count each decided appeal for those of its age that are not: Horvitz and Thompson (1952)."""
    chance = delays.by(ages)
    return float((1 / chance).sum()) if (chance > 0).all() else None


def _check(delay: Floats, other: Floats) -> None:
    if not len(delay) + len(other):
        raise InvalidDelays("no appeals", "some")
    for times in (delay, other):
        if times.ndim != 1 or not (np.isfinite(times) & (times >= 0)).all():
            raise InvalidDelays("a time below 0, or none", "hours from filing on")
