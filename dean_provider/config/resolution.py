"""Where the layers come from.

Defaults in code < YAML file < what people set through the gateway < environment and airflow.cfg < a run's conf or the command line.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from dean_provider.config.airflow import AirflowOption, airflow_layer, installed_airflow
from dean_provider.config.combination import Resolved, combined
from dean_provider.config.document import read_file
from dean_provider.config.layer import TRIAL, Given, Layer, layer_of
from dean_provider.config.masking import shown
from dean_provider.config.option import options
from dean_provider.config.problem import ConfigProblem, invalid
from dean_provider.config.stored import ReadStored, stored_layer, stored_of_running_task

__all__ = ["OverrideSource", "check_file", "check_names", "resolve"]

FILE = "config_file"


class OverrideSource(str, Enum):
    """Who gave the topmost layer. The command line, used by whoever runs the installation, may set all; a run's conf may not."""

    CONF = "conf"
    COMMAND_LINE = "command line"


def resolve(
    overrides: Mapping[str, Any] | None = None,
    *,
    config_file: str | os.PathLike[str] | None = None,
    environ: Mapping[str, str] | None = None,
    airflow_option: AirflowOption | None = None,
    source: OverrideSource = OverrideSource.CONF,
    stored: ReadStored = stored_of_running_task,
) -> Resolved:
    """Put the layers together and check them all.

    :param overrides: the topmost layer; a trial's fields by themselves or inside ``trial``, and the provider's settings.
    :param config_file: the YAML file; that of ``[dean] config_file`` unless given.
    :param environ: the environment; this process's unless given.
    :param airflow_option: answers what airflow.cfg says of an option; the installed Airflow unless given.
    :param source: who gave ``overrides``.
    :param stored: answers what people set for the installation; in a running task Airflow is asked, elsewhere nobody.
    :raises InvalidConfigurationError: with every problem of every layer, and of the values together, in ``details["problems"]``.
    """
    variables = os.environ if environ is None else environ
    option = installed_airflow(variables) if airflow_option is None else airflow_option
    top = _top(overrides, source)
    if config_file is not None:
        top.given[FILE] = Given(os.path.abspath(os.fspath(config_file)), OverrideSource.COMMAND_LINE.value)  # noqa: PTH100 - keeps links
    airflow = airflow_layer(variables, option)
    named = top.given.get(FILE) or airflow.given.get(FILE)
    return combined([_file(named) if named else Layer(), stored_layer(stored()), airflow, top])


def check_file(path: Path, option: str = FILE) -> Resolved:
    """The settings of the YAML file at ``path`` over nothing but the defaults.

    :param option: what named the file, for a problem with the file itself.
    :raises InvalidConfigurationError: with every problem of the file.
    """
    return combined([_without_itself(read_file(path, option))], subject=f"The file {path}")


def check_names(settings: Mapping[str, Any], subject: str) -> None:
    """Check by name alone what is to be the topmost layer: its values may be templates that only a run fills in.

    :param settings: as for :func:`resolve`.
    :param subject: who gives them, as the beginning of a sentence.
    :raises InvalidConfigurationError: with everything that is no setting, or none that a run may have.
    """
    inner = settings.get(TRIAL)
    names = {name: None for name in settings if name != TRIAL} | ({TRIAL: dict.fromkeys(inner)} if isinstance(inner, Mapping) else {})
    if problems := _for_one_run(layer_of(names, lambda _: "DAG file")).problems:
        raise invalid(problems, subject=subject)


def _top(overrides: Any, source: OverrideSource) -> Layer:
    if overrides is not None and not isinstance(overrides, Mapping):
        return Layer(problems=[ConfigProblem(source.value, shown(overrides), "must be a mapping of names to values", source.value)])
    layer = layer_of(overrides or {}, lambda _: source.value)
    return _for_one_run(layer) if source is OverrideSource.CONF else layer


def _for_one_run(layer: Layer) -> Layer:
    """Without the installation's own settings: who may start a run need not be who may say where secrets and files live."""
    for option in [options()[name] for name in layer.given if options()[name].installation]:
        given = layer.given.pop(option.name)
        layer.refuse(
            ConfigProblem(
                option.name,
                shown(given.value, secret=option.secret),
                "belongs to the installation and cannot be set for one run",
                given.origin,
                f"Set [dean] {option.airflow_name} in airflow.cfg, or {option.environment}.",
            )
        )
    return layer


def _file(named: Given) -> Layer:
    """The settings of the file that ``named`` gives. A value that is no path is left for the schema to refuse."""
    if not isinstance(named.value, str) or not named.value.strip():
        return Layer()
    path = Path(named.value)
    if not path.is_absolute():
        problem = ConfigProblem(FILE, shown(named.value), "must be an absolute path", named.origin, "Begin it with a slash.")
        return Layer(problems=[problem])
    return _without_itself(read_file(path))


def _without_itself(layer: Layer) -> Layer:
    if given := layer.given.pop(FILE, None):
        layer.refuse(
            ConfigProblem(FILE, shown(given.value), "cannot be set in the file itself", given.origin, f"Remove {FILE} from the file.")
        )
    return layer
