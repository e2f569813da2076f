"""What the page of a theme reads beside the catalogue: its appeals, other themes' names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa

from features.database import reading
from features.tables import APPEALS, DECISIONS, THEME_MEMBERS, THEMES
from models.catalog import Catalog
from models.theme_queries import no_such_theme, ordered
from models.themes import Status, Theme
from serving.dashboard.queue_rows import url_of

APPEALS_SHOWN: Final = 20
_ID: Final = re.compile(r"T[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True)
class Filed:
    """An appeal in a list; its text is on its own page. `outcome` is None while undecided."""

    appeal_id: str
    submitted_at: datetime
    market: str | None
    language: str | None
    policy: str | None
    outcome: str | None = None

    @property
    def url(self) -> str:
        """Give the address of its page."""
        return url_of(self.appeal_id)


def shown_theme(catalog: Catalog, theme_id: str, least_subjects: int) -> Theme:
    """Give a theme that may be shown; raises NoSuchTheme."""
    if _ID.fullmatch(theme_id) is None:
        raise no_such_theme(theme_id)
    return catalog.theme(theme_id, least_subjects)


def names_of(engine: sa.Engine, least_subjects: int) -> dict[str, str]:
    """Give the titles of all themes that may be named, by falling cases."""
    named = sa.func.coalesce(THEMES.c.given_title, THEMES.c.title)
    query = sa.select(THEMES.c.theme_id, named).where(THEMES.c.subjects >= least_subjects)
    with reading(engine) as connection:
        return dict(connection.execute(ordered(query)).all())


def open_targets(engine: sa.Engine, least_subjects: int) -> frozenset[str]:
    """Give the themes that another may be merged into: found and shown, not merged or dismissed."""
    query = sa.select(THEMES.c.theme_id).where(
        THEMES.c.subjects >= least_subjects,
        THEMES.c.merged_into.is_(None),
        THEMES.c.retired_on.is_(None),
        THEMES.c.status != Status.DISMISSED.value,
    )
    with reading(engine) as connection:
        return frozenset(connection.execute(query).scalars())


def filed_of(engine: sa.Engine, theme_id: str, as_of: date, page: int) -> tuple[Filed, ...]:
    """List the appeals of a theme, the latest first, a page at a time, from 1."""
    told = ("appeal_id", "submitted_at", "market", "language", "policy")
    query = (
        sa.select(*(APPEALS.c[name] for name in told))
        .select_from(_members())
        .where(*_of(theme_id, as_of))
        .order_by(APPEALS.c.submitted_at.desc(), APPEALS.c.appeal_id)
        .limit(APPEALS_SHOWN)
        .offset((page - 1) * APPEALS_SHOWN)
    )
    with reading(engine) as connection:
        rows = connection.execute(query).all()
        outcomes = _outcomes(connection, [row.appeal_id for row in rows])
    return tuple(Filed(**row._mapping, outcome=outcomes.get(row.appeal_id)) for row in rows)


def _members() -> sa.FromClause:
    return THEME_MEMBERS.join(APPEALS, THEME_MEMBERS.c.appeal_id == APPEALS.c.appeal_id)


def _of(theme_id: str, as_of: date) -> tuple[sa.ColumnElement[bool], ...]:
    return THEME_MEMBERS.c.theme_id == theme_id, THEME_MEMBERS.c.as_of == as_of


def _outcomes(connection: sa.Connection, appeals: Sequence[str]) -> Mapping[str, str]:
    """Give the outcomes of some appeals; of several decisions the latest counts."""
    query = (
        sa.select(DECISIONS.c.appeal_id, DECISIONS.c.outcome)
        .where(DECISIONS.c.appeal_id.in_(appeals))
        .order_by(DECISIONS.c.decided_at)
    )
    return dict(connection.execute(query).all())
