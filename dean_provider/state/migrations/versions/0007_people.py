"""What people did at one instant in the order of its execution, where it came in that of random ids."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BY_PEOPLE = sa.text("actor_kind = 'user'")
_NAME = "ix_dean_events_people"


def _order_by(*columns: str) -> None:
    table = "dean_orchestration_events"
    op.drop_index(_NAME, table_name=table, postgresql_where=_BY_PEOPLE, sqlite_where=_BY_PEOPLE)
    op.create_index(_NAME, table, ["timestamp", *columns], postgresql_where=_BY_PEOPLE, sqlite_where=_BY_PEOPLE)


def upgrade() -> None:
    _order_by("workflow_id", "sequence")


def downgrade() -> None:
    _order_by("id")
