"""The value of the queue on a user's own appeals: a model of the earlier ones orders the later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from features.errors import InputError
from features.settings import Settings
from features.teacher import Teacher
from training.config import TrainConfig
from training.queue_value import (
    CAPACITIES,
    Day,
    QueueCases,
    Value,
    at_once,
    queue_cases,
    value_of,
)
from training.source import Cases
from training.split import time_slices
from training.stages import Stages

if TYPE_CHECKING:
    from models.scorer import Scorer

__all__ = ["InvalidCapacity", "QueueBenchmark", "benchmark_queue", "play_queue"]


class InvalidCapacity(InputError):
    """A capacity that no queue can be played at."""


@dataclass(frozen=True, eq=False)
class QueueBenchmark:
    """What the order of the queue is worth.

    Attributes
    ----------
    cases
        The appeals of the test period.
    first, last
        When they were filed.
    day
        How people work.
    asked
        At the capacity that was asked for.
    curve
        At others, by rising capacity.
    """

    cases: QueueCases
    first: pd.Timestamp
    last: pd.Timestamp
    day: Day
    asked: Value
    curve: tuple[Value, ...]

    def answer(self) -> dict[str, Any]:
        """Give the answer of `redress benchmark queue --json`."""
        return {
            "appeals": len(self.cases.filed),
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "wrongly_enforced": int(self.cases.wrong.sum()),
            "not_decided": int((~self.cases.wrong & ~self.cases.right).sum()),
            "escalated": int(self.cases.escalated.sum()),
            "critical_tier": int(self.cases.critical.sum()),
            "sent_at_once": at_once(self.cases).as_dict(),
            "after_the_period": "worked off at the same capacity",
            "day": asdict(self.day),
            **self.asked.as_dict(),
            "curve": [one.as_dict() for one in self.curve],
        }


def benchmark_queue(
    cases: Cases,
    capacity: float,
    day: Day,
    config: TrainConfig,
    settings: Settings,
    stages: Stages,
    capacities: Sequence[float] = CAPACITIES,
) -> QueueBenchmark:
    """Fit a model on the earlier appeals, and play the queue of the later ones through.

    Parameters
    ----------
    cases
        The decided appeals, and those that are not.
    capacity
        Reviews as a share of the intake, above 0.
    capacities
        Of the curve.

    Raises
    ------
    InvalidCapacity
        If it is not above 0, or above 10.
    NoDecidedAppeals, TooFewDecisions, OneOutcomeOnly
        When the appeals cannot teach.
    """
    from models.scorer import Scorer

    if not 0 < capacity <= 10:
        raise InvalidCapacity(
            f"a capacity of {capacity:g}", "a share of the intake, such as 0.8 for 80 %"
        )
    slices = time_slices(cases.frame, config.split.test)
    teacher = Teacher(settings.teacher, settings.home / "encoders")
    with stages.stage("fit", f"fitting on {len(slices.seen):,} of {len(cases.frame):,} appeals"):
        scorer = Scorer.fit(slices.seen, config.scorer, teacher)
    with stages.stage("queue", f"playing the queue at {len(capacities) + 1} capacities"):
        return play_queue(scorer, slices.test, cases.undecided, capacity, day, capacities)


def play_queue(
    scorer: Scorer,
    decided: pd.DataFrame,
    undecided: pd.DataFrame,
    capacity: float = 0.8,
    day: Day | None = None,
    capacities: Sequence[float] = CAPACITIES,
) -> QueueBenchmark:
    """Play the queue of later appeals through, as a model orders them.

    Parameters
    ----------
    scorer
        Fitted on earlier appeals than these.
    decided
        The later ones that are decided, at least one.
    undecided
        Those that are not; of them, what was filed from the first of `decided` on comes in too.
    capacity, day, capacities
        As in `benchmark_queue`.
    """
    day = day or Day()
    intake = _intake(decided, undecided)
    waiting = queue_cases(intake, scorer.score(intake))
    asked = value_of(waiting, capacity, day)
    curve = tuple(value_of(waiting, one, day) for one in sorted(capacities))
    filed = intake["submitted_at"]
    return QueueBenchmark(waiting, filed.iloc[0], filed.iloc[-1], day, asked, curve)


def _intake(decided: pd.DataFrame, undecided: pd.DataFrame) -> pd.DataFrame:
    """Give all that was filed from the first of the test slice on, in order of filing."""
    also = undecided[undecided["submitted_at"] >= decided["submitted_at"].min()]
    both = pd.concat([decided, also]) if len(also) else decided
    return both.sort_values("submitted_at", kind="stable", ignore_index=True)
