"""What a training says beside its measures: for whom it is fair, and how much is to be foreseen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.database import open_database
from features.rereviews import no_rereviews, rereviews
from features.settings import Settings
from models.ceiling import LEAST_PAIRS, Ceiling, ceiling_of
from models.registry import Registry
from models.run_record import CEILING, FAIRNESS
from training.config import TrainConfig
from training.evaluation import Evaluation
from training.fairness import Fairness, Gap, fairness
from training.source import Source

__all__ = ["Judgement", "ceiling_words", "judge", "judgement_words", "record_judgement"]


@dataclass(frozen=True)
class Judgement:
    """Gaps between groups on the test slice, and the ceiling that disagreement of people sets."""

    fairness: Fairness
    ceiling: Ceiling

    def as_dict(self) -> dict[str, object]:
        """Give both for JSON."""
        return {"fairness": self.fairness.as_dict(), "ceiling": self.ceiling.as_dict()}


def judge(
    test: pd.DataFrame,
    evaluation: Evaluation,
    priority: NDArray[np.float64],
    source: Source,
    settings: Settings,
    config: TrainConfig,
) -> Judgement:
    """Find the gaps between groups, and the ceiling from appeals that two people decided.

    Parameters
    ----------
    test
        The test slice, in the order of `evaluation`.
    priority
        (n,) of its scores: the order of the queue.
    source
        A file gives one decision an appeal, and so no ceiling; the history keeps all.
    """
    twice = rereviews(open_database(settings)) if source.file is None else no_rereviews()
    rounds = config.evaluation.rounds
    return Judgement(
        fairness(test, evaluation.probability, priority, rounds, config.seed),
        ceiling_of(twice, rounds, config.seed),
    )


def record_judgement(registry: Registry, run_id: str, judgement: Judgement) -> None:
    """Log both with a run."""
    registry.client.log_dict(run_id, judgement.fairness.as_dict(), FAIRNESS)
    registry.client.log_dict(run_id, judgement.ceiling.as_dict(), CEILING)


def judgement_words(evaluation: Evaluation, judgement: Judgement) -> dict[str, str]:
    """Say in a line each what the slices, the groups and the ceiling tell."""
    groupings = judgement.fairness.groupings
    words = {"slices": _slices(evaluation)}
    for one in groupings:
        found = f"of the wrongly enforced, found first: {_distance(one.opportunity)}"
        words[f"by {one.dimension}"] = f"{found}; said minus came: {_distance(one.calibration)}"
    return {**words, "ceiling": ceiling_words(judgement.ceiling, evaluation)}


def _slices(evaluation: Evaluation) -> str:
    off = [f"{one.dimension} {one.value}" for one in evaluation.slices if one.off]
    named = ", ".join(off[:3]) + (f" and {len(off) - 3} more" if len(off) > 3 else "")
    return f"{len(evaluation.slices)} looked at; says too little or too much of: {named or 'none'}"


def _distance(gap: Gap) -> str:
    if gap.value is None:
        return "too few cases"
    sure = "" if gap.low is None else f" (at least {gap.low:.2f})"
    return f"largest gap {gap.value:.2f}{sure}"


def ceiling_words(ceiling: Ceiling, evaluation: Evaluation) -> str:
    """Say how far decisions like these can be foreseen at all, or why that is not known."""
    if not ceiling.enough:
        return f"not known: {ceiling.cases} appeals decided by two people, {LEAST_PAIRS} needed"
    if ceiling.auc_at_most is None or ceiling.kappa is None or ceiling.first_share is None:
        return f"not known: all {ceiling.cases:,} appeals decided by two people ended alike"
    most = ceiling.auc_at_most
    return (
        f"AUC at most {most.value:.2f} ({most.low:.2f} to {most.high:.2f}) of appeals like the "
        f"{ceiling.cases:,} decided twice, {ceiling.first_share:.0%} of them overturned at first "
        f"(all tested: {evaluation.outcome.mean():.0%}); kappa {ceiling.kappa.value:.2f} "
        f"({ceiling.kappa.low:.2f} to {ceiling.kappa.high:.2f})"
    )
