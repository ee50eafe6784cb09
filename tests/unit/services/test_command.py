from __future__ import annotations

import pytest

from dean_provider.services.command import main


@pytest.mark.parametrize(
    ("variable", "value", "arguments", "words"),
    [
        ("DEAN_EVOLUTION_WORKERS", "many", ["evolution", "--port", "0"], "DEAN_EVOLUTION_WORKERS"),
        ("DEAN_INDEXAGENT_PORT", "70000", ["indexagent"], "DEAN_INDEXAGENT_PORT"),
        ("DEAN_INDEXAGENT_REPOSITORIES", "x=/nowhere", ["indexagent", "--port", "0"], "is no repository"),
        ("DEAN_INDEXAGENT_DATABASE_URL", "mysql://u:swordfish@h/d", ["indexagent", "--port", "0"], "database URL cannot be used"),
    ],
)
def test_settings_that_cannot_work_are_one_line(monkeypatch, capsys, variable, value, arguments, words):
    monkeypatch.setenv(variable, value)
    assert main(arguments) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert words in said.err
    assert "swordfish" not in said.err


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["all", "--port", "x"]])
def test_a_wrong_command_line_is_usage(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize("value", ["", " \n"], ids=["empty", "blank"])
@pytest.mark.parametrize(
    ("variable", "service"),
    [
        ("DEAN_INDEXAGENT_TOKEN", "indexagent"),
        ("DEAN_INDEXAGENT_JWT_SECRET", "indexagent"),
        ("DEAN_EVOLUTION_TOKEN", "evolution"),
        ("DEAN_EVOLUTION_JWT_SECRET", "evolution"),
        ("DEAN_EVOLUTION_INDEXAGENT_TOKEN", "evolution"),
        ("DEAN_EVOLUTION_INDEXAGENT_JWT_SECRET", "evolution"),
        ("DEAN_EVOLUTION_TOKEN", "all"),
    ],
)
def test_a_secret_that_is_given_but_empty_starts_no_service_without_it(monkeypatch, capsys, variable, service, value):
    monkeypatch.setenv(variable, value)
    assert main([service] if service == "all" else [service, "--port", "0"]) == 3
    said = capsys.readouterr().err
    assert said == f"error: The settings cannot work: {variable}: must not be empty; give a secret, or leave the variable out.\n"
