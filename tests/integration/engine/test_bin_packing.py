"""What the demo promises: the evolved policy against best fit, on instances it never saw."""

from __future__ import annotations

import pytest

from dean_provider.contract.config import TrialConfig
from dean_provider.engine.evolve import evolve, winner
from dean_provider.engine.objectives import Objective, load_objective

pytestmark = [pytest.mark.integration, pytest.mark.slow]


@pytest.fixture(scope="module")
def objective() -> Objective:
    return load_objective("bin_packing", {})


@pytest.fixture(scope="module")
def best_fit(objective: Objective) -> float:
    return objective.baselines("test")["best_fit"]


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_evolved_beats_best_fit_by_a_quarter_of_its_excess(seed: int, objective: Objective, best_fit: float) -> None:
    *_, last = evolve(TrialConfig(seed=seed), objective)
    policy = last.genomes[winner(objective, last)]
    assert objective.verify(policy, "test") <= 0.75 * best_fit
