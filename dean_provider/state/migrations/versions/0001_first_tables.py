"""Executions, events, and what is folded from them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_JSON = sa.JSON(none_as_null=True)
_COPIED = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
_BY_PEOPLE = sa.text("actor_kind = 'user'")
_SELDOM = sa.text("event_type != 'generation.completed'")


def upgrade() -> None:
    op.create_table(
        "dean_installations",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("system_workflow_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_dean_installations")),
    )
    op.create_table(
        "dean_orchestration_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("event_type", sa.String(length=50), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("timestamp", _INSTANT, nullable=False),
        sa.Column("occurred_at", _INSTANT, nullable=True),
        sa.Column("actor_kind", sa.String(length=20), nullable=False),
        sa.Column("actor_name", sa.String(length=1000), nullable=False),
        sa.Column("actor_address", sa.String(length=64), nullable=True),
        sa.Column("correlation_id", sa.String(length=250), nullable=True),
        sa.Column("idempotency_key", sa.String(length=250), nullable=False),
        sa.Column("details", _COPIED, nullable=False),
        sa.Column("previous_hash", sa.String(length=80), nullable=False),
        sa.Column("hash", sa.String(length=80), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dean_orchestration_events")),
        sa.UniqueConstraint("workflow_id", "idempotency_key", name="uq_dean_events_key"),
        sa.UniqueConstraint("workflow_id", "sequence", name="uq_dean_events_sequence"),
    )
    op.create_index(
        "ix_dean_events_people", "dean_orchestration_events", ["timestamp", "id"], postgresql_where=_BY_PEOPLE, sqlite_where=_BY_PEOPLE
    )
    op.create_index(
        "ix_dean_events_type",
        "dean_orchestration_events",
        ["workflow_id", "event_type", "sequence"],
        postgresql_where=_SELDOM,
        sqlite_where=_SELDOM,
    )
    op.create_table(
        "dean_workflow_executions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workflow_type", sa.String(length=50), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("owner", sa.String(length=1000), nullable=True),
        sa.Column("trial_id", sa.String(length=250), nullable=True),
        sa.Column("population_id", sa.String(length=250), nullable=True),
        sa.Column("dag_id", sa.String(length=250), nullable=True),
        sa.Column("run_id", sa.String(length=250), nullable=True),
        sa.Column("task_group", sa.String(length=250), nullable=False),
        sa.Column("map_index", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("parent_generation", sa.BigInteger(), nullable=True),
        sa.Column("objective", sa.String(length=250), nullable=True),
        sa.Column("labels", _JSON, nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=True),
        sa.Column("population_size", sa.BigInteger(), nullable=True),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("generations", sa.BigInteger(), nullable=True),
        sa.Column("best_fitness", sa.Float(), nullable=True),
        sa.Column("mean_fitness", sa.Float(), nullable=True),
        sa.Column("diversity", sa.Float(), nullable=True),
        sa.Column("tokens_used", sa.BigInteger(), nullable=False),
        sa.Column("token_budget", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.String(length=250), nullable=True),
        sa.Column("termination_reason", sa.String(length=32), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("report_uri", sa.String(length=250), nullable=True),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("started_at", _INSTANT, nullable=True),
        sa.Column("completed_at", _INSTANT, nullable=True),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.Column("configuration", _JSON, nullable=False),
        sa.Column("result", _JSON, nullable=False),
        sa.Column("state", _JSON, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("head_hash", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dean_workflow_executions")),
    )
    op.create_index("ix_dean_workflows_created", "dean_workflow_executions", ["created_at", "id"])
    op.create_index("ix_dean_workflows_dag", "dean_workflow_executions", ["dag_id", "created_at", "id"])
    op.create_index("ix_dean_workflows_name", "dean_workflow_executions", ["name", "created_at", "id"])
    op.create_index("ix_dean_workflows_parent", "dean_workflow_executions", ["parent_id"])
    op.create_index("ix_dean_workflows_run", "dean_workflow_executions", ["run_id"])
    op.create_index("ix_dean_workflows_status", "dean_workflow_executions", ["status", "created_at", "id"])
    op.create_index("ix_dean_workflows_trial", "dean_workflow_executions", ["trial_id"])
    op.create_table(
        "dean_generations",
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("best_fitness", sa.Float(), nullable=False),
        sa.Column("mean_fitness", sa.Float(), nullable=False),
        sa.Column("worst_fitness", sa.Float(), nullable=False),
        sa.Column("diversity", sa.Float(), nullable=False),
        sa.Column("tokens_used", sa.BigInteger(), nullable=False),
        sa.Column("evaluations", sa.BigInteger(), nullable=False),
        sa.Column("retries", sa.BigInteger(), nullable=False),
        sa.Column("intervened", sa.Boolean(), nullable=False),
        sa.Column("elapsed_seconds", sa.Float(), nullable=False),
        sa.Column("completed_at", _INSTANT, nullable=False),
        sa.Column("best_agent_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workflow_id"], ["dean_workflow_executions.id"], name=op.f("fk_dean_generations_workflow_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workflow_id", "generation", name=op.f("pk_dean_generations")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dean_labels",
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=250), nullable=False),
        sa.Column("value", sa.String(length=250), nullable=False),
        sa.ForeignKeyConstraint(
            ["workflow_id"], ["dean_workflow_executions.id"], name=op.f("fk_dean_labels_workflow_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workflow_id", "key", name=op.f("pk_dean_labels")),
    )
    op.create_index("ix_dean_labels_value", "dean_labels", ["key", "value"])
    op.create_table(
        "dean_snapshots",
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("head_hash", sa.String(length=80), nullable=False),
        sa.Column("state", _JSON, nullable=False),
        sa.Column("seal", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["workflow_id"], ["dean_workflow_executions.id"], name=op.f("fk_dean_snapshots_workflow_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workflow_id", "sequence", name=op.f("pk_dean_snapshots")),
    )


def downgrade() -> None:
    op.drop_table("dean_snapshots")
    op.drop_index("ix_dean_labels_value", table_name="dean_labels")
    op.drop_table("dean_labels")
    op.drop_table("dean_generations")
    op.drop_index("ix_dean_workflows_trial", table_name="dean_workflow_executions")
    op.drop_index("ix_dean_workflows_status", table_name="dean_workflow_executions")
    op.drop_index("ix_dean_workflows_run", table_name="dean_workflow_executions")
    op.drop_index("ix_dean_workflows_parent", table_name="dean_workflow_executions")
    op.drop_index("ix_dean_workflows_name", table_name="dean_workflow_executions")
    op.drop_index("ix_dean_workflows_dag", table_name="dean_workflow_executions")
    op.drop_index("ix_dean_workflows_created", table_name="dean_workflow_executions")
    op.drop_table("dean_workflow_executions")
    op.drop_index("ix_dean_events_type", table_name="dean_orchestration_events", postgresql_where=_SELDOM, sqlite_where=_SELDOM)
    op.drop_index("ix_dean_events_people", table_name="dean_orchestration_events", postgresql_where=_BY_PEOPLE, sqlite_where=_BY_PEOPLE)
    op.drop_table("dean_orchestration_events")
    op.drop_table("dean_installations")
