"""The first tables: appeals, decisions, scores, keys, kept answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _appeals()
    _decisions()
    _scores()
    _api_keys()
    _idempotency()


def downgrade() -> None:
    for table in ("idempotency", "api_keys", "scores", "decisions", "appeals"):
        op.drop_table(table)


def _appeals() -> None:
    op.create_table(
        "appeals",
        sa.Column("appeal_id", sa.String(200), nullable=False),
        sa.Column("submitted_at", sa.DateTime, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("subject_id", sa.String(200)),
        sa.Column("policy", sa.String(200)),
        sa.Column("action", sa.String(200)),
        sa.Column("market", sa.String(200)),
        sa.Column("language", sa.String(200)),
        sa.Column("detection", sa.String(20)),
        sa.Column("evidence", sa.JSON, nullable=False),
        sa.Column("attempt", sa.Integer),
        sa.Column("stake", sa.Float),
        sa.Column("attributes", sa.JSON, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("appeal_id", name="pk_appeals"),
    )
    for column in ("submitted_at", "subject_id", "policy"):
        op.create_index(f"ix_appeals_{column}", "appeals", [column])


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("appeal_id", sa.String(200), nullable=False),
        sa.Column("decided_at", sa.DateTime, nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("reviewer_id", sa.String(200)),
        sa.Column("escalated_to", sa.String(20)),
        sa.ForeignKeyConstraint(
            ["appeal_id"], ["appeals.appeal_id"], name="fk_decisions_appeal_id"
        ),
        sa.PrimaryKeyConstraint("appeal_id", "decided_at", name="pk_decisions"),
    )
    op.create_index("ix_decisions_decided_at", "decisions", ["decided_at"])


def _scores() -> None:
    op.create_table(
        "scores",
        sa.Column("score_id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("appeal_id", sa.String(200), nullable=False),
        sa.Column("scored_at", sa.DateTime, nullable=False),
        sa.Column("model_version", sa.String(50), nullable=False),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("logit", sa.Float, nullable=False),
        sa.Column("uncertain", sa.Boolean, nullable=False),
        sa.Column("risk_probability", sa.Float, nullable=False),
        sa.Column("risk_team", sa.String(20), nullable=False),
        sa.Column("risk_tier", sa.String(20), nullable=False),
        sa.Column("risk_basis", sa.String(20), nullable=False),
        sa.Column("priority", sa.Float, nullable=False),
        sa.Column("due_at", sa.DateTime, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("request_id", sa.String(200)),
        sa.Column("text_digest", sa.String(64)),
        sa.PrimaryKeyConstraint("score_id", name="pk_scores"),
    )
    for column in ("appeal_id", "scored_at", "model_version"):
        op.create_index(f"ix_scores_{column}", "scores", [column])


def _api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.String(50), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("digest", sa.String(200), nullable=False),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("expires_at", sa.DateTime),
        sa.Column("revoked_at", sa.DateTime),
        sa.Column("last_used_at", sa.DateTime),
        sa.PrimaryKeyConstraint("key_id", name="pk_api_keys"),
    )


def _idempotency() -> None:
    op.create_table(
        "idempotency",
        sa.Column("key_id", sa.String(50), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("request_digest", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("key_id", "key", name="pk_idempotency"),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"])
