"""Where a trial was forked from, and how long it was held."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_COLUMNS = ("parent_id", "parent_generation", "shared_tokens", "paused_at", "paused_seconds")


def upgrade() -> None:
    op.add_column("evolution_trial", sa.Column("parent_id", sa.String(length=128), nullable=True))
    op.add_column("evolution_trial", sa.Column("parent_generation", sa.Integer(), nullable=True))
    op.add_column("evolution_trial", sa.Column("shared_tokens", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("evolution_trial", sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("evolution_trial", sa.Column("paused_seconds", sa.Float(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("evolution_trial") as table:
        for name in reversed(_COLUMNS):
            table.drop_column(name)
