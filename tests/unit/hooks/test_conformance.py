"""Every operation of both services and of another Airflow, synchronously and asynchronously, under the same faults.

What is asserted of one operation is asserted of all; an operation that is added to the contract without an example here fails the suite.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from typing import Any

import pytest
from pydantic import BaseModel

from dean_provider.contract import dag_run, economy, evaluation, pattern, population, service, trial
from dean_provider.contract.config import TrialConfig
from dean_provider.contract.endpoints import Operation, airflow, evolution, indexagent
from dean_provider.contract.problem import to_problem
from dean_provider.contract.service import ServiceName
from dean_provider.contract.space import RealTrait, SearchSpace
from dean_provider.errors import (
    AuthenticationError,
    CircuitOpenError,
    ConnectionFailedError,
    DeanError,
    InvalidResponseError,
    RateLimitedError,
    RequestTimeoutError,
    ResponseTooLargeError,
    ServiceFailureError,
    ServiceUnavailableError,
    error_classes,
)
from dean_provider.hooks import AirflowHook, EvolutionAPIHook, IndexAgentHook

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
SPACE = SearchSpace(traits=(RealTrait(name="x", low=0, high=1),))
BODY = pattern.PatternBody(ranges=(pattern.TraitRange(trait="x", low=0.2, high=0.4),))
PATTERN = pattern.Pattern(pattern_id="p", body=BODY)
TRIAL = trial.Trial(trial_id="t", status=trial.TrialStatus.RUNNING, config=TrialConfig(seed=1))
REF = trial.TrialRef(trial_id="t")
HEALTH = service.Health(status=service.HealthStatus.HEALTHY, service="x", version="1", dialect="reference")
TEXT = service.TextDocument(text="line one\nline two\n")
POPULATION = population.Population(population_id="p", size=2, space=SPACE)
AGENT = population.Agent(agent_id="a/b", genome=[0.5])
GENERATION = population.PopulationGeneration(
    population_id="p",
    generation=1,
    agent_ids=["a"],
    genomes=[[0.5]],
    parents=[[0, 0]],
    variations=[population.Variation.CROSSOVER],
    diversity=0,
)
IN_POPULATION = population.GenerationRef(population_id="p", generation=1)
EMPTY = service.Empty()

EVOLUTION: dict[Operation[Any, Any], tuple[BaseModel, BaseModel]] = {
    evolution.HEALTH: (EMPTY, HEALTH),
    evolution.METRICS: (EMPTY, TEXT),
    evolution.START_TRIAL: (trial.StartTrial(trial_id="t", population_id="p", config=TrialConfig(seed=1)), TRIAL),
    evolution.READ_TRIAL: (REF, TRIAL),
    evolution.LIST_TRIALS: (trial.ListTrials(label="team=a b&c"), trial.TrialPage(trials=[TRIAL])),
    evolution.PAUSE_TRIAL: (REF, TRIAL),
    evolution.RESUME_TRIAL: (REF, TRIAL),
    evolution.STOP_TRIAL: (trial.StopTrial(trial_id="t", reason="enough"), TRIAL),
    evolution.LIST_GENERATIONS: (trial.ListGenerations(trial_id="t", start=3), trial.GenerationPage(trial=TRIAL, generations=[])),
    evolution.STREAM_TRIAL: (REF, TEXT),
    evolution.EXPORT_TRIAL: (REF, TEXT),
    evolution.VERIFY_TRIAL: (
        REF,
        trial.Verification(
            trial_id="t", agent_id="a", genome=[0.5], traits={"x": 0.5}, exact=True, scores=trial.Scores(test=1), verified_at=NOW
        ),
    ),
    evolution.VALIDATE_TRIAL: (trial.ValidateTrial(config=TrialConfig(seed=1)), trial.Validation(valid=True, space=SPACE)),
    evolution.READ_CONSTRAINTS: (EMPTY, trial.Constraints(**dict.fromkeys(trial.Constraints.model_fields, 5))),
    evolution.LIST_OBJECTIVES: (EMPTY, trial.ObjectiveList(objectives=[])),
    evolution.LEASE_CANDIDATES: (
        evaluation.LeaseCandidates(trial_id="t", lease_id="l"),
        evaluation.Lease(lease_id="l", trial_id="t", generation=1, objective="sphere", expires_at=NOW, candidates=[]),
    ),
    evolution.RETURN_EVALUATIONS: (
        evaluation.ReturnEvaluations(trial_id="t", lease_id="l/1", generation=1, results=[]),
        evaluation.Returned(accepted=0, remaining=0),
    ),
    evolution.LIST_PATTERNS: (pattern.ListPatterns(trial_id="t"), pattern.PatternPage(patterns=[PATTERN])),
    evolution.READ_PATTERN: (pattern.PatternRef(pattern_id="p"), PATTERN),
    evolution.STORE_PATTERN: (pattern.StorePattern(pattern=PATTERN), PATTERN),
    evolution.MEASURE_PATTERN: (pattern.MeasurePattern(pattern_id="p", trial_id="t"), PATTERN),
    evolution.APPLY_PATTERNS: (
        pattern.ApplyPatterns(trial_id="t", pattern_ids=["p"]),
        pattern.AppliedPatterns(
            trial_id="t",
            pattern_ids=["p"],
            population_id="q",
            agents=2,
            mean_fitness_before=1,
            mean_fitness_after=2,
            best_fitness_before=1,
            best_fitness_after=2,
            tokens_used=2,
        ),
    ),
    evolution.QUARANTINE_PATTERN: (pattern.QuarantinePattern(pattern_id="p", reason="why"), PATTERN),
    evolution.READ_BUDGET: (EMPTY, economy.Budget(allocated=1, used=1)),
    evolution.ALLOCATE_TOKENS: (economy.AllocateTokens(holder="a b", tokens=5), economy.Allocation(holder="a b", tokens=5, updated_at=NOW)),
    evolution.READ_USAGE: (economy.ReadUsage(since=NOW), economy.Usage(windows=[], tokens=0)),
}
INDEXAGENT: dict[Operation[Any, Any], tuple[BaseModel, BaseModel]] = {
    indexagent.HEALTH: (EMPTY, HEALTH),
    indexagent.METRICS: (EMPTY, TEXT),
    indexagent.CREATE_POPULATION: (population.CreatePopulation(population_id="p", space=SPACE, size=2, seed=1), POPULATION),
    indexagent.READ_POPULATION: (population.PopulationRef(population_id="p"), POPULATION),
    indexagent.LIST_POPULATIONS: (population.ListPopulations(limit=3), population.PopulationPage(populations=[POPULATION])),
    indexagent.RELEASE_POPULATION: (population.PopulationRef(population_id="p"), population.Released()),
    indexagent.READ_GENERATION: (IN_POPULATION, GENERATION),
    indexagent.BREED: (
        population.Breed(population_id="p", generation=1, seed=1, fitness=[1, 2], parents=[(0, 1)], mutation_rate=0.1, crossover_rate=0.9),
        GENERATION,
    ),
    indexagent.RECORD_FITNESS: (population.RecordFitness(population_id="p", generation=1, fitness=[1, 2]), GENERATION),
    indexagent.MEASURE_DIVERSITY: (IN_POPULATION, population.Diversity(population_id="p", generation=1, diversity=0.5)),
    indexagent.DERIVE_POPULATION: (
        population.DerivePopulation(population_id="p", generation=1, derived_id="q", patterns=[BODY]),
        POPULATION,
    ),
    indexagent.FORK_POPULATION: (population.ForkPopulation(population_id="p", generation=1, forked_id="q"), POPULATION),
    indexagent.CREATE_AGENT: (population.CreateAgent(agent_id="a", space=SPACE, genome=[0.5]), AGENT),
    indexagent.READ_AGENT: (population.AgentRef(agent_id="a/b"), AGENT),
    indexagent.LIST_AGENTS: (population.ListAgents(population_id="p"), population.AgentPage(agents=[AGENT])),
    indexagent.DELETE_AGENT: (population.AgentRef(agent_id="a"), population.Released()),
    indexagent.READ_LINEAGE: (population.LineageRequest(agent_id="a"), population.Lineage(agent=AGENT, ancestors=[])),
    indexagent.DETECT_PATTERNS: (pattern.DetectPatterns(population_id="p"), pattern.DetectedPatterns(patterns=[PATTERN])),
    indexagent.SEARCH_CODE: (service.SearchCode(query="bin"), service.SearchResults(results=[], total=0)),
    indexagent.READ_INDEX_STATUS: (EMPTY, service.IndexStatus()),
}
DAG = dag_run.Dag(dag_id="d", is_paused=True)
RUN = dag_run.DagRun(dag_id="d", dag_run_id="r:1+1", state=dag_run.DagRunState.QUEUED, conf={"x": [1]})
WELL = service.Check(status=service.HealthStatus.HEALTHY)
AIRFLOW: dict[Operation[Any, Any], tuple[BaseModel, BaseModel]] = {
    airflow.HEALTH: (
        EMPTY,
        service.Health(status=WELL.status, service="airflow", dialect="v2", checks={"metadatabase": WELL, "scheduler": WELL}),
    ),
    airflow.READ_VERSION: (EMPTY, dag_run.Version(version="3.3.2")),
    airflow.LIST_DAGS: (dag_run.ListDags(limit=3), dag_run.DagPage(dags=[DAG], total_entries=1)),
    airflow.READ_DAG: (dag_run.DagRef(dag_id="d"), DAG),
    airflow.PAUSE_DAG: (dag_run.PauseDag(dag_id="d", is_paused=True), DAG),
    airflow.TRIGGER_DAG_RUN: (dag_run.TriggerDagRun(dag_id="d", conf={"x": [1]}, note="why"), RUN),
    airflow.READ_DAG_RUN: (dag_run.DagRunRef(dag_id="d", dag_run_id="r:1+1"), RUN),
    airflow.LIST_TASKS: (
        dag_run.ListTasks(dag_id="d", dag_run_id="r:1+1", offset=100),
        dag_run.TaskPage(task_instances=[dag_run.TaskState(task_id="t", state="running")], total_entries=101),
    ),
}
SPOKEN = {airflow.HEALTH: {"metadatabase": {"status": "healthy"}, "scheduler": {"status": "healthy"}, "triggerer": {"status": None}}}
"""Answers that a dialect spells in another form than ours."""

EXAMPLES = {**EVOLUTION, **INDEXAGENT, **AIRFLOW}
HOOKS = {ServiceName.EVOLUTION: EvolutionAPIHook, ServiceName.INDEXAGENT: IndexAgentHook, ServiceName.AIRFLOW: AirflowHook}
DIALECTS = {ServiceName.EVOLUTION: evolution.REFERENCE, ServiceName.INDEXAGENT: indexagent.REFERENCE, ServiceName.AIRFLOW: airflow.V2}


def of_operations(operations: Iterable[Operation[Any, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("operation", operations, ids=lambda operation: f"{operation.service.value}.{operation.name}")


every_operation = of_operations(EXAMPLES)
every_repeatable_operation = of_operations([operation for operation in EXAMPLES if operation.idempotent])
every_other_operation = of_operations([operation for operation in EXAMPLES if not operation.idempotent])


def good(reply: Any, operation: Operation[Any, Any]) -> Any:
    response = EXAMPLES[operation][1]
    if operation in SPOKEN:
        return reply(body=SPOKEN[operation])
    return reply(body=response.text if isinstance(response, service.TextDocument) else response.model_dump(mode="json"))


def test_every_operation_of_the_contract_has_an_example() -> None:
    assert set(EXAMPLES) == {*evolution.OPERATIONS, *indexagent.OPERATIONS, *airflow.OPERATIONS}


def test_all_operations_but_one_may_be_repeated() -> None:
    assert [operation for operation in EXAMPLES if not operation.idempotent] == [airflow.TRIGGER_DAG_RUN]


@every_operation
def test_asks_what_the_contract_says_and_understands_the_answer(
    operation: Operation[Any, Any], caller: Any, server: Any, make_hook: Any, reply: Any
) -> None:
    request, response = EXAMPLES[operation]
    hook = make_hook(HOOKS[operation.service], server)
    server.script = [good(reply, operation)]

    assert caller.call(hook, operation, request) == response

    (asked,) = server.asked
    wire = DIALECTS[operation.service].route(operation).build(request)
    assert (asked.method, asked.path, asked.query, asked.json) == (wire.method, wire.path, wire.query, wire.body)
    assert asked.headers["x-request-id"] == hook.correlation_id
    assert asked.headers["user-agent"].startswith("dean-provider/")
    assert ("content-type" in asked.headers) == (wire.body is not None)


FAULTS: dict[str, tuple[Callable[[Any], Any], type[DeanError]]] = {
    "closed without an answer": (lambda reply: reply(fault="close"), ConnectionFailedError),
    "reset in the middle of the body": (lambda reply: reply(body="half", fault="reset"), ConnectionFailedError),
    "ended in the middle of the body": (lambda reply: reply(body="half", fault="truncate"), ConnectionFailedError),
    "a crash in plain text": (lambda reply: reply(500, "Internal Server Error"), ServiceFailureError),
    "unavailable": (lambda reply: reply(503, {"detail": "warming up"}, {"Retry-After": "7"}), ServiceUnavailableError),
    "a proxy's error page": (lambda reply: reply(502, "<html><body>Bad Gateway</body></html>"), ServiceUnavailableError),
    "too many requests": (lambda reply: reply(429, {"detail": "slow down"}, {"Retry-After": "2"}), RateLimitedError),
}


@every_repeatable_operation
def test_survives_each_fault_once(
    operation: Operation[Any, Any], caller: Any, server: Any, make_hook: Any, reply: Any, fake_clock: Any
) -> None:
    """A fault that may pass is tried again, after a pause; Retry-After is honoured; the answer is what it would have been."""
    request, response = EXAMPLES[operation]
    hook = make_hook(HOOKS[operation.service], server, {"attempts": 2})

    for name, (fault, _) in FAULTS.items():
        server.asked.clear()
        fake_clock.pauses.clear()
        server.script = [bad := fault(reply), good(reply, operation)]
        assert caller.call(hook, operation, request) == response, name
        assert [asked.method for asked in server.asked] == [server.asked[0].method] * 2, name
        assert {asked.body for asked in server.asked} == {server.asked[0].body}
        assert len({asked.headers["x-request-id"] for asked in server.asked}) == 1
        assert fake_clock.pauses == [float(bad.headers.get("Retry-After", 0.25))], name


@every_other_operation
def test_is_not_done_twice_when_an_answer_is_lost(
    operation: Operation[Any, Any], caller: Any, server: Any, make_hook: Any, reply: Any, fake_clock: Any
) -> None:
    """Only a refusal is sent again: after every other fault the service may have done what was asked."""
    request, response = EXAMPLES[operation]
    hook = make_hook(HOOKS[operation.service], server, {"attempts": 3, "breaker_threshold": 1000})

    for name, (fault, error) in FAULTS.items():
        server.asked.clear()
        fake_clock.pauses.clear()
        server.script = [fault(reply), good(reply, operation)]
        if error is RateLimitedError:
            assert caller.call(hook, operation, request) == response, name
            assert (len(server.asked), fake_clock.pauses) == (2, [2]), name
            continue
        with pytest.raises(error):
            caller.call(hook, operation, request)
        assert (len(server.asked), fake_clock.pauses) == (1, []), name


@every_operation
def test_names_each_fault_that_lasts(operation: Operation[Any, Any], caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
    request, _ = EXAMPLES[operation]
    hook = make_hook(HOOKS[operation.service], server, {"breaker_threshold": 1000})

    for name, (fault, error) in FAULTS.items():
        server.script = [fault(reply)]
        with pytest.raises(error) as raised:
            caller.call(hook, operation, request)
        assert raised.value.retryable, name
        assert raised.value.request_id == hook.correlation_id
        assert raised.value.details["operation"] == f"{operation.service.value}.{operation.name}"


@every_operation
def test_is_refused_what_it_cannot_read(operation: Operation[Any, Any], caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
    """Malformed JSON, JSON that is something else, more than may be read: none is tried again."""
    request, response = EXAMPLES[operation]
    text = isinstance(response, service.TextDocument)
    hook = make_hook(HOOKS[operation.service], server, {"attempts": 3, "max_response_bytes": 2048})

    wrong = [] if text else [(reply(body=b'{"half": '), InvalidResponseError), (reply(body=["surprise"]), InvalidResponseError)]
    for fault, error in [*wrong, (reply(body=" " * 3000), ResponseTooLargeError)]:
        server.asked.clear()
        server.script = [fault, good(reply, operation)]
        with pytest.raises(error):
            caller.call(hook, operation, request)
        assert len(server.asked) == 1
        server.script.clear()
    server.script = [good(reply, operation)]
    assert caller.call(hook, operation, request) == response


@every_operation
def test_gives_up_after_its_time(operation: Operation[Any, Any], caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
    """Silence, headers that come byte by byte, a body that does: the time is for the whole answer, not for its next byte.

    The headers would end after a second, and the answer would be complete then.
    """
    request, _ = EXAMPLES[operation]
    hook = make_hook(HOOKS[operation.service], server)

    for fault in (reply(fault="hang"), reply(body="{}", fault="drip"), reply(body="", fault="trickle")):
        server.otherwise = lambda _, fault=fault: fault
        with pytest.raises(RequestTimeoutError, match=r"within 0\.05 s"):
            caller.call(hook, operation, request, timeout=0.05)


@every_operation
def test_says_when_nothing_listens(operation: Operation[Any, Any], caller: Any, serve: Any, make_hook: Any) -> None:
    gone = serve()
    gone.stop()
    hook = make_hook(HOOKS[operation.service], gone, {"attempts": 2})

    with pytest.raises(ConnectionFailedError, match=r"No connection to http://127\.0\.0\.1:") as raised:
        caller.call(hook, operation, EXAMPLES[operation][0])

    assert "refused" in raised.value.message


@every_operation
def test_renews_a_refused_token_once(
    operation: Operation[Any, Any], caller: Any, server: Any, make_hook: Any, reply: Any, fake_clock: Any
) -> None:
    request, response = EXAMPLES[operation]
    hook = make_hook(HOOKS[operation.service], server, {"auth": "jwt"}, password="a secret of more than 32 characters")

    for status in (401, 403):
        server.asked.clear()
        server.script = [reply(status, {"detail": "Token has expired"}), good(reply, operation)]
        fake_clock.elapsed += 10
        assert caller.call(hook, operation, request) == response
        first, second = (asked.headers["authorization"] for asked in server.asked)
        assert first.startswith("Bearer ")
        assert second != first or status == 401
    server.asked.clear()
    server.script = [reply(401, {"detail": "no"}), reply(403, {"detail": "Not authenticated"})]
    with pytest.raises(AuthenticationError, match="Not authenticated"):
        caller.call(hook, operation, request)
    assert len(server.asked) == 2


@every_operation
def test_stops_asking_a_service_that_is_down(operation: Operation[Any, Any], caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
    hook = make_hook(HOOKS[operation.service], server, {"breaker_threshold": 3})
    server.otherwise = lambda _: reply(500, "Internal Server Error")

    for _ in range(3):
        with pytest.raises(ServiceFailureError):
            caller.call(hook, operation, EXAMPLES[operation][0])
    with pytest.raises(CircuitOpenError):
        caller.call(hook, operation, EXAMPLES[operation][0])

    assert len(server.asked) == 3


@pytest.mark.parametrize("code", error_classes())
def test_an_error_arrives_as_the_one_that_was_raised(code: str, caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
    sent = error_classes()[code]("It went wrong.", details={"field": "x"}, suggestions=["Do better."], request_id="theirs")
    hook = make_hook(EvolutionAPIHook, server)
    server.script = [reply(sent.status, to_problem(sent).model_dump(mode="json"), {"Retry-After": "3"})]

    with pytest.raises(DeanError) as raised:
        caller.call(hook, evolution.READ_TRIAL, REF)

    got = raised.value
    assert type(got) is (type(sent) if type(sent) is not DeanError else ServiceFailureError)
    assert got.message == "It went wrong."
    assert got.details["field"] == "x"
    assert (got.suggestions, got.request_id) == (["Do better."], "theirs")
    assert got.retry_after == 3
