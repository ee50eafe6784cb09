"""Online bin packing: items arrive one at a time and must be put at once into a bin where they fit.

A policy scores each candidate bin by the space that would remain in it; its score table is the genome. An empty bin is always a
candidate. Items are uniform integers, by default like the OR-Library's "u500" class (Falkenauer 1996); train, validation and
test instances come from random streams that share nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from dean_provider.contract.space import RealTrait, SearchSpace
from dean_provider.engine.arrays import Floats, Integers
from dean_provider.engine.objectives import packing
from dean_provider.engine.objectives.objective import Objective
from dean_provider.engine.objectives.simulation import bins_used
from dean_provider.engine.streams import stream
from dean_provider.errors import NotFoundError

__all__ = ["BinPacking", "BinPackingParameters"]


class BinPackingParameters(BaseModel):
    """Which instances are packed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    capacity: int = Field(default=150, ge=2, le=1000, description="Capacity of a bin.")
    item_low: int = Field(default=20, ge=1, le=1000, description="Smallest item.")
    item_high: int = Field(default=100, ge=1, le=1000, description="Largest item; at most the capacity.")
    items: int = Field(default=500, ge=1, le=5000, description="Items of an instance.")
    train_instances: int = Field(default=12, ge=1, le=200, description="Instances that fitness is measured on.")
    validation_instances: int = Field(default=12, ge=1, le=200, description="Instances that the outcome is chosen on.")
    test_instances: int = Field(default=20, ge=1, le=200, description="Instances that are looked at once, after the trial.")
    instance_seed: int = Field(default=0, ge=0, le=2**53 - 1, description="Seed of the instances; the trial's seed does not change them.")

    @model_validator(mode="after")
    def _ordered(self) -> BinPackingParameters:
        if not self.item_low <= self.item_high <= self.capacity:
            raise ValueError(f"item_low ({self.item_low}) <= item_high ({self.item_high}) <= capacity ({self.capacity}) must hold")
        return self


class BinPacking(Objective):
    """Minimises the mean excess over the L1 bound."""

    name: ClassVar[str] = "bin_packing"
    description: ClassVar[str] = "Online bin packing: a table that scores bins by the space that would remain."
    metric: ClassVar[str] = "mean excess over the L1 bound"
    unit: ClassVar[str] = "%"
    parameters: ClassVar[type[BaseModel]] = BinPackingParameters
    settings: BinPackingParameters

    def __init__(self, settings: BinPackingParameters) -> None:
        super().__init__(settings)
        self._items = {name: self._draw(name, count) for name, count in self.instance_counts.items()}

    def _draw(self, name: str, count: int) -> Integers:
        rng = stream(self.settings.instance_seed, 0, f"bin_packing/{name}")
        return rng.integers(self.settings.item_low, self.settings.item_high + 1, size=(count, self.settings.items))

    @cached_property
    def space(self) -> SearchSpace:
        return SearchSpace(traits=(RealTrait(name="scores", length=self.settings.capacity + 1, low=0.0, high=1.0),))

    @property
    def instance_counts(self) -> Mapping[str, int]:
        settings = self.settings
        return {
            "train": settings.train_instances,
            "validation": settings.validation_instances,
            "test": settings.test_instances,
        }

    def items(self, instances: str) -> Integers:
        """The items of a set, in order of arrival, shape (instances, items).

        :raises NotFoundError: there is no such set.
        """
        if instances not in self._items:
            raise NotFoundError(f"There are no {instances} instances.", details={"instances": instances, "known": list(self._items)})
        return self._items[instances]

    def score(self, genomes: Floats, instances: str) -> Floats:
        items, capacity = self.items(instances), self.settings.capacity
        bounds = -(-items.sum(axis=1) // capacity)
        excess = 100.0 * (bins_used(genomes, items, capacity) - bounds) / bounds
        mean: Floats = excess.mean(axis=1)
        return mean

    def verify(self, genome: Floats, instances: str) -> float:
        return packing.excess(packing.by_scores(np.asarray(genome).tolist()), self.items(instances).tolist(), self.settings.capacity)

    def baselines(self, instances: str) -> dict[str, float]:
        items: list[list[int]] = self.items(instances).tolist()
        policies = {"first_fit": packing.first_fit, "best_fit": packing.best_fit}
        return {name: packing.excess(policy, items, self.settings.capacity) for name, policy in policies.items()}

    def explain(self, genome: Floats) -> dict[str, JsonValue]:
        """The score table: a list indexed by the space that would remain."""
        scores: list[JsonValue] = np.asarray(genome).tolist()
        return {"scores": scores}
