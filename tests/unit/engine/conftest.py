"""Search spaces of every kind for property tests: ``st.from_type(SearchSpace)``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from dean_provider.contract.space import BinaryTrait, ChoiceTrait, IntegerTrait, RealTrait, SearchSpace, Trait

LENGTHS = st.integers(1, 4)


@st.composite
def traits(draw: st.DrawFn, name: str) -> Trait:
    length = draw(LENGTHS)
    kind = draw(st.sampled_from(["real", "integer", "binary", "choice"]))
    if kind == "real":
        low, high = sorted(draw(st.lists(st.floats(-1e100, 1e100), min_size=2, max_size=2, unique=True)))
        return RealTrait(name=name, length=length, low=low, high=high)
    if kind == "integer":
        low, high = sorted(draw(st.lists(st.integers(-(2**53), 2**53) | st.integers(-5, 5), min_size=2, max_size=2, unique=True)))
        return IntegerTrait(name=name, length=length, low=low, high=high)
    if kind == "binary":
        return BinaryTrait(name=name, length=length)
    return ChoiceTrait(name=name, length=length, options=tuple(f"option{i}" for i in range(draw(st.integers(2, 6)))))


@st.composite
def spaces(draw: st.DrawFn) -> SearchSpace:
    return SearchSpace(traits=tuple(draw(traits(f"t{number}")) for number in range(draw(st.integers(1, 4)))))


st.register_type_strategy(SearchSpace, spaces())


@pytest.fixture(scope="session")
def mixed_space() -> SearchSpace:
    return SearchSpace(
        traits=(
            RealTrait(name="r", length=4, low=-2.0, high=3.0),
            IntegerTrait(name="i", length=3, low=-1, high=5),
            BinaryTrait(name="b", length=2),
            ChoiceTrait(name="c", options=("x", "y", "z")),
        )
    )
