"""Statistics through whichever of Airflow's this process has set up."""

from __future__ import annotations

import sys
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

from dean_provider.telemetry import stats


class Backend:
    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def incr(self, name: str, count: int = 1, *, tags: Any = None) -> None:
        self.told.append(("incr", name, count, tags))

    def gauge(self, name: str, value: float, *, tags: Any = None) -> None:
        self.told.append(("gauge", name, value, tags))

    def timing(self, name: str, seconds: timedelta, *, tags: Any = None) -> None:
        self.told.append(("timing", name, seconds, tags))


@pytest.fixture(params=["3.3, in a task", "3.3, in the core", "3.2, in a task", "3.2, in the core"])
def backend(request, monkeypatch) -> Backend:
    """Set up in one of two places, in one of two ways."""
    made, here = Backend(), 0 if "task" in request.param else 1
    for number, (shared, public) in enumerate(zip(stats._SHARED, stats._MODULES, strict=True)):
        inner, outer = ModuleType(shared), ModuleType(public)
        if request.param.startswith("3.3"):
            inner._factory = (lambda: made) if number == here else None
            for name in ("incr", "gauge", "timing"):
                setattr(outer, name, getattr(made, name))
        else:
            told = {"factory": staticmethod(lambda: made) if number == here else None}
            inner.Stats = outer.Stats = type("Stats", (), {**told, **{name: getattr(made, name) for name in ("incr", "gauge", "timing")}})
        monkeypatch.setitem(sys.modules, shared, inner)
        monkeypatch.setitem(sys.modules, public, outer)
    stats._told_by.cache_clear()
    yield made
    stats._told_by.cache_clear()


def test_each_kind_with_its_tags_and_by_a_name_for_those_who_drop_them(backend) -> None:
    stats.incr("dean.events", 2)
    stats.gauge("dean.service.up", 1.0, {"service": "my service"})
    stats.timing("dean.call.duration", 0.5, {"service": "evolution", "operation": "health"})
    assert backend.told == [
        ("incr", "dean.events", 2, None),
        ("gauge", "dean.service.up", 1.0, {"service": "my service"}),
        ("gauge", "dean.service.up.my_service", 1.0, None),
        ("timing", "dean.call.duration", timedelta(seconds=0.5), {"service": "evolution", "operation": "health"}),
        ("timing", "dean.call.duration.evolution.health", timedelta(seconds=0.5), None),
    ]


def test_a_backend_that_fails_keeps_nobody_from_anything(backend, monkeypatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise OSError

    for module in stats._MODULES:
        target = sys.modules[module]
        monkeypatch.setattr(target if hasattr(target, "incr") else target.Stats, "incr", broken)
    stats.incr("dean.events")


def test_where_none_are_set_up_nothing_is_told(monkeypatch) -> None:
    for shared in stats._SHARED:
        monkeypatch.delitem(sys.modules, shared, raising=False)
    stats.gauge("dean.service.up", 1.0, {"service": "a"})
    assert not any(shared in sys.modules for shared in stats._SHARED)
