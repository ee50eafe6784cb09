from __future__ import annotations

import sys
from importlib.metadata import EntryPoint

import pytest

from dean_provider.contract.trial import Direction
from dean_provider.engine.objectives import describe, load_objective, registered, registry
from dean_provider.engine.objectives.functions import Sphere
from dean_provider.errors import ConfigurationError, InvalidConfigurationError, UnknownObjectiveError


@pytest.fixture
def installed(monkeypatch):
    """Let other distributions have installed these entry points, by name and value."""

    def install(**points):
        found = [EntryPoint(name, value, registry.GROUP) for name, value in points.items()]
        monkeypatch.setattr(registry, "entry_points", lambda group: found if group == registry.GROUP else [])
        registry._points.cache_clear()

    yield install
    registry._points.cache_clear()


def test_what_comes_with_the_package():
    assert {"ackley", "bin_packing", "rastrigin", "rosenbrock", "sphere"} <= set(registered())
    for name, cls in registered().items():
        assert cls.name == name
        assert describe(cls).parameters_schema["type"] == "object"


def test_an_objective_of_somebody_else(installed):
    installed(mine="dean_provider.engine.objectives.functions:Sphere")
    assert list(registered()) == ["mine"]
    assert isinstance(load_objective("mine", {"dimension": 2}), Sphere)


def test_an_unknown_name_is_refused_with_close_ones():
    with pytest.raises(UnknownObjectiveError, match="bin_packing") as refused:
        load_objective("bin_paking", {})
    assert refused.value.details["value"] == "bin_paking"


@pytest.mark.parametrize("name", ["os:system", "dean_provider.engine.objectives.functions:Sphere", "antigravity", ""])
def test_a_name_is_never_imported(name):
    before = set(sys.modules)
    with pytest.raises(UnknownObjectiveError):
        load_objective(name, {})
    assert "antigravity" not in set(sys.modules) - before


def test_every_bad_parameter_is_listed():
    with pytest.raises(InvalidConfigurationError) as refused:
        load_objective("bin_packing", {"items": -1, "unknown": 2, "capacity": "x"})
    problems = {problem["field"]: problem for problem in refused.value.details["problems"]}
    assert set(problems) == {"objective_parameters.items", "objective_parameters.unknown", "objective_parameters.capacity"}
    assert problems["objective_parameters.items"]["value"] == -1


def test_an_entry_point_that_is_no_objective(installed):
    installed(wrong="json:dumps")
    with pytest.raises(ConfigurationError, match="wrong"):
        load_objective("wrong", {})


def test_description_on_the_wire():
    found = describe(Sphere)
    assert (found.name, found.direction, found.tokens_per_evaluation) == ("sphere", Direction.MINIMIZE, 1)
