from __future__ import annotations

import pytest

from dean_provider.contract.config import TrialConfig
from dean_provider.errors import InvalidConfigurationError
from dean_provider.local.demo import Demo


def test_the_default_is_the_announced_trial():
    config = TrialConfig.model_validate(Demo().conf())
    assert (config.objective, config.population_size, config.generations) == ("bin_packing", 60, 60)
    assert config.seed is not None
    assert config.token_budget is config.fitness_threshold is config.stagnation_generations is None, "nothing ends it early"


def test_a_value_out_of_range_is_refused_before_anything_starts():
    with pytest.raises(InvalidConfigurationError, match="population_size"):
        Demo(population_size=1).conf()
