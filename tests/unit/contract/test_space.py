"""Search spaces refuse what no genome could satisfy."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from dean_provider.contract.space import ChoiceTrait, IntegerTrait, RealTrait, SearchSpace


def test_size_counts_genes() -> None:
    assert SearchSpace(traits=(RealTrait(name="a", low=0, high=1, length=3), ChoiceTrait(name="b", options=("x", "y")))).size == 4


@pytest.mark.parametrize("trait", [RealTrait, IntegerTrait])
def test_bounds_are_ordered(trait: type[RealTrait]) -> None:
    with pytest.raises(ValidationError, match="must be below"):
        trait(name="a", low=1, high=1)


def test_names_are_unique() -> None:
    with pytest.raises(ValidationError, match="unique"):
        SearchSpace(traits=(RealTrait(name="a", low=0, high=1), IntegerTrait(name="a", low=0, high=1)))


def test_genomes_are_bounded() -> None:
    with pytest.raises(ValidationError, match="at most"):
        SearchSpace(traits=tuple(RealTrait(name=f"t{i}", low=0, high=1, length=9000) for i in range(2)))
