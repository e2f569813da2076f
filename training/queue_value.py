"""What the order of the queue is worth: who is restored when, by Redress and by first come.

The appeals of the test period are filed as they were, and reviewed at a capacity that is a share of
the intake: the same appeals, the same work for each, another order. Appeals whose decision was
overturned are the wrongly enforced; they are restored when their review is done. The outcome is
taken not to depend on when, and by whom, an appeal is reviewed. Those that are not decided yet take
their reviews like all others, and are in no figure but the longest wait. The queue is empty when
the period begins, and is worked off at the same capacity after its end, so that every wait is
counted.

What the model calls critical is sent to its team as it is filed, whatever the order: its worth
is not the order's. So first come is also given with the same tier, and how many were
sent, and how many of them rightly, is told: who sends all is never late.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.schema import Outcome as Decision
from features.schema import Team
from models.priority import TIERS
from models.queueing import Appeals, FirstCome, InTurns, Rule, WrongFirst, simulate, work
from models.scores import Score
from models.shifts import ROUND_THE_CLOCK, Shift
from training.metrics import null_if_nan

__all__ = [
    "CAPACITIES",
    "AtOnce",
    "Day",
    "Outcome",
    "QueueCases",
    "Value",
    "at_once",
    "queue_cases",
    "value_of",
]

CAPACITIES: Final = (0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2)
"""Shares of the intake for which curves are drawn."""
CRITICAL: Final = TIERS[0][0]
HOUR: Final = 1.0
DAY: Final = 24.0
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Day:
    """How people work.

    Attributes
    ----------
    minutes
        That a review takes on average, about: desks are whole, and the capacity is met exactly.
    shift
        Hours of the day at which anybody works.
    seed
        Of how long each review takes.
    """

    minutes: float = 15.0
    shift: Shift = ROUND_THE_CLOCK
    seed: int = 0


@dataclass(frozen=True, eq=False)
class QueueCases:
    """Appeals in order of filing, each (n,).

    Attributes
    ----------
    filed
        Hours since the midnight before the first.
    averted
        The priority of each score.
    wrong, right
        Whether the decision was overturned, or upheld; neither while there is none.
    escalated
        Whether the reviewer sent it to a team.
    critical
        Whether the score's tier is critical: it is sent to its team as it is filed.
    """

    filed: Floats
    averted: Floats
    wrong: Flags
    right: Flags
    escalated: Flags
    critical: Flags


@dataclass(frozen=True)
class AtOnce:
    """What the critical tier sends to the teams as it is filed: what its speed costs them.

    Attributes
    ----------
    sent
        Appeals of the critical tier.
    decided
        Those of them that are decided.
    escalated
        Those of them that reviewers sent to a team indeed.
    a_day
        What is sent on an average day; of a period of less than one, all of it.
    """

    sent: int
    decided: int
    escalated: int
    a_day: float

    def as_dict(self) -> dict[str, float]:
        """Give the counts by name."""
        return asdict(self)


@dataclass(frozen=True)
class Outcome:
    """What an order gave; waits in hours from filing to the end of the review.

    Attributes
    ----------
    restored_median, restored_mean, restored_p90
        Waits of the wrongly enforced; NaN where there is none.
    unrestored
        Wrongly enforced whose review was not done when the period ended.
    upheld_median
        Wait of those who were rightly enforced: who pays for it.
    longest
        Of all appeals.
    within_hour
        Share of the escalated that were with their team within an hour; NaN where there is none.
    """

    restored_median: float
    restored_mean: float
    restored_p90: float
    unrestored: int
    upheld_median: float
    longest: float
    within_hour: float

    def as_dict(self) -> dict[str, float | None]:
        """Give the figures by name, None where one does not apply."""
        return {name: null_if_nan(value) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Value:
    """What each order gives at one capacity.

    Attributes
    ----------
    capacity
        Reviews, as a share of the intake.
    desks, minutes
        People, and what a review takes on average.
    first_come, redress, oracle
        By the rule; the oracle knows who is wrongly enforced. Redress alone has the critical tier.
    first_come_with_tier
        First come where the same critical tier is sent at once: what the order adds, without it.
    """

    capacity: float
    desks: int
    minutes: float
    first_come: Outcome
    redress: Outcome
    oracle: Outcome
    first_come_with_tier: Outcome

    @property
    def median_ratio(self) -> float:
        """Median wait of the wrongly enforced, over that of first come; NaN where neither waits."""
        return _ratio(self.redress.restored_median, self.first_come.restored_median)

    @property
    def longest_ratio(self) -> float:
        """Longest wait of anybody, over that of first come."""
        return _ratio(self.redress.longest, self.first_come.longest)

    def as_dict(self) -> dict[str, object]:
        """Give all of it for JSON."""
        return {
            "capacity": self.capacity,
            "desks": self.desks,
            "minutes": self.minutes,
            "median_ratio": null_if_nan(self.median_ratio),
            "longest_ratio": null_if_nan(self.longest_ratio),
            "policies": {
                "first_come": self.first_come.as_dict(),
                "redress": self.redress.as_dict(),
                "oracle": self.oracle.as_dict(),
            },
            "first_come_with_tier": self.first_come_with_tier.as_dict(),
        }


def at_once(cases: QueueCases) -> AtOnce:
    """Count what is sent at once, and how much of it rightly."""
    sent = cases.critical
    return AtOnce(
        sent=int(sent.sum()),
        decided=int((sent & (cases.wrong | cases.right)).sum()),
        escalated=int((sent & cases.escalated).sum()),
        a_day=float(sent.sum()) / max(float(cases.filed[-1] - cases.filed[0]) / DAY, 1.0),
    )


def queue_cases(frame: pd.DataFrame, scores: Sequence[Score]) -> QueueCases:
    """Lay appeals out for the queue.

    Parameters
    ----------
    frame
        As `features.frame.decided_frame`, in order of filing, n rows, at least 1; an outcome is
        missing of those that are not decided.
    scores
        (n,) of these appeals.
    """
    filed = frame["submitted_at"]
    team = frame["escalated_to"].astype(object).fillna(Team.NONE.value)
    return QueueCases(
        filed=((filed - filed.iloc[0].normalize()) / pd.Timedelta(hours=1)).to_numpy(np.float64),
        averted=np.array([score.priority for score in scores], dtype=np.float64),
        wrong=(frame["outcome"] == Decision.OVERTURNED.value).to_numpy(bool),
        right=(frame["outcome"] == Decision.UPHELD.value).to_numpy(bool),
        escalated=(team != Team.NONE.value).to_numpy(bool),
        critical=np.array([score.risk.tier == CRITICAL for score in scores], dtype=bool),
    )


def value_of(cases: QueueCases, capacity: float, day: Day | None = None) -> Value:
    """Play the queue through by each order, at one capacity.

    Parameters
    ----------
    capacity
        Reviews as a share of the intake, above 0: below 1 more comes in than is reviewed.
    day
        How people work.
    """
    day = day or Day()
    filed = day.shift.worked(cases.filed)
    count, span = len(filed), max(float(filed[-1] - filed[0]), HOUR)
    desks = max(round(capacity * count * day.minutes / 60 / span), 1)
    hours = desks * span / (capacity * count)
    appeals = Appeals(filed, work(count, hours, day.seed))
    rules: Mapping[str, Rule] = {
        "first_come": FirstCome(),
        "redress": InTurns(cases.averted, filed),
        "oracle": WrongFirst(cases.wrong),
    }
    done = {
        name: day.shift.clock(simulate(appeals, rule, desks).done) for name, rule in rules.items()
    }
    nothing = np.zeros(count, dtype=bool)
    return Value(
        capacity,
        desks,
        60 * hours,
        first_come=_outcome(cases, done["first_come"], nothing),
        redress=_outcome(cases, done["redress"], cases.critical),
        oracle=_outcome(cases, done["oracle"], nothing),
        first_come_with_tier=_outcome(cases, done["first_come"], cases.critical),
    )


def _outcome(cases: QueueCases, done: Floats, sent_at_once: Flags) -> Outcome:
    waits, wrong = done - cases.filed, cases.wrong
    in_time = (sent_at_once | (waits <= HOUR))[cases.escalated]
    restored = waits[wrong]
    none = not len(restored)
    return Outcome(
        restored_median=np.nan if none else float(np.median(restored)),
        restored_mean=np.nan if none else float(restored.mean()),
        restored_p90=np.nan if none else float(np.quantile(restored, 0.9)),
        unrestored=int((done[wrong] > cases.filed[-1]).sum()),
        upheld_median=float(np.median(waits[cases.right])) if cases.right.any() else np.nan,
        longest=float(waits.max()),
        within_hour=float(in_time.mean()) if len(in_time) else np.nan,
    )


def _ratio(value: float, beside: float) -> float:
    return value / beside if beside > 0 else np.nan
