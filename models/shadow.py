"""Scores that a challenger gave in shadow, beside those that were answered: kept, and compared.

Nobody saw them. An appeal counts once it is decided, and only if both models had scored it before
the decision: neither can have learnt from it, so both are judged on what they had not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray

from features.database import reading, writing
from features.tables import APPEALS, DECISIONS, SHADOW_SCORES
from models.anytime import running_mean
from models.performance import Estimate
from models.resampling import clusters

__all__ = ["LEAST_PAIRS", "Pairs", "ShadowScore", "difference", "pairs_of", "record", "shadowed"]

LEAST_PAIRS: Final = 20
"""Subjects, see `models.resampling.witnesses`, below which no difference is told: that were chance.
"""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ShadowScore:
    """What both models said of one appeal.

    Attributes
    ----------
    scored_at
        When the champion answered, UTC.
    model_version, probability
        Of the challenger.
    champion_version, champion_probability
        What was answered.
    """

    appeal_id: str
    scored_at: datetime
    model_version: str
    probability: float
    champion_version: str
    champion_probability: float


@dataclass(frozen=True, eq=False)
class Pairs:
    """Decided appeals that two versions have scored before, in order of decision, each (n,).

    Attributes
    ----------
    overturned
        1 where the decision was overturned, else 0.
    challenger, champion
        Their probabilities.
    subject
        Number, from 0, of who appealed; an appeal of nobody known has one of its own.
    """

    overturned: NDArray[np.int_]
    challenger: Floats
    champion: Floats
    subject: NDArray[np.intp]

    def __len__(self) -> int:
        """Give how many there are."""
        return len(self.overturned)

    @property
    def saved(self) -> Floats:
        """Give what the challenger saves of the champion's squared error, case by case, (n,)."""
        return (self.champion - self.overturned) ** 2 - (self.challenger - self.overturned) ** 2


def record(engine: sa.Engine, scores: Sequence[ShadowScore]) -> None:
    """Keep shadow scores, in one transaction."""
    if scores:
        with writing(engine) as connection:
            connection.execute(sa.insert(SHADOW_SCORES), [asdict(score) for score in scores])


def shadowed(engine: sa.Engine, challenger: str, champion: str) -> int:
    """Count the appeals that one version has scored in another's shadow."""
    query = sa.select(sa.func.count(sa.distinct(SHADOW_SCORES.c.appeal_id))).where(
        SHADOW_SCORES.c.model_version == challenger, SHADOW_SCORES.c.champion_version == champion
    )
    with engine.connect() as connection:
        return int(connection.execute(query).scalar_one())


def pairs_of(engine: sa.Engine, challenger: str, champion: str) -> Pairs:
    """Read the decided appeals that one version has scored in another's shadow.

    Of an appeal that was scored several times the last scores before the decision count, and of
    several decisions the last one.
    """
    later, kept = DECISIONS.alias(), SHADOW_SCORES.c
    overruled = sa.exists().where(
        later.c.appeal_id == DECISIONS.c.appeal_id, later.c.decided_at > DECISIONS.c.decided_at
    )
    query = (
        sa.select(
            kept.appeal_id,
            DECISIONS.c.decided_at,
            DECISIONS.c.outcome == "overturned",
            kept.probability,
            kept.champion_probability,
            APPEALS.c.subject_id,
        )
        .join_from(SHADOW_SCORES, DECISIONS, DECISIONS.c.appeal_id == kept.appeal_id)
        .join(APPEALS, APPEALS.c.appeal_id == kept.appeal_id)
        .where(
            kept.model_version == challenger,
            kept.champion_version == champion,
            DECISIONS.c.decided_at > kept.scored_at,
            ~overruled,
        )
        .order_by(kept.scored_at, kept.shadow_id)
    )
    with reading(engine) as connection:
        found = {row.appeal_id: row for row in connection.execute(query)}
    known = sorted(found.values(), key=lambda row: (row.decided_at, row.appeal_id))
    columns = [*zip(*known, strict=True)][2:] or [()] * 4
    return Pairs(
        np.array(columns[0], np.int_),
        np.array(columns[1], np.float64),
        np.array(columns[2], np.float64),
        clusters(pd.Series(columns[3], dtype=object)),
    )


def difference(pairs: Pairs) -> Estimate | None:
    """Tell what the challenger saves of the champion's Brier score, with its 95 % bounds.

    Above 0 the challenger is better. The bounds hold however often one looks while decisions come
    in (`models.anytime`), and count a subject's cases as what they are: alike. None of fewer
    subjects than `LEAST_PAIRS`.
    """
    found = running_mean(pairs.saved, pairs.subject)
    if not len(pairs) or found.witnesses[-1] < LEAST_PAIRS:
        return None
    return Estimate(float(found.mean[-1]), float(found.low[-1]), float(found.high[-1]))
