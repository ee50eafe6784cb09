from __future__ import annotations

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.pattern import Pattern, PatternBody, TraitRange
from dean_provider.contract.population import Population
from dean_provider.contract.space import RealTrait, SearchSpace
from dean_provider.contract.trial import Validation, ValidationProblem
from dean_provider.errors import ConflictError, ConnectionFailedError, NotFoundError
from dean_provider.handle import TrialPlan
from dean_provider.operators import InitializePopulationOperator

SPACE = SearchSpace(traits=(RealTrait(name="x", length=3, low=0, high=1),))
VALID = Validation(valid=True, estimated_tokens=3660, space=SPACE)
POPULATION = Population(population_id="p-1", size=60)


@pytest.fixture
def initialize(run, make_context):
    return lambda plan: run(InitializePopulationOperator(task_id="initialize_population", plan=plan), make_context("initialize_population"))


def test_draws_the_population_of_the_objectives_space(initialize, services, plan):
    _, indexagent = services({"validate_trial": VALID}, {"create_population": POPULATION})
    assert initialize(plan) == {"population_id": "p-1", "size": 60}
    (request,) = indexagent.requests("create_population")
    assert (request.population_id, request.space, request.size, request.seed) == ("p-1", SPACE, 60, 1)
    assert request.labels["trial_id"] == "t-1"


def test_seeds_it_with_stored_patterns(initialize, services, plan):
    body = PatternBody(ranges=(TraitRange(trait="x", low=0.2, high=0.4),))
    _, indexagent = services(
        {"validate_trial": VALID, "read_pattern": Pattern(pattern_id="k", body=body)}, {"create_population": POPULATION}
    )
    config = TrialConfig(seed=1, pattern_seeds=("k",), pattern_seed_share=0.5)
    initialize(TrialPlan(trial_id="t-1", population_id="p-1", config=config).to_xcom())
    (request,) = indexagent.requests("create_population")
    assert (request.patterns, request.pattern_share) == ([body], 0.5)


def test_what_the_service_refuses_fails_at_once_with_every_problem(initialize, services, plan):
    problems = [ValidationProblem(field="objective", value="bin_paking", rule="is not registered"), ValidationProblem(field="b", rule="r")]
    services({"validate_trial": Validation(valid=False, problems=problems)}, {})
    with pytest.raises(AirflowFailException, match=r"(?s)bin_paking.*is not registered.*b: r"):
        initialize(plan)


def test_a_seed_pattern_that_does_not_exist_fails_at_once(initialize, services):
    services({"validate_trial": VALID, "read_pattern": NotFoundError("There is no pattern 'k'.")}, {})
    config = TrialConfig(seed=1, pattern_seeds=("k",))
    with pytest.raises(AirflowFailException, match="no pattern 'k'"):
        initialize(TrialPlan(trial_id="t-1", population_id="p-1", config=config).to_xcom())


def test_a_service_that_is_away_is_tried_again(initialize, services, plan):
    services({"validate_trial": ConnectionFailedError("refused")}, {})
    with pytest.raises(AirflowException) as failure:
        initialize(plan)
    assert not isinstance(failure.value, AirflowFailException)


def test_the_population_of_before_a_clear_is_kept(initialize, services, plan):
    services({"validate_trial": VALID}, {"create_population": ConflictError("other contents"), "read_population": POPULATION})
    assert initialize(plan)["population_id"] == "p-1"


def test_a_service_that_chooses_ids_is_believed(initialize, services, plan):
    services({"validate_trial": VALID}, {"create_population": Population(population_id="17", size=60)})
    assert initialize(plan)["population_id"] == "17"


def test_services_without_the_operations_are_passed_by(initialize, services, plan):
    evolution, indexagent = services({}, {}, evolution_without=["validate_trial"], indexagent_without=["create_population"])
    assert initialize(plan) == {"population_id": "p-1", "size": 60}
    assert not evolution.asked
    assert not indexagent.asked


PARENT = {"trial_id": "t-0", "generation": 3, "population_id": "p-0"}
FORKED = Population(population_id="p-1", size=60, forked_from="p-0", forked_generation=3)


def test_a_fork_shares_its_parents_population(initialize, services, plan):
    evolution, indexagent = services({"validate_trial": VALID}, {"fork_population": FORKED})
    assert initialize({**plan, "parent": PARENT}) == {"population_id": "p-1", "size": 60, "generation": 3}
    (request,) = indexagent.requests("fork_population")
    assert (request.population_id, request.generation, request.forked_id) == ("p-0", 3, "p-1")
    assert evolution.requests("validate_trial")[0].fork.model_dump() == {"trial_id": "t-0", "generation": 3}


def test_a_population_forked_elsewhere_before_a_clear_holds(initialize, services, plan):
    before = FORKED.model_copy(update={"forked_generation": 2})
    services({"validate_trial": VALID}, {"fork_population": ConflictError("other"), "read_population": before})
    assert initialize({**plan, "parent": PARENT})["generation"] == 2
    services({"validate_trial": VALID}, {"fork_population": ConflictError("other"), "read_population": POPULATION})
    with pytest.raises(AirflowFailException, match="other"):
        initialize({**plan, "parent": PARENT})


def test_a_pattern_in_quarantine_is_no_seed(initialize, services):
    services({"validate_trial": VALID, "read_pattern": Pattern(pattern_id="k", status="quarantined", quarantine="it did harm")}, {})
    config = TrialConfig(seed=1, pattern_seeds=("k",))
    with pytest.raises(AirflowFailException, match="must not be in quarantine"):
        initialize(TrialPlan(trial_id="t-1", population_id="p-1", config=config).to_xcom())
