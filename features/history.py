"""The history: every appeal as it was filed, and every decision on it.

An appeal is never rewritten. A later export of the same appeal often carries facts that became
known after it was filed (counters that grew, a flair given to the winners): the first filing stays,
and `Added.appeals_changed` counts the others. Decisions may be added at any time, and the one with
the latest `decided_at` counts; one with a moment that is known already replaces the other, as the
correction that it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa

from features.columns import Records
from features.database import writing
from features.dating import dated
from features.faults import Fault
from features.frame import APPEAL_COLUMNS, DECISION_COLUMNS, content_digest, lay_out
from features.order import filing_order
from features.schema import Appeal, Decision
from features.tables import APPEALS, DECISIONS

_APPEAL: Final = (*APPEAL_COLUMNS, "attributes")
_CHUNK: Final = 10_000
"""Identifiers in one question: below the number of variables that either database takes."""


@dataclass(frozen=True)
class Misdated:
    """A decision that `features.dating.dated` refuses, and why."""

    appeal_id: str
    decided_at: datetime
    fault: Fault


@dataclass(frozen=True)
class Added:
    """What of some records was new to the history.

    Parameters
    ----------
    appeals_new, appeals_known
        Appeals added, and those that were there already.
    appeals_changed
        Those of `appeals_known` that read otherwise now; the first filing stays.
    decisions_new, decisions_known
        Decisions added, and those that were there already.
    decisions_changed
        Decisions that replaced another one of the same moment.
    decisions_unknown
        The identifiers of decisions on appeals that are not in the history: not added.
    decisions_misdated
        Decisions that cannot have been made then: not added.
    """

    appeals_new: int = 0
    appeals_known: int = 0
    appeals_changed: int = 0
    decisions_new: int = 0
    decisions_known: int = 0
    decisions_changed: int = 0
    decisions_unknown: tuple[str, ...] = ()
    decisions_misdated: tuple[Misdated, ...] = ()


_NOTHING: Final = Added()


@dataclass(frozen=True)
class Counts:
    """How much the history holds; the times are None while it is empty."""

    appeals: int
    decided: int
    decisions: int
    first_submitted_at: datetime | None
    last_submitted_at: datetime | None


class History:
    """Appeals and decisions in the database.

    Parameters
    ----------
    engine
        As `features.database.open_database` gives it.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def add(self, records: Records) -> Added:
        """Add what is new, in one transaction: all of it or nothing.

        The same records twice add nothing the second time.
        """
        with writing(self.engine) as connection:
            appeals = add_appeals(connection, records.appeals)
            return add_decisions(connection, records.decisions, appeals)

    def decided(self, until: datetime | None = None) -> pd.DataFrame:
        """Give the decided appeals.

        Parameters
        ----------
        until
            Only decisions made before this moment count, as if it were now.

        Returns
        -------
        pandas.DataFrame
            As `features.frame.decided_frame` lays them out; ties in time in the natural order of
            `appeal_id`.
        """
        latest = _latest(until)
        columns = [APPEALS.c[name] for name in _APPEAL]
        query = sa.select(*columns, *(DECISIONS.c[name] for name in DECISION_COLUMNS)).where(
            APPEALS.c.appeal_id == DECISIONS.c.appeal_id,
            DECISIONS.c.appeal_id == latest.c.appeal_id,
            DECISIONS.c.decided_at == latest.c.decided_at,
        )
        return self._frame(query, (*_APPEAL, *DECISION_COLUMNS))

    def appeals(self, since: datetime | None = None, until: datetime | None = None) -> pd.DataFrame:
        """Give the appeals filed from `since` on and before `until`, decided or not.

        Returns
        -------
        pandas.DataFrame
            As `features.frame.appeal_frame` lays them out, in order of filing.
        """
        query = sa.select(*(APPEALS.c[name] for name in _APPEAL))
        if since is not None:
            query = query.where(APPEALS.c.submitted_at >= since)
        if until is not None:
            query = query.where(APPEALS.c.submitted_at < until)
        return self._frame(query, _APPEAL)

    def undecided(self) -> pd.DataFrame:
        """Give the appeals without a decision, as `appeals` lays them out."""
        query = sa.select(*(APPEALS.c[name] for name in _APPEAL)).where(
            ~sa.exists().where(DECISIONS.c.appeal_id == APPEALS.c.appeal_id)
        )
        return self._frame(query, _APPEAL)

    def outcomes(self, since: datetime, until: datetime) -> dict[str, str]:
        """Give the outcomes of the appeals filed from `since` on, by appeal.

        Only appeals filed, and decisions made, before `until` count, as if it were now.
        """
        latest = _latest(until)
        query = sa.select(DECISIONS.c.appeal_id, DECISIONS.c.outcome).where(
            APPEALS.c.appeal_id == DECISIONS.c.appeal_id,
            APPEALS.c.submitted_at >= since,
            APPEALS.c.submitted_at < until,
            DECISIONS.c.appeal_id == latest.c.appeal_id,
            DECISIONS.c.decided_at == latest.c.decided_at,
        )
        with self.engine.connect() as connection:
            return {row.appeal_id: row.outcome for row in connection.execute(query)}

    def last_filed(self, until: datetime) -> datetime | None:
        """Tell when the last appeal before a moment was filed; None where there is none."""
        query = sa.select(sa.func.max(APPEALS.c.submitted_at)).where(APPEALS.c.submitted_at < until)
        with self.engine.connect() as connection:
            found: datetime | None = connection.execute(query).scalar_one()
        return found

    def counts(self) -> Counts:
        """Count what there is."""
        filed = APPEALS.c.submitted_at
        decided = sa.func.count(sa.distinct(DECISIONS.c.appeal_id))
        with self.engine.connect() as connection:
            appeals = connection.execute(
                sa.select(sa.func.count(), sa.func.min(filed), sa.func.max(filed)).select_from(
                    APPEALS
                )
            ).one()
            decisions = connection.execute(
                sa.select(decided, sa.func.count()).select_from(DECISIONS)
            ).one()
        return Counts(appeals[0], decisions[0], decisions[1], appeals[1], appeals[2])

    def _frame(self, query: sa.Select[Any], names: Sequence[str]) -> pd.DataFrame:
        with self.engine.connect() as connection:
            rows = connection.execute(query).all()
        values: list[Sequence[Any]] = [*zip(*rows, strict=True)] or [()] * len(names)
        columns = dict(zip(names, values, strict=True))
        order = filing_order(columns["submitted_at"], columns["appeal_id"])
        columns = {name: [cells[place] for place in order] for name, cells in columns.items()}
        columns["evidence"] = [tuple(kinds) for kinds in columns["evidence"]]
        attributes = columns.pop("attributes")
        return lay_out(columns, attributes)


