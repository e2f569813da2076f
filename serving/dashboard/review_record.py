"""Looks at appeals, and the decisions that follow: each is kept with what was known of the score.

A decision made on a page goes into the history as any other does, and with it, in the same
transaction, who made it, what the score said, and whether it had been hidden from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

import sqlalchemy as sa

from features.database import writing
from features.history import add_decisions
from features.schema import Decision
from features.tables import LOOKS, REVIEWS
from serving.dashboard.appeal_reading import Verdict, read_verdicts
from serving.problems import Problem


@dataclass(frozen=True)
class Look:
    """Somebody's look at an appeal.

    Attributes
    ----------
    score_shown
        Whether its score was to be seen.
    probability, model_version
        Of the score, shown or hidden; None where there was none.
    """

    appeal_id: str
    looked_at: datetime
    looked_by: str
    score_shown: bool
    probability: float | None
    model_version: str | None


class DecidedMeanwhile(Exception):
    """Somebody decided the appeal after the page was read; `verdict` is what they decided."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__("the appeal was decided meanwhile")
        self.verdict = verdict


def note_look(engine: sa.Engine, look: Look) -> int:
    """Keep a look, and give its number."""
    row = {name: getattr(look, name) for name in Look.__dataclass_fields__}
    with writing(engine) as connection:
        made = connection.execute(sa.insert(LOOKS).values(row))
    (number,) = made.inserted_primary_key or (0,)
    return int(number)


def record(engine: sa.Engine, decision: Decision, look_id: int, known: str) -> bool:
    """Enter a decision into the history, and keep what was known of the score.

    Parameters
    ----------
    decision
        With its reviewer.
    look_id
        The look that the form came from.
    known
        `moment_of` the decision that counted when the form was made; empty: there was none.

    Returns
    -------
    bool
        False where this person's same decision counts already: there is nothing to enter.

    Raises
    ------
    DecidedMeanwhile
        Another decision counts now; nothing was entered.
    Problem
        422 where the look is not this person's, at this appeal.
    """
    with writing(engine) as connection:
        look = _look(connection, decision, look_id)
        verdicts = read_verdicts(connection, decision.appeal_id)
        if verdicts and _is_same(verdicts[0], decision):
            return False
        if verdicts and known != moment_of(verdicts):
            raise DecidedMeanwhile(verdicts[0])
        add_decisions(connection, [decision])
        connection.execute(sa.insert(REVIEWS).values(_review(connection, decision, look)))
    return True


def moment_of(verdicts: tuple[Verdict, ...]) -> str:
    """Say which decision counts: by its moment, empty where there is none."""
    return verdicts[0].decided_at.isoformat() if verdicts else ""


def _look(connection: sa.Connection, decision: Decision, look_id: int) -> sa.RowMapping:
    query = sa.select(LOOKS).where(
        LOOKS.c.look_id == look_id,
        LOOKS.c.appeal_id == decision.appeal_id,
        LOOKS.c.looked_by == decision.reviewer_id,
    )
    look = connection.execute(query).mappings().first()
    if look is None:
        detail = "the form does not come from a look of yours at this appeal. Open it again."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "no-such-look", detail)
    return look


def _is_same(verdict: Verdict, decision: Decision) -> bool:
    """Tell whether what counts is what this person says again."""
    return (
        verdict.reviewer == decision.reviewer_id
        and verdict.outcome == decision.outcome
        and verdict.escalated_to == decision.escalated_to
    )


def _review(
    connection: sa.Connection, decision: Decision, look: sa.RowMapping
) -> dict[str, object]:
    shown = sa.select(sa.func.count()).where(
        LOOKS.c.appeal_id == decision.appeal_id,
        LOOKS.c.looked_by == decision.reviewer_id,
        LOOKS.c.score_shown,
    )
    return {
        "appeal_id": decision.appeal_id,
        "look_id": look["look_id"],
        "decided_at": decision.decided_at,
        "reviewer_id": decision.reviewer_id,
        "outcome": str(decision.outcome),
        "blind": connection.execute(shown).scalar_one() == 0,
        "probability": look["probability"],
        "model_version": look["model_version"],
    }
