"""Search spaces: what a genome consists of.

A genome is a vector of ``float64``, one number per gene. Integer genes hold whole numbers, binary genes 0 or 1, choice
genes the index of the option. A *trait* names a run of ``length`` genes of one kind, so that a table is one trait.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from dean_provider.contract.request import RequestModel

__all__ = ["BinaryTrait", "ChoiceTrait", "Genome", "IntegerTrait", "RealTrait", "SearchSpace", "Trait"]

MAX_GENES = 10_000
MAX_BOUND = 1e100
TraitName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]
Genome = Annotated[list[float], Field(max_length=MAX_GENES)]


class _Trait(RequestModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: TraitName
    length: int = Field(default=1, ge=1, le=MAX_GENES, description="Genes of this trait.")


class RealTrait(_Trait):
    kind: Literal["real"] = "real"
    low: float = Field(ge=-MAX_BOUND, le=MAX_BOUND)
    high: float = Field(ge=-MAX_BOUND, le=MAX_BOUND)

    @model_validator(mode="after")
    def _ordered(self) -> RealTrait:
        if not self.low < self.high:
            raise ValueError(f"low ({self.low}) must be below high ({self.high})")
        return self


class IntegerTrait(_Trait):
    kind: Literal["integer"] = "integer"
    low: int = Field(ge=-(2**53), le=2**53)
    high: int = Field(ge=-(2**53), le=2**53)

    @model_validator(mode="after")
    def _ordered(self) -> IntegerTrait:
        if not self.low < self.high:
            raise ValueError(f"low ({self.low}) must be below high ({self.high})")
        return self


class BinaryTrait(_Trait):
    kind: Literal["binary"] = "binary"


class ChoiceTrait(_Trait):
    kind: Literal["choice"] = "choice"
    options: tuple[Annotated[str, Field(max_length=128)], ...] = Field(min_length=2, max_length=1000)


Trait = Annotated[RealTrait | IntegerTrait | BinaryTrait | ChoiceTrait, Field(discriminator="kind")]


class SearchSpace(RequestModel):
    """The traits of a genome, in the order of its genes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    traits: tuple[Trait, ...] = Field(min_length=1, max_length=1000)

    @model_validator(mode="after")
    def _bounded(self) -> SearchSpace:
        names = [trait.name for trait in self.traits]
        if len(set(names)) != len(names):
            raise ValueError("trait names must be unique")
        if self.size > MAX_GENES:
            raise ValueError(f"a genome may have at most {MAX_GENES} genes, this one has {self.size}")
        return self

    @property
    def size(self) -> int:
        """Genes in a genome."""
        return sum(trait.length for trait in self.traits)
