from __future__ import annotations

import threading
import time

import pytest

from dean_provider.contract.config import SelectionMethod
from dean_provider.contract.endpoints import evolution, indexagent
from dean_provider.contract.population import CreatePopulation, GenerationRef, PopulationRef
from dean_provider.contract.trial import (
    ListGenerations,
    ListTrials,
    StartTrial,
    StopTrial,
    TerminationReason,
    TrialRef,
    TrialStatus,
    ValidateTrial,
)
from dean_provider.engine.objectives import load_objective
from dean_provider.errors import (
    ConflictError,
    InvalidConfigurationError,
    InvalidStateError,
    NotFoundError,
    UnknownObjectiveError,
)
from dean_provider.testing import Fault

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("method", list(SelectionMethod))
def test_it_reaches_the_digest_of_the_plain_loop(caller, small, plain, method):
    config = small(selection_method=method, diversity_threshold=0.6, intervention_target=0.7)
    trial = caller.run(config)
    generations = plain(config)
    assert trial.digest == generations[-1].digest
    assert trial.current_generation == 5
    assert trial.termination_reason is TerminationReason.GENERATIONS
    page = caller.call(evolution.LIST_GENERATIONS, ListGenerations(trial_id=trial.trial_id))
    assert [row.digest for row in page.generations] == [row.digest for row in generations]
    assert [row.best_fitness for row in page.generations] == [row.fitness.max() for row in generations]
    assert [row.intervention for row in page.generations] == [row.bred.intervention for row in generations]
    assert any(row.intervention for row in page.generations)


def test_bin_packing_ends_with_an_outcome_chosen_on_train_and_validation(caller, small, plain):
    config = small(objective="bin_packing", objective_parameters={}, population_size=20, generations=2)
    trial = caller.run(config)
    assert trial.digest == plain(config)[-1].digest
    assert trial.scores.train is not None
    assert trial.scores.validation is not None
    assert trial.scores.test is None
    objective = load_objective("bin_packing", {})
    verification = caller.call(evolution.VERIFY_TRIAL, TrialRef(trial_id=trial.trial_id))
    assert verification.exact
    assert verification.agent_id == trial.best_agent_id
    assert verification.instances == dict(objective.instance_counts)
    assert verification.scores.train == pytest.approx(trial.scores.train)
    assert verification.scores.validation == pytest.approx(trial.scores.validation)
    assert {"first_fit", "best_fit"} <= verification.baselines.keys()
    again = caller.call(evolution.VERIFY_TRIAL, TrialRef(trial_id=trial.trial_id))
    assert again == verification


def test_elites_keep_their_fitness_without_tokens(caller, small):
    trial = caller.run(small(elite_size=3))
    page = caller.call(evolution.LIST_GENERATIONS, ListGenerations(trial_id=trial.trial_id))
    assert [row.evaluations for row in page.generations] == [12, 9, 9, 9, 9, 9]
    assert trial.tokens_used == 12 + 5 * 9


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"fitness_threshold": -1e9}, TerminationReason.FITNESS_THRESHOLD),
        ({"token_budget": 43}, TerminationReason.TOKEN_BUDGET),
        ({"stagnation_generations": 1, "mutation_rate": 0, "crossover_rate": 0, "diversity_threshold": 0}, TerminationReason.STAGNATION),
    ],
)
def test_it_ends_where_the_plain_loop_ends(caller, small, plain, changes, reason):
    config = small(**changes)
    trial = caller.run(config)
    last = plain(config)[-1]
    assert trial.termination_reason is reason is last.reason
    assert (trial.digest, trial.current_generation) == (last.digest, last.generation)
    assert trial.token_budget is None or trial.tokens_used <= trial.token_budget


def test_starting_again_finds_the_same_trial(caller, small):
    config = small()
    trial = caller.run(config)
    request = StartTrial(trial_id=trial.trial_id, population_id=trial.population_id, config=config)
    assert caller.call(evolution.START_TRIAL, request) == trial


def test_another_configuration_under_the_same_id_is_a_conflict_that_names_the_differences(caller, small):
    trial = caller.run(small())
    other = StartTrial(trial_id=trial.trial_id, population_id=trial.population_id, config=small(mutation_rate=0.5))
    with pytest.raises(ConflictError) as caught:
        caller.call(evolution.START_TRIAL, other)
    assert caught.value.details["differences"] == {"mutation_rate": {"stored": 0.1, "asked": 0.5}}
    with pytest.raises(ConflictError, match="population_id"):
        caller.call(evolution.START_TRIAL, other.model_copy(update={"population_id": "x", "config": small()}))


