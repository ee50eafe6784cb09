"""Why a pattern may not be applied."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("evolution_pattern", sa.Column("quarantine", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("evolution_pattern") as table:
        table.drop_column("quarantine")
