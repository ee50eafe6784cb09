"""The Evolution API's tables."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from dean_provider.services.store.columns import Floats, Json, UtcDateTime

__all__ = [
    "AllocationRow",
    "ApplicationRow",
    "Base",
    "CandidateRow",
    "GenerationRow",
    "LabelRow",
    "MeasurementRow",
    "PatternRow",
    "TrialRow",
    "UsageRow",
    "VerificationRow",
]

Number = BigInteger().with_variant(Integer, "sqlite")
Array = npt.NDArray[np.float64]


class Base(DeclarativeBase):
    """Declares the Evolution API's tables; their names begin with ``evolution_``."""


class TrialRow(Base):
    """A trial and how far it has got.

    ``config`` is what was asked; ``seed`` is what is used; ``outcome_tokens`` are kept for its end. ``tokens_used`` begins with
    ``shared_tokens``, those of the generations it shares with its parent, which are in the parent's ledger.
    """

    __tablename__ = "evolution_trial"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    trial_id: Mapped[str] = mapped_column(String(128), unique=True)
    population_id: Mapped[str] = mapped_column(String(128))
    name: Mapped[str] = mapped_column(String(64), index=True)
    objective: Mapped[str] = mapped_column(String(64), index=True)
    config: Mapped[dict[str, Any]] = mapped_column(Json)
    seed: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(String(16), index=True)
    termination_reason: Mapped[str | None] = mapped_column(String(32))
    current_generation: Mapped[int] = mapped_column(Integer, default=-1)
    best_fitness: Mapped[float | None]
    diversity: Mapped[float | None]
    tokens_used: Mapped[int] = mapped_column(BigInteger, default=0)
    outcome_tokens: Mapped[int] = mapped_column(BigInteger, default=0)
    parent_id: Mapped[str | None] = mapped_column(String(128))
    parent_generation: Mapped[int | None] = mapped_column(Integer)
    shared_tokens: Mapped[int] = mapped_column(BigInteger, default=0)
    digest: Mapped[str | None] = mapped_column(String(64))
    best_agent_id: Mapped[str | None] = mapped_column(String(200))
    outcome: Mapped[Array | None] = mapped_column(Floats())
    scores: Mapped[dict[str, float] | None] = mapped_column(Json)
    description: Mapped[dict[str, Any]] = mapped_column(Json)
    error: Mapped[str | None] = mapped_column(Text)
    waiting: Mapped[str | None] = mapped_column(Text)
    stop_reason: Mapped[str | None] = mapped_column(Text)
    elapsed_seconds: Mapped[float] = mapped_column(default=0.0)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    paused_seconds: Mapped[float] = mapped_column(default=0.0)
    retries: Mapped[int] = mapped_column(Integer, default=0)
    resumptions: Mapped[int] = mapped_column(Integer, default=0)
    versions: Mapped[dict[str, str]] = mapped_column(Json)
    request_id: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    labels: Mapped[list[LabelRow]] = relationship(cascade="all, delete-orphan")


class LabelRow(Base):
    """A label of a trial, for filters."""

    __tablename__ = "evolution_label"
    __table_args__ = (Index("ix_evolution_label_key_value", "key", "value"),)

    trial: Mapped[int] = mapped_column(Number, ForeignKey("evolution_trial.number", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(String(128))


class GenerationRow(Base):
    """A committed generation in summary, with the fitness that the next one is selected by."""

    __tablename__ = "evolution_generation"

    trial: Mapped[int] = mapped_column(
        Number, ForeignKey("evolution_trial.number", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    generation: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    fitness: Mapped[Array] = mapped_column(Floats())
    best_fitness: Mapped[float]
    mean_fitness: Mapped[float]
    worst_fitness: Mapped[float]
    diversity: Mapped[float]
    best_agent_id: Mapped[str] = mapped_column(String(200))
    evaluations: Mapped[int] = mapped_column(Integer)
    tokens_used: Mapped[int] = mapped_column(BigInteger)
    intervention: Mapped[dict[str, Any] | None] = mapped_column(Json)
    retries: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(64))
    completed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    elapsed_seconds: Mapped[float]


class CandidateRow(Base):
    """An agent that waits for an evaluator outside the service, or has come back from one."""

    __tablename__ = "evolution_candidate"

    trial: Mapped[int] = mapped_column(
        Number, ForeignKey("evolution_trial.number", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    generation: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    agent_id: Mapped[str] = mapped_column(String(200))
    genome: Mapped[Array] = mapped_column(Floats())
    fitness: Mapped[float | None]
    lease_id: Mapped[str | None] = mapped_column(String(128), index=True)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class UsageRow(Base):
    """Tokens spent, one row for whatever was committed together."""

    __tablename__ = "evolution_usage"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    holder: Mapped[str] = mapped_column(String(128), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    tokens: Mapped[int] = mapped_column(BigInteger)
    evaluations: Mapped[int] = mapped_column(Integer)
    second: Mapped[int] = mapped_column(BigInteger, index=True)


class AllocationRow(Base):
    """Tokens reserved for a holder."""

    __tablename__ = "evolution_allocation"

    holder: Mapped[str] = mapped_column(String(128), primary_key=True)
    tokens: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())


class PatternRow(Base):
    """A pattern of the registry. ``content`` is what was stored, without status and effectiveness, which are measured here."""

    __tablename__ = "evolution_pattern"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    pattern_id: Mapped[str] = mapped_column(String(64), unique=True)
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    trial_id: Mapped[str | None] = mapped_column(String(128), index=True)
    objective: Mapped[str | None] = mapped_column(String(64), index=True)
    status: Mapped[str] = mapped_column(String(16), index=True)
    effectiveness: Mapped[dict[str, Any] | None] = mapped_column(Json)
    quarantine: Mapped[str | None] = mapped_column(Text)


class MeasurementRow(Base):
    """What a pattern was worth on one trial's agents."""

    __tablename__ = "evolution_measurement"

    pattern_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    trial_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    status: Mapped[str] = mapped_column(String(16))
    effectiveness: Mapped[dict[str, Any]] = mapped_column(Json)
    measured_at: Mapped[datetime] = mapped_column(UtcDateTime())


class ApplicationRow(Base):
    """Patterns applied together to one trial's final population."""

    __tablename__ = "evolution_application"

    population_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    trial_id: Mapped[str] = mapped_column(String(128), index=True)
    result: Mapped[dict[str, Any]] = mapped_column(Json)
    applied_at: Mapped[datetime] = mapped_column(UtcDateTime())


class VerificationRow(Base):
    """The outcome of a trial on instances it never saw."""

    __tablename__ = "evolution_verification"

    trial_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    result: Mapped[dict[str, Any]] = mapped_column(Json)
