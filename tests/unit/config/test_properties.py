"""What holds of the configuration whatever is written into it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from dean_provider.config import OverrideSource, Resolved, check_file, options, resolve
from dean_provider.config.text import NONE, from_text, to_text
from dean_provider.errors import InvalidConfigurationError

FAST = settings(max_examples=settings.default.max_examples // 5, suppress_health_check=[HealthCheck.function_scoped_fixture])
WORDS = st.text(st.characters(min_codepoint=97, max_codepoint=122), min_size=1, max_size=20).filter(lambda word: word not in NONE)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(), max_size=20), inner, max_size=4),
    max_leaves=20,
)
NAMES = st.sampled_from([*options(), "trial"]) | st.text(st.characters(), max_size=20)

# Values that are right beside every other setting's default; those not named here may be anything their own range allows.
BESIDE_DEFAULTS: dict[str, st.SearchStrategy[Any]] = {
    "population_size": st.integers(60, 10_000),
    "generations": st.integers(1, 100_000),
    "elite_size": st.integers(0, 59),
    "tournament_size": st.integers(2, 60),
    "diversity_threshold": st.floats(0, 0.1),
    "intervention_target": st.floats(0.05, 1),
    "token_budget": st.integers(60, 10**12),
    "stagnation_generations": st.integers(1, 60),
    "fitness_threshold": st.floats(-1e9, 1e9),
    "connect_timeout_seconds": st.floats(0.1, 30),
    "request_timeout_seconds": st.floats(5, 120),
    "request_deadline_seconds": st.floats(30, 86_400),
    "namespace": st.uuids().map(str),
    "report_uri": WORDS.map(lambda word: f"file:///{word}"),
    "redis_url": WORDS.map(lambda word: f"redis://user:{word}@localhost/0"),
    "audit_key": st.lists(WORDS.map(lambda word: word.ljust(32, "x")), min_size=1, max_size=3).map(",".join),
    "metrics_token": WORDS.map(lambda word: word.ljust(16, "x")),
    "api_url": WORDS.map(lambda word: f"https://{word}.example/af"),
    "config_file": WORDS.map(lambda word: f"/nowhere/{word}.yaml"),
    "objective_parameters": st.dictionaries(WORDS, st.integers(-100, 100) | WORDS, max_size=3),
    "labels": st.dictionaries(WORDS, WORDS, max_size=3),
    "pattern_seeds": st.lists(WORDS, max_size=3),
}


def _valid(name: str) -> st.SearchStrategy[Any]:
    option = options()[name]
    if name in BESIDE_DEFAULTS:
        return BESIDE_DEFAULTS[name]
    if "enum" in option.schema:
        return st.sampled_from(option.schema["enum"])
    if option.schema["type"] == "boolean":
        return st.booleans()
    if option.schema["type"] in ("integer", "number"):
        draw = st.integers if option.schema["type"] == "integer" else st.floats
        return draw(option.schema["minimum"], option.schema["maximum"])
    return WORDS


def _value(resolved: Resolved, name: str) -> Any:
    holder = resolved.settings.trial if options()[name].trial else resolved.settings
    value = getattr(holder, name)
    return value.get_secret_value() if isinstance(value, SecretStr) else holder.model_dump(mode="json", include={name})[name]


def _resolve_layers(name: str, layers: dict[str, Any]) -> Resolved:
    """Give ``name`` a value in each of ``layers``."""
    option = options()[name]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "dean.yaml"
        document = {name: layers["file"]} if "file" in layers else {}
        file.write_text(yaml.safe_dump({"trial": document} if option.trial else document))
        return resolve(
            {name: layers["top"]} if "top" in layers else {},
            config_file=None if name == "config_file" else file,
            environ={option.environment: to_text(layers["environ"])} if "environ" in layers else {},
            airflow_option=lambda asked: to_text(layers["cfg"]) if asked == option.airflow_name and "cfg" in layers else None,
            source=OverrideSource.COMMAND_LINE,
        )


@pytest.mark.parametrize("name", [name for name in options() if name != "config_file"])
@FAST
@given(data=st.data())
def test_the_highest_layer_that_gives_a_value_wins(name: str, data: st.DataObject) -> None:
    given_in = data.draw(st.sets(st.sampled_from(["file", "cfg", "environ", "top"])))
    layers = {layer: data.draw(_valid(name)) for layer in ["file", "cfg", "environ", "top"] if layer in given_in}
    resolved = _resolve_layers(name, layers)
    assert _value(resolved, name) == (list(layers.values())[-1] if layers else options()[name].default)
    option = options()[name]
    expected = {
        "file": "file ",
        "cfg": f"airflow.cfg [dean] {option.airflow_name}",
        "environ": f"environment {option.environment}",
        "top": "command line",
    }
    assert resolved.origins[name].startswith(expected[list(layers)[-1]] if layers else "default")


@pytest.mark.parametrize("name", options())
@FAST
@given(data=st.data())
def test_text_says_what_json_says(name: str, data: st.DataObject) -> None:
    option = options()[name]
    value = data.draw(_valid(name) | (st.none() if option.nullable else st.nothing()))
    layer = {option.environment: to_text(value)}
    if name != "config_file":
        assert _value(resolve(environ=layer, airflow_option=lambda _: None), name) == value
    read = from_text(option, to_text(value))
    assert read == value or to_text(read) == to_text(value)


@given(data=st.data())
def test_a_written_file_means_the_same_settings(data: st.DataObject) -> None:
    apart = [
        name for name, option in options().items() if not option.installation and name not in ("diversity_threshold", "population_size")
    ]
    conf = {name: data.draw(_valid(name)) for name in data.draw(st.lists(st.sampled_from(apart), unique=True))}
    first, _ = _outcome(lambda: resolve(conf, environ={}, airflow_option=lambda _: None))
    assume(first is not None)  # two values drawn apart may clash
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "dean.yaml"
        file.write_text(yaml.safe_dump(first.settings.model_dump(mode="json", exclude={"config_file"}), allow_unicode=True))
        assert check_file(file).settings == first.settings


def _outcome(act: Callable[[], Resolved]) -> tuple[Resolved, None] | tuple[None, InvalidConfigurationError]:
    """What ``act`` resolved or the one error it may raise, which must name its problems in text that any terminal or document can carry."""
    try:
        return act(), None
    except InvalidConfigurationError as error:
        assert error.details["problems"]  # noqa: PT017 - any other error must pass
        json.dumps(error.details, allow_nan=False, ensure_ascii=False).encode()
        str(error).encode()
        return None, error


@settings(max_examples=3 * settings.default.max_examples)
@given(overrides=st.dictionaries(NAMES, JSON, max_size=8) | JSON)
def test_arbitrary_overrides_are_refused_with_problems_or_taken(overrides: Any) -> None:
    resolved, _ = _outcome(lambda: resolve(overrides, environ={}, airflow_option=lambda _: None))
    if resolved:
        json.dumps(resolved.display(), allow_nan=False, ensure_ascii=False).encode()


@settings(max_examples=3 * settings.default.max_examples)
@given(text=st.dictionaries(st.sampled_from(list(options())), st.text(st.characters(exclude_characters="\0"), max_size=40), max_size=5))
@example(text={"config_file": "~\ud800"})
def test_arbitrary_text_in_the_environment_is_refused_with_problems_or_taken(text: dict[str, str]) -> None:
    environ = {options()[name].environment: value for name, value in text.items()}
    _outcome(lambda: resolve(environ=environ, airflow_option=lambda _: None))


YAML_LIKE = st.text(st.sampled_from("abtrial: \n\t-[]{}*&!|>'\"#%0123?"), max_size=120).map(str.encode)
WRITTEN = JSON.map(lambda value: yaml.dump(value).encode("utf-8", "replace"))


@settings(max_examples=3 * settings.default.max_examples)
@given(content=st.binary(max_size=200) | YAML_LIKE | WRITTEN)
def test_an_arbitrary_file_is_refused_with_problems_or_taken(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "dean.yaml"
        file.write_bytes(content)
        _, error = _outcome(lambda: check_file(file))
    assert error is None or all(problem["origin"].startswith(f"file {file}") for problem in error.details["problems"])
