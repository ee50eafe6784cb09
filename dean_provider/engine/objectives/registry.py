"""Registered objectives: only entry points of the group ``dean.objectives`` are ever imported."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from pydantic import ValidationError

from dean_provider.contract import trial as wire
from dean_provider.engine.objectives.objective import Objective
from dean_provider.errors import ConfigurationError, InvalidConfigurationError, UnknownObjectiveError

__all__ = ["GROUP", "describe", "load_objective", "registered"]

GROUP: Final = "dean.objectives"


def registered() -> dict[str, type[Objective]]:
    """Every objective by name, in the order of names."""
    return {name: _load(point) for name, point in sorted(_points().items())}


def load_objective(name: str, parameters: Mapping[str, Any]) -> Objective:
    """An objective with its parameters.

    :raises UnknownObjectiveError: the name is not registered.
    :raises InvalidConfigurationError: parameters the objective refuses, every problem listed in ``details["problems"]``.
    """
    points = _points()
    if name not in points:
        close = get_close_matches(name, points, n=3)
        raise UnknownObjectiveError(
            f"There is no objective {name!r}.",
            details={"field": "objective", "value": name, "rule": "must be registered", "registered": sorted(points)},
            suggestions=[f"Did you mean {' or '.join(close)}?"] if close else [f"Registered are {', '.join(sorted(points))}."],
        )
    cls = _load(points[name])
    try:
        return cls(cls.parameters.model_validate(dict(parameters)))
    except ValidationError as error:
        problems = [_problem(item, dict(parameters)) for item in error.errors(include_url=False)]
        listed = "; ".join(f"{problem['field']}: {problem['rule']}" for problem in problems)
        raise InvalidConfigurationError(f"The parameters of {name} cannot work: {listed}.", details={"problems": problems}) from error


def describe(cls: type[Objective]) -> wire.Objective:
    """An objective for people and for checks."""
    return wire.Objective(
        name=cls.name,
        description=cls.description,
        metric=cls.metric,
        unit=cls.unit,
        direction=cls.direction,
        tokens_per_evaluation=cls.tokens_per_evaluation,
        parameters_schema=cls.parameters.model_json_schema(),
    )


@cache
def _points() -> Mapping[str, EntryPoint]:
    """Looked for once in a process: it reads the metadata of everything that is installed."""
    return {point.name: point for point in entry_points(group=GROUP)}


def _load(point: EntryPoint) -> type[Objective]:
    cls = point.load()
    if not (isinstance(cls, type) and issubclass(cls, Objective)):
        raise ConfigurationError(
            f"The entry point {point.name} of {GROUP} is not an objective.",
            details={"entry_point": point.value},
            suggestions=["It must name a subclass of dean_provider.engine.objectives.Objective."],
        )
    return cls


def _problem(item: Any, parameters: dict[str, Any]) -> dict[str, Any]:
    path = ".".join(str(part) for part in item["loc"])
    return {
        "field": f"objective_parameters.{path}" if path else "objective_parameters",
        "value": item["input"] if path in parameters else None,
        "rule": item["msg"],
        "suggestion": "",
    }
