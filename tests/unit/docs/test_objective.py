"""The objective of docs/how-to/write_an_objective.md keeps what the page asks of one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dean_provider.contract.config import TrialConfig
from dean_provider.engine.objectives import describe
from dean_provider.engine.space import sample

PAGE = (Path(__file__).parents[3] / "docs/how-to/write_an_objective.md").read_text("utf-8")


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "page"}
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(compile(block, "write_an_objective.md", "exec"), names)
    return names


@pytest.mark.parametrize("instances", ["train", "validation", "test"])
def test_exact_and_fast_scores_agree(shown: dict[str, Any], instances: str) -> None:
    objective = shown["Knapsack"](shown["KnapsackParameters"](capacity=6))
    genomes = sample(objective.space, 50, np.random.default_rng(1))
    exact = [objective.verify(genome, instances) for genome in genomes]
    assert objective.score(genomes, instances) == pytest.approx(exact)
    assert objective.score(genomes[:1], instances)[0] == objective.score(genomes, instances)[0]


def test_the_loop_shown_beats_the_baseline_where_it_was_not_trained(shown: dict[str, Any]) -> None:
    objective, last = shown["objective"], shown["generation"]
    evolved = objective.verify(last.genomes[last.fitness.argmax()], "test")
    assert evolved > objective.baselines("test")["take_all"]
    assert shown["best"] == objective.metric_of(last.fitness.max())


def test_people_and_forms_can_read_it(shown: dict[str, Any]) -> None:
    told = describe(shown["Knapsack"])
    assert (told.name, told.direction.value) == ("knapsack", "maximize")
    assert set(told.parameters_schema["properties"]) == {"items", "capacity", "prices"}


def test_the_conf_shown_is_valid(shown: dict[str, Any]) -> None:
    (conf,) = re.findall(r"--conf '(.*?)'", PAGE)
    config = TrialConfig.model_validate(json.loads(conf))
    shown["KnapsackParameters"].model_validate(config.objective_parameters)
