"""Appeals that more than one person decided: what tells how far decisions can be foreseen.

The history keeps every decision. A second one comes in as the first did: by `POST /v1/decisions`,
or by ingesting an export in which the appeal stands with its other decision, date and reviewer. A
single file gives one decision an appeal, and so none of these.
"""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa

from features.schema import Outcome
from features.tables import DECISIONS

__all__ = ["COLUMNS", "no_rereviews", "rereviews"]

COLUMNS = ("appeal_id", "reviewer_id", "overturned")


def no_rereviews() -> pd.DataFrame:
    """Give what is known of data without any."""
    return pd.DataFrame({name: pd.Series(dtype=object) for name in COLUMNS})


def rereviews(engine: sa.Engine) -> pd.DataFrame:
    """Read the decisions on appeals that at least two reviewers decided.

    A decision without a reviewer may be the same person's again, and is left out.

    Parameters
    ----------
    engine
        As `features.database.open_database` gives it.

    Returns
    -------
    pandas.DataFrame
        `appeal_id`, `reviewer_id`, `overturned` (bool), a row a decision, by appeal and time.
    """
    table = DECISIONS.c
    known = table.reviewer_id.is_not(None)
    twice = (
        sa.select(table.appeal_id)
        .where(known)
        .group_by(table.appeal_id)
        .having(sa.func.count(sa.distinct(table.reviewer_id)) > 1)
    )
    query = (
        sa.select(table.appeal_id, table.reviewer_id, table.outcome)
        .where(known, table.appeal_id.in_(twice))
        .order_by(table.appeal_id, table.decided_at)
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    if not rows:
        return no_rereviews()
    return pd.DataFrame(
        {
            "appeal_id": [row.appeal_id for row in rows],
            "reviewer_id": [row.reviewer_id for row in rows],
            "overturned": [row.outcome == Outcome.OVERTURNED.value for row in rows],
        }
    )
