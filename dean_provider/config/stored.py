"""What people set for the installation while it runs: kept in an Airflow Variable, above the YAML file and below the environment.

The Variable holds JSON: ``{"revision": 3, "values": {"poll_seconds": 2, "population_size": 80}, "history": [...]}``. The gateway writes it,
checked and recorded; whoever edits it by hand gets the same checks when it is read.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from dean_provider.config.layer import Layer, layer_of
from dean_provider.config.masking import shown
from dean_provider.config.option import options
from dean_provider.config.problem import ConfigProblem

__all__ = ["ORIGIN", "VARIABLE", "ReadStored", "stored_layer", "stored_of_running_task"]

VARIABLE = "dean_config_overrides"
ORIGIN = f"Airflow Variable {VARIABLE}"
LARGEST = 262_144
ReadStored = Callable[[], "str | None"]
"""Answers the Variable's text, None where there is none."""


def stored_of_running_task() -> str | None:
    """The Variable, asked by a task that is running. Anywhere else nobody is asked: DAG files are read all the time, and a command on
    another machine may have no Airflow to ask.
    """
    if "airflow.sdk.execution_time.task_runner" not in sys.modules:
        return None
    from airflow.sdk import Variable, get_current_context  # noqa: PLC0415 - only where there is one

    try:
        get_current_context()
    except RuntimeError:
        return None
    text = Variable.get(VARIABLE, default=None)
    return None if text is None else str(text)


def stored_layer(text: str | None) -> Layer:
    """The settings in the Variable. Whatever is wrong with it becomes a problem of the layer, never an exception."""
    if text is None or not text.strip():
        return Layer()
    if len(text) > LARGEST:
        return _refused(f"is larger than {LARGEST // 1024} KiB")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return _refused("is not JSON")
    values = document.get("values") if isinstance(document, dict) else None
    if not isinstance(values, dict):
        return _refused('must be JSON of the form {"values": {"<setting>": <value>}}')
    return _changeable(layer_of(values, lambda _: ORIGIN))


def _refused(rule: str) -> Layer:
    return Layer(problems=[ConfigProblem(VARIABLE, None, rule, ORIGIN, f"Correct the Variable {VARIABLE}, or delete it.")])


def _changeable(layer: Layer) -> Layer:
    """Without the installation's own settings: who may edit a Variable need not be who may say where secrets and files live."""
    for name in [name for name in layer.given if options()[name].installation]:
        given: Any = layer.given.pop(name)
        rule = "belongs to the installation and cannot be set while it runs"
        advice = f"Set [dean] {options()[name].airflow_name} in airflow.cfg, or {options()[name].environment}."
        layer.refuse(ConfigProblem(name, shown(given.value, secret=options()[name].secret), rule, ORIGIN, advice))
    return layer
