"""Patterns found in a population: trait ranges enriched among its fittest agents."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dean_provider.contract.pattern import DetectedPatterns, DetectPatterns, Pattern, PatternBody, Support
from dean_provider.engine.patterns import detect, hypotheses
from dean_provider.errors import InvalidStateError, LimitExceededError
from dean_provider.services.indexagent.populations import population_row, space_of
from dean_provider.services.indexagent.tables import GenerationRow, PopulationRow
from dean_provider.services.store import Database

__all__ = ["PatternDetection"]


def _pattern_id(population_id: str, generation: int, body: PatternBody) -> str:
    """The same finding always has the same id, so that storing it twice stores it once."""
    key = f"{population_id}|{generation}|{body.model_dump_json()}"
    return f"pattern-{hashlib.sha256(key.encode()).hexdigest()[:16]}"


class PatternDetection:
    """Answers the detection operation.

    :param max_genes: genes looked at at once, over all generations.
    """

    def __init__(self, database: Database, now: Callable[[], datetime], max_genes: int) -> None:
        self.database = database
        self.now = now
        self.max_genes = max_genes

    def detect(self, request: DetectPatterns) -> DetectedPatterns:
        """Look for patterns over the generations asked for, of those whose fitness is known.

        :raises InvalidStateError: none is known yet.
        :raises LimitExceededError: the generations asked for hold too many genes.
        """
        with self.database.read() as session:
            population = population_row(session, request.population_id)
            end, rows = self._evaluated(session, population, request)
        if not rows:
            return DetectedPatterns(patterns=[])
        space = space_of(population)
        genomes = np.concatenate([row.genomes.reshape(population.size, -1) for row in rows])
        fitness = np.concatenate([row.fitness for row in rows if row.fitness is not None])
        found = detect(
            space,
            genomes,
            fitness,
            elite_share=request.elite_share,
            false_discovery_rate=request.false_discovery_rate,
            limit=request.limit,
        )
        patterns = [self._shown(population, end, *one) for one in found]
        return DetectedPatterns(patterns=patterns, tests=hypotheses(space, genomes))

    def _evaluated(self, session: Session, population: PopulationRow, request: DetectPatterns) -> tuple[int, list[GenerationRow]]:
        """The last generation looked at, and those whose fitness is known, oldest first."""
        known = GenerationRow.population == population.number, GenerationRow.fitness.is_not(None)
        newest = session.scalar(select(func.max(GenerationRow.generation)).where(*known))
        if newest is None:
            raise InvalidStateError(
                f"No generation of population {request.population_id!r} has been evaluated yet.",
                details={"population_id": request.population_id},
                suggestions=["Ask again when the trial has finished a generation."],
            )
        end = newest if request.end is None else min(newest, request.end)
        wanted = *known, GenerationRow.generation.between(request.start, end)
        count = session.scalar(select(func.count()).select_from(GenerationRow).where(*wanted)) or 0
        genes = count * population.size * space_of(population).size
        if genes > self.max_genes:
            raise LimitExceededError(
                f"{count} generations hold {genes} genes; at most {self.max_genes} are looked at at once.",
                details={"field": "end", "value": end, "rule": f"at most {self.max_genes} genes"},
                suggestions=["Ask for fewer generations."],
            )
        return end, list(session.scalars(select(GenerationRow).where(*wanted).order_by(GenerationRow.generation)))

    def _shown(self, population: PopulationRow, end: int, body: PatternBody, support: Support, description: str) -> Pattern:
        return Pattern(
            pattern_id=_pattern_id(population.population_id, end, body),
            description=description,
            body=body,
            population_id=population.population_id,
            generation=end,
            support=support,
            discovered_at=self.now(),
        )
