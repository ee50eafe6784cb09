"""Which process does what only one needs to do, and which DAG runs have ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dean_leases",
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("holder", sa.String(length=100), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_dean_leases")),
    )
    op.create_table(
        "dean_run_endings",
        sa.Column("dag_id", sa.String(length=250), nullable=False),
        sa.Column("run_id", sa.String(length=250), nullable=False),
        sa.Column("clear_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=50), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("dag_id", "run_id", "clear_number", "state", name=op.f("pk_dean_run_endings")),
    )


def downgrade() -> None:
    op.drop_table("dean_run_endings")
    op.drop_table("dean_leases")
