from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dean_provider.contract.economy import ReadUsage
from dean_provider.contract.endpoints import evolution, indexagent
from dean_provider.contract.population import GenerationRef, LineageRequest, PopulationRef
from dean_provider.contract.service import Empty
from dean_provider.contract.trial import (
    ForkOrigin,
    ListGenerations,
    StopTrial,
    TerminationReason,
    TrialRef,
    TrialStatus,
    ValidateTrial,
)
from dean_provider.engine.evolve import evolve
from dean_provider.engine.objectives import load_objective
from dean_provider.errors import BudgetExhaustedError, ConflictError, InvalidConfigurationError, NotFoundError
from dean_provider.testing import MockServices

pytestmark = pytest.mark.integration

SCRIPT = Path(__file__).parents[3] / "dean_provider" / "recompute_digest.py"


@pytest.fixture(scope="session")
def parent(services, caller_of, small):
    """A completed trial of the generations 0 to 5."""
    return caller_of(services.indexagent.url, services.evolution.url).run(small(), "parent")


def fork(caller, parent, generation, **changes):
    return caller.wait(caller.fork(parent, generation, **changes).trial_id)


def generations(caller, trial):
    return caller.call(evolution.LIST_GENERATIONS, ListGenerations(trial_id=trial.trial_id, limit=1000)).generations


def digests(caller, trial):
    return [row.digest for row in generations(caller, trial)]


def loop(parent, generation, **changes):
    """The same fork in the engine's loop."""
    objective = load_objective(parent.config.objective, dict(parent.config.objective_parameters))
    shared = list(evolve(parent.config, objective))[: generation + 1]
    return list(evolve(parent.config.model_copy(update=changes), objective, shared=shared))


@pytest.mark.parametrize("generation", [0, 2, 5])
def test_with_nothing_changed_it_ends_like_its_parent(caller, parent, generation):
    child = fork(caller, parent, generation)
    assert child.parent == ForkOrigin(trial_id="parent", generation=generation)
    assert (child.digest, child.best_fitness, child.tokens_used) == (parent.digest, parent.best_fitness, parent.tokens_used)
    assert (child.termination_reason, child.scores, child.retries) == (TerminationReason.GENERATIONS, parent.scores, parent.retries)
    assert child.best_agent_id == parent.best_agent_id.replace("population-of-parent", child.population_id)
    own, theirs = generations(caller, child), generations(caller, parent)
    different = {"best_agent_id", "completed_at", "elapsed_seconds"}
    assert [row.model_dump(exclude=different) for row in own] == [row.model_dump(exclude=different) for row in theirs]
    assert [row.completed_at for row in own[: generation + 1]] == [row.completed_at for row in theirs[: generation + 1]]
    assert all(row.best_agent_id.startswith(f"{child.population_id}:{row.generation}:") for row in own)


def test_changed_it_goes_its_own_way_from_the_next_generation_on(caller, parent):
    changes = {"seed": 99, "mutation_rate": 0.4, "generations": 8, "name": "other"}
    child = fork(caller, parent, 2, **changes)
    found = digests(caller, child)
    assert found == [one.digest for one in loop(parent, 2, **changes)]
    assert found[:3] == digests(caller, parent)[:3]
    assert not set(found[3:]) & set(digests(caller, parent))
    assert caller.read("parent") == parent


def test_a_fork_of_a_fork_goes_on_from_both(caller, parent):
    child = fork(caller, parent, 1, seed=99)
    grandchild = fork(caller, child, 3, seed=99)
    assert grandchild.digest == child.digest
    assert grandchild.parent == ForkOrigin(trial_id=child.trial_id, generation=3)
    back = fork(caller, child, 1, seed=parent.config.seed)
    assert back.digest == parent.digest


def test_running_paused_and_stopped_trials_can_be_forked(caller, small, plain):
    config = small(generations=60)
    running = caller.start(config)
    caller.wait(running.trial_id, lambda trial: trial.current_generation >= 3)
    caller.call(evolution.PAUSE_TRIAL, TrialRef(trial_id=running.trial_id))
    child = fork(caller, caller.read(running.trial_id), 3)
    assert child.digest == plain(config)[-1].digest
    stopped = caller.call(evolution.STOP_TRIAL, StopTrial(trial_id=running.trial_id))
    last = stopped.current_generation
    assert fork(caller, stopped, last).digest == child.digest
    assert caller.read(running.trial_id).status is TrialStatus.STOPPED


