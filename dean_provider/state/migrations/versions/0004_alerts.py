"""Incidents, silences, what rules saw last, and who was notified."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _key() -> sa.Column[Any]:
    return sa.Column("workflow_id", sa.Uuid(), nullable=False)


def _foreign(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_workflow_id")
    return sa.ForeignKeyConstraint(["workflow_id"], ["dean_workflow_executions.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "dean_incidents",
        _key(),
        sa.Column("incident_id", sa.String(length=250), nullable=False),
        sa.Column("rule", sa.String(length=250), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("threshold", sa.Float(), nullable=True),
        sa.Column("unit", sa.String(length=50), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("fingerprint", sa.String(length=250), nullable=False),
        sa.Column("episode", sa.BigInteger(), nullable=False),
        sa.Column("trial", sa.Uuid(), nullable=True),
        sa.Column("dag_id", sa.String(length=250), nullable=True),
        _instant("raised_at"),
        _instant("acknowledged_at", nullable=True),
        sa.Column("acknowledged_by", sa.String(length=1000), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        _instant("resolved_at", nullable=True),
        _foreign("dean_incidents"),
        sa.PrimaryKeyConstraint("workflow_id", "incident_id", name=op.f("pk_dean_incidents")),
    )
    op.create_index("ix_dean_incidents_raised", "dean_incidents", ["workflow_id", "raised_at", "incident_id"])
    op.create_index("ix_dean_incidents_status", "dean_incidents", ["workflow_id", "status", "raised_at"])
    op.create_index("ix_dean_incidents_fingerprint", "dean_incidents", ["workflow_id", "fingerprint", "episode"])
    op.create_index("ix_dean_incidents_trial", "dean_incidents", ["trial"])
    op.create_table(
        "dean_silences",
        _key(),
        sa.Column("silence_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(length=250), nullable=True),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.String(length=1000), nullable=False),
        _instant("created_at"),
        _instant("ends_at"),
        sa.Column("comment", sa.Text(), nullable=False),
        _foreign("dean_silences"),
        sa.PrimaryKeyConstraint("workflow_id", "silence_id", name=op.f("pk_dean_silences")),
    )
    op.create_index("ix_dean_silences_ends", "dean_silences", ["workflow_id", "ends_at"])
    op.create_table(
        "dean_alert_rules",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        _instant("since", nullable=True),
        sa.Column("timers", sa.JSON(), nullable=False),
        _instant("checked_at"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_dean_alert_rules")),
    )
    op.create_table(
        "dean_notifications",
        sa.Column("incident_id", sa.String(length=250), nullable=False),
        sa.Column("route", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("holder", sa.String(length=100), nullable=False),
        _instant("claimed_at"),
        _instant("sent_at", nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "route", "kind", name=op.f("pk_dean_notifications")),
    )
    op.create_index("ix_dean_notifications_state", "dean_notifications", ["state", "claimed_at"])


def downgrade() -> None:
    for table in ("dean_notifications", "dean_alert_rules", "dean_silences", "dean_incidents"):
        op.drop_table(table)
