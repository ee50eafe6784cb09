"""Test functions with known minima: sphere, rosenbrock, rastrigin, ackley.

Definitions as in Surjanovic & Bingham, *Virtual Library of Simulation Experiments*. They have no instances: every set is the same.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from functools import cached_property
from itertools import pairwise
from typing import ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from dean_provider.contract.space import RealTrait, SearchSpace
from dean_provider.engine.arithmetic import exponential, versine
from dean_provider.engine.arrays import Floats
from dean_provider.engine.objectives.objective import Objective

__all__ = ["Ackley", "Domain", "Rastrigin", "Rosenbrock", "Sphere"]


class Domain(BaseModel):
    """Where a function is searched."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    dimension: int = Field(default=30, ge=1, le=1000, description="Variables.")
    low: float = Field(ge=-1e6, le=1e6, description="Lower bound of each variable.")
    high: float = Field(ge=-1e6, le=1e6, description="Upper bound of each variable.")

    @model_validator(mode="after")
    def _ordered(self) -> Domain:
        if not self.low < self.high:
            raise ValueError(f"low ({self.low:g}) must be below high ({self.high:g})")
        return self


def _domain(name: str, low: float, high: float, dimension: int = 1) -> type[Domain]:
    return create_model(
        f"{name}Domain",
        __base__=Domain,
        dimension=(int, Field(default=max(30, dimension), ge=dimension, le=1000, description="Variables.")),
        low=(float, Field(default=low, ge=-1e6, le=1e6, description="Lower bound of each variable.")),
        high=(float, Field(default=high, ge=-1e6, le=1e6, description="Upper bound of each variable.")),
    )


class Function(Objective):
    """A function of real variables to be minimised."""

    metric: ClassVar[str] = "function value"
    settings: Domain

    @cached_property
    def space(self) -> SearchSpace:
        return SearchSpace(traits=(RealTrait(name="x", length=self.settings.dimension, low=self.settings.low, high=self.settings.high),))

    @abstractmethod
    def value(self, x: list[float]) -> float:
        """The function at one point, in plain Python."""

    def verify(self, genome: Floats, instances: str) -> float:
        del instances
        return self.value([float(gene) for gene in genome])


class Sphere(Function):
    name: ClassVar[str] = "sphere"
    description: ClassVar[str] = "Sum of squares; one minimum, 0 at the origin."
    parameters: ClassVar[type[BaseModel]] = _domain("Sphere", -5.12, 5.12)

    def score(self, genomes: Floats, instances: str) -> Floats:
        del instances
        total: Floats = (genomes * genomes).sum(axis=1)
        return total

    def value(self, x: list[float]) -> float:
        return math.fsum(v * v for v in x)


class Rosenbrock(Function):
    name: ClassVar[str] = "rosenbrock"
    description: ClassVar[str] = "A long curved valley; minimum 0 where every variable is 1."
    parameters: ClassVar[type[BaseModel]] = _domain("Rosenbrock", -2.048, 2.048, dimension=2)

    def score(self, genomes: Floats, instances: str) -> Floats:
        del instances
        here, after = genomes[:, :-1], genomes[:, 1:]
        bend, slope = after - here * here, 1.0 - here
        total: Floats = (100.0 * bend * bend + slope * slope).sum(axis=1)
        return total

    def value(self, x: list[float]) -> float:
        return math.fsum(100.0 * (b - a * a) ** 2 + (1.0 - a) ** 2 for a, b in pairwise(x))


class Rastrigin(Function):
    name: ClassVar[str] = "rastrigin"
    description: ClassVar[str] = "A bowl with a regular grid of local minima; minimum 0 at the origin."
    parameters: ClassVar[type[BaseModel]] = _domain("Rastrigin", -5.12, 5.12)

    def score(self, genomes: Floats, instances: str) -> Floats:
        del instances
        total: Floats = (genomes * genomes + 10.0 * versine(genomes)).sum(axis=1)
        return total

    def value(self, x: list[float]) -> float:
        return math.fsum(v * v + 10.0 * (1.0 - math.cos(2.0 * math.pi * v)) for v in x)


class Ackley(Function):
    name: ClassVar[str] = "ackley"
    description: ClassVar[str] = "Nearly flat far out, a deep hole in the middle; minimum 0 at the origin."
    parameters: ClassVar[type[BaseModel]] = _domain("Ackley", -32.768, 32.768)

    def score(self, genomes: Floats, instances: str) -> Floats:
        del instances
        spread = np.sqrt((genomes * genomes).mean(axis=1))
        waves = 1.0 - versine(genomes).mean(axis=1)
        total: Floats = 20.0 * (1.0 - exponential(-0.2 * spread)) + (math.e - exponential(waves))
        return np.maximum(total, 0.0)

    def value(self, x: list[float]) -> float:
        spread = math.sqrt(math.fsum(v * v for v in x) / len(x))
        waves = math.fsum(math.cos(2.0 * math.pi * v) for v in x) / len(x)
        return max(0.0, 20.0 * (1.0 - math.exp(-0.2 * spread)) + (math.e - math.exp(waves)))
