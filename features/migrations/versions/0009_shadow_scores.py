"""Scores that a challenger gives in shadow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shadow_scores",
        sa.Column("shadow_id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("appeal_id", sa.String(200), nullable=False),
        sa.Column("scored_at", sa.DateTime, nullable=False),
        sa.Column("model_version", sa.String(50), nullable=False),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("champion_version", sa.String(50), nullable=False),
        sa.Column("champion_probability", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("shadow_id", name="pk_shadow_scores"),
    )
    op.create_index("ix_shadow_scores_appeal_id", "shadow_scores", ["appeal_id"])
    op.create_index("ix_shadow_scores_model_version", "shadow_scores", ["model_version"])


def downgrade() -> None:
    op.drop_table("shadow_scores")
