"""Names of agents: those of a population are ``<population>:<generation>:<position>``, so that an id finds its agent without a search."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["AgentPosition", "agent_id", "agent_ids", "agent_position"]

_FORM = re.compile(r"(?P<population>.+):(?P<generation>0|[1-9]\d{0,9}):(?P<position>0|[1-9]\d{0,5})")


class AgentPosition(NamedTuple):
    """Where an agent of a population is found."""

    population_id: str
    generation: int
    position: int


def agent_id(population_id: str, generation: int, position: int) -> str:
    """The id of one agent."""
    return f"{population_id}:{generation}:{position}"


def agent_ids(population_id: str, generation: int, size: int) -> list[str]:
    """The ids of a whole generation."""
    return [agent_id(population_id, generation, position) for position in range(size)]


def agent_position(text: str) -> AgentPosition | None:
    """Where the agent called ``text`` is found; ``None`` when it is in no population."""
    match = _FORM.fullmatch(text)
    return AgentPosition(match["population"], int(match["generation"]), int(match["position"])) if match else None
