"""Generations of a population: read, bred, noted fitness, measured diversity.

Breeding is idempotent by population and generation. The child generation is computed outside the transaction from rows that never
change, then stored in one transaction together with the fitness it was bred from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import numpy as np
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dean_provider.contract.population import (
    Breed,
    Diversity,
    GenerationRef,
    PopulationGeneration,
    RecordFitness,
    Variation,
)
from dean_provider.contract.trial import Intervention
from dean_provider.engine.arrays import Floats
from dean_provider.engine.diversity import by_trait
from dean_provider.engine.generation import Bred, breed
from dean_provider.errors import ConflictError, InvalidConfigurationError
from dean_provider.services.indexagent.content import digest_of
from dean_provider.services.indexagent.identity import agent_ids
from dean_provider.services.indexagent.populations import generation_row, population_row, space_of
from dean_provider.services.indexagent.tables import GenerationRow, PopulationRow
from dean_provider.services.store import Database, rows_of, table_of

__all__ = ["Generations", "Probe"]

Probe = Callable[[str, str, int], None]
"""Called with (point, population, generation) where a process may be killed in a test; does nothing in a service."""


def _refuse(field: str, rule: str) -> InvalidConfigurationError:
    return InvalidConfigurationError(f"{field} {rule}.", details={"problems": [{"field": field, "rule": rule}]})


def _check_positions(request: Breed, size: int) -> None:
    positions = [*request.elites, *(position for pair in request.parents for position in pair)]
    if len(request.elites) + len(request.parents) != size:
        raise _refuse("parents", f"and elites must make {size} children, not {len(request.elites) + len(request.parents)}")
    if positions and not 0 <= min(positions) <= max(positions) < size:
        raise _refuse("parents", f"and elites must be positions from 0 to {size - 1}")


def _fitness(values: Sequence[float], size: int) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.shape != (size,) or not np.isfinite(array).all():
        raise _refuse("fitness", f"must be {size} finite numbers")
    return array


def _note(session: Session, population: PopulationRow, generation: int, fitness: Floats) -> None:
    """Keep the fitness of a generation's agents.

    :raises NotFoundError: there is no such generation.
    :raises ConflictError: it has another fitness already.
    """
    table = table_of(GenerationRow).c
    here = table.population == population.number, table.generation == generation, table.fitness.is_(None)
    if rows_of(session.execute(update(table_of(GenerationRow)).where(*here).values(fitness=fitness))) == 1:
        return
    known = generation_row(session, population, generation).fitness
    if not np.array_equal(known if known is not None else (), fitness):
        raise ConflictError(f"Generation {generation} has another fitness already.", details={"field": "fitness", "generation": generation})


def shown(population: PopulationRow, row: GenerationRow) -> PopulationGeneration:
    """A generation on the wire; what comes out of the database is not validated again."""
    return PopulationGeneration.model_construct(
        population_id=population.population_id,
        generation=row.generation,
        agent_ids=agent_ids(population.population_id, row.generation, population.size),
        genomes=row.genomes.reshape(population.size, -1).tolist(),
        parents=row.parents,
        variations=[Variation(name) for name in row.variations],
        fitness=None if row.fitness is None else row.fitness.tolist(),
        diversity=row.diversity,
        intervention=Intervention.model_validate(row.intervention) if row.intervention else None,
    )


class Generations:
    """Answers the generation operations."""

    def __init__(self, database: Database, now: Callable[[], datetime], probe: Probe) -> None:
        self.database = database
        self.now = now
        self.probe = probe

    def read(self, request: GenerationRef) -> PopulationGeneration:
        """All agents of one generation."""
        with self.database.read() as session:
            population = population_row(session, request.population_id)
            return shown(population, generation_row(session, population, request.generation))

    def diversity(self, request: GenerationRef) -> Diversity:
        """Diversity of a generation, in all and by trait."""
        with self.database.read() as session:
            population = population_row(session, request.population_id)
            row = generation_row(session, population, request.generation)
        traits = by_trait(space_of(population), row.genomes.reshape(population.size, -1))
        return Diversity(population_id=population.population_id, generation=row.generation, diversity=row.diversity, by_trait=traits)

    def record_fitness(self, request: RecordFitness) -> PopulationGeneration:
        """Note the fitness of a generation's agents."""
        with self.database.write() as session:
            population = population_row(session, request.population_id)
            _note(session, population, request.generation, _fitness(request.fitness, population.size))
            return shown(population, generation_row(session, population, request.generation))

    def breed(self, request: Breed) -> PopulationGeneration:
        """Make the next generation from chosen parents, or find it."""
        asked = digest_of(request)
        with self.database.read() as session:
            population = population_row(session, request.population_id)
            found = self._found(session, population, request, asked)
            if found is not None:
                return found
            before = generation_row(session, population, request.generation - 1)
        _check_positions(request, population.size)
        fitness = _fitness(request.fitness, population.size)
        bred = self._bred(population, before, request)
        try:
            return self._store(population, request, asked, fitness, bred)
        except IntegrityError:  # bred twice at once
            with self.database.read() as session:
                found = self._found(session, population, request, asked)
            if found is None:
                raise
            return found

    def _found(self, session: Session, population: PopulationRow, request: Breed, asked: str) -> PopulationGeneration | None:
        row = session.get(GenerationRow, (population.number, request.generation))
        if row is None:
            return None
        if row.request_hash != asked:
            raise ConflictError(
                f"Generation {request.generation} of population {request.population_id!r} was bred from something else.",
                details={"population_id": request.population_id, "generation": request.generation},
                suggestions=["Read the generation, or use a population of its own for another run."],
            )
        return shown(population, row)

    def _bred(self, population: PopulationRow, before: GenerationRow, request: Breed) -> Bred:
        return breed(
            space_of(population),
            before.genomes.reshape(population.size, -1),
            parents=np.array(request.parents, dtype=np.int64).reshape(-1, 2),
            elites=request.elites,
            seed=request.seed,
            generation=request.generation,
            mutation_rate=request.mutation_rate,
            crossover_rate=request.crossover_rate,
            intervention=request.intervention,
        )

    def _store(self, population: PopulationRow, request: Breed, asked: str, fitness: Floats, bred: Bred) -> PopulationGeneration:
        columns = {
            "population": population.number,
            "generation": request.generation,
            "genomes": bred.genomes,
            "parents": bred.parents,
            "variations": [variation.value for variation in bred.variations],
            "diversity": bred.diversity,
            "intervention": bred.intervention.model_dump(mode="json") if bred.intervention else None,
            "fitness": None,
            "request_hash": asked,
            "created_at": self.now(),
        }
        table = table_of(PopulationRow).c
        newest = table.number == population.number, table.current_generation < request.generation
        with self.database.write() as session:
            _note(session, population, request.generation - 1, fitness)
            session.execute(update(table_of(PopulationRow)).where(*newest).values(current_generation=request.generation))
            session.execute(insert(table_of(GenerationRow)).values(columns))
            self.probe("breeding", request.population_id, request.generation)
        return shown(population, GenerationRow(**columns))
