"""The catalogue of themes: discoveries, themes, members, days, lineage, drivers, changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _discoveries()
    _themes()
    _members()
    _days()
    _lineage()
    _drivers()
    _changes()


def downgrade() -> None:
    tables = ("changes", "drivers", "lineage", "days", "members")
    for table in (*(f"theme_{name}" for name in tables), "themes", "discoveries"):
        op.drop_table(table)


def _discoveries() -> None:
    op.create_table(
        "discoveries",
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("window_days", sa.Integer, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("encoder", sa.String(64), nullable=False),
        sa.Column("appeals", sa.Integer, nullable=False),
        sa.Column("unassigned", sa.Integer, nullable=False),
        sa.Column("campaigns", sa.Integer, nullable=False),
        sa.Column("copies", sa.Integer, nullable=False),
        sa.Column("resolution", sa.Float, nullable=False),
        sa.Column("agreement", sa.Float),
        sa.Column("recall", sa.Float, nullable=False),
        sa.Column("persistence", sa.Float),
        sa.PrimaryKeyConstraint("as_of", name="pk_discoveries"),
    )


def _themes() -> None:
    op.create_table(
        "themes",
        sa.Column("theme_id", sa.String(20), nullable=False),
        sa.Column("born_on", sa.Date, nullable=False),
        sa.Column("retired_on", sa.Date),
        sa.Column("given_title", sa.String(200)),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("owner", sa.String(200)),
        sa.Column("note", sa.String(5_000)),
        sa.Column("merged_into", sa.String(20)),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("phrases", sa.JSON, nullable=False),
        sa.Column("exemplars", sa.JSON, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("cases", sa.Integer, nullable=False),
        sa.Column("subjects", sa.Integer, nullable=False),
        sa.Column("campaigns", sa.Integer, nullable=False),
        sa.Column("first_seen", sa.DateTime, nullable=False),
        sa.Column("last_seen", sa.DateTime, nullable=False),
        sa.Column("decided", sa.Integer, nullable=False),
        sa.Column("overturned", sa.Integer, nullable=False),
        sa.Column("expected", sa.Float, nullable=False),
        sa.Column("information", sa.Float, nullable=False),
        sa.Column("lower", sa.Float, nullable=False),
        sa.Column("centre", sa.LargeBinary),
        sa.Column("hubs", sa.LargeBinary),
        sa.Column("floor", sa.Float),
        sa.Column("encoder", sa.String(64)),
        sa.Column("centred_on", sa.Date),
        _theme("themes", "merged_into"),
        sa.PrimaryKeyConstraint("theme_id", name="pk_themes"),
    )


def _members() -> None:
    op.create_table(
        "theme_members",
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("appeal_id", sa.String(200), nullable=False),
        sa.Column("theme_id", sa.String(20), nullable=False),
        sa.Column("found_as", sa.String(20), nullable=False),
        sa.Column("similarity", sa.Float, nullable=False),
        sa.Column("campaign", sa.Integer),
        _discovery("theme_members"),
        _theme("theme_members", "theme_id"),
        _theme("theme_members", "found_as"),
        sa.PrimaryKeyConstraint("as_of", "appeal_id", name="pk_theme_members"),
    )
    op.create_index("ix_theme_members_theme_id", "theme_members", ["theme_id", "as_of"])


def _days() -> None:
    op.create_table(
        "theme_days",
        sa.Column("theme_id", sa.String(20), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("appeals", sa.Integer, nullable=False),
        sa.Column("overturned", sa.Integer, nullable=False),
        sa.Column("decided", sa.Integer, nullable=False),
        _theme("theme_days", "theme_id"),
        sa.PrimaryKeyConstraint("theme_id", "day", name="pk_theme_days"),
    )
    op.create_index("ix_theme_days_day", "theme_days", ["day"])


def _lineage() -> None:
    op.create_table(
        "theme_lineage",
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("theme_id", sa.String(20), nullable=False),
        sa.Column("event", sa.String(20), nullable=False),
        sa.Column("parents", sa.JSON, nullable=False),
        sa.Column("went_into", sa.JSON, nullable=False),
        _discovery("theme_lineage"),
        _theme("theme_lineage", "theme_id"),
        sa.PrimaryKeyConstraint("as_of", "theme_id", name="pk_theme_lineage"),
    )
    op.create_index("ix_theme_lineage_theme_id", "theme_lineage", ["theme_id"])


def _drivers() -> None:
    op.create_table(
        "theme_drivers",
        sa.Column("theme_id", sa.String(20), nullable=False),
        sa.Column("place", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("field", sa.String(200), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("observed", sa.Integer, nullable=False),
        sa.Column("cases", sa.Integer, nullable=False),
        sa.Column("expected", sa.Float, nullable=False),
        sa.Column("information", sa.Float, nullable=False),
        sa.Column("lower", sa.Float, nullable=False),
        _theme("theme_drivers", "theme_id"),
        sa.PrimaryKeyConstraint("theme_id", "place", name="pk_theme_drivers"),
    )


def _changes() -> None:
    op.create_table(
        "theme_changes",
        sa.Column("change_id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("theme_id", sa.String(20), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("field", sa.String(20), nullable=False),
        sa.Column("old", sa.Text),
        sa.Column("new", sa.Text),
        sa.Column("reason", sa.Text),
        _theme("theme_changes", "theme_id"),
        sa.PrimaryKeyConstraint("change_id", name="pk_theme_changes"),
    )
    op.create_index("ix_theme_changes_theme_id", "theme_changes", ["theme_id"])


def _discovery(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["as_of"], ["discoveries.as_of"], name=f"fk_{table}_as_of")


def _theme(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["themes.theme_id"], name=f"fk_{table}_{column}")
