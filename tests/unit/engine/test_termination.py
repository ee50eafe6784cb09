from __future__ import annotations

import pytest

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.trial import TerminationReason
from dean_provider.engine.termination import reason_to_stop


def asked(generation=3, history=(1.0, 2.0, 3.0, 4.0), tokens_used=240, next_cost=60, elapsed_seconds=1.0, **config):
    return reason_to_stop(
        TrialConfig(generations=10, **config),
        generation=generation,
        best_history=history,
        tokens_used=tokens_used,
        next_cost=next_cost,
        elapsed_seconds=elapsed_seconds,
    )


@pytest.mark.parametrize(
    ("situation", "reason"),
    [
        ({}, None),
        ({"generation": 10}, TerminationReason.GENERATIONS),
        ({"fitness_threshold": 4.0}, TerminationReason.FITNESS_THRESHOLD),
        ({"fitness_threshold": 4.1}, None),
        ({"fitness_threshold": 4.0, "history": (1.0, 4.0, 3.0, 2.0)}, TerminationReason.FITNESS_THRESHOLD),
        ({"token_budget": 299}, TerminationReason.TOKEN_BUDGET),
        ({"token_budget": 300}, None),
        ({"stagnation_generations": 2, "history": (1.0, 4.0, 4.0, 3.0)}, TerminationReason.STAGNATION),
        ({"stagnation_generations": 3, "history": (1.0, 4.0, 4.0, 3.0)}, None),
        ({"stagnation_generations": 1}, None),
        ({"max_time_seconds": 60, "elapsed_seconds": 60.0}, TerminationReason.MAX_TIME),
        ({"max_time_seconds": 60, "elapsed_seconds": 59.9}, None),
    ],
)
def test_reasons(situation, reason):
    assert asked(**situation) is reason


def test_wall_clock_is_asked_last():
    everything = {"max_time_seconds": 1, "elapsed_seconds": 9.0}
    assert asked(generation=10, **everything) is TerminationReason.GENERATIONS
    assert asked(token_budget=240, **everything) is TerminationReason.TOKEN_BUDGET