def test_starts_at_once_make_one_trial(caller, small):
    config, found = small(), []
    caller.populate(config, "population-of-race")
    request = StartTrial(trial_id="race", population_id="population-of-race", config=config)
    threads = [threading.Thread(target=lambda: found.append(caller.call(evolution.START_TRIAL, request))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({trial.created_at for trial in found}) == 1
    assert len(found) == 8
    caller.wait("race")


def test_a_trial_without_a_seed_records_its_populations(caller, small, plain):
    trial = caller.run(small(seed=None))
    assert trial.config.seed == 1
    assert trial.digest == plain(small(seed=1))[-1].digest
    request = StartTrial(trial_id=trial.trial_id, population_id=trial.population_id, config=small(seed=None))
    assert caller.call(evolution.START_TRIAL, request).trial_id == trial.trial_id


def test_a_stop_is_sticky_and_starting_again_resumes(caller, small, plain):
    config = small(generations=80)
    started = caller.start(config)
    caller.wait(started.trial_id, lambda trial: trial.current_generation >= 3)
    stopped = caller.call(evolution.STOP_TRIAL, StopTrial(trial_id=started.trial_id, reason="enough"))
    assert (stopped.status, stopped.termination_reason) == (TrialStatus.STOPPED, TerminationReason.STOPPED)
    time.sleep(0.3)
    later = caller.read(started.trial_id)
    assert (later.status, later.current_generation) == (TrialStatus.STOPPED, stopped.current_generation)
    assert caller.call(evolution.STOP_TRIAL, StopTrial(trial_id=started.trial_id)) == later
    with pytest.raises(InvalidStateError):
        caller.call(evolution.RESUME_TRIAL, TrialRef(trial_id=started.trial_id))
    with pytest.raises(InvalidStateError):
        caller.call(evolution.PAUSE_TRIAL, TrialRef(trial_id=started.trial_id))
    request = StartTrial(trial_id=started.trial_id, population_id=started.population_id, config=config)
    caller.call(evolution.START_TRIAL, request)
    ended = caller.wait(started.trial_id)
    assert ended.status is TrialStatus.COMPLETED
    assert ended.digest == plain(config)[-1].digest
    assert ended.resumptions == 1


def test_a_pause_holds_at_a_boundary_and_is_not_running_time(caller, small, plain):
    config = small(generations=60)
    started = caller.start(config)
    caller.wait(started.trial_id, lambda trial: trial.current_generation >= 1)
    assert caller.call(evolution.PAUSE_TRIAL, TrialRef(trial_id=started.trial_id)).status is TrialStatus.PAUSED
    time.sleep(0.5)
    held = caller.read(started.trial_id)
    assert held.paused_at is not None
    time.sleep(0.7)
    assert caller.read(started.trial_id) == held
    assert caller.call(evolution.PAUSE_TRIAL, TrialRef(trial_id=started.trial_id)) == held
    resumed = caller.call(evolution.RESUME_TRIAL, TrialRef(trial_id=started.trial_id))
    assert resumed.status in (TrialStatus.PENDING, TrialStatus.RUNNING)
    ended = caller.wait(started.trial_id)
    assert ended.digest == plain(config)[-1].digest
    wall = (ended.ended_at - ended.started_at).total_seconds()
    assert ended.elapsed_seconds < wall - 1.0
    # What was under way when the pause was asked for runs to its boundary: that is time of both.
    assert 1.2 <= ended.paused_seconds <= wall
    assert ended.paused_at is None


def test_ended_trials_cannot_be_paused_and_stay_when_stopped(caller, small):
    trial = caller.run(small())
    with pytest.raises(InvalidStateError):
        caller.call(evolution.PAUSE_TRIAL, TrialRef(trial_id=trial.trial_id))
    assert caller.call(evolution.STOP_TRIAL, StopTrial(trial_id=trial.trial_id)) == trial


def test_what_cannot_run_is_refused_at_the_start(caller, small):
    with pytest.raises(UnknownObjectiveError, match="spher"):
        caller.call(evolution.START_TRIAL, StartTrial(trial_id="x1", population_id="x", config=small(objective="spher")))
    bad = small(objective_parameters={"dimension": 0})
    with pytest.raises(InvalidConfigurationError):
        caller.call(evolution.START_TRIAL, StartTrial(trial_id="x1", population_id="x", config=bad))
    with pytest.raises(NotFoundError, match="nowhere"):
        caller.call(evolution.START_TRIAL, StartTrial(trial_id="x1", population_id="nowhere", config=small()))
    caller.populate(small(), "misfit")
    wrong = StartTrial(trial_id="x1", population_id="misfit", config=small(population_size=13, seed=8, objective_parameters={}))
    with pytest.raises(InvalidConfigurationError) as caught:
        caller.call(evolution.START_TRIAL, wrong)
    assert {problem["field"] for problem in caught.value.details["problems"]} == {"population_size", "population_id", "seed"}
    with pytest.raises(NotFoundError):
        caller.read("x1")


def test_validation_lists_every_problem_and_what_it_would_cost(caller, small):
    good = caller.call(evolution.VALIDATE_TRIAL, ValidateTrial(config=small()))
    assert good.valid
    assert good.estimated_tokens == 12 + 5 * 10
    assert good.space.size == 4
    unknown = caller.call(evolution.VALIDATE_TRIAL, ValidateTrial(config=small(objective="spher")))
    assert not unknown.valid
    assert unknown.problems[0].field == "objective"
    huge = caller.call(
        evolution.VALIDATE_TRIAL, ValidateTrial(config=small(population_size=10_000, objective_parameters={"dimension": 1000}))
    )
    assert [problem.field for problem in huge.problems] == ["population_size"]


def test_trials_are_listed_newest_first_by_page_and_filter(caller, small):
    for number in range(5):
        caller.run(small(name="listed", generations=1, labels={"team": "red" if number % 2 else "blue"}), f"listed-{number}")
    seen, cursor = [], None
    while True:
        page = caller.call(evolution.LIST_TRIALS, ListTrials(name="listed", limit=2, cursor=cursor))
        seen += [trial.trial_id for trial in page.trials]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [f"listed-{number}" for number in reversed(range(5))]
    red = caller.call(evolution.LIST_TRIALS, ListTrials(label="team=red"))
    assert [trial.trial_id for trial in red.trials] == ["listed-3", "listed-1"]
    none = caller.call(evolution.LIST_TRIALS, ListTrials(name="listed", status=TrialStatus.FAILED))
    assert none.trials == []
    with pytest.raises(InvalidConfigurationError, match="cursor"):
        caller.call(evolution.LIST_TRIALS, ListTrials(cursor="never given"))


def test_a_trial_waits_for_indexagent_and_says_so(caller, services, small, plain):
    config = small(generations=6)
    services.indexagent.faults.add(Fault("breed", status=503, times=5))
    started = caller.start(config)
    waiting = caller.wait(started.trial_id, lambda trial: trial.error is not None)
    assert waiting.status is TrialStatus.RUNNING
    assert waiting.error.startswith("Waiting:")
    ended = caller.wait(started.trial_id)
    assert ended.error is None
    assert ended.digest == plain(config)[-1].digest


@pytest.mark.parametrize(("other", "rule"), [({"seed": 99}, "seed 99"), ({"objective": "ackley"}, "search space")])
def test_a_population_nobody_could_check_at_the_start_is_checked_before_generation_0(caller, services, small, other, rule):
    caller.populate(small(**other), f"unchecked-{rule}".replace(" ", "-"))
    services.indexagent.faults.add(Fault("read_population", status=503, times=1))
    trial_id = f"unchecked-{rule}".replace(" ", "-")
    caller.call(evolution.START_TRIAL, StartTrial(trial_id=trial_id, population_id=trial_id, config=small()))
    ended = caller.wait(trial_id)
    assert (ended.status, ended.current_generation) == (TrialStatus.FAILED, -1)
    assert rule in ended.error


def test_a_lost_answer_of_indexagent_changes_nothing(caller, services, small, plain):
    config = small()
    services.indexagent.faults.add(Fault("breed", truncate=True, times=3))
    assert caller.run(config).digest == plain(config)[-1].digest


def test_a_trial_whose_population_vanishes_fails_with_the_reason(caller, small):
    started = caller.start(small(generations=1000))
    caller.wait(started.trial_id, lambda trial: trial.current_generation >= 1)
    caller.call(indexagent.RELEASE_POPULATION, PopulationRef(population_id=started.population_id))
    ended = caller.wait(started.trial_id)
    assert (ended.status, ended.termination_reason) == (TrialStatus.FAILED, TerminationReason.ERROR)
    assert started.population_id in ended.error


def test_indexagent_knows_the_fitness_of_every_generation(caller, small):
    trial = caller.run(small())
    for generation in range(6):
        here = GenerationRef(population_id=trial.population_id, generation=generation)
        assert caller.call(indexagent.READ_GENERATION, here).fitness is not None


def test_a_trial_may_go_on_from_a_population_seeded_with_patterns(caller, small):
    config = small()
    space = caller.call(evolution.VALIDATE_TRIAL, ValidateTrial(config=config)).space
    body = {"ranges": [{"trait": "x", "index": 0, "low": -0.1, "high": 0.1}]}
    made = CreatePopulation(population_id="seeded", space=space, size=12, seed=7, patterns=[body], pattern_share=0.5)
    caller.call(indexagent.CREATE_POPULATION, made)
    caller.call(evolution.START_TRIAL, StartTrial(trial_id="seeded", population_id="seeded", config=config))
    assert caller.wait("seeded").status is TrialStatus.COMPLETED
    first = caller.call(indexagent.READ_GENERATION, GenerationRef(population_id="seeded", generation=0))
    assert all(abs(genome[0]) <= 0.1 for genome in first.genomes[:6])
