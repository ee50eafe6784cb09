from __future__ import annotations

from datetime import datetime, timezone

import pytest
from pydantic import ValidationError

from dean_provider.contract.events import ReportedFact, read_fact
from dean_provider.contract.events.installation import AlertRaised, ConfigurationChanged
from dean_provider.contract.events.trial import BudgetWarned, GenerationCompleted, TrialPaused, TrialStarted
from dean_provider.contract.trial import Generation

AT = datetime(2026, 1, 1, tzinfo=timezone.utc)


def _generation(number, **fields):
    figures = {"best_fitness": 1, "mean_fitness": 0, "worst_fitness": 0, "diversity": 0, "evaluations": 1, "tokens_used": 1}
    one = Generation(generation=number, best_agent_id="a", completed_at=AT, elapsed_seconds=1, **{**figures, **fields})
    return GenerationCompleted(generation=one)


@pytest.mark.parametrize(
    "fact", [_generation(3), TrialStarted(trial_id="t"), AlertRaised(incident_id="i", rule="r", severity="info", message="m", value=0.1)]
)
def test_a_fact_comes_off_the_wire_as_it_went_on_it(fact) -> None:
    told = ReportedFact.model_validate_json(ReportedFact.of(fact, occurred_at=AT).model_dump_json())
    assert read_fact(told.event_type, told.schema_version, told.details) == fact
    assert (told.occurred_at, told.idempotency_key) == (AT, fact.key())


def test_told_twice_a_fact_has_the_same_key_and_another_fact_another() -> None:
    assert TrialPaused(generation=1).key() == TrialPaused(generation=1).key() != TrialPaused(generation=2).key()
    assert ReportedFact.of(TrialPaused(generation=1), key="own").idempotency_key == "own"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (_generation(3), _generation(3, best_fitness=9)),
        (
            BudgetWarned(share=0.8, generation=1, tokens_used=1, token_budget=2),
            BudgetWarned(share=0.8, generation=2, tokens_used=2, token_budget=2),
        ),
        (ConfigurationChanged(option="o", revision=4, after=1), ConfigurationChanged(option="o", revision=4, after=2)),
    ],
)
def test_facts_for_the_same_place_have_the_same_key_so_that_only_one_is_taken(one, other) -> None:
    assert one.key() == other.key()


@pytest.mark.parametrize("name", ["", "Upper", "1st", "a b", "x" * 51, "a\0"])
def test_a_name_is_one_that_every_database_and_log_can_hold(name) -> None:
    with pytest.raises(ValidationError):
        ReportedFact(event_type=name, idempotency_key="k")
