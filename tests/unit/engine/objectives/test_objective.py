from __future__ import annotations

import numpy as np
import pytest

from dean_provider.contract.space import BinaryTrait, SearchSpace
from dean_provider.contract.trial import Direction
from dean_provider.engine.objectives import NoParameters, Objective
from dean_provider.errors import EvaluationError


class Ones(Objective):
    """Counts ones; ``answer`` replaces the count by whatever a bad objective might return."""

    name, description, metric = "ones", "Count of ones", "ones"
    direction = Direction.MAXIMIZE
    answer = None

    @property
    def space(self):
        return SearchSpace(traits=(BinaryTrait(name="bits", length=4),))

    def score(self, genomes, instances):
        return genomes.sum(axis=1) if self.answer is None else self.answer

    def verify(self, genome, instances):
        return float(sum(genome))


GENOMES = np.array([[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])


def test_the_least_an_objective_needs():
    ones = Ones(NoParameters())
    assert ones.evaluate(GENOMES).tolist() == [2.0, 0.0]
    assert ones.metric_of(2.0) == 2.0
    assert ones.instance_counts == {"train": 1}
    assert ones.baselines("train") == {}
    assert ones.explain(GENOMES[0]) == {"bits": [True, True, False, False]}
    assert ones.tokens_per_evaluation == 1


def test_fitness_of_what_is_minimised_is_its_negative():
    ones = Ones(NoParameters())
    ones.direction = Direction.MINIMIZE
    fitness = ones.evaluate(GENOMES)
    assert fitness.tolist() == [-2.0, 0.0]
    assert not np.signbit(fitness[1])
    assert ones.metric_of(-2.0) == 2.0


@pytest.mark.parametrize("answer", [np.array([1.0]), np.array([[1.0], [2.0]]), np.array([1.0, np.nan]), np.array([np.inf, 1.0]), 3.0])
def test_what_is_no_score_is_an_error_of_the_evaluation(answer):
    ones = Ones(NoParameters())
    ones.answer = answer
    with pytest.raises(EvaluationError, match="ones"):
        ones.evaluate(GENOMES)
