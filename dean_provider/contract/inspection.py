"""What is looked up about a trial beyond its record: agents, lineage, patterns. The services keep it; the gateway fetches it."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from dean_provider.contract.paging import PageRequest
from dean_provider.contract.pattern import PatternStatus
from dean_provider.contract.request import RequestModel

__all__ = ["ListTrialAgents", "ListTrialPatterns", "ReadTrialAgent", "ReadTrialLineage"]

AGENT_ID = Field(min_length=1, max_length=200)


class ListTrialAgents(PageRequest):
    """Agents of a trial's population, those of one generation or all."""

    workflow_id: UUID
    generation: int | None = Field(default=None, ge=0, le=10**9)


class ReadTrialAgent(RequestModel):
    workflow_id: UUID
    agent_id: str = AGENT_ID


class ReadTrialLineage(ReadTrialAgent):
    depth: int = Field(default=50, ge=1, le=1000, description="Generations to go back.")
    limit: int = Field(default=500, ge=1, le=5000, description="Ancestors at most, the nearest first.")


class ListTrialPatterns(PageRequest):
    """Patterns found in one trial, as the registry has them now."""

    workflow_id: UUID
    status: PatternStatus | None = None
