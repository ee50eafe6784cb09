"""``dean demo`` and ``dean up`` hand what they are told to the programs behind them, and refuse what cannot work before anything starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dean_provider.cli import options
from dean_provider.cli.extras import needing
from dean_provider.cli.main import main
from dean_provider.errors import ConfigurationError
from dean_provider.local import ports


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = []
    monkeypatch.setattr("dean_provider.local.demo.run", lambda demo, **more: calls.append({**vars(demo), **more}))
    monkeypatch.setattr("dean_provider.local.up.run", lambda **more: calls.append(more))
    return calls


def test_a_demo_as_it_comes(started: list[dict[str, Any]]) -> None:
    assert main(["demo"]) == 0
    assert started == [
        {
            "home": Path(".dean/demo"),
            "db": "sqlite",
            "ports": ports.Ports(8080, 8081, 8090),
            "seed": 2026,
            "population_size": 60,
            "generations": 60,
            "as_json": False,
        }
    ]


def test_a_demo_as_told(started: list[dict[str, Any]], tmp_path: Path) -> None:
    words = ["--db", "postgres", "--port", "9000", "--home", str(tmp_path), "--seed", "1", "--population-size", "20", "--generations", "5"]
    assert main(["demo", *words, "--json"]) == 0
    (call,) = started
    assert (call["db"], call["ports"], call["home"]) == ("postgres", ports.Ports(9000, 9001, 9010), tmp_path)
    assert (call["seed"], call["population_size"], call["generations"], call["as_json"]) == (1, 20, 5, True)


def test_up(started: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ports.PORT_VARIABLE, "9000")
    assert main(["up", "--db", "postgres"]) == 0
    assert started == [{"home": Path(".dean/up"), "db": "postgres", "ports": ports.Ports(9000, 9001, 9010)}]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["demo", "--population-size", "1"], 3, "population_size = 1 must be at least 2"),
        (["demo", "--population-size", "2"], 3, "elite_size (2) must be below population_size (2)"),
        (["demo", "--seed", "-1"], 3, "seed = -1 must be at least 0"),
        (["demo", "--port", "http"], 3, "neither 'auto' nor a number"),
        (["up", "--port", "0"], 3, "neither 'auto' nor a number"),
        (["demo", "--db", "mysql"], 2, "mysql"),
    ],
)
def test_what_cannot_work_is_refused_at_once(
    words: list[str], code: int, said: str, started: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == code
    assert said in capsys.readouterr().err
    assert started == []


def test_the_variable_for_the_port_is_the_one_its_errors_name() -> None:
    assert options.PORT_VARIABLE == ports.PORT_VARIABLE


def test_a_missing_extra_is_named() -> None:
    with pytest.raises(ConfigurationError, match="needs no_such_thing, which is not installed") as caught, needing("local"):
        raise ModuleNotFoundError("No module named 'no_such_thing.part'", name="no_such_thing")
    assert caught.value.suggestions == ["Install it with: pip install 'dean-provider[local]'"]


def test_a_missing_module_of_our_own_is_no_missing_extra() -> None:
    with pytest.raises(ModuleNotFoundError), needing("local"):
        raise ModuleNotFoundError("No module named 'dean_provider.gone'", name="dean_provider.gone")
