"""Ancestry: back through the generations, across derived populations, nearest first."""

from __future__ import annotations

from sqlalchemy.orm import Session

from dean_provider.contract.population import Agent, Lineage, LineageRequest
from dean_provider.errors import NotFoundError
from dean_provider.services.indexagent.agents import find_agent, member
from dean_provider.services.indexagent.identity import agent_position
from dean_provider.services.indexagent.populations import generation_row, population_row
from dean_provider.services.store import Database

__all__ = ["Ancestry"]


def _together(session: Session, names: list[str]) -> list[Agent]:
    """The agents called ``names``, all of one generation; none when their population was released."""
    places = [place for place in map(agent_position, names) if place is not None]
    try:
        population = population_row(session, places[0].population_id)
        generation = generation_row(session, population, places[0].generation)
    except NotFoundError:
        return []
    return [member(population, generation, place.position) for place in places]


class Ancestry:
    """Answers the lineage operation."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def read(self, request: LineageRequest) -> Lineage:
        """An agent and its ancestors, within the bounds asked for."""
        with self.database.read() as session:
            agent = find_agent(session, request.agent_id)
            ancestors: list[Agent] = []
            names = list(agent.parent_ids)
            for _ in range(request.depth):
                if not names or len(ancestors) >= request.limit:
                    break
                found = _together(session, names[: request.limit - len(ancestors)])
                truncated_here = len(found) < len(names)
                ancestors += found
                names = list(dict.fromkeys(name for ancestor in found for name in ancestor.parent_ids))
                if truncated_here:
                    return Lineage(agent=agent, ancestors=ancestors, truncated=True)
        return Lineage(agent=agent, ancestors=ancestors, truncated=bool(names))
