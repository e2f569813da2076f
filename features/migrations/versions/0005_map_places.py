"""The map: where the appeals of a discovery lie in two dimensions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "map_places",
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("appeal_id", sa.String(200), nullable=False),
        sa.Column("x", sa.Float, nullable=False),
        sa.Column("y", sa.Float, nullable=False),
        sa.ForeignKeyConstraint(["as_of"], ["discoveries.as_of"], name="fk_map_places_as_of"),
        sa.PrimaryKeyConstraint("as_of", "appeal_id", name="pk_map_places"),
    )


def downgrade() -> None:
    op.drop_table("map_places")
