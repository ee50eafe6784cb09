"""What holds in one trial, tried in another: the packaged DAG's tasks against the reference services."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.endpoints import evolution, indexagent
from dean_provider.contract.pattern import ListPatterns, Pattern, PatternBody, PatternStatus, StorePattern, TraitRange
from dean_provider.contract.population import CreatePopulation, ListPopulations, PopulationRef
from dean_provider.contract.trial import ListGenerations, StartTrial, TrialRef, ValidateTrial
from dean_provider.hooks import EvolutionAPIHook, IndexAgentHook
from dean_provider.propagation import propagation_dag
from dean_provider.testing import Fault

pytestmark = pytest.mark.integration


@pytest.fixture
def api(connected):
    return EvolutionAPIHook()


@pytest.fixture
def trial(api):
    """Runs a trial of the sphere to its end."""

    def run(name, **config):
        fields = {"objective": "sphere", "objective_parameters": {"dimension": 4}, "population_size": 60, "generations": 3, "seed": 5}
        asked = TrialConfig(**{**fields, **config})
        space = api.call(evolution.VALIDATE_TRIAL, ValidateTrial(config=asked)).space
        population = CreatePopulation(population_id=f"of-{name}", space=space, size=asked.population_size, seed=asked.seed)
        IndexAgentHook().call(indexagent.CREATE_POPULATION, population)
        api.call(evolution.START_TRIAL, StartTrial(trial_id=name, population_id=f"of-{name}", config=asked))
        while not (found := api.call(evolution.READ_TRIAL, TrialRef(trial_id=name))).status.ended:
            api.call(evolution.LIST_GENERATIONS, ListGenerations(trial_id=name, start=found.current_generation + 1, wait_seconds=1))
        return found

    return run


@pytest.fixture
def propagate(make_run):
    """A run of the packaged DAG between two trials, ready to go."""

    def ready(run_id, source, target, **conf):
        dag = propagation_dag("p", default_args={"retry_delay": timedelta(0), "retries": 1})
        return make_run(dag, run_id, {"source_trial_id": source.trial_id, "target_trial_id": target.trial_id, **conf})

    return ready


def populations(names):
    """Those there are of the populations called ``names``."""
    there = {one.population_id for one in IndexAgentHook().call(indexagent.LIST_POPULATIONS, ListPopulations(limit=1000)).populations}
    return [name for name in names if name in there]


def patterns(api, trial):
    return {one.pattern_id: one for one in api.call(evolution.LIST_PATTERNS, ListPatterns(trial_id=trial.trial_id)).patterns}


def seeds_of(run):
    """Populations that a run has made, those it took back among them."""
    return [name for task in ("try_patterns", "expand_patterns") for name in run.pushed.get((task, "made"), [])]


def test_what_holds_elsewhere_spreads_through_a_copy_of_it(api, trial, propagate):
    source, target = trial("source", seed=5), trial("target", seed=6)
    run = propagate("r", source, target).go()
    assert set(run.states.values()) == {"success"}, run.errors
    outcome = run.results["settle_propagation"]
    assert outcome["propagated"]
    assert not outcome["quarantined"]
    for one in outcome["patterns"]:
        assert one["share"] == 1.0
        assert (one["verdict"] == "holds") is (one["effect"][1] > 0) is (one["pattern_id"] in outcome["propagated"])
    assert populations(seeds_of(run)) == sorted(outcome["populations"].values(), key=seeds_of(run).index)
    (first, *_) = outcome["populations"].values()
    assert IndexAgentHook().call(indexagent.READ_POPULATION, PopulationRef(population_id=first)).derived_from == target.population_id
    tried = run.results["try_patterns"]["tried"]
    assert {one["share"] for one in tried} == {0.2}
    assert len(seeds_of(run)) == 3 * len(tried)
    for trial_id in ("source", "target"):
        before = source if trial_id == "source" else target
        assert api.call(evolution.READ_TRIAL, TrialRef(trial_id=trial_id)) == before


def test_what_does_harm_elsewhere_is_quarantined_at_once(api, trial, propagate):
    source, target = trial("harmless", seed=7), trial("harmed", seed=8)
    harmful = PatternBody(ranges=tuple(TraitRange(trait="x", index=index, low=5.0, high=5.12) for index in range(4)))
    pattern = Pattern(pattern_id="harmful", body=harmful, trial_id="harmless", description="far from the origin")
    api.call(evolution.STORE_PATTERN, StorePattern(pattern=pattern))

    run = propagate("with", source, target)
    found = {"tests": 1, "patterns": [{"pattern_id": "harmful", "description": "", "status": "accepted", "effect": [1.0, 0.5, 1.5]}]}
    run.go(lambda task_id: task_id == "select_patterns" and run.results.update(discover_patterns=found))
    outcome = run.results["settle_propagation"]
    assert (outcome["quarantined"], outcome["propagated"]) == (["harmful"], [])
    assert len(seeds_of(run)) == 1, "it went no further than the first share"
    assert not populations(seeds_of(run))
    kept = patterns(api, source)["harmful"]
    assert kept.status is PatternStatus.QUARANTINED
    assert "On 20 % of trial harmed its effect was -" in kept.quarantine


def test_a_run_that_fails_takes_back_what_it_has_made(api, connected, trial, propagate):
    source, target = trial("failing-source", seed=5), trial("failing-target", seed=6)
    connected.evolution.faults.add(Fault("apply_patterns", status=409, skip=2, times=None))
    run = propagate("failing", source, target).go()
    assert (run.states["try_patterns"], run.states["settle_propagation"]) == ("failed", "upstream_failed")
    assert run.states["compensate"] == "failed"
    assert "try_patterns" in str(run.errors["compensate"])
    assert len(seeds_of(run)) == 2
    assert not populations(seeds_of(run))
    connected.evolution.faults.clear()
    again = propagate("failing", source, target).go()
    assert set(again.states.values()) == {"success"}, again.errors
    assert populations(again.results["settle_propagation"]["populations"].values())


@pytest.mark.parametrize(
    ("conf", "problem"),
    [
        ({"target_trial_id": "nobody"}, "no trial 'nobody'"),
        ({"target_trial_id": "another"}, "must be a trial of the source's objective sphere"),
    ],
)
def test_what_cannot_work_fails_before_anything_is_made(api, trial, propagate, conf, problem):
    source = trial("plan-source", generations=1)
    trial("another", objective="rastrigin", generations=1)
    run = propagate("refused", source, source, **conf).go()
    assert run.states["plan_propagation"] == "failed"
    assert problem in str(run.errors["plan_propagation"])
    assert run.states["compensate"] == "upstream_failed"
