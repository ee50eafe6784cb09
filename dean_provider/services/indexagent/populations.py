"""Populations: drawn, found, listed, derived, released."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dean_provider.contract.population import (
    CreatePopulation,
    DerivePopulation,
    ListPopulations,
    Population,
    PopulationPage,
    PopulationRef,
    Released,
    Variation,
)
from dean_provider.contract.space import SearchSpace
from dean_provider.engine.arrays import Floats
from dean_provider.engine.diversity import diversity
from dean_provider.engine.generation import Bred, initial
from dean_provider.engine.intervention import intervene
from dean_provider.engine.patterns import impose
from dean_provider.engine.streams import stream
from dean_provider.errors import InvalidConfigurationError, LimitExceededError, NotFoundError
from dean_provider.services.indexagent.content import content_of, digest_of, require_same
from dean_provider.services.indexagent.tables import GenerationRow, PopulationRow
from dean_provider.services.store import Database, read_cursor, write_cursor

__all__ = ["Populations", "generation_row", "population_row", "shown_population", "space_of"]

_DERIVATION = "derivation"
_SHARE = "share"


def population_row(session: Session, population_id: str) -> PopulationRow:
    """The stored population.

    :raises NotFoundError: when there is none.
    """
    row = session.scalar(select(PopulationRow).where(PopulationRow.population_id == population_id))
    if row is None:
        raise NotFoundError(f"There is no population {population_id!r}.", details={"population_id": population_id})
    return row


def generation_row(session: Session, population: PopulationRow, generation: int) -> GenerationRow:
    """One stored generation.

    :raises NotFoundError: when the population has not got so far.
    """
    row = session.get(GenerationRow, (population.number, generation))
    if row is None:
        raise NotFoundError(
            f"Population {population.population_id!r} has no generation {generation}; its newest is {population.current_generation}.",
            details={"population_id": population.population_id, "generation": generation, "newest": population.current_generation},
        )
    return row


def space_of(row: PopulationRow) -> SearchSpace:
    """The search space of a population."""
    return SearchSpace.model_validate(row.space)


def shown_population(row: PopulationRow) -> Population:
    """A population on the wire."""
    return Population(
        population_id=row.population_id,
        size=row.size,
        seed=row.seed,
        space=space_of(row),
        current_generation=row.current_generation,
        derived_from=row.derived_from,
        forked_from=row.forked_from,
        forked_generation=row.forked_generation,
        labels=row.labels,
        created_at=row.created_at,
    )


class Populations:
    """Answers the population operations.

    :param max_genes: genes of a whole generation.
    """

    def __init__(self, database: Database, now: Callable[[], datetime], max_genes: int) -> None:
        self.database = database
        self.now = now
        self.max_genes = max_genes

    def create(self, request: CreatePopulation) -> Population:
        """Draw generation 0, or find it."""
        if request.space is None:
            problem = {"field": "space", "value": None, "rule": "must be given", "suggestion": "Take it from the validation of the trial."}
            raise InvalidConfigurationError("A population needs a search space.", details={"problems": [problem]})
        genes = request.size * request.space.size
        if genes > self.max_genes:
            raise LimitExceededError(
                f"{request.size} agents of {request.space.size} genes are {genes} genes; at most {self.max_genes} may be in a generation.",
                details={"field": "size", "value": request.size, "rule": f"at most {self.max_genes} genes in a generation"},
                suggestions=["Ask for fewer agents."],
            )
        found = self._same(request.population_id, request)
        if found is not None:
            return found
        bred = initial(request.space, request.size, request.seed, request.patterns, request.pattern_share)
        row = PopulationRow(
            population_id=request.population_id,
            size=request.size,
            seed=request.seed,
            space=request.space.model_dump(mode="json"),
            current_generation=0,
            labels=request.labels,
            request=content_of(request),
            created_at=self.now(),
        )
        return self._insert(row, bred, request)

    def _same(self, population_id: str, request: CreatePopulation | DerivePopulation) -> Population | None:
        with self.database.read() as session:
            row = session.scalar(select(PopulationRow).where(PopulationRow.population_id == population_id))
        if row is None:
            return None
        require_same("Population", population_id, row.request, content_of(request))
        return shown_population(row)

    def _insert(self, row: PopulationRow, bred: Bred, request: CreatePopulation | DerivePopulation) -> Population:
        try:
            with self.database.write() as session:
                session.add(row)
                session.flush()
                session.add(
                    GenerationRow(
                        population=row.number,
                        generation=0,
                        genomes=bred.genomes,
                        parents=bred.parents,
                        variations=[variation.value for variation in bred.variations],
                        diversity=bred.diversity,
                        intervention=None,
                        request_hash=digest_of(request),
                        created_at=row.created_at,
                    )
                )
        except IntegrityError:  # somebody else made it meanwhile
            found = self._same(row.population_id, request)
            if found is None:
                raise
            return found
        return shown_population(row)

    def read(self, request: PopulationRef) -> Population:
        """One population."""
        with self.database.read() as session:
            return shown_population(population_row(session, request.population_id))

    def list(self, request: ListPopulations) -> PopulationPage:
        """Populations, newest first."""
        cursor = read_cursor(request.cursor)
        query = select(PopulationRow).order_by(PopulationRow.number.desc()).limit(request.limit + 1)
        if cursor:
            query = query.where(PopulationRow.number < cursor[0])
        with self.database.read() as session:
            rows = session.scalars(query).all()
        more = write_cursor(rows[request.limit - 1].number) if len(rows) > request.limit else None
        return PopulationPage(populations=[shown_population(row) for row in rows[: request.limit]], next_cursor=more)

    def release(self, request: PopulationRef) -> Released:
        """Delete a population with its generations; one that is gone counts as released."""
        with self.database.write() as session:
            session.execute(delete(PopulationRow).where(PopulationRow.population_id == request.population_id))
        return Released()

    def derive(self, request: DerivePopulation) -> Population:
        """Copies of a generation, changed by patterns or injected mutations; the source stays as it is."""
        found = self._same(request.derived_id, request)
        if found is not None:
            return found
        with self.database.read() as session:
            source = population_row(session, request.population_id)
            origin = generation_row(session, source, request.generation)
        space = space_of(source)
        row = PopulationRow(
            population_id=request.derived_id,
            size=source.size,
            seed=request.seed,
            space=source.space,
            current_generation=0,
            derived_from=source.population_id,
            derived_generation=request.generation,
            labels=source.labels,
            request=content_of(request),
            created_at=self.now(),
        )
        return self._insert(row, _changed(space, origin, request), request)


def _changed(space: SearchSpace, origin: GenerationRow, request: DerivePopulation) -> Bred:
    genomes = origin.genomes.reshape(-1, space.size).copy()
    variations = [Variation.INITIAL] * len(genomes)
    rng = stream(request.seed, request.generation, _DERIVATION)
    if request.patterns:
        imposed = _shared_out(request, genomes, impose(space, genomes, request.patterns, rng))
        for position in (imposed != genomes).any(axis=1).nonzero()[0].tolist():
            variations[position] = Variation.IMPOSED
        genomes = imposed
    if request.mutation is not None:
        genomes, positions, _ = intervene(space, genomes, spared=0, policy=request.mutation, rng=rng)
        for position in positions.tolist():
            variations[position] = Variation.INJECTED
    return Bred(genomes, [[] for _ in genomes], variations, diversity(space, genomes))


def _shared_out(request: DerivePopulation, genomes: Floats, imposed: Floats) -> Floats:
    """The share of the agents that patterns are imposed on. A larger share has the agents of a smaller one, changed alike."""
    if request.share is None:
        return imposed
    spared = stream(request.seed, request.generation, _SHARE).permutation(len(genomes))[math.ceil(request.share * len(genomes)) :]
    imposed[spared] = genomes[spared]
    return imposed
