"""Every operation of both reference services through the hooks, synchronously and asynchronously, over connections with credentials."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from dean_provider.contract import economy, evaluation, pattern, population, service, trial
from dean_provider.contract.config import TrialConfig
from dean_provider.contract.endpoints import Operation, evolution, indexagent
from dean_provider.errors import AuthenticationError, ConflictError, InvalidConfigurationError, InvalidStateError, NotFoundError
from dean_provider.hooks import EvolutionAPIHook, IndexAgentHook, forget
from dean_provider.testing import Fault, MockServices

pytestmark = pytest.mark.integration

TOKEN, SECRET = "static-token-of-indexagent", "secret of the evolution api, long enough for HS256"
CONFIG = TrialConfig(
    objective="sphere", objective_parameters={"dimension": 3}, population_size=40, generations=5, seed=7, elite_size=2, pattern_policy="off"
)
TRIAL = trial.TrialRef(trial_id="hooked")
EMPTY = service.Empty()


STEERED = {
    evolution.LEASE_CANDIDATES, evolution.RETURN_EVALUATIONS, evolution.PAUSE_TRIAL, evolution.RESUME_TRIAL, evolution.STOP_TRIAL
}  # fmt: skip


def protected(folder: Path, **settings: Any) -> MockServices:
    """IndexAgent behind a static token, the Evolution API behind a shared secret."""
    code = folder / "code"
    code.mkdir()
    (code / "greeting.py").write_text("def greet():\n    return 'hello'\n")
    return MockServices(
        folder,
        indexagent={"token": TOKEN, "repositories": f"demo={code}"},
        evolution={"jwt_secret": SECRET, "indexagent_token": TOKEN, "heartbeat_seconds": 0.2, **settings},
    )


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockServices]:
    with protected(tmp_path_factory.mktemp("services")) as running:
        yield running


@pytest.fixture
def lending(tmp_path: Path) -> Iterator[MockServices]:
    """Services whose candidates are evaluated by whoever leases them."""
    with protected(tmp_path, evaluator="leases") as running:
        yield running


class Both:
    """Calls each operation synchronously, then asynchronously, and expects the same: all of them are idempotent."""

    def __init__(self) -> None:
        self.evolution = EvolutionAPIHook("hooked_evolution")
        self.indexagent = IndexAgentHook("hooked_indexagent")
        self.called: set[Operation[Any, Any]] = set()

    def __call__(self, operation: Operation[Any, Any], request: Any, *, changing: tuple[str, ...] = ()) -> Any:
        hook: Any = self.evolution if operation in evolution.OPERATIONS else self.indexagent
        first = hook.call(operation, request)
        again = asyncio.run(hook.acall(operation, request))
        assert again.model_dump(exclude=set(changing)) == first.model_dump(exclude=set(changing))
        self.called.add(operation)
        return first

    def follow(self, trial_id: str) -> list[int]:
        seen: list[int] = []
        while True:
            page = self.evolution.progress(trial_id, len(seen), wait_seconds=10)
            assert asyncio.run(self.evolution.aprogress(trial_id, len(seen))).generations[: len(page.generations)] == page.generations
            seen += [row.generation for row in page.generations]
            if page.trial.status.ended and seen and seen[-1] == page.trial.current_generation:
                return seen


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[MockServices], Both]]:
    def connect(services: MockServices) -> Both:
        for name, url, password, extra in (
            ("hooked_indexagent", services.indexagent.url, TOKEN, {}),
            ("hooked_evolution", services.evolution.url, SECRET, {"auth": "jwt", "backoff_seconds": 0.01}),
        ):
            said = {"conn_type": name, "host": urlsplit(url).hostname, "port": urlsplit(url).port, "password": password, "extra": extra}
            monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(said))
        return Both()

    yield connect
    forget()


@pytest.fixture
def both(services: MockServices, connected: Callable[[MockServices], Both]) -> Both:
    services.evolution.faults.clear()
    services.indexagent.faults.clear()
    return connected(services)


def test_every_operation_of_both_services(both: Both) -> None:
    assert both.evolution.dialect is evolution.REFERENCE
    assert both.indexagent.dialect is indexagent.REFERENCE
    clockwork = ("timestamp", "uptime_seconds", "checks")
    both(evolution.HEALTH, EMPTY, changing=clockwork)
    both(indexagent.HEALTH, EMPTY, changing=clockwork)
    assert "# HELP" in both(evolution.METRICS, EMPTY, changing=("text",)).text
    assert "# HELP" in both(indexagent.METRICS, EMPTY, changing=("text",)).text
    assert both(evolution.READ_CONSTRAINTS, EMPTY).max_population_size >= 40
    assert "sphere" in [objective.name for objective in both(evolution.LIST_OBJECTIVES, EMPTY).objectives]

    space = both(evolution.VALIDATE_TRIAL, trial.ValidateTrial(config=CONFIG)).space
    both(indexagent.CREATE_POPULATION, population.CreatePopulation(population_id="pool", space=space, size=40, seed=7))
    running = ("status", "current_generation", "elapsed_seconds", "best_fitness", "best_agent_id", "diversity", "tokens_used", "digest")
    ended = ("scores", "termination_reason", "started_at", "ended_at", "versions", "retries", "resumptions")
    both(evolution.START_TRIAL, trial.StartTrial(trial_id="hooked", population_id="pool", config=CONFIG), changing=running + ended)
    assert both.follow("hooked") == [0, 1, 2, 3, 4, 5]
    page = both(evolution.LIST_GENERATIONS, trial.ListGenerations(trial_id="hooked", start=4, wait_seconds=1))
    assert [row.generation for row in page.generations] == [4, 5]
    assert both(evolution.READ_TRIAL, TRIAL).status is trial.TrialStatus.COMPLETED
    assert [found.trial_id for found in both(evolution.LIST_TRIALS, trial.ListTrials(objective="sphere")).trials] == ["hooked"]
    assert "event: end" in both(evolution.STREAM_TRIAL, TRIAL).text
    # One line says what follows, then one for each of the generations 0 to 5.
    assert len(both(evolution.EXPORT_TRIAL, TRIAL).text.splitlines()) >= 6
    both(evolution.VERIFY_TRIAL, TRIAL)

    body = _operations_on_populations(both, space)
    found = pattern.Pattern(pattern_id="known", body=body, objective="sphere", trial_id="hooked")
    both(evolution.STORE_PATTERN, pattern.StorePattern(pattern=found))
    both(evolution.READ_PATTERN, pattern.PatternRef(pattern_id="known"))
    both(evolution.LIST_PATTERNS, pattern.ListPatterns(trial_id="hooked"))
    both(evolution.MEASURE_PATTERN, pattern.MeasurePattern(pattern_id="known", trial_id="hooked", agents=30))
    both(evolution.APPLY_PATTERNS, pattern.ApplyPatterns(trial_id="hooked", pattern_ids=["known"]))
    shut_out = pattern.QuarantinePattern(pattern_id="known", reason="it harms")
    assert both(evolution.QUARANTINE_PATTERN, shut_out).status is pattern.PatternStatus.QUARANTINED
    both(evolution.ALLOCATE_TOKENS, economy.AllocateTokens(holder="team a", tokens=100), changing=("updated_at",))
    assert both(evolution.READ_BUDGET, EMPTY).used > 0
    assert both(evolution.READ_USAGE, economy.ReadUsage()).tokens > 0

    assert both.called == {*evolution.OPERATIONS, *indexagent.OPERATIONS} - STEERED


def _operations_on_populations(both: Both, space: Any) -> pattern.PatternBody:
    last = population.GenerationRef(population_id="pool", generation=5)
    generation = both(indexagent.READ_GENERATION, last)
    both(indexagent.MEASURE_DIVERSITY, last)
    both(indexagent.READ_POPULATION, population.PopulationRef(population_id="pool"))
    assert both(indexagent.LIST_POPULATIONS, population.ListPopulations()).populations
    agent = both(indexagent.READ_AGENT, population.AgentRef(agent_id=generation.agent_ids[-1]))
    assert both(indexagent.READ_LINEAGE, population.LineageRequest(agent_id=agent.agent_id)).ancestors
    assert len(both(indexagent.LIST_AGENTS, population.ListAgents(population_id="pool", generation=5)).agents) == 40
    both(indexagent.DETECT_PATTERNS, pattern.DetectPatterns(population_id="pool", start=0), changing=("patterns",))
    made = population.CreateAgent(agent_id="loner", space=space, genome=generation.genomes[0])
    both(indexagent.CREATE_AGENT, made)
    both(indexagent.DELETE_AGENT, population.AgentRef(agent_id="loner"), changing=("released",))

    both(indexagent.CREATE_POPULATION, population.CreatePopulation(population_id="side", space=space, size=4, seed=1))
    both(indexagent.RECORD_FITNESS, population.RecordFitness(population_id="side", generation=0, fitness=[4, 3, 2, 1]))
    bred = population.Breed(
        population_id="side",
        generation=1,
        seed=1,
        fitness=[4, 3, 2, 1],
        elites=[0],
        parents=[(0, 1)] * 3,
        mutation_rate=0.1,
        crossover_rate=0.9,
    )
    both(indexagent.BREED, bred)
    low, high = space.traits[0].low, space.traits[0].high
    body = pattern.PatternBody(ranges=(pattern.TraitRange(trait=space.traits[0].name, low=low / 4, high=high / 4),))
    source = population.DerivePopulation(population_id="side", generation=1, derived_id="copy", patterns=[body])
    both(indexagent.DERIVE_POPULATION, source)
    both(indexagent.RELEASE_POPULATION, population.PopulationRef(population_id="copy"), changing=("released",))
    fork = population.ForkPopulation(population_id="side", generation=0, forked_id="fork")
    assert both(indexagent.FORK_POPULATION, fork).population_id == "fork"
    assert both(indexagent.SEARCH_CODE, service.SearchCode(query="greet")).total >= 1
    both(indexagent.READ_INDEX_STATUS, EMPTY, changing=("indexed_at",))
    return body


def test_operations_on_a_trial_that_waits(lending: MockServices, connected: Callable[[MockServices], Both]) -> None:
    """Its candidates are evaluated outside, so it can be leased from, paused, resumed and stopped at leisure."""
    both = connected(lending)
    config = CONFIG.model_copy(update={"population_size": 4, "elite_size": 1})
    space = both.evolution.call(evolution.VALIDATE_TRIAL, trial.ValidateTrial(config=config)).space
    ref = trial.TrialRef(trial_id="leased")
    both.indexagent.call(indexagent.CREATE_POPULATION, population.CreatePopulation(population_id="lent", space=space, size=4, seed=7))
    both.evolution.call(evolution.START_TRIAL, trial.StartTrial(trial_id="leased", population_id="lent", config=config))
    asked = evaluation.LeaseCandidates(trial_id="leased", lease_id="mine", size=4)
    while not (lease := both.evolution.call(evolution.LEASE_CANDIDATES, asked)).candidates:
        both.evolution.progress("leased", 0, wait_seconds=0.2)
    both(evolution.LEASE_CANDIDATES, asked, changing=("expires_at",))
    results = [evaluation.EvaluatedCandidate(position=each.position, fitness=-each.position) for each in lease.candidates]
    returned = evaluation.ReturnEvaluations(trial_id="leased", lease_id="mine", generation=lease.generation, results=results)
    both(evolution.RETURN_EVALUATIONS, returned, changing=("accepted", "remaining"))
    moving = (
        "status",
        "current_generation",
        "elapsed_seconds",
        "best_fitness",
        "best_agent_id",
        "diversity",
        "tokens_used",
        "digest",
        "scores",
    )
    both(evolution.PAUSE_TRIAL, ref, changing=moving)
    both(evolution.RESUME_TRIAL, ref, changing=moving)
    both(evolution.STOP_TRIAL, trial.StopTrial(trial_id="leased", reason="enough"), changing=(*moving, "termination_reason", "ended_at"))
    assert both.evolution.call(evolution.READ_TRIAL, ref).status is trial.TrialStatus.STOPPED
    assert both.called == STEERED


def test_problems_arrive_as_what_they_are(both: Both) -> None:
    config = CONFIG.model_copy(update={"generations": 1})
    space = both.evolution.call(evolution.VALIDATE_TRIAL, trial.ValidateTrial(config=config)).space
    both.indexagent.call(indexagent.CREATE_POPULATION, population.CreatePopulation(population_id="small", space=space, size=40, seed=7))
    started = trial.StartTrial(trial_id="small", population_id="small", config=config)
    both.evolution.call(evolution.START_TRIAL, started)
    both.follow("small")
    ref = trial.TrialRef(trial_id="small")
    other = started.model_copy(update={"config": config.model_copy(update={"seed": 8})})
    unknown = trial.TrialRef(trial_id="nobody")
    for call in (both.evolution.call, lambda op, req: asyncio.run(both.evolution.acall(op, req))):
        with pytest.raises(NotFoundError):
            call(evolution.READ_TRIAL, unknown)
        with pytest.raises(ConflictError):
            call(evolution.START_TRIAL, other)
        with pytest.raises(InvalidStateError) as raised:
            call(evolution.PAUSE_TRIAL, ref)
        assert raised.value.request_id == both.evolution.correlation_id
        with pytest.raises(InvalidConfigurationError):
            call(evolution.LIST_TRIALS, trial.ListTrials.model_construct(limit=100_000))


def test_faults_of_the_real_services_are_survived(both: Both, services: MockServices) -> None:
    """What the conformance suite shows with scripted answers, once more with the services themselves behind the faults."""
    both.evolution.call(evolution.LIST_TRIALS, trial.ListTrials())
    for fault in (Fault("list_trials", status=503, times=2), Fault("list_trials", status=500, times=1)):
        services.evolution.faults.add(fault)
        both(evolution.LIST_TRIALS, trial.ListTrials())


def test_credentials_count(both: Both, services: MockServices, monkeypatch: pytest.MonkeyPatch) -> None:
    assert both.evolution.test_connection()[0]
    said = {"host": "127.0.0.1", "port": urlsplit(services.indexagent.url).port, "password": "wrong", "extra": {"dialect": "reference"}}
    monkeypatch.setenv("AIRFLOW_CONN_WRONG", json.dumps({"conn_type": "dean_indexagent", **said}))
    hook = IndexAgentHook("wrong")

    with pytest.raises(AuthenticationError):
        hook.call(indexagent.READ_INDEX_STATUS, EMPTY)
    with pytest.raises(AuthenticationError):
        asyncio.run(hook.acall(indexagent.READ_INDEX_STATUS, EMPTY))
    assert hook.test_connection()[0] is False
