from __future__ import annotations

import pytest

from dean_provider.contract.economy import AllocateTokens
from dean_provider.contract.endpoints import evolution
from dean_provider.contract.service import Empty
from dean_provider.contract.trial import TerminationReason
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
