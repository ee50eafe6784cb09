"""Patterns found in a population: trait ranges enriched among its fittest agents."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

import numpy as np
from sqlalchemy import select

from dean_provider.contract.pattern import DetectedPatterns, DetectPatterns, Pattern, PatternBody
from dean_provider.engine import patterns
from dean_provider.errors import InvalidStateError
from dean_provider.services.indexagent.populations import population_row, space_of
from dean_provider.services.indexagent.tables import GenerationRow
from dean_provider.services.store import Database

__all__ = ["PatternDetection"]


def _pattern_id(population_id: str, generation: int, body: PatternBody) -> str:
    """The same finding always has the same id, so that storing it twice stores it once."""
    key = f"{population_id}|{generation}|{body.model_dump_json()}"
    return f"pattern-{hashlib.sha256(key.encode()).hexdigest()[:16]}"


class PatternDetection:
    """Answers the detection operation."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self.database = database
        self.now = now

    def detect(self, request: DetectPatterns) -> DetectedPatterns:
        """Look for patterns over the generations asked for, of those whose fitness is known."""
        with self.database.read() as session:
            population = population_row(session, request.population_id)
            known = (
                select(GenerationRow)
                .where(GenerationRow.population == population.number, GenerationRow.fitness.is_not(None))
                .order_by(GenerationRow.generation.desc())
            )
            newest = session.scalar(known.limit(1))
            if newest is None:
                raise InvalidStateError(
                    f"No generation of population {request.population_id!r} has been evaluated yet.",
                    details={"population_id": request.population_id},
                    suggestions=["Ask again when the trial has finished a generation."],
                )
            start = newest.generation if request.start is None else request.start
            end = newest.generation if request.end is None else request.end
            rows = session.scalars(known.where(GenerationRow.generation.between(start, end))).all()
        if not rows:
            return DetectedPatterns(patterns=[])
        space = space_of(population)
        genomes = np.concatenate([row.genomes.reshape(population.size, -1) for row in reversed(rows)])
        fitness = np.concatenate([row.fitness for row in reversed(rows) if row.fitness is not None])
        found = patterns.detect(
            space,
            genomes,
            fitness,
            elite_share=request.elite_share,
            false_discovery_rate=request.false_discovery_rate,
            limit=request.limit,
        )
        shown = [
            Pattern(
                pattern_id=_pattern_id(population.population_id, end, body),
                description=description,
                body=body,
                population_id=population.population_id,
                generation=end,
                support=support,
                discovered_at=self.now(),
            )
            for body, support, description in found
        ]
        return DetectedPatterns(patterns=shown)
