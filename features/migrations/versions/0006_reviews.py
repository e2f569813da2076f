"""Looks at appeals, and the decisions made on the pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "looks",
        sa.Column("look_id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("appeal_id", sa.String(200), nullable=False),
        sa.Column("looked_at", sa.DateTime, nullable=False),
        sa.Column("looked_by", sa.String(200), nullable=False),
        sa.Column("score_shown", sa.Boolean, nullable=False),
        sa.Column("probability", sa.Float),
        sa.Column("model_version", sa.String(50)),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeals.appeal_id"], name="fk_looks_appeal_id"),
        sa.PrimaryKeyConstraint("look_id", name="pk_looks"),
    )
    op.create_index("ix_looks_appeal_id", "looks", ["appeal_id"])
    op.create_table(
        "reviews",
        sa.Column("review_id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("appeal_id", sa.String(200), nullable=False),
        sa.Column("look_id", sa.Integer, nullable=False),
        sa.Column("decided_at", sa.DateTime, nullable=False),
        sa.Column("reviewer_id", sa.String(200), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("blind", sa.Boolean, nullable=False),
        sa.Column("probability", sa.Float),
        sa.Column("model_version", sa.String(50)),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeals.appeal_id"], name="fk_reviews_appeal_id"),
        sa.ForeignKeyConstraint(["look_id"], ["looks.look_id"], name="fk_reviews_look_id"),
        sa.PrimaryKeyConstraint("review_id", name="pk_reviews"),
    )
    op.create_index("ix_reviews_appeal_id", "reviews", ["appeal_id"])


def downgrade() -> None:
    op.drop_table("reviews")
    op.drop_table("looks")
