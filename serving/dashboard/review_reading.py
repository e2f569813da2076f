"""What the pages read of reviews: how often people decided as the score would have."""

from __future__ import annotations

import sqlalchemy as sa

from features.schema import Outcome
from features.tables import REVIEWS
from models.agreement import Agreement, Choice, agreement_of


def read_agreement(connection: sa.Connection) -> Agreement:
    """Measure the agreement of the decisions made on the pages with the score.

    Of several decisions of one person on one appeal the first counts: later ones correct it, in
    knowledge of the score.
    """
    first = sa.select(sa.func.min(REVIEWS.c.review_id)).group_by(
        REVIEWS.c.appeal_id, REVIEWS.c.reviewer_id
    )
    query = sa.select(REVIEWS.c.outcome, REVIEWS.c.probability, REVIEWS.c.blind).where(
        REVIEWS.c.review_id.in_(first), REVIEWS.c.probability.is_not(None)
    )
    return agreement_of(
        Choice(row.outcome == Outcome.OVERTURNED, row.probability, row.blind)
        for row in connection.execute(query)
    )
