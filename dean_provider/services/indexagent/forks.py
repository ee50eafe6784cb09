"""Forks of populations: the shared generations are copied within the database, so that each population lives and is released by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import insert, literal, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dean_provider.contract.population import ForkPopulation, Population
from dean_provider.services.indexagent.content import content_of, require_same
from dean_provider.services.indexagent.populations import generation_row, population_row, shown_population
from dean_provider.services.indexagent.tables import GenerationRow, PopulationRow
from dean_provider.services.store import Database, table_of

__all__ = ["PopulationForks"]


class PopulationForks:
    """Answers the fork operation."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self.database = database
        self.now = now

    def fork(self, request: ForkPopulation) -> Population:
        """A population with the generations 0 to ``generation`` of another, or the one made before.

        :raises NotFoundError: there is no such population, or it has not got so far.
        :raises ConflictError: ``forked_id`` is something else.
        """
        found = self._same(request)
        if found is not None:
            return found
        try:
            with self.database.write() as session:
                return shown_population(self._copy(session, request))
        except IntegrityError:  # somebody else made it meanwhile
            found = self._same(request)
            if found is None:
                raise
            return found

    def _same(self, request: ForkPopulation) -> Population | None:
        with self.database.read() as session:
            row = session.scalar(select(PopulationRow).where(PopulationRow.population_id == request.forked_id))
        if row is None:
            return None
        require_same("Population", request.forked_id, row.request, content_of(request))
        return shown_population(row)

    def _copy(self, session: Session, request: ForkPopulation) -> PopulationRow:
        """Generation 0 keeps the parents it has: it is the same agents, whichever population they are asked of."""
        source = population_row(session, request.population_id)
        generation_row(session, source, request.generation)
        row = PopulationRow(
            population_id=request.forked_id,
            size=source.size,
            seed=source.seed,
            space=source.space,
            current_generation=request.generation,
            derived_from=source.derived_from,
            derived_generation=source.derived_generation,
            forked_from=source.population_id,
            forked_generation=request.generation,
            labels=request.labels,
            request=content_of(request),
            created_at=self.now(),
        )
        session.add(row)
        session.flush()
        table = table_of(GenerationRow)
        columns = [literal(row.number), *(column for column in table.c if column.name != "population")]
        names = ["population", *(column.name for column in table.c if column.name != "population")]
        shared = select(*columns).where(table.c.population == source.number, table.c.generation <= request.generation)
        session.execute(insert(table).from_select(names, shared))
        return row
