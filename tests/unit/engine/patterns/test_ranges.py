from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.contract.pattern import PatternBody, TraitRange
from dean_provider.contract.space import SearchSpace
from dean_provider.engine.patterns import impose, matches
from dean_provider.engine.space import SpaceArrays, sample, validate_genomes
from dean_provider.engine.streams import stream
from dean_provider.errors import InvalidConfigurationError


def one(**fields):
    return PatternBody(ranges=(TraitRange(**fields),))


@st.composite
def bodies(draw, space):
    """A pattern that some genome of the space has: ranges around the genes of a drawn genome."""
    genome = sample(space, 1, stream(draw(st.integers(0, 999)), 0, "test"))[0]
    arrays, ranges = SpaceArrays.of(space), []
    for trait in space.traits:
        index = draw(st.integers(0, trait.length - 1))
        value = float(genome[arrays.slices[trait.name].start + index])
        if trait.kind in ("binary", "choice"):
            ranges.append(TraitRange(trait=trait.name, index=index, values=(value,)))
        else:
            low, high = draw(st.floats(0, 10)), draw(st.floats(0, 10))
            ranges.append(TraitRange(trait=trait.name, index=index, low=value - low, high=draw(st.sampled_from([None, value + high]))))
    return PatternBody(ranges=tuple(draw(st.lists(st.sampled_from(ranges), min_size=1, unique_by=lambda r: r.trait))))


@given(st.from_type(SearchSpace), st.integers(0, 20), st.integers(0, 99), st.data())
def test_what_is_imposed_holds_and_nothing_else_moves(space, size, seed, data):
    body = data.draw(bodies(space))
    genomes = sample(space, size, stream(seed, 0, "test"))
    imposed = impose(space, genomes, [body], stream(seed, 1, "test"))
    if size:
        validate_genomes(space, imposed)
    assert matches(space, imposed, body).all()
    already = matches(space, genomes, body)
    assert (imposed[already] == genomes[already]).all()
    arrays = SpaceArrays.of(space)
    touched = {arrays.slices[one.trait].start + one.index for one in body.ranges}
    others = [gene for gene in range(space.size) if gene not in touched]
    assert (imposed[:, others] == genomes[:, others]).all()


def test_only_genes_outside_the_range_are_drawn(mixed_space):
    body = PatternBody(ranges=(TraitRange(trait="r", index=0, low=1.0), TraitRange(trait="i", index=1, low=0.5, high=2.5)))
    genomes = sample(mixed_space, 500, stream(0, 0, "test"))
    imposed = impose(mixed_space, genomes, [body], stream(0, 1, "test"))
    kept = genomes[:, 0] >= 1.0
    assert (imposed[kept, 0] == genomes[kept, 0]).all()
    assert np.unique(imposed[:, 5]).tolist() == [1.0, 2.0]
    drawn = imposed[~kept, 0]
    assert 1.0 <= drawn.min() < 1.1
    assert 2.9 < drawn.max() <= 3.0


def test_patterns_about_one_gene_are_met_together(mixed_space):
    genomes = sample(mixed_space, 100, stream(0, 0, "test"))
    pair = [one(trait="r", low=0.0), one(trait="r", high=0.5)]
    imposed = impose(mixed_space, genomes, pair, stream(0, 1, "test"))
    assert all(matches(mixed_space, imposed, body).all() for body in pair)


def test_of_two_that_exclude_each_other_the_later_wins(mixed_space):
    genomes = sample(mixed_space, 100, stream(0, 0, "test"))
    for pair in ([one(trait="r", high=0.0), one(trait="r", low=1.0)], [one(trait="c", values=(0.0,)), one(trait="c", values=(2.0,))]):
        imposed = impose(mixed_space, genomes, pair, stream(0, 1, "test"))
        assert matches(mixed_space, imposed, pair[1]).all()


@pytest.mark.parametrize(
    "fields",
    [
        {"trait": "unknown", "low": 0.0},
        {"trait": "r", "index": 4, "low": 0.0},
        {"trait": "r", "low": 3.1},
        {"trait": "r", "low": 1.0, "high": 0.0},
        {"trait": "i", "low": 0.2, "high": 0.8},
        {"trait": "c", "values": (7.0,)},
        {"trait": "c", "values": (0.5,)},
        {"trait": "b", "values": ()},
    ],
)
def test_a_pattern_no_genome_can_have_is_refused(mixed_space, fields):
    genomes = sample(mixed_space, 3, stream(0, 0, "test"))
    with pytest.raises(InvalidConfigurationError) as refused:
        matches(mixed_space, genomes, one(**fields))
    assert refused.value.details["problems"]
    with pytest.raises(InvalidConfigurationError):
        impose(mixed_space, genomes, [one(**fields)], stream(0, 1, "test"))
