from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from dean_provider.engine.objectives import load_objective
from dean_provider.engine.objectives.bin_packing import BinPackingParameters
from dean_provider.engine.space import sample
from dean_provider.engine.streams import stream
from dean_provider.errors import NotFoundError


@pytest.fixture(scope="module")
def objective():
    return load_objective("bin_packing", {})


def test_instances_are_as_published_and_never_change(objective):
    assert dict(objective.instance_counts) == {"train": 12, "validation": 12, "test": 20}
    for name, count in objective.instance_counts.items():
        items = objective.items(name)
        assert items.shape == (count, 500)
        assert (items.min(), items.max()) == (20, 100)
    assert objective.items("train")[0, :5].tolist() == [57, 60, 64, 75, 82]


def test_sets_share_no_instance(objective):
    rows = [row.tobytes() for name in objective.instance_counts for row in objective.items(name)]
    assert len(set(rows)) == 44


def test_counts_and_seed_choose_instances(objective):
    fewer = load_objective("bin_packing", {"train_instances": 5, "test_instances": 3})
    assert (fewer.items("train") == objective.items("train")[:5]).all()
    assert (fewer.items("validation") == objective.items("validation")).all()
    other = load_objective("bin_packing", {"instance_seed": 1})
    assert (other.items("test") != objective.items("test")).any()


@pytest.mark.parametrize("instances", ["train", "validation", "test"])
def test_fitness_is_minus_the_verified_excess(objective, instances):
    genomes = sample(objective.space, 4, stream(0, 0, "test"))
    fitness = objective.evaluate(genomes, instances)
    assert [objective.metric_of(one) for one in fitness] == pytest.approx([objective.verify(genome, instances) for genome in genomes])


def test_a_batch_of_any_size_gives_the_same_bits(objective):
    genomes = sample(objective.space, 9, stream(1, 0, "test"))
    together = objective.evaluate(genomes)
    for size in (1, 2, 7):
        parts = [objective.evaluate(genomes[start : start + size]) for start in range(0, 9, size)]
        assert np.concatenate(parts).tobytes() == together.tobytes()


def test_best_fit_as_a_policy_scores_what_the_baseline_does(objective):
    best_fit = np.linspace(1.0, 0.0, 151)
    assert objective.verify(best_fit, "test") == objective.baselines("test")["best_fit"]
    assert objective.baselines("test") == pytest.approx({"first_fit": 5.73, "best_fit": 5.19}, abs=0.01)


def test_explained_as_the_table_itself(objective):
    genome = sample(objective.space, 1, stream(0, 0, "test"))[0]
    assert objective.explain(genome) == {"scores": genome.tolist()}
    assert objective.space.traits[0].name == "scores"


def test_a_set_that_is_not_there(objective):
    with pytest.raises(NotFoundError):
        objective.evaluate(np.zeros((1, 151)), "tests")


@pytest.mark.parametrize(
    "wrong", [{"item_low": 30, "item_high": 20}, {"capacity": 90}, {"items": 0}, {"train_instances": 0}, {"unknown": 1}]
)
def test_what_cannot_be_packed_is_refused(wrong):
    with pytest.raises(ValidationError):
        BinPackingParameters(**wrong)
