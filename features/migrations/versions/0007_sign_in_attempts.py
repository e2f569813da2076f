"""Attempts to sign in, counted for all processes of the service."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_attempts",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("last_at", sa.DateTime, nullable=False),
        sa.Column("kept_until", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_sign_in_attempts"),
    )
    op.create_index("ix_sign_in_attempts_kept_until", "sign_in_attempts", ["kept_until"])


def downgrade() -> None:
    op.drop_table("sign_in_attempts")
