"""Search spaces as arrays: bounds and kinds gene by gene."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from pydantic import JsonValue

from dean_provider.contract.space import BinaryTrait, ChoiceTrait, RealTrait, SearchSpace, Trait
from dean_provider.engine.arrays import Booleans, Floats
from dean_provider.errors import InvalidConfigurationError

__all__ = ["SpaceArrays", "sample", "traits_of", "validate_genomes"]


@dataclass(frozen=True)
class SpaceArrays:
    """A search space gene by gene; every array has shape (genes,) and is read-only.

    :param low: lower bounds; 0 for binary and choice genes.
    :param high: upper bounds, inclusive; 1 for binary, the last option's index for choice genes.
    :param integer: genes that hold whole numbers with an order.
    :param category: genes without an order: binary and choice.
    :param slices: the genes of each trait.
    """

    low: Floats
    high: Floats
    integer: Booleans
    category: Booleans
    slices: dict[str, slice]

    @property
    def whole(self) -> Booleans:
        """Genes that hold whole numbers of any kind."""
        return self.integer | self.category

    @staticmethod
    def of(space: SearchSpace) -> SpaceArrays:
        """The arrays of a space, computed once per space and process."""
        return _arrays(space)


def _bounds(trait: Trait) -> tuple[float, float]:
    if isinstance(trait, BinaryTrait):
        return 0.0, 1.0
    if isinstance(trait, ChoiceTrait):
        return 0.0, len(trait.options) - 1.0
    return float(trait.low), float(trait.high)


@lru_cache(maxsize=128)
def _arrays(space: SearchSpace) -> SpaceArrays:
    lengths = [trait.length for trait in space.traits]
    starts = np.concatenate(([0], np.cumsum(lengths))).tolist()
    bounds = np.repeat(np.array([_bounds(trait) for trait in space.traits]), lengths, axis=0)
    arrays = SpaceArrays(
        low=np.ascontiguousarray(bounds[:, 0]),
        high=np.ascontiguousarray(bounds[:, 1]),
        integer=np.repeat([trait.kind == "integer" for trait in space.traits], lengths),
        category=np.repeat([trait.kind in ("binary", "choice") for trait in space.traits], lengths),
        slices={trait.name: slice(starts[i], starts[i + 1]) for i, trait in enumerate(space.traits)},
    )
    for array in (arrays.low, arrays.high, arrays.integer, arrays.category):
        array.setflags(write=False)
    return arrays


def sample(space: SearchSpace, size: int, rng: np.random.Generator) -> Floats:
    """Genomes drawn uniformly, shape (size, genes)."""
    return uniform(SpaceArrays.of(space), rng.random((size, space.size)))


def uniform(arrays: SpaceArrays, unit: Floats) -> Floats:
    """Numbers in [0, 1) as gene values, uniform over each gene's values; the last axis is genes."""
    low, high = arrays.low, arrays.high
    whole = np.minimum(low + np.floor(unit * (high - low + 1.0)), high)
    real = np.minimum(low + unit * (high - low), high)
    return np.where(arrays.whole, whole, real)


def validate_genomes(space: SearchSpace, genomes: ArrayLike) -> Floats:
    """Genomes as an array of shape (size, genes).

    :raises InvalidConfigurationError: a wrong shape, a number out of its gene's bounds, not finite, or not whole where it must be.
    """
    try:
        array = np.ascontiguousarray(genomes, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise _refusal("genomes", None, "must be equally long lists of numbers") from error
    if array.ndim != 2 or array.shape[1] != space.size:
        raise _refusal("genomes", list(array.shape), f"must have {space.size} genes each")
    arrays = SpaceArrays.of(space)
    wrong = ~((array >= arrays.low) & (array <= arrays.high)) | (arrays.whole & (array != np.floor(array)))
    if wrong.any():
        row, gene = (int(i) for i in np.argwhere(wrong)[0])
        kind = "a whole number" if arrays.whole[gene] else "a number"
        rule = f"must be {kind} from {arrays.low[gene]:g} to {arrays.high[gene]:g}"
        raise _refusal(f"genomes[{row}][{gene}]", repr(float(array[row, gene])), rule)
    return array


def _refusal(field: str, value: JsonValue, rule: str) -> InvalidConfigurationError:
    problem: dict[str, JsonValue] = {"field": field, "value": value, "rule": rule}
    return InvalidConfigurationError(f"{field} {rule}.", details={**problem, "problems": [problem]})


def traits_of(space: SearchSpace, genome: ArrayLike) -> dict[str, JsonValue]:
    """A genome for people: by trait name, one value or a list when the trait has several genes."""
    values = np.asarray(genome, dtype=np.float64)
    slices = SpaceArrays.of(space).slices
    return {trait.name: _readable(trait, values[slices[trait.name]].tolist()) for trait in space.traits}


def _readable(trait: Trait, values: list[float]) -> JsonValue:
    readable: list[JsonValue]
    if isinstance(trait, RealTrait):
        readable = list(values)
    elif isinstance(trait, BinaryTrait):
        readable = [value != 0 for value in values]
    elif isinstance(trait, ChoiceTrait):
        readable = [trait.options[int(value)] for value in values]
    else:
        readable = [int(value) for value in values]
    return readable if trait.length > 1 else readable[0]
