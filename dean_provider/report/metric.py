"""The objective's metric: from fitness to what people read, and which of two values is better."""

from __future__ import annotations

from dataclasses import dataclass

from dean_provider.contract.trial import Direction, Objective
from dean_provider.report.text import NARROW_SPACE, NONE, minus, number

__all__ = ["Metric"]

PERCENT_FROM = 0.01


@dataclass(frozen=True)
class Metric:
    """What is measured.

    :param name: in words, for example ``excess over the L1 bound``.
    :param unit: ``%`` or empty.
    :param direction: fitness is always maximised; a minimised metric is its negative.
    """

    name: str
    unit: str
    direction: Direction

    @classmethod
    def of(cls, objective: Objective | None) -> Metric:
        """The metric of ``objective``; fitness itself for services that do not describe their objectives."""
        if objective is None:
            return cls("fitness", "", Direction.MAXIMIZE)
        return cls(objective.metric, objective.unit, objective.direction)

    @property
    def minimised(self) -> bool:
        return self.direction is Direction.MINIMIZE

    @property
    def reading(self) -> str:
        return "lower is better" if self.minimised else "higher is better"

    def of_fitness(self, fitness: float) -> float:
        """The metric of a fitness. Adding zero keeps a perfect minimum from reading minus zero."""
        return (-fitness if self.minimised else fitness) + 0.0

    def text(self, value: float | None) -> str:
        """A value with its unit."""
        percent = self.unit == "%" and value is not None and PERCENT_FROM <= abs(value) < 1
        shown = minus(f"{value:.2f}") if percent else number(value)
        return shown if shown == NONE or not self.unit else f"{shown}{NARROW_SPACE}{self.unit}"

    def fitness_text(self, fitness: float | None) -> str:
        """The metric of a fitness, with its unit."""
        return NONE if fitness is None else self.text(self.of_fitness(fitness))

    def better(self, left: float, right: float) -> bool:
        """Whether ``left`` is strictly better than ``right``."""
        return left < right if self.minimised else left > right

    def best(self, values: list[float]) -> float:
        """The best of at least one value."""
        return min(values) if self.minimised else max(values)
