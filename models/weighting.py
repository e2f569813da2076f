"""Figures of decided appeals, as they would be if all were decided: inverse chances and bounds.

A decided appeal stands for those like it that are not decided yet. A delay of d is seen by now
only of appeals that are at least d old, so a case counts 1 / P(age >= its delay): inverse
probability of censoring (Robins and Rotnitzky 1992; Uno et al. 2011, Statistics in Medicine
30:1105-1117). It holds also where overturns take longer than other decisions, as long as the intake
of the days looked at is alike: what is filed early and late must not differ in outcome or delay.
Delays beyond the oldest age are seen nowhere, and nothing here stands for them. The bounds of
Manski (1989, Anatomy of the selection problem) hold whatever is the case: all that wait overturned,
or none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.delays import LEAST_CHANCE, AgeGroup, Delays, by_age, learnt_delays
from models.reliability import mass_bins, read_cases
from models.resampling import resampled_aucs

__all__ = ["Figures", "Missing", "Weighted", "figures_of", "missing_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Missing:
    """Decided appeals and those that are not, as of one moment.

    Attributes
    ----------
    outcome, probability, age, delay
        (n,) of the decided: 1 where overturned, what the model said, hours since filing, and from
        filing to decision.
    waiting_age
        (m,) of the undecided.
    """

    outcome: NDArray[Any]
    probability: Floats
    age: Floats
    delay: Floats
    waiting_age: Floats


@dataclass(frozen=True)
class Figures:
    """Figures of decided appeals; None where one does not apply."""

    overturned: float
    auc: float | None
    brier: float
    ece: float


@dataclass(frozen=True)
class Weighted:
    """What the missing outcomes may hide.

    Attributes
    ----------
    decided, undecided
        Appeals that are known.
    missing
        Appeals without an outcome: the undecided, or, where only decided ones are known, as many as
        the delays tell are still to come.
    undated
        Whether decisions carry no moment of their own: then nothing can be said of delays, and
        weights are 1.
    truncated
        Whether only decided appeals are known, as in an export of decisions.
    median_hours, late_hours
        By which half, and 95 %, are decided; None where that is not reached.
    ages
        Known and missing by age.
    effective
        Cases that the weighted ones are worth: (sum w)^2 / sum w^2 (Kish 1965).
    clipped
        Decided cases whose chance was below `LEAST_CHANCE`.
    plain, weighted
        Figures with each case counting once, and by inverse chances.
    rate_low, rate_high
        Share overturned if none, or all, of the missing were.
    """

    decided: int
    undecided: int
    missing: float
    undated: bool
    truncated: bool
    median_hours: float | None
    late_hours: float | None
    ages: tuple[AgeGroup, ...]
    effective: float
    clipped: int
    plain: Figures
    weighted: Figures
    rate_low: float
    rate_high: float

    def as_dict(self) -> Mapping[str, object]:
        """Give all of it for JSON."""
        return asdict(self)


def missing_of(cases: Missing) -> Weighted:
    """Weigh decided appeals by the inverse chance of having been decided.

    Raises
    ------
    InvalidCases, InvalidDelays
        If the arrays are not of the same appeals, or hold values that are none.
    """
    came, said = read_cases(cases.outcome, cases.probability)
    undecided = len(cases.waiting_age)
    undated = not cases.delay.any()
    delays = learnt_delays(cases.delay, cases.age, cases.waiting_age)
    filed = _filed(cases, delays)
    chance = np.ones(len(came)) if undated else _chances(cases, filed)
    weight = 1 / np.maximum(chance, LEAST_CHANCE)
    missing = max(float(filed.sum()) - len(came), 0.0)
    up, known = float(came.sum()), len(came) + missing
    return Weighted(
        decided=len(came),
        undecided=undecided,
        missing=missing,
        undated=undated,
        truncated=delays.truncated,
        median_hours=None if undated else delays.quantile(0.5),
        late_hours=None if undated else delays.quantile(0.95),
        ages=by_age(delays, cases.age, cases.waiting_age),
        effective=float(weight.sum() ** 2 / (weight**2).sum()),
        clipped=int((chance < LEAST_CHANCE).sum()),
        plain=figures_of(came, said, np.ones(len(came))),
        weighted=figures_of(came, said, weight),
        rate_low=up / known,
        rate_high=(up + missing) / known,
    )


def figures_of(outcome: Floats, probability: Floats, weight: Floats) -> Figures:
    """Measure weighted cases, at least one.

    Parameters
    ----------
    outcome, probability, weight
        (n,) 0 or 1; in [0, 1]; above 0.
    """
    share = weight / weight.sum()
    auc = resampled_aucs(outcome, probability)(weight[None, :].astype(np.float32))[0]
    gaps = np.bincount(mass_bins(probability), weights=share * (probability - outcome))
    return Figures(
        overturned=float(share @ outcome),
        auc=None if np.isnan(auc) else float(auc),
        brier=float(share @ (probability - outcome) ** 2),
        ece=float(np.abs(gaps).sum()),
    )


def _filed(cases: Missing, delays: Delays) -> Floats:
    """Count for each known appeal, the decided first, how many of its age were filed.

    Where the undecided are known it is the one itself. Else a decided one stands for those of its
    age that are not decided, by the delays of all (Horvitz and Thompson 1952): what follows is the
    product-limit estimate of ages that are seen only from their delay on (Lynden-Bell 1971).
    """
    if not delays.truncated:
        return np.ones(len(cases.age) + len(cases.waiting_age))
    return np.asarray(1 / np.maximum(delays.by(cases.age), LEAST_CHANCE))


def _chances(cases: Missing, filed: Floats) -> Floats:
    """Give the chance that an appeal is old enough for the delay of each decided one, (n,)."""
    ages = np.concatenate((cases.age, cases.waiting_age))
    order = np.argsort(ages)
    younger = np.concatenate(([0.0], np.cumsum(filed[order])))
    place = np.searchsorted(ages[order], cases.delay, side="left")
    return np.asarray(1 - younger[place] / younger[-1])
