"""Agents, their lineage, populations and variation, as IndexAgent reports them."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from dean_provider.contract.paging import Page, PageRequest
from dean_provider.contract.pattern import PatternBody
from dean_provider.contract.request import RequestModel
from dean_provider.contract.space import Genome, SearchSpace
from dean_provider.contract.text import Label, LabelKey
from dean_provider.contract.trial import Intervention

__all__ = [
    "Agent",
    "AgentPage",
    "AgentRef",
    "Breed",
    "CreateAgent",
    "CreatePopulation",
    "DerivePopulation",
    "Diversity",
    "ForkPopulation",
    "GenerationRef",
    "InterventionPolicy",
    "Lineage",
    "LineageRequest",
    "ListAgents",
    "ListPopulations",
    "Population",
    "PopulationGeneration",
    "PopulationId",
    "PopulationPage",
    "PopulationRef",
    "RecordFitness",
    "Released",
    "Variation",
]

PopulationId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$")]
MAX_POPULATION = 10_000
Position = Annotated[int, Field(ge=0, lt=MAX_POPULATION)]


class Variation(str, Enum):
    """How an agent came to be."""

    INITIAL = "initial"
    ELITE = "elite"
    CROSSOVER = "crossover"
    MUTATION = "mutation"
    INJECTED = "injected"
    IMPOSED = "imposed"


class Agent(BaseModel):
    """One individual."""

    agent_id: str
    name: str = ""
    population_id: str | None = None
    generation: int = Field(default=0, ge=0)
    position: int = Field(default=0, ge=0, description="Index within its generation.")
    genome: Genome
    traits: dict[str, JsonValue] = Field(default_factory=dict, description="The genome by trait name.")
    parent_ids: list[str] = Field(default_factory=list)
    variation: Variation = Variation.INITIAL
    fitness: float | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    created_at: datetime | None = None


class AgentPage(Page):
    agents: list[Agent]


class AgentRef(RequestModel):
    agent_id: str = Field(min_length=1, max_length=200)


class ListAgents(PageRequest):
    population_id: PopulationId | None = None
    generation: int | None = Field(default=None, ge=0, le=10**9)


class CreateAgent(RequestModel):
    """An agent outside any population; the same id and content twice is one agent."""

    model_config = ConfigDict(extra="forbid")

    agent_id: PopulationId
    name: str = Field(default="", max_length=128)
    space: SearchSpace
    genome: Genome
    labels: dict[LabelKey, Label] = Field(default_factory=dict, max_length=32)


class LineageRequest(AgentRef):
    depth: int = Field(default=50, ge=1, le=1000, description="Generations to go back.")
    limit: int = Field(default=500, ge=1, le=5000, description="Ancestors at most, the nearest first.")


class Lineage(BaseModel):
    """An agent and its ancestors, nearest first; ``truncated`` when bounds cut it."""

    agent: Agent
    ancestors: list[Agent]
    truncated: bool = False


class CreatePopulation(RequestModel):
    """Generation 0, drawn from ``(seed, 0)``; the same id and request twice is one population."""

    model_config = ConfigDict(extra="forbid")

    population_id: PopulationId
    space: SearchSpace | None = Field(default=None, description="What genomes consist of. Required by the reference dialect.")
    size: int = Field(ge=1, le=MAX_POPULATION)
    seed: int = Field(ge=0, le=2**53 - 1)
    patterns: list[PatternBody] = Field(default_factory=list, max_length=100, description="Imposed on a share of it.")
    pattern_share: float = Field(default=0, ge=0, le=1)
    labels: dict[LabelKey, Label] = Field(default_factory=dict, max_length=32)


class Population(BaseModel):
    population_id: str
    size: int = Field(ge=0)
    seed: int | None = None
    space: SearchSpace | None = None
    current_generation: int = Field(default=0, ge=0, description="Newest generation.")
    derived_from: str | None = Field(default=None, description="Population it was derived from.")
    forked_from: str | None = Field(default=None, description="Population whose generations it shares.")
    forked_generation: int | None = Field(default=None, ge=0, description="Last generation shared.")
    labels: dict[str, str] = Field(default_factory=dict)
    agent_ids: list[str] | None = Field(default=None, description="Sent by services that know a population only as its agents.")
    created_at: datetime | None = None


class PopulationPage(Page):
    populations: list[Population]


class ListPopulations(PageRequest):
    pass


class PopulationRef(RequestModel):
    population_id: PopulationId


class GenerationRef(PopulationRef):
    generation: int = Field(ge=0, le=10**9)


class PopulationGeneration(BaseModel):
    """All agents of one generation, column-wise: position ``i`` is one agent throughout."""

    population_id: str
    generation: int = Field(ge=0)
    agent_ids: list[str]
    genomes: list[Genome]
    parents: list[list[int]] = Field(description="Positions of the parents in the generation before; empty in generation 0.")
    variations: list[Variation]
    fitness: list[float] | None = None
    diversity: float = Field(ge=0, le=1)
    intervention: Intervention | None = None


class InterventionPolicy(RequestModel):
    """When and how strongly to inject mutations (see ``TrialConfig``)."""

    threshold: float = Field(ge=0, le=1)
    rate: float = Field(ge=0, le=1)
    target: float = Field(ge=0, le=1)


class Breed(PopulationRef):
    """Make generation ``generation`` from the one before. Idempotent by (population, generation); other content is a conflict."""

    model_config = ConfigDict(extra="forbid")

    generation: int = Field(ge=1, le=10**9)
    seed: int = Field(ge=0, le=2**53 - 1)
    fitness: list[float] = Field(max_length=MAX_POPULATION, description="Fitness of the generation before, by position.")
    elites: list[Position] = Field(default_factory=list, max_length=MAX_POPULATION, description="Positions copied unchanged, first.")
    parents: list[tuple[Position, Position]] = Field(max_length=MAX_POPULATION, description="One pair for each further child.")
    mutation_rate: float = Field(ge=0, le=1)
    crossover_rate: float = Field(ge=0, le=1)
    intervention: InterventionPolicy | None = None


class RecordFitness(GenerationRef):
    fitness: list[float] = Field(max_length=MAX_POPULATION)


class Diversity(BaseModel):
    population_id: str
    generation: int
    diversity: float = Field(ge=0, le=1)
    by_trait: dict[str, float] = Field(default_factory=dict)


class DerivePopulation(GenerationRef):
    """A new population from copies of a generation, changed by patterns or injected mutations; the source stays as it is."""

    model_config = ConfigDict(extra="forbid")

    derived_id: PopulationId
    patterns: list[PatternBody] = Field(default_factory=list, max_length=100)
    share: float | None = Field(default=None, gt=0, le=1, description="Share of the agents the patterns are imposed on; all when empty.")
    mutation: InterventionPolicy | None = None
    seed: int = Field(default=0, ge=0, le=2**53 - 1)


class ForkPopulation(GenerationRef):
    """A new population that shares the generations 0 to ``generation`` with this one, and goes on by itself. Idempotent by ``forked_id``.

    The shared generations are its own from then on: releasing the source takes nothing from it.
    """

    model_config = ConfigDict(extra="forbid")

    forked_id: PopulationId
    labels: dict[LabelKey, Label] = Field(default_factory=dict, max_length=32)


class Released(BaseModel):
    """What a release (delete) did."""

    released: bool = True
