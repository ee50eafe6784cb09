"""Where a population was forked from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("indexagent_population", sa.Column("forked_from", sa.String(length=128), nullable=True))
    op.add_column("indexagent_population", sa.Column("forked_generation", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("indexagent_population") as table:
        table.drop_column("forked_generation")
        table.drop_column("forked_from")
