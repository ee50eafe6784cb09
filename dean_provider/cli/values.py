"""Settings of a trial as they are given at the command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import rich_click as click

from dean_provider.config import options
from dean_provider.config.document import read_file
from dean_provider.config.option import Kind
from dean_provider.config.problem import invalid
from dean_provider.config.text import from_text

__all__ = ["configuration"]


def configuration(given: Sequence[str], file: Path | None = None) -> dict[str, Any]:
    """The configuration to ask for: the settings of a YAML file, and over them ``NAME=VALUE`` pairs, of which the last one counts.

    Whether a value is right is the gateway's to say: it knows the layers below, and perhaps settings that this version does not.

    :raises InvalidConfigurationError: when the file cannot be read, listing every problem.
    """
    asked = _file(file) if file else {}
    for pair in given:
        name, equals, text = pair.partition("=")
        if not equals or not name.strip():
            raise click.BadParameter(f"{pair!r} is not NAME=VALUE.", param_hint="--config")
        name = name.strip().removeprefix("trial.")
        asked[name] = _value(name, text)
    return asked


def _file(file: Path) -> dict[str, Any]:
    layer = read_file(file, "--file")
    if layer.problems:
        raise invalid(layer.problems, subject=f"The file {file}")
    return {name: item.value for name, item in layer.given.items()}


def _value(name: str, text: str) -> Any:
    """``text`` as the setting wants it; where that is not text, as JSON if it is some."""
    option = options().get(name)
    value = from_text(option, text) if option else text
    if not isinstance(value, str) or (option and option.kind is Kind.TEXT):
        return value
    try:
        return json.loads(value, parse_constant=_no_json)
    except (ValueError, RecursionError):
        return value


def _no_json(word: str) -> None:
    raise ValueError(word)
