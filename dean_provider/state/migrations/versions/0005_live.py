"""Tickets of live sockets, and events by the time at which they were recorded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dean_tickets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dean_tickets")),
    )
    op.create_index("ix_dean_tickets_expires_at", "dean_tickets", ["expires_at"])
    op.create_index("ix_dean_events_recorded", "dean_orchestration_events", ["timestamp", "workflow_id", "sequence"])


def downgrade() -> None:
    op.drop_index("ix_dean_events_recorded", table_name="dean_orchestration_events")
    op.drop_index("ix_dean_tickets_expires_at", table_name="dean_tickets")
    op.drop_table("dean_tickets")
