from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import numpy as np
import pytest

from dean_provider.contract.config import TrialConfig
from dean_provider.engine.evolve import outcome_cost
from dean_provider.engine.objectives import describe, load_objective
from dean_provider.services.evolution.app import EvolutionService
from dean_provider.services.evolution.records import Progress
from dean_provider.services.evolution.tables import TrialRow


@pytest.fixture
def store_trial(evolution_app: EvolutionService) -> Callable[..., TrialConfig]:
    """Puts a trial into the database as if it had been accepted."""

    def store(trial_id: str, status: str = "pending", **config: object) -> TrialConfig:
        asked = TrialConfig(**{"objective": "sphere", "population_size": 12, "generations": 5, "seed": 1, **config})
        objective = load_objective(asked.objective, dict(asked.objective_parameters))
        row = TrialRow(
            trial_id=trial_id,
            population_id="p",
            name="n",
            objective=asked.objective,
            config=asked.model_dump(mode="json"),
            seed=asked.seed,
            status=status,
            current_generation=-1,
            outcome_tokens=outcome_cost(asked, objective),
            description=describe(type(objective)).model_dump(mode="json"),
            versions={},
            created_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
        )
        with evolution_app.database.write() as session:
            session.add(row)
        return asked

    return store


@pytest.fixture
def generation_of() -> Callable[[Progress], dict[str, Any]]:
    """Makes what is committed of a trial's next generation."""

    def make(before: Progress) -> dict[str, Any]:
        return {
            "generation": before.generation + 1,
            "fitness": np.zeros(12),
            "best_fitness": 0.0,
            "mean_fitness": 0.0,
            "worst_fitness": 0.0,
            "diversity": 0.5,
            "best_agent_id": "a0",
            "evaluations": 12,
            "tokens_used": before.tokens_used + 12,
            "intervention": None,
            "digest": "d",
            "elapsed_seconds": 1.0,
        }

    return make
