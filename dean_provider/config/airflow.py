"""What Airflow's own configuration says: ``AIRFLOW__DEAN__…`` in the environment, and section [dean] of airflow.cfg.

Provider info gives every option the default ``None``, so whatever Airflow answers was given by somebody.
"""

from __future__ import annotations

import configparser
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from dean_provider.config.layer import Layer, unknown
from dean_provider.config.option import SECTION, Option, options
from dean_provider.config.problem import ConfigProblem, invalid
from dean_provider.config.text import from_text

__all__ = ["AirflowOption", "airflow_layer", "installed_airflow"]

AirflowOption = Callable[[str], "str | None"]
"""Answers the text of an option of section [dean], or None where nobody gave it. May have ``names()``: every name in airflow.cfg."""

PREFIX = f"AIRFLOW__{SECTION.upper()}__"
INDIRECT = ("_CMD", "_SECRET")
MOST_EXPANSIONS = 10


class InstalledAirflow:
    """The configuration of the Airflow in this environment; imported on first use, because that takes a second."""

    def __init__(self) -> None:
        from airflow.configuration import conf  # noqa: PLC0415 - see above. The SDK 3.2 has one that ignores AIRFLOW_CONFIG

        self._conf: Any = conf

    def __call__(self, name: str) -> str | None:
        value = self._conf.get(SECTION, name, fallback=None, suppress_warnings=True)
        return None if value is None else str(value)

    def names(self) -> Iterable[str]:
        return list(self._conf.options(SECTION)) if self._conf.has_section(SECTION) else []


def installed_airflow(environ: Mapping[str, str]) -> AirflowOption | None:
    """Airflow's reader, or None where it has nothing to tell that the environment does not.

    Airflow is left alone (importing it takes seconds and creates files in its home) unless an airflow.cfg exists or a secret
    must be fetched Airflow's way.

    :raises InvalidConfigurationError: an Airflow that cannot start with its own airflow.cfg.
    """
    indirect = any(name.startswith(PREFIX) and name.endswith(INDIRECT) for name in environ)
    file = _airflow_cfg(environ)
    if not indirect and not file.is_file():
        return None
    try:
        return InstalledAirflow()
    except ImportError:
        return None
    except Exception as error:
        if not _expected(error):
            raise
        raise invalid([ConfigProblem("airflow.cfg", None, "cannot be read by Airflow", f"file {file}", _hint(error))]) from None


def airflow_layer(environ: Mapping[str, str], option: AirflowOption | None) -> Layer:
    """Every setting that the environment or airflow.cfg gives; a variable wins over the file."""
    layer = Layer()
    by_name = {known.airflow_name: known for known in options().values()}
    for known in by_name.values():
        _take(layer, known, environ, option)
    _refuse_unknown(layer, by_name, environ, option)
    return layer


def _airflow_cfg(environ: Mapping[str, str]) -> Path:
    home = environ.get("AIRFLOW_HOME", "~/airflow")
    return Path(_expanded(environ.get("AIRFLOW_CONFIG", os.path.join(home, "airflow.cfg"))))  # noqa: PTH118 - may begin with a variable


def _take(layer: Layer, known: Option, environ: Mapping[str, str], option: AirflowOption | None) -> None:
    if known.environment in environ:
        origin, text = f"environment {known.environment}", _expanded(environ[known.environment])
    else:
        variable = _indirect_variable(known, environ)
        origin = f"environment {variable}" if variable else f"airflow.cfg [{SECTION}] {known.airflow_name}"
        try:
            text = (option(known.airflow_name) if option else None) or ""
        except Exception as error:
            if not _expected(error):
                raise
            layer.refuse(ConfigProblem(known.name, None, "cannot be read by Airflow", origin, _hint(error)))
            return
    if text.strip():  # a command's answer ends in a line break
        layer.take(known.name, from_text(known, text.strip()), origin)


def _indirect_variable(known: Option, environ: Mapping[str, str]) -> str | None:
    variables = [known.environment + suffix for suffix in INDIRECT] if known.secret else []
    return next((variable for variable in variables if variable in environ), None)


def _expected(error: Exception) -> bool:
    """Whether ``error`` is a user's mistake: text that airflow.cfg's format forbids, a command that fails, a backend without the secret."""
    return isinstance(error, (configparser.Error, OSError)) or type(error).__name__ == "AirflowConfigException"


def _hint(error: Exception) -> str:
    if isinstance(error, configparser.InterpolationError):
        return "In airflow.cfg a percent sign is written %%."
    return "Check the command or the secrets backend it is read from."


def _refuse_unknown(layer: Layer, by_name: Mapping[str, Option], environ: Mapping[str, str], option: AirflowOption | None) -> None:
    variables = {known.environment for known in by_name.values()}
    indirect = {known.environment + suffix for known in by_name.values() if known.secret for suffix in INDIRECT}
    for variable in sorted(name for name in environ if name.startswith(PREFIX)):
        if variable not in variables | indirect:
            layer.refuse(_unknown(variable, environ[variable], f"environment {variable}", sorted(variables), PREFIX))
    names: Iterable[str] = getattr(option, "names", list)()
    in_file = {*by_name, *(known.airflow_name + suffix.lower() for known in by_name.values() if known.secret for suffix in INDIRECT)}
    for name in sorted(name for name in names if name not in in_file):
        layer.refuse(_unknown(name, None, f"airflow.cfg [{SECTION}] {name}", sorted(by_name), ""))


def _unknown(name: str, value: str | None, origin: str, candidates: list[str], prefix: str) -> ConfigProblem:
    """A name that would be right with ``trial_`` in front is what most people mean."""
    bare = name.removeprefix(prefix)
    trial = f"{prefix}{'TRIAL_' if prefix else 'trial_'}{bare}"
    return unknown(name, value, origin, [trial] if trial in candidates else candidates)


def _expanded(text: str) -> str:
    """``text`` with variables and ``~`` replaced, again and again, as Airflow does with every variable it reads."""
    for _ in range(MOST_EXPANSIONS):
        try:
            once = os.path.expanduser(os.path.expandvars(text))  # noqa: PTH111 - any text, not a path
        except ValueError:  # no user can have such a name
            break
        if once == text:
            break
        text = once
    return text
