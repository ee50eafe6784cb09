"""IndexAgent: agents, populations, variation, pattern detection, code search."""

from __future__ import annotations

from dean_provider.contract.endpoints.dialect import Dialect, Probe, register_dialect
from dean_provider.contract.endpoints.operation import Operation, Route
from dean_provider.contract.pattern import DetectedPatterns, DetectPatterns
from dean_provider.contract.population import (
    Agent,
    AgentPage,
    AgentRef,
    Breed,
    CreateAgent,
    CreatePopulation,
    DerivePopulation,
    Diversity,
    ForkPopulation,
    GenerationRef,
    Lineage,
    LineageRequest,
    ListAgents,
    ListPopulations,
    Population,
    PopulationGeneration,
    PopulationPage,
    PopulationRef,
    RecordFitness,
    Released,
)
from dean_provider.contract.service import (
    Empty,
    Health,
    IndexStatus,
    SearchCode,
    SearchResults,
    ServiceName,
    TextDocument,
)

_S = ServiceName.INDEXAGENT

HEALTH = Operation("health", _S, Empty, Health, True, "How the service is, with its checks.")
METRICS = Operation("metrics", _S, Empty, TextDocument, True, "Prometheus exposition text.")
CREATE_POPULATION = Operation("create_population", _S, CreatePopulation, Population, True, "Draw generation 0 of a population, or find it.")
READ_POPULATION = Operation("read_population", _S, PopulationRef, Population, True, "One population.")
LIST_POPULATIONS = Operation("list_populations", _S, ListPopulations, PopulationPage, True, "Populations, newest first.")
RELEASE_POPULATION = Operation(
    "release_population", _S, PopulationRef, Released, True, "Delete a population; one that is gone counts as released."
)
READ_GENERATION = Operation("read_generation", _S, GenerationRef, PopulationGeneration, True, "All agents of one generation.")
BREED = Operation("breed", _S, Breed, PopulationGeneration, True, "Make the next generation from chosen parents, or find it.")
RECORD_FITNESS = Operation("record_fitness", _S, RecordFitness, PopulationGeneration, True, "Note the fitness of a generation's agents.")
MEASURE_DIVERSITY = Operation("measure_diversity", _S, GenerationRef, Diversity, True, "Diversity, in all and by trait.")
DERIVE_POPULATION = Operation(
    "derive_population", _S, DerivePopulation, Population, True, "Copy a generation, imposing patterns or injecting mutations."
)
FORK_POPULATION = Operation(
    "fork_population",
    _S,
    ForkPopulation,
    Population,
    True,
    "A population that shares another's generations up to one, or find it.",
    seconds=60,
)
CREATE_AGENT = Operation("create_agent", _S, CreateAgent, Agent, True, "An agent outside any population.")
READ_AGENT = Operation("read_agent", _S, AgentRef, Agent, True, "One agent.")
LIST_AGENTS = Operation("list_agents", _S, ListAgents, AgentPage, True, "Agents, by population and generation.")
DELETE_AGENT = Operation("delete_agent", _S, AgentRef, Released, True, "Delete an agent outside any population.")
READ_LINEAGE = Operation("read_lineage", _S, LineageRequest, Lineage, True, "An agent and its ancestors.")
DETECT_PATTERNS = Operation("detect_patterns", _S, DetectPatterns, DetectedPatterns, True, "Trait ranges enriched among the fittest.")
SEARCH_CODE = Operation("search_code", _S, SearchCode, SearchResults, True, "Search the registered repositories.")
READ_INDEX_STATUS = Operation("read_index_status", _S, Empty, IndexStatus, True, "What the code index holds.")

OPERATIONS: tuple[Operation, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Operation))  # type: ignore[type-arg]

_POPULATION = "/api/v1/populations/{population_id}"
_GENERATION = _POPULATION + "/generations/{generation}"

REFERENCE = register_dialect(
    Dialect(
        name="reference",
        service=_S,
        probe=Probe(
            "/health",
            lambda _status, body: isinstance(body, dict) and body.get("dialect") == "reference" and body.get("service") == "indexagent",
        ),
        routes={
            HEALTH.name: Route("GET", "/health"),
            METRICS.name: Route("GET", "/metrics", text=True),
            CREATE_POPULATION.name: Route("POST", "/api/v1/populations"),
            READ_POPULATION.name: Route("GET", _POPULATION),
            LIST_POPULATIONS.name: Route("GET", "/api/v1/populations"),
            RELEASE_POPULATION.name: Route("DELETE", _POPULATION),
            READ_GENERATION.name: Route("GET", _GENERATION),
            BREED.name: Route("PUT", _GENERATION),
            RECORD_FITNESS.name: Route("PUT", _GENERATION + "/fitness"),
            MEASURE_DIVERSITY.name: Route("GET", _GENERATION + "/diversity"),
            DERIVE_POPULATION.name: Route("POST", _GENERATION + "/derivations"),
            FORK_POPULATION.name: Route("POST", _GENERATION + "/forks"),
            CREATE_AGENT.name: Route("POST", "/api/v1/agents"),
            READ_AGENT.name: Route("GET", "/api/v1/agents/{agent_id}"),
            LIST_AGENTS.name: Route("GET", "/api/v1/agents"),
            DELETE_AGENT.name: Route("DELETE", "/api/v1/agents/{agent_id}"),
            READ_LINEAGE.name: Route("GET", "/api/v1/agents/{agent_id}/lineage"),
            DETECT_PATTERNS.name: Route("POST", _POPULATION + "/patterns/detect"),
            SEARCH_CODE.name: Route("POST", "/api/v1/search"),
            READ_INDEX_STATUS.name: Route("GET", "/api/v1/search/index/status"),
        },
    )
)
