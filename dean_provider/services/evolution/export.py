"""A trial's whole history as JSON Lines: what its digest is computed from."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from sqlalchemy import select

from dean_provider.contract.endpoints import indexagent as operations
from dean_provider.contract.population import GenerationRef, PopulationGeneration, Variation
from dean_provider.contract.trial import TrialRef
from dean_provider.services.evolution.indexagent import IndexAgentClient
from dean_provider.services.evolution.lookup import trial_row
from dean_provider.services.evolution.tables import GenerationRow
from dean_provider.services.store import Database

__all__ = ["Export", "ExportedGeneration"]

_JSON_LINES = "application/x-ndjson"


class ExportedGeneration(BaseModel):
    """One line of an export: a generation column-wise, position ``i`` is one agent throughout."""

    generation: int
    genomes: list[list[float]]
    fitness: list[float]
    digest: str
    agent_ids: list[str]
    parents: list[list[int]]
    variations: list[Variation]


class Export:
    """Answers the export operation: fitness and digest from here, genomes from IndexAgent."""

    def __init__(self, database: Database, indexagent: IndexAgentClient) -> None:
        self.database = database
        self.indexagent = indexagent

    def stream(self, request: TrialRef) -> StreamingResponse:
        """Every committed generation, one on a line.

        :raises NotFoundError: there is no such trial, or its population was released.
        """
        with self.database.read() as session:
            trial = trial_row(session, request.trial_id)
        lines = self._lines(trial.number, trial.population_id, trial.current_generation)
        first = next(lines, "")  # what is wrong is said before the stream begins

        def chunks() -> Iterator[str]:
            yield first
            yield from lines

        return StreamingResponse(chunks(), media_type=_JSON_LINES)

    def _lines(self, number: int, population_id: str, last: int) -> Iterator[str]:
        for generation in range(last + 1):
            here = GenerationRef(population_id=population_id, generation=generation)
            bred: PopulationGeneration = self.indexagent.call(operations.READ_GENERATION, here)
            with self.database.read() as session:
                query = select(GenerationRow).where(GenerationRow.trial == number, GenerationRow.generation == generation)
                row = session.scalars(query).one()
            line = ExportedGeneration.model_construct(
                generation=generation,
                genomes=bred.genomes,
                fitness=row.fitness.tolist(),
                digest=row.digest,
                agent_ids=bred.agent_ids,
                parents=bred.parents,
                variations=bred.variations,
            )
            yield line.model_dump_json() + "\n"
