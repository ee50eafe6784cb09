from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.engine.objectives import load_objective
from dean_provider.engine.space import sample
from dean_provider.engine.streams import stream
from dean_provider.errors import InvalidConfigurationError

NAMES = ["sphere", "rosenbrock", "rastrigin", "ackley"]


@given(st.sampled_from(NAMES), st.integers(2, 60), st.integers(0, 999))
def test_evaluated_as_verified(name, dimension, seed):
    objective = load_objective(name, {"dimension": dimension})
    genomes = sample(objective.space, 5, stream(seed, 0, "test"))
    verified = [objective.verify(genome, "train") for genome in genomes]
    assert -objective.evaluate(genomes) == pytest.approx(verified, rel=1e-11, abs=1e-11)


@pytest.mark.parametrize(("name", "at"), [("sphere", 0.0), ("rosenbrock", 1.0), ("rastrigin", 0.0), ("ackley", 0.0)])
def test_the_known_minimum(name, at):
    objective = load_objective(name, {"dimension": 7})
    assert objective.evaluate(np.full((1, 7), at))[0] == pytest.approx(0.0, abs=1e-14)
    assert (objective.evaluate(sample(objective.space, 100, stream(0, 0, "test"))) < 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_of_any_size_gives_the_same_bits(name):
    objective = load_objective(name, {})
    genomes = sample(objective.space, 200, stream(0, 0, "test"))
    parts = [objective.evaluate(genomes[start : start + 7]) for start in range(0, 200, 7)]
    assert np.concatenate(parts).tobytes() == objective.evaluate(genomes).tobytes()
    assert objective.evaluate(np.asfortranarray(genomes)).tobytes() == objective.evaluate(genomes).tobytes()


@pytest.mark.parametrize("name", NAMES)
def test_the_widest_bounds_stay_finite(name):
    objective = load_objective(name, {"low": -1e6, "high": 1e6, "dimension": 1000})
    assert np.isfinite(objective.evaluate(sample(objective.space, 10, stream(0, 0, "test")))).all()


def test_dimension_and_bounds_make_the_space():
    (trait,) = load_objective("sphere", {"dimension": 3, "low": -1, "high": 2}).space.traits
    assert (trait.length, trait.low, trait.high) == (3, -1.0, 2.0)


@pytest.mark.parametrize("wrong", [{"low": 6.0}, {"dimension": 0}, {"dimension": 1001}, {"low": float("nan")}, {"x": 1}])
def test_parameters_that_cannot_work(wrong):
    with pytest.raises(InvalidConfigurationError):
        load_objective("sphere", wrong)


def test_rosenbrock_needs_two_variables():
    with pytest.raises(InvalidConfigurationError):
        load_objective("rosenbrock", {"dimension": 1})
