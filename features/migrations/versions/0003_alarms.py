"""Alarms: by number, by day, their appeals and places; the outbox of the webhook."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarms",
        sa.Column("alarm_id", sa.String(20), nullable=False),
        sa.Column("family", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("alarm_id", name="pk_alarms"),
    )
    _days()
    _members()
    _places()
    _deliveries()


def downgrade() -> None:
    for table in ("deliveries", "alarm_places", "alarm_members", "alarm_days", "alarms"):
        op.drop_table(table)


def _days() -> None:
    op.create_table(
        "alarm_days",
        sa.Column("alarm_id", sa.String(20), nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("turn", sa.String(20), nullable=False),
        sa.Column("appeals", sa.Integer, nullable=False),
        sa.Column("escalated", sa.Boolean, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("part", sa.JSON, nullable=False),
        sa.Column("parts", sa.JSON, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("phrases", sa.JSON, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("window_days", sa.Integer, nullable=False),
        sa.Column("observed", sa.Integer, nullable=False),
        sa.Column("expected", sa.Float, nullable=False),
        sa.Column("decided", sa.Integer),
        sa.Column("p", sa.Float, nullable=False),
        sa.Column("recurrence_days", sa.Float, nullable=False),
        sa.Column("subjects", sa.Integer, nullable=False),
        sa.Column("theme_id", sa.String(20)),
        sa.Column("emerging", sa.Boolean, nullable=False),
        sa.Column("drivers", sa.JSON, nullable=False),
        sa.Column("exemplars", sa.JSON, nullable=False),
        sa.Column("days", sa.JSON, nullable=False),
        _alarm("alarm_days"),
        _discovery("alarm_days"),
        sa.ForeignKeyConstraint(["theme_id"], ["themes.theme_id"], name="fk_alarm_days_theme_id"),
        sa.PrimaryKeyConstraint("alarm_id", "as_of", name="pk_alarm_days"),
    )
    op.create_index("ix_alarm_days_as_of", "alarm_days", ["as_of"])


def _members() -> None:
    op.create_table(
        "alarm_members",
        sa.Column("alarm_id", sa.String(20), nullable=False),
        sa.Column("appeal_id", sa.String(200), nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        _alarm("alarm_members"),
        _discovery("alarm_members"),
        sa.PrimaryKeyConstraint("alarm_id", "appeal_id", name="pk_alarm_members"),
    )
    op.create_index("ix_alarm_members_as_of", "alarm_members", ["as_of"])


def _places() -> None:
    op.create_table(
        "alarm_places",
        sa.Column("alarm_id", sa.String(20), nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("place", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("centre", sa.LargeBinary, nullable=False),
        sa.Column("floor", sa.Float, nullable=False),
        sa.Column("encoder", sa.String(64), nullable=False),
        _alarm("alarm_places"),
        _discovery("alarm_places"),
        sa.PrimaryKeyConstraint("alarm_id", "as_of", "place", name="pk_alarm_places"),
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("delivery_id", sa.String(50), nullable=False),
        sa.Column("event", sa.String(50), nullable=False),
        sa.Column("alarm_id", sa.String(20), nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", sa.DateTime, nullable=False),
        sa.Column("claimed_until", sa.DateTime),
        sa.Column("delivered_at", sa.DateTime),
        sa.Column("dead_at", sa.DateTime),
        sa.Column("last_status", sa.Integer),
        sa.Column("last_error", sa.String(200)),
        _alarm("deliveries"),
        _discovery("deliveries"),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_next_attempt_at", "deliveries", ["next_attempt_at"])
    event = ["event", "alarm_id", "as_of"]
    op.create_index("ix_deliveries_event", "deliveries", event, unique=True)


def _alarm(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["alarm_id"], ["alarms.alarm_id"], name=f"fk_{table}_alarm_id")


def _discovery(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["as_of"], ["discoveries.as_of"], name=f"fk_{table}_as_of")
