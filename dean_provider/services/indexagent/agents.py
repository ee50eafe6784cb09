"""Agents: those outside any population, and those of one, which exist as positions of a generation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dean_provider.contract.population import Agent, AgentPage, AgentRef, CreateAgent, ListAgents, Released, Variation
from dean_provider.contract.space import SearchSpace
from dean_provider.engine.space import traits_of, validate_genomes
from dean_provider.errors import BusinessError, InvalidConfigurationError, NotFoundError
from dean_provider.services.indexagent.content import content_of, require_same
from dean_provider.services.indexagent.identity import agent_id, agent_position
from dean_provider.services.indexagent.populations import generation_row, population_row, space_of
from dean_provider.services.indexagent.tables import AgentRow, GenerationRow, PopulationRow
from dean_provider.services.store import Database, read_cursor, write_cursor

__all__ = ["Agents", "find_agent", "member"]


def member(population: PopulationRow, row: GenerationRow, position: int) -> Agent:
    """The agent at a position of a generation."""
    if row.generation:
        parents = [agent_id(population.population_id, row.generation - 1, parent) for parent in row.parents[position]]
    elif population.derived_from is not None:
        parents = [agent_id(population.derived_from, population.derived_generation or 0, position)]
    else:
        parents = []
    genome = row.genomes.reshape(population.size, -1)[position]
    return Agent(
        agent_id=agent_id(population.population_id, row.generation, position),
        population_id=population.population_id,
        generation=row.generation,
        position=position,
        genome=genome.tolist(),
        traits=traits_of(space_of(population), genome),
        parent_ids=parents,
        variation=Variation(row.variations[position]),
        fitness=None if row.fitness is None else float(row.fitness[position]),
        labels=population.labels,
        created_at=row.created_at,
    )


def _alone(row: AgentRow) -> Agent:
    return Agent(
        agent_id=row.agent_id,
        name=row.name,
        genome=row.genome.tolist(),
        traits=traits_of(SearchSpace.model_validate(row.space), row.genome),
        labels=row.labels,
        created_at=row.created_at,
    )


def find_agent(session: Session, name: str) -> Agent:
    """The agent of that id, in a population or not.

    :raises NotFoundError: when there is none.
    """
    place = agent_position(name)
    if place is None:
        row = session.scalar(select(AgentRow).where(AgentRow.agent_id == name))
        if row is None:
            raise NotFoundError(f"There is no agent {name!r}.", details={"agent_id": name})
        return _alone(row)
    population = population_row(session, place.population_id)
    generation = generation_row(session, population, place.generation)
    if place.position >= population.size:
        raise NotFoundError(f"There is no agent {name!r}.", details={"agent_id": name})
    return member(population, generation, place.position)


class Agents:
    """Answers the agent operations."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self.database = database
        self.now = now

    def create(self, request: CreateAgent) -> Agent:
        """An agent outside any population; the same id and content twice is one agent."""
        if agent_position(request.agent_id) is not None:
            rule = "must not look like <population>:<generation>:<position>, which names the agents of populations"
            raise InvalidConfigurationError(
                f"agent_id {rule}.", details={"problems": [{"field": "agent_id", "value": request.agent_id, "rule": rule}]}
            )
        genome = validate_genomes(request.space, [request.genome])[0]
        row = AgentRow(
            agent_id=request.agent_id,
            name=request.name,
            space=request.space.model_dump(mode="json"),
            genome=genome,
            labels=request.labels,
            request=content_of(request),
            created_at=self.now(),
        )
        try:
            with self.database.write() as session:
                found = session.scalar(select(AgentRow).where(AgentRow.agent_id == request.agent_id))
                if found is None:
                    session.add(row)
                    return _alone(row)
        except IntegrityError:  # made twice at once
            with self.database.read() as session:
                found = session.scalar(select(AgentRow).where(AgentRow.agent_id == request.agent_id))
            if found is None:
                raise
        require_same("Agent", request.agent_id, found.request, row.request)
        return _alone(found)

    def read(self, request: AgentRef) -> Agent:
        """One agent."""
        with self.database.read() as session:
            return find_agent(session, request.agent_id)

    def delete(self, request: AgentRef) -> Released:
        """Delete an agent outside any population; one that is gone counts as deleted."""
        if agent_position(request.agent_id) is not None:
            raise BusinessError(
                "An agent of a population cannot be deleted by itself.",
                details={"agent_id": request.agent_id},
                suggestions=["Release its population."],
            )
        with self.database.write() as session:
            session.execute(delete(AgentRow).where(AgentRow.agent_id == request.agent_id))
        return Released()

    def list(self, request: ListAgents) -> AgentPage:
        """Agents: of one population's generation (its newest unless told), or all that stand alone and then every population's."""
        start = read_cursor(request.cursor, parts=2)
        with self.database.read() as session:
            if request.population_id is not None:
                found = self._of_population(session, request, start or (0, -1))
            else:
                found = self._of_everything(session, request, start)
            agents = list(islice(found, request.limit + 1))
        page, more = agents[: request.limit], None
        if len(agents) > request.limit:
            more = write_cursor(*page[-1][0])
        return AgentPage(agents=[agent for _, agent in page], next_cursor=more)

    @staticmethod
    def _members(
        session: Session, population: PopulationRow, generation: int | None, after: int
    ) -> Iterator[tuple[tuple[int, int], Agent]]:
        row = generation_row(session, population, population.current_generation if generation is None else generation)
        for position in range(after + 1, population.size):
            yield (population.number, position), member(population, row, position)

    def _of_population(self, session: Session, request: ListAgents, start: tuple[int, ...]) -> Iterator[tuple[tuple[int, int], Agent]]:
        population = population_row(session, request.population_id or "")
        return self._members(session, population, request.generation, start[1])

    def _of_everything(
        self, session: Session, request: ListAgents, start: tuple[int, ...] | None
    ) -> Iterator[tuple[tuple[int, int], Agent]]:
        """The cursor is (population number, position); agents that stand alone have population number 0."""
        number, position = start or (0, -1)
        if number == 0 and request.generation in (None, 0):
            alone = select(AgentRow).where(AgentRow.number > position).order_by(AgentRow.number).limit(request.limit + 1)
            for row in session.scalars(alone):
                yield (0, row.number), _alone(row)
        query = select(PopulationRow).order_by(PopulationRow.number.desc())
        if number:
            query = query.where(PopulationRow.number <= number)
        if request.generation is not None:
            query = query.where(PopulationRow.current_generation >= request.generation)
        for population in session.scalars(query.execution_options(yield_per=20)):
            after = position if population.number == number else -1
            yield from self._members(session, population, request.generation, after)
