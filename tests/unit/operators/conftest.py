"""Operators whose services answer what a test says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import structlog

from dean_provider.contract.config import TrialConfig
from dean_provider.handle import TrialHandle, TrialPlan
from dean_provider.operators.base import TrialOperator


@pytest.fixture
def services(monkeypatch, evolution_hook, indexagent_hook) -> Callable[..., tuple[Any, Any]]:
    """Put scripted services behind every operator."""

    def install(evolution=None, indexagent=None, evolution_without=(), indexagent_without=()):
        hooks = (evolution_hook(evolution, without=evolution_without), indexagent_hook(indexagent, without=indexagent_without))
        monkeypatch.setattr(TrialOperator, "evolution", lambda *_: hooks[0])
        monkeypatch.setattr(TrialOperator, "indexagent", lambda *_: hooks[1])
        return hooks

    return install


@pytest.fixture
def run() -> Callable[..., Any]:
    """Execute an operator as Airflow does, but for the templates."""
    return lambda operator, context: operator.execute(context)


@pytest.fixture
def plan() -> dict[str, Any]:
    return TrialPlan(trial_id="t-1", population_id="p-1", config=TrialConfig(seed=1)).to_xcom()


@pytest.fixture
def handle(plan) -> Callable[..., dict[str, Any]]:
    def make(**config: Any) -> dict[str, Any]:
        parsed = TrialPlan.model_validate(plan)
        return TrialHandle.started(parsed, trial_id="t-1", population_id="p-1", config=TrialConfig(seed=1, **config)).to_xcom()

    return make


@pytest.fixture
def logged() -> list[str]:
    """What operators log."""
    lines: list[str] = []

    def keep(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
        lines.append(event["event"])
        raise structlog.DropEvent

    structlog.configure(processors=[structlog.stdlib.PositionalArgumentsFormatter(), keep])
    return lines
