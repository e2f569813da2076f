"""What an appeal's page reads: the appeal, its decisions, its score in the ledger, others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

import sqlalchemy as sa

from features.schema import Appeal
from features.tables import APPEALS, DECISIONS, SCORES, THEME_MEMBERS
from serving.dashboard.queue_reading import newest_day
from serving.dashboard.queue_rows import url_of
from serving.problems import Problem

EARLIER_SHOWN: Final = 10


@dataclass(frozen=True)
class Verdict:
    """A decision that was made."""

    outcome: str
    decided_at: datetime
    reviewer: str | None
    escalated_to: str | None


@dataclass(frozen=True)
class Earlier:
    """An earlier appeal of the same subject; `outcome` is None while undecided."""

    appeal_id: str
    submitted_at: datetime
    policy: str | None
    outcome: str | None

    @property
    def url(self) -> str:
        """Give the address of its page."""
        return url_of(self.appeal_id)


@dataclass(frozen=True)
class Past:
    """The earlier appeals of the same subject: counts, and the latest of them."""

    appeals: int
    overturned: int
    upheld: int
    rows: tuple[Earlier, ...]

    @property
    def undecided(self) -> int:
        """Those without a decision."""
        return self.appeals - self.overturned - self.upheld


def read_appeal(connection: sa.Connection, appeal_id: str) -> Appeal:
    """Give an appeal of the history.

    Raises
    ------
    Problem
        404 where there is none.
    """
    query = sa.select(*(APPEALS.c[name] for name in Appeal.model_fields))
    row = connection.execute(query.where(APPEALS.c.appeal_id == appeal_id)).first()
    if row is None:
        detail = "no appeal of this id is in the history. The address may be mistyped."
        raise Problem(HTTPStatus.NOT_FOUND, "no-such-appeal", detail)
    return Appeal.model_validate(dict(row._mapping))


def read_verdicts(connection: sa.Connection, appeal_id: str) -> tuple[Verdict, ...]:
    """Give all decisions on an appeal, the one that counts first."""
    told = ("outcome", "decided_at", "reviewer_id", "escalated_to")
    query = (
        sa.select(*(DECISIONS.c[name] for name in told))
        .where(DECISIONS.c.appeal_id == appeal_id)
        .order_by(DECISIONS.c.decided_at.desc())
    )
    return tuple(Verdict(*row) for row in connection.execute(query))


def read_score(connection: sa.Connection, appeal_id: str) -> Mapping[str, Any] | None:
    """Give the latest row of an appeal in the ledger; None where it was never scored."""
    query = (
        sa.select(SCORES)
        .where(SCORES.c.appeal_id == appeal_id)
        .order_by(SCORES.c.score_id.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def read_theme(connection: sa.Connection, appeal_id: str) -> str | None:
    """Give the theme that an appeal has as of the newest discovery."""
    as_of = newest_day(connection)
    query = sa.select(THEME_MEMBERS.c.theme_id).where(
        THEME_MEMBERS.c.as_of == as_of, THEME_MEMBERS.c.appeal_id == appeal_id
    )
    found: str | None = None if as_of is None else connection.execute(query).scalar()
    return found


def read_past(connection: sa.Connection, appeal: Appeal) -> Past | None:
    """Give what the same subject appealed before; None where it is not known who appeals."""
    if appeal.subject_id is None:
        return None
    earlier = (
        APPEALS.c.subject_id == appeal.subject_id,
        APPEALS.c.submitted_at < appeal.submitted_at,
    )
    outcome = _outcome()
    told = sa.select(outcome.label("outcome")).where(*earlier).subquery()
    counted = sa.select(told.c.outcome, sa.func.count()).group_by(told.c.outcome)
    counts: dict[str | None, int] = dict(connection.execute(counted).all())
    query = (
        sa.select(APPEALS.c.appeal_id, APPEALS.c.submitted_at, APPEALS.c.policy, outcome)
        .where(*earlier)
        .order_by(APPEALS.c.submitted_at.desc(), APPEALS.c.appeal_id)
        .limit(EARLIER_SHOWN)
    )
    rows = tuple(Earlier(*row) for row in connection.execute(query))
    return Past(sum(counts.values()), counts.get("overturned", 0), counts.get("upheld", 0), rows)


def read_cases(connection: sa.Connection, appeals: Sequence[str]) -> list[sa.Row[Any]]:
    """Read some decided appeals: id, policy, text, outcome, and when they were decided."""
    made = DECISIONS.alias("made")
    decided_at = (
        sa.select(sa.func.max(made.c.decided_at))
        .where(made.c.appeal_id == APPEALS.c.appeal_id)
        .correlate(APPEALS)
        .scalar_subquery()
    )
    query = sa.select(
        APPEALS.c.appeal_id,
        APPEALS.c.policy,
        APPEALS.c.text,
        DECISIONS.c.outcome,
        DECISIONS.c.decided_at,
    ).where(
        APPEALS.c.appeal_id.in_(appeals),
        DECISIONS.c.appeal_id == APPEALS.c.appeal_id,
        DECISIONS.c.decided_at == decided_at,
    )
    return [*connection.execute(query)]


def _outcome() -> sa.ScalarSelect[Any]:
    return (
        sa.select(DECISIONS.c.outcome)
        .where(DECISIONS.c.appeal_id == APPEALS.c.appeal_id)
        .order_by(DECISIONS.c.decided_at.desc())
        .limit(1)
        .scalar_subquery()
    )
