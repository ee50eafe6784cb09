"""The seldom events of an execution in their order, so that a page of them does not read the many between."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SELDOM = sa.text("event_type != 'generation.completed'")


def upgrade() -> None:
    op.create_index(
        "ix_dean_events_seldom",
        "dean_orchestration_events",
        ["workflow_id", "sequence"],
        postgresql_where=_SELDOM,
        sqlite_where=_SELDOM,
    )


def downgrade() -> None:
    op.drop_index("ix_dean_events_seldom", table_name="dean_orchestration_events", postgresql_where=_SELDOM, sqlite_where=_SELDOM)
