"""IndexAgent's tables. A generation is one row: its agents are the columns' positions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import BigInteger, ForeignKey, Integer, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from dean_provider.services.store.columns import Floats, Json, UtcDateTime

__all__ = ["AgentRow", "Base", "GenerationRow", "PopulationRow"]

Number = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """Declares IndexAgent's tables; their names begin with ``indexagent_``."""


class PopulationRow(Base):
    """A population. ``request`` is what made it, so that asking again with something else is noticed."""

    __tablename__ = "indexagent_population"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    population_id: Mapped[str] = mapped_column(String(128), unique=True)
    size: Mapped[int] = mapped_column(Integer)
    seed: Mapped[int] = mapped_column(BigInteger)
    space: Mapped[dict[str, Any]] = mapped_column(Json)
    current_generation: Mapped[int] = mapped_column(Integer)
    derived_from: Mapped[str | None] = mapped_column(String(128))
    derived_generation: Mapped[int | None] = mapped_column(Integer)
    forked_from: Mapped[str | None] = mapped_column(String(128))
    forked_generation: Mapped[int | None] = mapped_column(Integer)
    labels: Mapped[dict[str, str]] = mapped_column(Json)
    request: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())


class GenerationRow(Base):
    """One generation: genomes row by row, shape (size, genes)."""

    __tablename__ = "indexagent_generation"

    population: Mapped[int] = mapped_column(
        Number, ForeignKey("indexagent_population.number", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    generation: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    genomes: Mapped[npt.NDArray[np.float64]] = mapped_column(Floats())
    parents: Mapped[list[list[int]]] = mapped_column(Json)
    variations: Mapped[list[str]] = mapped_column(Json)
    diversity: Mapped[float]
    intervention: Mapped[dict[str, Any] | None] = mapped_column(Json)
    fitness: Mapped[npt.NDArray[np.float64] | None] = mapped_column(Floats())
    request_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())


class AgentRow(Base):
    """An agent outside any population."""

    __tablename__ = "indexagent_agent"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    agent_id: Mapped[str] = mapped_column(String(128), unique=True)
    name: Mapped[str] = mapped_column(Text)
    space: Mapped[dict[str, Any]] = mapped_column(Json)
    genome: Mapped[npt.NDArray[np.float64]] = mapped_column(Floats())
    labels: Mapped[dict[str, str]] = mapped_column(Json)
    request: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
