"""Populations, their generations, and agents outside them."""

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
        "indexagent_agent",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("agent_id", sa.String(length=128), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("space", _JSON, nullable=False),
        sa.Column("genome", sa.LargeBinary(), nullable=False),
        sa.Column("labels", _JSON, nullable=False),
        sa.Column("request", _JSON, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("agent_id"),
    )
    op.create_table(
        "indexagent_population",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("population_id", sa.String(length=128), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("space", _JSON, nullable=False),
        sa.Column("current_generation", sa.Integer(), nullable=False),
        sa.Column("derived_from", sa.String(length=128), nullable=True),
        sa.Column("derived_generation", sa.Integer(), nullable=True),
        sa.Column("labels", _JSON, nullable=False),
        sa.Column("request", _JSON, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("population_id"),
    )
    op.create_table(
        "indexagent_generation",
        sa.Column("population", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("genomes", sa.LargeBinary(), nullable=False),
        sa.Column("parents", _JSON, nullable=False),
        sa.Column("variations", _JSON, nullable=False),
        sa.Column("diversity", sa.Float(), nullable=False),
        sa.Column("intervention", _JSON, nullable=True),
        sa.Column("fitness", sa.LargeBinary(), nullable=True),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["population"], ["indexagent_population.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("population", "generation"),
    )


def downgrade() -> None:
    op.drop_table("indexagent_generation")
    op.drop_table("indexagent_population")
    op.drop_table("indexagent_agent")
