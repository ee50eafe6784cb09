from __future__ import annotations

from contextlib import suppress

import pytest

from dean_provider.contract.economy import AllocateTokens
from dean_provider.contract.endpoints import evolution
from dean_provider.contract.service import Empty
from dean_provider.contract.trial import TerminationReason, TrialRef, TrialStatus
from dean_provider.errors import BudgetExhaustedError
from dean_provider.testing import MockServices

pytestmark = pytest.mark.integration


@pytest.fixture
def poor(tmp_path, caller_of):
    with MockServices(tmp_path, evolution={"token_limit": 100}) as services:
        yield caller_of(services.indexagent.url, services.evolution.url)


def test_the_services_tokens_end_a_trial_at_a_boundary(poor, small):
    trial = poor.run(small(generations=50))
    assert trial.termination_reason is TerminationReason.TOKEN_BUDGET
    assert trial.tokens_used == 12 + 8 * 10
    budget = poor.call(evolution.READ_BUDGET, Empty())
    assert (budget.limit, budget.used, budget.available) == (100, 92, 8)
    with pytest.raises(BudgetExhaustedError):
        poor.start(small())


def test_what_is_promised_to_others_is_not_spent(poor, small):
    poor.call(evolution.ALLOCATE_TOKENS, AllocateTokens(holder="somebody", tokens=50))
    trial = poor.run(small(generations=50))
    assert trial.tokens_used == 12 + 3 * 10
    with pytest.raises(BudgetExhaustedError):
        poor.call(evolution.ALLOCATE_TOKENS, AllocateTokens(holder="another", tokens=20))


def test_a_trial_whose_own_budget_the_service_cannot_cover_is_refused(poor, small):
    with pytest.raises(BudgetExhaustedError):
        poor.start(small(token_budget=101))
    assert poor.run(small(token_budget=100, generations=2)).tokens_used == 32


def test_trials_without_a_budget_share_the_services_tokens_and_never_pass_the_limit(poor, small):
    config = small(generations=50)
    started = []
    for number in range(4):
        with suppress(BudgetExhaustedError):  # those before may have used too much already
            started.append(poor.start(config, f"sharing-{number}").trial_id)
    ended = [poor.wait(trial_id) for trial_id in started]
    assert {trial.status for trial in ended} == {TrialStatus.COMPLETED}
    assert {trial.termination_reason for trial in ended} == {TerminationReason.TOKEN_BUDGET}
    assert poor.call(evolution.READ_BUDGET, Empty()).used <= 100


def test_a_verification_the_tokens_do_not_reach_for_is_refused(poor, small):
    trial = poor.run(small(generations=50))
    poor.call(evolution.ALLOCATE_TOKENS, AllocateTokens(holder="somebody", tokens=8))
    with pytest.raises(BudgetExhaustedError):
        poor.call(evolution.VERIFY_TRIAL, TrialRef(trial_id=trial.trial_id))


def test_the_choice_of_the_outcome_never_passes_the_limit(poor, small):
    parameters = {"train_instances": 2, "validation_instances": 2, "test_instances": 2, "items": 30}
    packing = small(objective="bin_packing", objective_parameters=parameters, generations=50)
    trial = poor.run(packing)
    assert trial.termination_reason is TerminationReason.TOKEN_BUDGET
    assert trial.tokens_used == 12 + 7 * 10
    assert trial.tokens_used < poor.call(evolution.READ_BUDGET, Empty()).used <= 100
    with pytest.raises(BudgetExhaustedError):
        poor.start(packing)


def test_a_trial_is_refused_when_its_outcome_could_not_be_chosen(poor, small):
    with pytest.raises(BudgetExhaustedError):
        poor.start(small(objective="bin_packing", objective_parameters={}, token_budget=91))
