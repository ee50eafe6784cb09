"""Schemathesis against live interfaces: sequences of requests made from their OpenAPI documents and from what was answered before.

What Schemathesis draws is aimed: where a field names something, mostly something that is there is put into it. How many requests a test
sends, and how often every operation is asked, is counted; everything that breaks a rule is collected and told at the end.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from random import Random
from typing import Any

import hypothesis
import pytest
import requests

LONG = bool(os.environ.get("DEAN_TEST_LONG"))
STEPS = 20
AIMED = 0.9
NEGATIVE = 0.1
"""Share of the scenarios that also send what the document forbids."""

Recipe = Callable[[Any, "Fuzz"], None]


@dataclass
class Fuzz:
    """One interface under test.

    :param headers: sent with every request.
    :param recipes: by operation id, what a request must hold to make sense there.
    :param before: what happens before each request.
    :param mounted: below another application, whose routes end at a line break: a path with one never comes to this interface.
    :param instead: headers of the next request only.
    :param logs: of the processes behind it; a crash that is told in one of them is a finding as well.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    recipes: Mapping[str, Recipe] = field(default_factory=dict)
    logs: tuple[Path, ...] = ()
    before: Callable[[], None] = lambda: None
    mounted: bool = False
    seed: int = 1
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    findings: dict[str, str] = field(default_factory=dict)
    instead: dict[str, str] = field(default_factory=dict)
    known: defaultdict[str, deque[Any]] = field(default_factory=lambda: defaultdict(lambda: deque(maxlen=40)))

    def __post_init__(self) -> None:
        schemathesis = pytest.importorskip("schemathesis", reason="Schemathesis needs Python 3.11")
        self.random = Random(self.seed)
        self.http = requests.Session()
        self.http.trust_env = False
        # Each request stands for itself.
        self.http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.read = [(log, log.stat().st_size) for log in self.logs]
        self.schemas = []
        for modes in ([schemathesis.GenerationMode.POSITIVE], list(schemathesis.GenerationMode)):
            schema = schemathesis.openapi.from_url(f"{self.url}/openapi.json", headers=dict(self.headers))
            schema.config.generation.update(modes=modes)
            self.schemas.append(schema)

    @property
    def operations(self) -> dict[str, Any]:
        """By operation id."""
        found = [one.ok() for one in self.schemas[0].get_all_operations()]
        return {one.definition.raw["operationId"]: one for one in found}

    def run(self, requests: int, at_least: int) -> None:
        """Send so many requests, and to each operation so many."""
        machines = [self._machine(schema) for schema in self.schemas]
        scenario = 0
        while (left := requests - self.sent) > 0:
            machine = machines[self.random.random() < NEGATIVE]
            scenario += 1
            hypothesis.seed(self.seed * 10_000 + scenario)(machine)
            # What is drawn depends on what was answered, so that two scenarios that begin alike may go on differently.
            with suppress(hypothesis.errors.Flaky):
                machine.run(settings=_settings(max_examples=max(2, min(20, left // STEPS)), stateful_step_count=STEPS))
        for operation in self.operations.values():
            self._ask(operation, at_least)

    @property
    def sent(self) -> int:
        return sum(self.answers.values())

    def pick(self, name: str) -> Any:
        """Something that was answered under that name."""
        return self.random.choice(self.known[name]) if name in self.known else None

    def _asked(self, name: str) -> int:
        return sum(count for (one, _), count in self.answers.items() if one == name)

    def _ask(self, operation: Any, at_least: int) -> None:
        """One operation by itself, as often as scenarios left it out. Of one that takes nothing, a single request is drawn at a time."""
        while (left := at_least - self._asked(_name(operation))) > 0:

            @_settings(max_examples=left)
            @hypothesis.given(operation.as_strategy())
            def ask(case: Any) -> None:
                self._send(case)

            hypothesis.seed(self.random.random())(ask)()

    def _machine(self, schema: Any) -> Any:
        fuzz = self

        class Machine(schema.as_state_machine()):  # type: ignore[misc]
            def step(self, given: Any) -> Any:
                from schemathesis.generation.stateful.state_machine import StepOutput

                return StepOutput(fuzz._send(given.case), given.case)

        return Machine

    def _send(self, case: Any) -> Any:
        from schemathesis.core.failures import Failure, FailureGroup

        negative = case.meta is not None and case.meta.generation.mode.is_negative
        self.instead = {}
        self.before()
        if not negative:
            self._aim(case)
        self._bound(case)
        response = case.call(session=self.http, headers={**self.headers, **self.instead}, timeout=60)
        self.answers[_name(case.operation), response.status_code] += 1
        self.seconds[_name(case.operation)] += response.elapsed
        try:
            case.validate_response(response, checks=_checks(negative=negative))
        except FailureGroup as group:
            self._note(case, response, group.exceptions)
        except Failure as failure:
            self._note(case, response, [failure])
        if response.status_code == 200:
            self._learn(_name(case.operation), response)
        return response

    def _note(self, case: Any, response: Any, failures: Any) -> None:
        for failure in failures:
            shown = f"{response.status_code} {response.text[:600]}\n{case.as_curl_command()[:1500]}"
            self.findings.setdefault(f"{_name(case.operation)}: {getattr(failure, 'title', failure)}", f"{failure}\n{shown}")

    def _aim(self, case: Any) -> None:
        """Put things that are there where the request names some."""
        for part in (case.path_parameters, case.query, case.body if isinstance(case.body, dict) else None):
            for name in list(part or {}):
                value = self.pick(name)
                if value is not None and self.random.random() < AIMED:
                    part[name] = value
        for name in ("cursor", "fields"):
            if case.query and self.random.random() < AIMED:
                case.query.pop(name, None)
                place = self.pick(f"{_name(case.operation)}.{name}")
                if place is not None and self.random.random() < 0.5:
                    case.query[name] = place
        recipe = self.recipes.get(_name(case.operation))
        if recipe is not None and self.random.random() < AIMED:
            if case.operation.body and not isinstance(case.body, dict):
                case.body, case.media_type = {}, "application/json"
            recipe(case, self)

    def _bound(self, case: Any) -> None:
        """Nothing that would only wait."""
        for part in (case.query, case.body):
            if isinstance(part, dict) and isinstance(part.get("wait_seconds"), (int, float)):
                part["wait_seconds"] = min(part["wait_seconds"], 0.02)
        for name, value in (case.path_parameters or {}).items():
            if self.mounted and isinstance(value, str):
                # Drawn ones are quoted already.
                case.path_parameters[name] = value.replace("\n", "-").replace("%0A", "-")
        recipe = self.recipes.get(f"{_name(case.operation)} always")
        if recipe is not None:
            recipe(case, self)

    def _learn(self, operation: str, response: Any) -> None:
        if response.headers.get("content-type", [""])[0] != "application/json":
            return
        waiting = [response.json()]
        if isinstance(waiting[0], dict) and waiting[0].get("next_cursor"):
            self.known[f"{operation}.cursor"].append(waiting[0]["next_cursor"])
        while waiting:
            found = waiting.pop()
            if isinstance(found, list):
                waiting += found[:10]
            if isinstance(found, dict):
                waiting += [part for part in found.values() if isinstance(part, (dict, list))]
                for name, value in found.items():
                    if name.endswith("_id") and isinstance(value, str):
                        self.known[name].append(value)

    @property
    def successes(self) -> float:
        """Share of the requests that were answered 2xx."""
        return sum(count for (_, status), count in self.answers.items() if 200 <= status < 300) / max(1, self.sent)

    def crashes(self) -> list[str]:
        """Traces in what the logs say since the beginning."""
        told = []
        for log, start in self.read:
            with log.open("rb") as lines:
                lines.seek(start)
                text = lines.read().decode("utf-8", "replace")
            if "Traceback" in text:
                place = text.index("Traceback")
                told.append(f"{log}: {text[max(0, place - 400) : place + 4000]}")
        return told

    def table(self) -> str:
        """Requests and answers by operation."""
        rows = defaultdict(dict)
        for (name, status), count in sorted(self.answers.items()):
            rows[name][status] = count
        lines = [
            f"{name:28} {sum(found.values()):6} {1000 * self.seconds[name] / sum(found.values()):7.1f} ms  {dict(found)}"
            for name, found in sorted(rows.items())
        ]
        waited = f"{self.seconds.total():.1f} s of waiting for them"
        return "\n".join([*lines, f"{self.sent} requests, {self.successes:.1%} answered 2xx, {waited}"])

    def require(self, *, at_least: int, successes: float) -> None:
        """Whether it was tried enough, and found nothing."""
        self.http.close()
        print(self.table())  # noqa: T201 - what `make fuzz` shows of it
        assert not self.findings, "\n\n".join(f"{name}\n{told}" for name, told in self.findings.items())
        assert self.crashes() == []
        assert {name: self._asked(name) for name in self.operations if self._asked(name) < at_least} == {}
        assert self.successes >= successes, self.table()


def _name(operation: Any) -> str:
    return str(operation.definition.raw["operationId"])


def _settings(**more: Any) -> hypothesis.settings:
    phases = [hypothesis.Phase.generate]
    return hypothesis.settings(deadline=None, database=None, phases=phases, suppress_health_check=list(hypothesis.HealthCheck), **more)


def _checks(*, negative: bool) -> list[Any]:
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    always = [
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_headers_conformance,
        checks.response_schema_conformance,
    ]
    return [*always, checks.negative_data_rejection] if negative else always


@pytest.fixture
def fuzz() -> type[Fuzz]:
    return Fuzz


@pytest.fixture
def amount() -> Callable[..., tuple[int, int]]:
    """Requests to send, and to each operation at least: all of the long run's share, or a tenth of it, 2,000 in all."""

    def share(requests: int, at_least: int = 100) -> tuple[int, int]:
        return (requests, at_least) if LONG else (requests // 10, max(1, at_least // 30))

    return share


@dataclass(frozen=True)
class Services:
    indexagent: str
    evolution: str
    logs: tuple[Path, ...]


def _start(folder: Path, *words: str, **environment: str) -> tuple[subprocess.Popen[str], str, Path]:
    log = folder / f"{words[0]}.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "dean_provider.services", *words],
            cwd=folder,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    assert process.stdout is not None
    return process, process.stdout.readline().split()[-1], log


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Both, as processes of their own."""
    folder = tmp_path_factory.mktemp("fuzzed")
    code = folder / "code"
    code.mkdir()
    (code / "greeting.py").write_text("def greet(name):\n    return f'hello {name}'\n")
    started = []
    try:
        # Bounds that the drawn requests can reach, so that none keeps the machine busy for long.
        limits = {"DEAN_INDEXAGENT_MAX_GENERATION_GENES": "20000", "DEAN_INDEXAGENT_REPOSITORIES": f"demo={code}"}
        started.append(_start(folder, "indexagent", "--port", "0", **limits))
        limits = {"DEAN_EVOLUTION_MAX_RUNNING_TRIALS": "8", "DEAN_EVOLUTION_EVALUATION_TIMEOUT_SECONDS": "20"}
        words = ["evolution", "--port", "0", "--indexagent-url", started[0][1], "--workers", "1"]
        started.append(_start(folder, *words, **limits))
        yield Services(started[0][1], started[1][1], tuple(log for _, _, log in started))
    finally:
        for process, _, _ in reversed(started):
            process.send_signal(signal.SIGTERM)
        for process, _, _ in started:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            assert process.stdout is not None
            process.stdout.close()


@pytest.fixture
def caller(services: Services, caller_of: Callable[[str, str], Any]) -> Any:
    return caller_of(services.indexagent, services.evolution)


class Steering:
    """Pauses and resumes trials at their service. One that runs would take a processor from everything that is asked next."""

    def __init__(self, caller: Any) -> None:
        self.caller = caller
        self.running: str | None = None
        """The trial that the last request may have let run."""

    def steer(self, trial_id: str, how: str) -> None:
        self.caller.http.post(f"{self.caller.evolution_url}/api/v1/trials/{trial_id}/{how}", json={})

    def hold(self) -> None:
        """Pause what the last request may have let run."""
        if self.running is not None:
            self.steer(self.running, "pause")
            self.running = None


@pytest.fixture
def steering(caller: Any) -> Iterator[Steering]:
    made = Steering(caller)
    yield made
    made.hold()


@pytest.fixture(scope="session")
def oldest_python() -> str:
    """Interpreter with the oldest supported Airflow."""
    python = os.environ.get("DEAN_TEST_OLDEST_PYTHON", "")
    if not python:
        pytest.skip("needs an environment with the oldest supported Airflow, named by DEAN_TEST_OLDEST_PYTHON; `make test` makes one")
    return python


@pytest.fixture(scope="module")
def connections(services: Services) -> dict[str, str]:
    """Variables that make both known to Airflow."""

    def connection(service: str) -> str:
        host, _, port = getattr(services, service).removeprefix("http://").partition(":")
        return json.dumps({"conn_type": f"dean_{service}", "host": host, "port": int(port), "extra": {"dialect": "reference"}})

    return {f"AIRFLOW_CONN_DEAN_{service.upper()}_DEFAULT": connection(service) for service in ("evolution", "indexagent")}