def test_a_stopped_fork_resumes_and_ends_the_same(caller, parent):
    request = caller.fork_request(parent, 1, generations=60)
    started = caller.call(evolution.START_TRIAL, request)
    caller.wait(started.trial_id, lambda trial: trial.current_generation >= 4)
    caller.call(evolution.STOP_TRIAL, StopTrial(trial_id=started.trial_id))
    caller.call(evolution.START_TRIAL, request)
    assert caller.wait(started.trial_id).digest == loop(parent, 1, generations=60)[-1].digest


def test_its_agents_and_their_ancestors_are_its_own(caller, parent):
    child = fork(caller, parent, 3, seed=99)
    lineage = caller.call(indexagent.READ_LINEAGE, LineageRequest(agent_id=child.best_agent_id))
    assert {agent.population_id for agent in lineage.ancestors} == {child.population_id}
    assert {agent.generation for agent in lineage.ancestors} == set(range(5))
    shared = GenerationRef(population_id=child.population_id, generation=3)
    before = GenerationRef(population_id=parent.population_id, generation=3)
    read = [caller.call(indexagent.READ_GENERATION, request) for request in (shared, before)]
    assert read[0].genomes == read[1].genomes
    assert read[0].fitness == read[1].fitness


def test_its_export_holds_the_whole_history_and_recomputes_to_its_digest(caller, parent, tmp_path):
    child = fork(caller, parent, 2, seed=99)
    text = caller.call(evolution.EXPORT_TRIAL, TrialRef(trial_id=child.trial_id)).text
    assert [json.loads(line)["generation"] for line in text.splitlines()] == list(range(6))
    path = tmp_path / "history.jsonl"
    path.write_text(text)
    done = subprocess.run([sys.executable, SCRIPT, path, child.digest], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, child.digest)


def test_the_shared_history_counts_where_the_trial_may_end(caller, parent, small):
    spent = generations(caller, parent)[3].tokens_used
    tight = fork(caller, parent, 3, token_budget=spent + 25, generations=50)
    assert (tight.termination_reason, tight.current_generation, tight.tokens_used) == (TerminationReason.TOKEN_BUDGET, 5, spent + 20)
    still = caller.run(small(mutation_rate=0, crossover_rate=0, diversity_threshold=0))
    ended = fork(caller, still, 4, stagnation_generations=3)
    assert (ended.termination_reason, ended.current_generation) == (TerminationReason.STAGNATION, 4)
    late = fork(caller, parent, 3, max_time_seconds=1)
    assert late.elapsed_seconds >= generations(caller, parent)[3].elapsed_seconds


def test_what_is_shared_is_paid_for_once(caller, parent):
    before = caller.call(evolution.READ_BUDGET, Empty()).used
    child = fork(caller, parent, 3)
    own = child.tokens_used - generations(caller, parent)[3].tokens_used
    assert own == 20
    assert caller.call(evolution.READ_BUDGET, Empty()).used - before == own
    assert caller.call(evolution.READ_USAGE, ReadUsage(trial_id=child.trial_id)).tokens == own


def test_the_service_keeps_only_what_the_fork_may_still_spend(tmp_path, caller_of, small):
    with MockServices(tmp_path, evolution={"token_limit": 120}) as services:
        caller = caller_of(services.indexagent.url, services.evolution.url)
        parent = caller.run(small())
        assert parent.tokens_used == 62
        with pytest.raises(BudgetExhaustedError):
            caller.fork(parent, 5, token_budget=62 + 59, generations=50)
        request = caller.fork_request(parent, 5, token_budget=62 + 58, generations=50)
        caller.call(evolution.START_TRIAL, request)
        ended = caller.wait(request.trial_id)
        assert (ended.tokens_used, ended.termination_reason) == (112, TerminationReason.TOKEN_BUDGET)
        assert caller.call(evolution.READ_BUDGET, Empty()).used == 112


