"""Trials, generations, leases, patterns and the token ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON(none_as_null=True)
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "evolution_allocation",
        sa.Column("holder", sa.String(length=128), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("holder"),
    )
    op.create_table(
        "evolution_application",
        sa.Column("population_id", sa.String(length=128), nullable=False),
        sa.Column("trial_id", sa.String(length=128), nullable=False),
        sa.Column("result", _JSON, nullable=False),
        sa.Column("applied_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("population_id"),
    )
    op.create_index("ix_evolution_application_trial_id", "evolution_application", ["trial_id"], unique=False)
    op.create_table(
        "evolution_measurement",
        sa.Column("pattern_id", sa.String(length=64), nullable=False),
        sa.Column("trial_id", sa.String(length=128), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("effectiveness", _JSON, nullable=False),
        sa.Column("measured_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("pattern_id", "trial_id"),
    )
    op.create_table(
        "evolution_pattern",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("pattern_id", sa.String(length=64), nullable=False),
        sa.Column("content", _JSON, nullable=False),
        sa.Column("trial_id", sa.String(length=128), nullable=True),
        sa.Column("objective", sa.String(length=64), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("effectiveness", _JSON, nullable=True),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("pattern_id"),
    )
    op.create_index("ix_evolution_pattern_objective", "evolution_pattern", ["objective"], unique=False)
    op.create_index("ix_evolution_pattern_status", "evolution_pattern", ["status"], unique=False)
    op.create_index("ix_evolution_pattern_trial_id", "evolution_pattern", ["trial_id"], unique=False)
    op.create_table(
        "evolution_trial",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("trial_id", sa.String(length=128), nullable=False),
        sa.Column("population_id", sa.String(length=128), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("objective", sa.String(length=64), nullable=False),
        sa.Column("config", _JSON, nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("termination_reason", sa.String(length=32), nullable=True),
        sa.Column("current_generation", sa.Integer(), nullable=False),
        sa.Column("best_fitness", sa.Float(), nullable=True),
        sa.Column("diversity", sa.Float(), nullable=True),
        sa.Column("tokens_used", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("best_agent_id", sa.String(length=200), nullable=True),
        sa.Column("outcome", sa.LargeBinary(), nullable=True),
        sa.Column("scores", _JSON, nullable=True),
        sa.Column("description", _JSON, nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("waiting", sa.Text(), nullable=True),
        sa.Column("stop_reason", sa.Text(), nullable=True),
        sa.Column("elapsed_seconds", sa.Float(), nullable=False),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("resumptions", sa.Integer(), nullable=False),
        sa.Column("versions", _JSON, nullable=False),
        sa.Column("request_id", sa.String(length=200), nullable=True),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("started_at", _INSTANT, nullable=True),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("trial_id"),
    )
    op.create_index("ix_evolution_trial_name", "evolution_trial", ["name"], unique=False)
    op.create_index("ix_evolution_trial_objective", "evolution_trial", ["objective"], unique=False)
    op.create_index("ix_evolution_trial_status", "evolution_trial", ["status"], unique=False)
    op.create_table(
        "evolution_usage",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("holder", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("evaluations", sa.Integer(), nullable=False),
        sa.Column("second", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_evolution_usage_holder", "evolution_usage", ["holder"], unique=False)
    op.create_index("ix_evolution_usage_second", "evolution_usage", ["second"], unique=False)
    op.create_table(
        "evolution_verification",
        sa.Column("trial_id", sa.String(length=128), nullable=False),
        sa.Column("result", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("trial_id"),
    )
    op.create_table(
        "evolution_candidate",
        sa.Column("trial", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agent_id", sa.String(length=200), nullable=False),
        sa.Column("genome", sa.LargeBinary(), nullable=False),
        sa.Column("fitness", sa.Float(), nullable=True),
        sa.Column("lease_id", sa.String(length=128), nullable=True),
        sa.Column("expires_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["trial"], ["evolution_trial.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("trial", "generation", "position"),
    )
    op.create_index("ix_evolution_candidate_lease_id", "evolution_candidate", ["lease_id"], unique=False)
    op.create_table(
        "evolution_generation",
        sa.Column("trial", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fitness", sa.LargeBinary(), nullable=False),
        sa.Column("best_fitness", sa.Float(), nullable=False),
        sa.Column("mean_fitness", sa.Float(), nullable=False),
        sa.Column("worst_fitness", sa.Float(), nullable=False),
        sa.Column("diversity", sa.Float(), nullable=False),
        sa.Column("best_agent_id", sa.String(length=200), nullable=False),
        sa.Column("evaluations", sa.Integer(), nullable=False),
        sa.Column("tokens_used", sa.BigInteger(), nullable=False),
        sa.Column("intervention", _JSON, nullable=True),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("completed_at", _INSTANT, nullable=False),
        sa.Column("elapsed_seconds", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["trial"], ["evolution_trial.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("trial", "generation"),
    )
    op.create_table(
        "evolution_label",
        sa.Column("trial", _NUMBER, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(["trial"], ["evolution_trial.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("trial", "key"),
    )
    op.create_index("ix_evolution_label_key_value", "evolution_label", ["key", "value"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_evolution_label_key_value", table_name="evolution_label")
    op.drop_table("evolution_label")
    op.drop_table("evolution_generation")
    op.drop_index("ix_evolution_candidate_lease_id", table_name="evolution_candidate")
    op.drop_table("evolution_candidate")
    op.drop_table("evolution_verification")
    op.drop_index("ix_evolution_usage_second", table_name="evolution_usage")
    op.drop_index("ix_evolution_usage_holder", table_name="evolution_usage")
    op.drop_table("evolution_usage")
    op.drop_index("ix_evolution_trial_status", table_name="evolution_trial")
    op.drop_index("ix_evolution_trial_objective", table_name="evolution_trial")
    op.drop_index("ix_evolution_trial_name", table_name="evolution_trial")
    op.drop_table("evolution_trial")
    op.drop_index("ix_evolution_pattern_trial_id", table_name="evolution_pattern")
    op.drop_index("ix_evolution_pattern_status", table_name="evolution_pattern")
    op.drop_index("ix_evolution_pattern_objective", table_name="evolution_pattern")
    op.drop_table("evolution_pattern")
    op.drop_table("evolution_measurement")
    op.drop_index("ix_evolution_application_trial_id", table_name="evolution_application")
    op.drop_table("evolution_application")
    op.drop_table("evolution_allocation")