def _latest(until: datetime | None) -> sa.Subquery:
    """Select the moment of the decision that counts, per appeal."""
    query = sa.select(
        DECISIONS.c.appeal_id, sa.func.max(DECISIONS.c.decided_at).label("decided_at")
    )
    if until is not None:
        query = query.where(DECISIONS.c.decided_at < until)
    return query.group_by(DECISIONS.c.appeal_id).subquery()


def add_appeals(connection: sa.Connection, appeals: Sequence[Appeal]) -> Added:
    """Add the appeals that are new, in a transaction that `features.database.writing` opened."""
    identifiers = [appeal.appeal_id for appeal in appeals]
    known = _known_appeals(connection, identifiers, APPEALS.c.digest)
    new: dict[str, dict[str, object]] = {}
    changed = 0
    for appeal in appeals:
        row = _appeal_row(appeal)
        first = known.get(appeal.appeal_id, new.get(appeal.appeal_id, row)["digest"])
        changed += row["digest"] != first
        if appeal.appeal_id not in known:
            new.setdefault(appeal.appeal_id, row)
    if new:
        connection.execute(sa.insert(APPEALS), list(new.values()))
    return Added(len(new), len(appeals) - len(new), changed)


def add_decisions(
    connection: sa.Connection, decisions: Sequence[Decision], appeals: Added = _NOTHING
) -> Added:
    """Add the decisions that are new, in a transaction that `features.database.writing` opened.

    Parameters
    ----------
    appeals
        What of the appeals was added before: part of what is told.

    Notes
    -----
    Dates are held against the filings that are kept, by `features.dating.dated`.
    """
    identifiers = [decision.appeal_id for decision in decisions]
    filed = _known_appeals(connection, identifiers, APPEALS.c.submitted_at)
    taken, misdated = _dated([one for one in decisions if one.appeal_id in filed], filed)
    known = _known_decisions(connection, identifiers)
    new: dict[tuple[str, datetime], Mapping[str, Any]] = {}
    changed: dict[tuple[str, datetime], Mapping[str, Any]] = {}
    for decision in taken:
        key, row = (decision.appeal_id, decision.decided_at), _decision_row(decision)
        if known.get(key) != row:
            (changed if key in known else new)[key] = row
    if new:
        connection.execute(sa.insert(DECISIONS), list(new.values()))
    _correct(connection, changed.values())
    return Added(
        appeals.appeals_new,
        appeals.appeals_known,
        appeals.appeals_changed,
        len(new),
        len(taken) - len(new) - len(changed),
        len(changed),
        tuple(identifier for identifier in identifiers if identifier not in filed),
        tuple(misdated),
    )


