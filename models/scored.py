"""The appeals that a version has scored and that were filed in some time: which, and how high."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from features.database import reading
from features.tables import APPEALS, SCORES
from models.ledger import text_digest

__all__ = ["scored_between"]


def scored_between(
    engine: sa.Engine, version: str, since: datetime, until: datetime
) -> dict[str, float]:
    """Give a version's latest score of each appeal filed from `since` on and before `until`.

    Returns
    -------
    dict
        Probability by appeal, of those in the history alone. A score of other words than the
        appeal's is left out: its identifier was given twice.
    """
    query = (
        sa.select(SCORES.c.appeal_id, SCORES.c.probability, SCORES.c.text_digest, APPEALS.c.text)
        .join_from(SCORES, APPEALS, APPEALS.c.appeal_id == SCORES.c.appeal_id)
        .where(
            SCORES.c.model_version == version,
            APPEALS.c.submitted_at >= since,
            APPEALS.c.submitted_at < until,
        )
        .order_by(SCORES.c.score_id)
    )
    with reading(engine) as connection:
        return {
            appeal: probability
            for appeal, probability, digest, text in connection.execute(query)
            if digest in (None, text_digest(text))
        }
