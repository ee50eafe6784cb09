from __future__ import annotations

import numpy as np

from dean_provider.engine.outcome import choose, finalists

GENOMES = np.array([[1.0], [2.0], [1.0], [3.0], [4.0]])
FITNESS = [5.0, 7.0, 5.0, 7.0, 1.0]


def test_finalists_are_the_fittest_distinct_genomes():
    assert finalists(GENOMES, FITNESS, 3) == [1, 3, 0]
    assert finalists(GENOMES, FITNESS) == [1, 3, 0, 4]


def test_validation_decides():
    assert choose([1, 3, 0], FITNESS, [0.0, 0.0, 1.0]) == 0


def test_ties_go_to_train_fitness_then_to_the_first():
    assert choose([0, 1, 3], FITNESS, [2.0, 2.0, 2.0]) == 1
    assert choose([3, 1], FITNESS, [2.0, 2.0]) == 1


def test_without_validation_train_decides():
    assert choose([0, 3, 4], FITNESS) == 3
