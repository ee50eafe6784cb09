from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.economy import AllocateTokens, ReadUsage
from dean_provider.contract.service import Empty
from dean_provider.errors import BudgetExhaustedError
from dean_provider.services.evolution.economy import Economy, spend
from dean_provider.services.evolution.tables import TrialRow

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


@pytest.fixture
def economy(evolution_app):
    return Economy(evolution_app.database, 1000, lambda: NOW)


def used(economy, holder, tokens, at=NOW):
    with economy.database.write() as session:
        spend(session, holder, "generation", tokens=tokens, evaluations=tokens, at=at)


def trial(economy, trial_id, status="running", **config):
    asked = TrialConfig(objective="sphere", **config)
    with economy.database.write() as session:
        session.add(
            TrialRow(
                trial_id=trial_id,
                population_id="p",
                name="n",
                objective="sphere",
                config=asked.model_dump(mode="json"),
                status=status,
                current_generation=-1,
                description={},
                versions={},
                created_at=NOW,
            )
        )


def available(economy, holder):
    with economy.database.read() as session:
        return economy.available_to(session, holder)


def test_a_promise_is_what_is_allocated_and_not_used_yet(economy):
    economy.allocate(AllocateTokens(holder="a", tokens=300))
    used(economy, "a", 100)
    used(economy, "b", 50)
    budget = economy.budget(Empty())
    assert (budget.limit, budget.allocated, budget.used, budget.available) == (1000, 200, 150, 650)
    assert available(economy, "a") == 850
    assert available(economy, "b") == 650


def test_nothing_can_be_allocated_to_a_holder_that_has_nothing(economy):
    found = economy.allocate(AllocateTokens(holder="new", tokens=0))
    assert (found.tokens, economy.budget(Empty()).allocated) == (0, 0)


def test_allocating_again_changes_the_amount(economy):
    economy.allocate(AllocateTokens(holder="a", tokens=300))
    found = economy.allocate(AllocateTokens(holder="a", tokens=100))
    assert (found.tokens, found.used, found.updated_at) == (100, 0, NOW)
    assert economy.budget(Empty()).allocated == 100
    economy.allocate(AllocateTokens(holder="a", tokens=0))
    assert economy.budget(Empty()).allocated == 0


def test_no_more_is_promised_than_there_is(economy):
    economy.allocate(AllocateTokens(holder="a", tokens=700))
    with pytest.raises(BudgetExhaustedError) as caught:
        economy.allocate(AllocateTokens(holder="b", tokens=301))
    assert caught.value.details["available"] == 300
    economy.allocate(AllocateTokens(holder="b", tokens=300))


def test_a_trials_budget_is_a_promise_until_it_ends(economy):
    trial(economy, "t", token_budget=400)
    used(economy, "t", 150)
    assert economy.budget(Empty()).allocated == 250
    assert available(economy, "t") == 850
    trial(economy, "done", status="completed", token_budget=500)
    assert economy.budget(Empty()).allocated == 250


def test_an_allocation_replaces_a_trials_own_budget_and_ends_with_it(economy):
    trial(economy, "t", token_budget=400)
    economy.allocate(AllocateTokens(holder="t", tokens=600))
    assert economy.budget(Empty()).allocated == 600
    with economy.database.write() as session:
        session.query(TrialRow).update({"status": "completed"})
    assert economy.budget(Empty()).allocated == 0


def test_without_a_limit_nothing_is_refused(evolution_app):
    economy = Economy(evolution_app.database, None, lambda: NOW)
    economy.allocate(AllocateTokens(holder="a", tokens=10**12))
    budget = economy.budget(Empty())
    assert (budget.limit, budget.available, budget.allocated) == (None, None, 10**12)
    assert available(economy, "b") is None


def test_usage_by_window_newest_first(economy):
    for minutes, tokens in ((0, 1), (30, 2), (61, 4), (200, 8)):
        used(economy, "t", tokens, NOW.replace(minute=0, second=0) + timedelta(minutes=minutes))
    used(economy, "other", 16, NOW.replace(minute=0, second=0))
    usage = economy.usage(ReadUsage(trial_id="t"))
    assert [(window.start.hour, window.tokens, window.evaluations) for window in usage.windows] == [(6, 8, 8), (4, 4, 4), (3, 3, 3)]
    assert usage.tokens == 15
    assert economy.usage(ReadUsage()).tokens == 31
    part = economy.usage(ReadUsage(trial_id="t", since=NOW.replace(hour=4, minute=0, second=0), until=NOW.replace(hour=5)))
    assert (part.tokens, len(part.windows)) == (4, 1)
    assert economy.usage(ReadUsage(trial_id="t", limit=1)).tokens == 15


def test_a_trial_without_a_budget_is_promised_its_next_generation(economy, store_trial):
    store_trial("first", population_size=100, elite_size=10)
    assert economy.budget(Empty()).allocated == 100
    with economy.database.write() as session:
        session.query(TrialRow).update({"current_generation": 0})
    assert economy.budget(Empty()).allocated == 90
    with pytest.raises(BudgetExhaustedError):
        economy.allocate(AllocateTokens(holder="b", tokens=911))
    with economy.database.write() as session:
        session.query(TrialRow).update({"current_generation": 5})
    assert economy.budget(Empty()).allocated == 0


def test_an_allocation_smaller_than_the_next_generation_still_leaves_room_for_it(economy, store_trial):
    store_trial("t", population_size=100)
    economy.allocate(AllocateTokens(holder="t", tokens=30))
    assert economy.budget(Empty()).allocated == 100


def test_what_long_work_will_spend_is_kept_for_it(economy):
    with economy.holding("a", 600):
        assert available(economy, "b") == 400
        with pytest.raises(BudgetExhaustedError), economy.holding("a", 401):
            pass
    assert available(economy, "b") == 1000


def test_the_choice_of_an_outcome_is_promised_until_the_trial_ends(economy, store_trial):
    store_trial("t", objective="bin_packing", population_size=100, elite_size=10)
    store_trial("few", objective="bin_packing", population_size=4, token_budget=20)
    assert economy.budget(Empty()).allocated == 100 + 10 + 20 + 4
    with pytest.raises(BudgetExhaustedError):
        economy.allocate(AllocateTokens(holder="somebody", tokens=867))
    economy.allocate(AllocateTokens(holder="somebody", tokens=866))
    with economy.database.write() as session:
        session.query(TrialRow).update({"current_generation": 5})
    assert economy.budget(Empty()).allocated == 10 + 20 + 4 + 866
    with economy.database.write() as session:
        session.query(TrialRow).update({"status": "completed"})
    assert economy.budget(Empty()).allocated == 866


def test_an_allocation_for_a_trial_leaves_room_for_its_outcome(economy, store_trial):
    store_trial("t", objective="bin_packing", population_size=100)
    with pytest.raises(BudgetExhaustedError):
        economy.allocate(AllocateTokens(holder="t", tokens=991))
    economy.allocate(AllocateTokens(holder="t", tokens=990))
    assert economy.budget(Empty()).available == 0
    economy.allocate(AllocateTokens(holder="t", tokens=0))
