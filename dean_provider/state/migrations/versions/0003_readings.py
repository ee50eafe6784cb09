"""What was found last of everything that is watched; trials in the order in which they ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dean_readings",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", name=op.f("pk_dean_readings")),
    )
    op.create_index("ix_dean_workflows_completed", "dean_workflow_executions", ["completed_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_dean_workflows_completed", "dean_workflow_executions")
    op.drop_table("dean_readings")
