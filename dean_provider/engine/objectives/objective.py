"""The interface of an objective."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict, JsonValue

from dean_provider.contract.space import SearchSpace
from dean_provider.contract.trial import Direction
from dean_provider.engine.arrays import Floats
from dean_provider.engine.space import traits_of
from dean_provider.errors import EvaluationError

__all__ = ["NoParameters", "Objective"]


class NoParameters(BaseModel):
    """The parameters of an objective that has none."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Objective(ABC):
    """What a trial optimises. Register subclasses as entry points of the group ``dean.objectives`` under their ``name``.

    Subclasses set the class attributes, which describe them to people, and implement :attr:`space`, :meth:`score` and
    :meth:`verify`. They hold no randomness of their own beyond what their parameters fix: the same genome has the same fitness in
    any process and in a batch of any size.

    :param settings: an instance of :attr:`parameters`.
    """

    name: ClassVar[str]
    description: ClassVar[str]
    metric: ClassVar[str]
    unit: ClassVar[str] = ""
    direction: ClassVar[Direction] = Direction.MINIMIZE
    tokens_per_evaluation: ClassVar[int] = 1
    parameters: ClassVar[type[BaseModel]] = NoParameters

    def __init__(self, settings: Any) -> None:
        self.settings = settings

    @property
    @abstractmethod
    def space(self) -> SearchSpace:
        """What genomes consist of."""

    @abstractmethod
    def score(self, genomes: Floats, instances: str) -> Floats:
        """The metric of every genome, shape (size,), for genomes of shape (size, genes), as fast as can be."""

    @abstractmethod
    def verify(self, genome: Floats, instances: str) -> float:
        """The metric of one genome, computed exactly and independently of :meth:`score`.

        :raises EvaluationError: a solution that breaks the problem's rules.
        """

    @property
    def instance_counts(self) -> Mapping[str, int]:
        """Instances per set (train, validation, test); a set that is not named does not exist."""
        return {"train": 1}

    def baselines(self, instances: str) -> dict[str, float]:
        """The metric of well-known solutions on a set of instances, by name."""
        del instances
        return {}

    def explain(self, genome: Floats) -> dict[str, JsonValue]:
        """A genome for people."""
        return traits_of(self.space, genome)

    def evaluate(self, genomes: Floats, instances: str = "train") -> Floats:
        """Fitness of every genome, always maximised, shape (size,).

        :raises EvaluationError: the objective returned another shape or a number that is not finite.
        """
        scores = np.asarray(self.score(np.ascontiguousarray(genomes, dtype=np.float64), instances), dtype=np.float64)
        if scores.shape != (len(genomes),):
            raise EvaluationError(f"{self.name} scored {len(genomes)} genomes with an array of shape {scores.shape}.")
        if not np.isfinite(scores).all():
            position = int(np.argmin(np.isfinite(scores)))
            raise EvaluationError(
                f"{self.name} gave genome {position} the score {scores[position]}, which is not a finite number.",
                details={"position": position, "instances": instances},
            )
        return self._flip(scores)

    def metric_of(self, fitness: float) -> float:
        """The metric that a fitness stands for."""
        return float(self._flip(np.array([fitness]))[0])

    def _flip(self, values: Floats) -> Floats:
        return (values if self.direction is Direction.MAXIMIZE else -values) + 0.0