def test_starting_it_again_finds_it_and_another_origin_is_a_conflict(caller, parent):
    request = caller.fork_request(parent, 2)
    first = caller.call(evolution.START_TRIAL, request)
    caller.wait(first.trial_id)
    assert caller.call(evolution.START_TRIAL, request).created_at == first.created_at
    for other in (None, ForkOrigin(trial_id="parent", generation=1)):
        with pytest.raises(ConflictError) as caught:
            caller.call(evolution.START_TRIAL, request.model_copy(update={"fork": other}))
        assert caught.value.details["differences"]["fork"]["stored"] == {"trial_id": "parent", "generation": 2}


def test_without_a_seed_it_takes_its_parents(caller, parent):
    child = fork(caller, parent, 2, seed=None)
    assert (child.config.seed, child.digest) == (parent.config.seed, parent.digest)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("objective_parameters", {"objective_parameters": {"dimension": 5}}),
        ("objective", {"objective": "rastrigin"}),
        ("population_size", {"population_size": 20}),
        ("pattern_seed_share", {"pattern_seed_share": 0.5}),
        ("generations", {"generations": 1}),
    ],
)
def test_what_made_the_shared_generations_cannot_be_otherwise(caller, parent, field, changes):
    with pytest.raises(InvalidConfigurationError) as caught:
        fork(caller, parent, 2, **changes)
    (problem,) = caught.value.details["problems"]
    assert (problem["field"], problem["value"]) == (field, changes[field])
    assert problem["rule"]
    assert problem["suggestion"]


def test_beyond_the_last_generation_or_without_a_parent_there_is_no_fork(caller, parent):
    request = caller.fork_request(parent, 5)
    beyond = request.model_copy(update={"fork": ForkOrigin(trial_id="parent", generation=6)})
    with pytest.raises(InvalidConfigurationError, match=r"last committed generation \(5\)"):
        caller.call(evolution.START_TRIAL, beyond)
    with pytest.raises(NotFoundError, match="no trial 'nobody'"):
        caller.call(evolution.START_TRIAL, request.model_copy(update={"fork": ForkOrigin(trial_id="nobody", generation=0)}))
    found = caller.call(evolution.VALIDATE_TRIAL, ValidateTrial(config=parent.config, fork=beyond.fork))
    assert [problem.field for problem in found.problems] == ["fork.generation", "generations"]
    with pytest.raises(NotFoundError):
        caller.call(evolution.VALIDATE_TRIAL, ValidateTrial(config=parent.config, fork=ForkOrigin(trial_id="nobody", generation=0)))


def test_validation_counts_what_the_fork_itself_may_spend(caller, parent):
    origin = ForkOrigin(trial_id="parent", generation=3)
    found = caller.call(evolution.VALIDATE_TRIAL, ValidateTrial(config=parent.config, fork=origin))
    assert (found.valid, found.estimated_tokens) == (True, 20)


def test_only_a_fork_of_the_parents_population_at_the_same_generation_will_do(caller, parent):
    request = caller.fork_request(parent, 2)
    other = request.model_copy(update={"fork": ForkOrigin(trial_id="parent", generation=3)})
    for wrong in (other, request.model_copy(update={"population_id": "population-of-parent"}), request.model_copy(update={"fork": None})):
        with pytest.raises(InvalidConfigurationError, match="fork of"):
            caller.call(evolution.START_TRIAL, wrong)


def test_it_goes_on_when_its_parents_population_is_released(caller, small, plain):
    parent = caller.run(small())
    request = caller.fork_request(parent, 2)
    caller.call(indexagent.RELEASE_POPULATION, PopulationRef(population_id=parent.population_id))
    caller.call(evolution.START_TRIAL, request)
    assert caller.wait(request.trial_id).digest == parent.digest


def test_the_recorded_digests_chain_and_a_second_run_agrees(caller, parent, small):
    """What a replay relies on: the same configuration and seed again make the same history, generation by generation."""
    again = caller.run(small())
    assert again.trial_id != parent.trial_id
    assert digests(caller, again) == digests(caller, parent)
    assert len(set(digests(caller, parent))) == 6