def _dated(
    decisions: Iterable[Decision], filed: Mapping[str, datetime]
) -> tuple[list[Decision], list[Misdated]]:
    """Part the decisions whose date can be from the others."""
    taken, misdated, now = [], [], datetime.now(UTC)
    for decision in decisions:
        read = dated(decision, filed[decision.appeal_id], now)
        if isinstance(read, Fault):
            misdated.append(Misdated(decision.appeal_id, decision.decided_at, read))
        else:
            taken.append(read)
    return taken, misdated


def _correct(connection: sa.Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    key = (DECISIONS.c.appeal_id, DECISIONS.c.decided_at)
    for row in rows:
        where = [column == row[column.name] for column in key]
        connection.execute(sa.update(DECISIONS).where(*where).values(dict(row)))


def _known_appeals(
    connection: sa.Connection, identifiers: Sequence[str], column: sa.Column[Any]
) -> dict[str, Any]:
    """Look a column up of the appeals that are there already, by identifier."""
    values: dict[str, Any] = {}
    for chunk in _chunks(identifiers):
        query = sa.select(APPEALS.c.appeal_id, column).where(APPEALS.c.appeal_id.in_(chunk))
        values.update((name, value) for name, value in connection.execute(query))
    return values


def _known_decisions(
    connection: sa.Connection, identifiers: Sequence[str]
) -> dict[tuple[str, datetime], Mapping[str, Any]]:
    rows: dict[tuple[str, datetime], Mapping[str, Any]] = {}
    for chunk in _chunks(identifiers):
        found = connection.execute(
            sa.select(DECISIONS).where(DECISIONS.c.appeal_id.in_(chunk))
        ).mappings()
        rows.update(((row["appeal_id"], row["decided_at"]), dict(row)) for row in found)
    return rows


def _chunks(identifiers: Sequence[str]) -> Iterator[Sequence[str]]:
    return (identifiers[at : at + _CHUNK] for at in range(0, len(identifiers), _CHUNK))


def _appeal_row(appeal: Appeal) -> dict[str, object]:
    row = {name: getattr(appeal, name) for name in _APPEAL}
    row["evidence"] = list(appeal.evidence)
    return row | {"digest": content_digest(row)}


def _decision_row(decision: Decision) -> Mapping[str, Any]:
    row = {name: getattr(decision, name) for name in ("appeal_id", *DECISION_COLUMNS)}
    return row | {
        "outcome": str(decision.outcome),
        "escalated_to": None if decision.escalated_to is None else str(decision.escalated_to),
    }
