"""Tokens that are kept for choosing a trial's outcome."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("evolution_trial", sa.Column("outcome_tokens", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("evolution_trial") as table:
        table.drop_column("outcome_tokens")
