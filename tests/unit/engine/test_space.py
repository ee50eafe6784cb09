from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.contract.space import SearchSpace
from dean_provider.engine.space import SpaceArrays, sample, traits_of, validate_genomes
from dean_provider.engine.streams import stream
from dean_provider.errors import InvalidConfigurationError


@given(st.from_type(SearchSpace), st.integers(0, 50), st.integers(0, 1000))
def test_samples_are_valid(space, size, seed):
    genomes = sample(space, size, stream(seed, 0, "test"))
    assert validate_genomes(space, genomes).shape == (size, space.size) or size == 0


def test_samples_cover_their_bounds(mixed_space):
    genomes, arrays = sample(mixed_space, 5000, stream(0, 0, "test")), SpaceArrays.of(mixed_space)
    whole = arrays.whole
    assert (genomes.min(axis=0)[whole] == arrays.low[whole]).all()
    assert (genomes.max(axis=0)[whole] == arrays.high[whole]).all()
    counts = np.unique(genomes[:, arrays.slices["i"]], return_counts=True)[1]
    assert counts.min() > 0.8 * counts.mean()


def test_gene_by_gene(mixed_space):
    arrays = SpaceArrays.of(mixed_space)
    assert arrays.low.tolist() == [-2.0] * 4 + [-1.0] * 3 + [0.0] * 3
    assert arrays.high.tolist() == [3.0] * 4 + [5.0] * 3 + [1.0, 1.0, 2.0]
    assert arrays.integer.tolist() == [False] * 4 + [True] * 3 + [False] * 3
    assert arrays.category.tolist() == [False] * 7 + [True] * 3


GOOD = [0.0] * 10


@pytest.mark.parametrize(
    ("genomes", "rule"),
    [
        ([GOOD[:-1]], "10 genes"),
        (GOOD, "10 genes"),
        ([GOOD, GOOD[:-1]], "equally long"),
        ([["x"] * 10], "numbers"),
        ([[3.1, *GOOD[1:]]], "from -2 to 3"),
        ([[float("nan"), *GOOD[1:]]], "from -2 to 3"),
        ([[float("inf"), *GOOD[1:]]], "from -2 to 3"),
        ([[*GOOD[:4], 0.5, *GOOD[5:]]], "a whole number from -1 to 5"),
        ([[*GOOD[:9], 3.0]], "a whole number from 0 to 2"),
    ],
)
def test_what_is_no_genome_is_refused(mixed_space, genomes, rule):
    with pytest.raises(InvalidConfigurationError, match=rule) as refused:
        validate_genomes(mixed_space, genomes)
    assert refused.value.details["problems"][0]["field"].startswith("genomes")


def test_traits_are_readable(mixed_space):
    genome = [0.5, 1.0, -1.0, 0.0, 3.0, -1.0, 5.0, 1.0, 0.0, 2.0]
    assert traits_of(mixed_space, genome) == {"r": [0.5, 1.0, -1.0, 0.0], "i": [3, -1, 5], "b": [True, False], "c": "z"}
