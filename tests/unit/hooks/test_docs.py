"""What the pages about connections say is what the code does."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from dean_provider.hooks import AirflowHook, EvolutionAPIHook, GatewayHook, IndexAgentHook
from dean_provider.hooks.connection import look_up
from dean_provider.hooks.options import AuthMode, ConnectionOptions

DOCS = Path(__file__).parents[3] / "docs"
REFERENCE = (DOCS / "reference" / "connections.md").read_text("utf-8")
GUIDE = (DOCS / "how-to" / "connect.md").read_text("utf-8")
TAKEN_FROM_ELSEWHERE = {"jwt_username", "timeout", "connect_timeout", "deadline"}


def rows(page: str) -> dict[str, list[str]]:
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in page.splitlines() if line.startswith("| `")]
    return {row[0].split(" ")[0].strip("`"): row for row in cells}


def test_every_option_is_documented_with_its_default() -> None:
    documented = rows(REFERENCE)
    for name, field in ConnectionOptions.model_fields.items():
        assert name in documented, name
        if name not in TAKEN_FROM_ELSEWHERE:
            default = field.get_default(call_default_factory=True)
            shown = default.value if isinstance(default, AuthMode) else default if isinstance(default, str) else json.dumps(default)
            assert documented[name][-1] == f"`{shown}`", name


def test_every_way_of_authentication_and_every_type_is_documented() -> None:
    documented = rows(REFERENCE)

    assert {mode.value for mode in AuthMode} <= set(documented)
    for hook in (IndexAgentHook, EvolutionAPIHook, AirflowHook, GatewayHook):
        assert documented[hook.conn_type][1:3] == [f"`dean_provider.hooks.{hook.__name__}`", f"`{hook.default_conn_name}`"]


def test_the_connections_shown_work(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = dict(re.findall(r"export (AIRFLOW_CONN_\w+)='(.*)'", GUIDE))
    assert len(shown) == 2
    for name, value in shown.items():
        monkeypatch.setenv(name, value)

    assert look_up("dean_evolution_default").base_url == "http://evolution.example.org:8090"
    assert look_up("dean_evolution_default").timeout == 10
    assert look_up("dean_indexagent_default").base_url == "https://indexagent.example.org:8081"


def test_the_python_shown_runs(server: Any, reply: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_DEAN_EVOLUTION_DEFAULT", f"dean-evolution://127.0.0.1:{server.port}/?dialect=reference")
    monkeypatch.setenv("AIRFLOW_CONN_DEAN_AIRFLOW_DEFAULT", f"dean-airflow://127.0.0.1:{server.port}/")
    trial = {"trial_id": "t", "status": "running", "best_fitness": 2}
    server.otherwise = lambda asked: reply(body=trial if asked.path.endswith("/t") else {"trials": [trial], "dags": []})
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL):
        exec(block, names)

    assert names["running_trials"]() == ["t"]
    assert server.asked[0].query["status"] == "running"
    assert asyncio.run(names["best_fitness"]("t")) == 2
    assert names["packing_dags"]() == []
    assert server.asked[-1].target == "/api/v2/dags?tags=dean&tags=packing&paused=false"
    run, task = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"[0-9a-f-]{18}", run)
    assert re.fullmatch(rf"{run}-[0-9a-f-]{{17}}", task)
