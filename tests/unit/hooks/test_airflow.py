"""The hook of another Airflow, against a server that answers as Airflow's REST API v2 does."""

from __future__ import annotations

from typing import Any

import jwt
import pytest

from dean_provider.contract.dag_run import DagRunState
from dean_provider.contract.endpoints import airflow
from dean_provider.contract.service import Empty, HealthStatus
from dean_provider.errors import AuthenticationError, ConflictError, ConnectionFailedError, NotFoundError, RequestTimeoutError
from dean_provider.hooks import AirflowHook

LIFETIME = 86_400


class OtherAirflow:
    """Just enough of an Airflow: tokens that end, DAG ``d``, its runs and their tasks."""

    def __init__(self, server: Any, reply: Any, clock: Any) -> None:
        self.reply, self.clock = reply, clock
        self.runs: dict[str, dict[str, Any]] = {}
        self.tokens: list[str] = []
        self.paused = False
        self.tasks = [{"task_id": f"t{number}", "map_index": -1, "state": "success", "try_number": 1} for number in range(250)]
        server.otherwise = self.answer

    def answer(self, asked: Any) -> Any:
        if asked.path == "/auth/token":
            return self.token(asked.json)
        if asked.path == "/api/v2/version":
            return self.reply(body={"version": "3.3.2", "git_version": None})
        if asked.path == "/api/v2/monitor/health":
            return self.reply(
                body={"metadatabase": {"status": "healthy"}, "scheduler": {"status": "healthy"}, "triggerer": {"status": None}}
            )
        if asked.headers.get("authorization") not in [f"Bearer {token}" for token in [*self.tokens[-1:], "static"]]:
            return self.reply(401, {"detail": "Invalid JWT token"})
        return getattr(self, asked.method.lower())(asked)

    def token(self, credentials: dict[str, str]) -> Any:
        if credentials != {"username": "ann", "password": "sesame"}:
            return self.reply(401, {"detail": "Invalid credentials"})
        claims = {"exp": self.clock.epoch + self.clock.elapsed + LIFETIME, "jti": str(len(self.tokens))}
        self.tokens.append(jwt.encode(claims, "k" * 32, algorithm="HS256"))
        return self.reply(201, {"access_token": self.tokens[-1]})

    def get(self, asked: Any) -> Any:
        parts = asked.path.split("/")
        if asked.path == "/api/v2/dags":
            return self.reply(body={"dags": [{"dag_id": "d"}], "total_entries": 1})
        if asked.path == "/api/v2/dags/d":
            return self.reply(body={"dag_id": "d", "is_paused": self.paused})
        if parts[-1] == "taskInstances":
            start, limit = int(asked.query["offset"]), int(asked.query["limit"])
            return self.reply(body={"task_instances": self.tasks[start : start + limit], "total_entries": len(self.tasks)})
        found = self.runs.get(parts[-1].replace("%3A", ":").replace("%2B", "+"))
        return self.reply(body=found) if found else self.reply(404, {"detail": "The DagRun was not found"})

    def post(self, asked: Any) -> Any:
        assert "logical_date" in asked.json
        run_id = asked.json.get("dag_run_id") or f"manual__{len(self.runs)}"
        if run_id in self.runs:
            return self.reply(409, {"detail": {"reason": "Unique constraint violation"}})
        self.runs[run_id] = {"dag_id": "d", "dag_run_id": run_id, "state": "queued", "conf": asked.json["conf"], "logical_date": None}
        return self.reply(body=self.runs[run_id])

    def patch(self, asked: Any) -> Any:
        self.paused = asked.json["is_paused"]
        return self.get(asked)


@pytest.fixture
def other(server: Any, reply: Any, fake_clock: Any) -> OtherAirflow:
    return OtherAirflow(server, reply, fake_clock)


@pytest.fixture
def hook(make_hook: Any, server: Any) -> Any:
    return make_hook(AirflowHook, server, {"dialect": "auto"}, login="ann", password="sesame")


def test_a_run_from_its_start_to_its_tasks(other: OtherAirflow, hook: Any, caller: Any) -> None:
    run = caller.do(hook, "trigger", "atrigger", "d", conf={"x": [1]}, dag_run_id="run:1+1")
    assert (run.dag_run_id, run.state, run.conf) == ("run:1+1", DagRunState.QUEUED, {"x": [1]})

    other.runs["run:1+1"]["state"] = "success"
    assert caller.do(hook, "status", "astatus", "d", "run:1+1").state.ended
    tasks = caller.do(hook, "tasks", "atasks", "d", "run:1+1")
    assert [task.task_id for task in tasks] == [f"t{number}" for number in range(250)]


def test_what_takes_several_requests_has_one_deadline(
    other: OtherAirflow, make_hook: Any, server: Any, caller: Any, fake_clock: Any
) -> None:
    hook = make_hook(AirflowHook, server, {"dialect": "v2", "deadline": 10, "timeout": 10}, password="static")
    answer = other.answer

    def slowly(asked: Any) -> Any:
        fake_clock.elapsed += 6
        return answer(asked)

    server.otherwise = slowly
    with pytest.raises(RequestTimeoutError):
        caller.do(hook, "tasks", "atasks", "d", "r")
    assert len(server.asked) == 2

    other.runs["r"] = {"dag_id": "d", "dag_run_id": "r", "state": "queued", "conf": {}, "logical_date": None}
    server.asked.clear()
    fake_clock.elapsed += 5
    server.otherwise = lambda asked: (slowly(asked), slowly(asked))[1]
    with pytest.raises(RequestTimeoutError):
        caller.do(hook, "trigger", "atrigger", "d", dag_run_id="r")
    assert [asked.method for asked in server.asked] == ["POST"]


def test_pausing(other: OtherAirflow, hook: Any, caller: Any) -> None:
    assert caller.do(hook, "pause", "apause", "d").is_paused is True
    assert caller.do(hook, "read", "aread", "d").is_paused is True
    assert caller.do(hook, "unpause", "aunpause", "d").is_paused is False
    assert other.paused is False


def test_starting_a_run_twice_under_one_id_starts_one(other: OtherAirflow, hook: Any, caller: Any) -> None:
    first = caller.do(hook, "trigger", "atrigger", "d", conf={"x": 1}, dag_run_id="r")
    again = caller.do(hook, "trigger", "atrigger", "d", conf={"x": 1}, dag_run_id="r")

    assert first == again
    assert len(other.runs) == 1
    with pytest.raises(ConflictError):
        caller.do(hook, "trigger", "atrigger", "d", conf={"x": 2}, dag_run_id="r")


def test_a_lost_answer_is_asked_for_again_only_under_an_id(
    other: OtherAirflow, make_hook: Any, server: Any, caller: Any, reply: Any
) -> None:
    hook = make_hook(AirflowHook, server, {"dialect": "v2", "attempts": 3}, password="static")
    answer = other.answer

    def lost(asked: Any) -> Any:
        answer(asked)
        server.otherwise = answer
        return reply(fault="close")

    server.otherwise = lost
    assert caller.do(hook, "trigger", "atrigger", "d", dag_run_id="r").dag_run_id == "r"
    assert list(other.runs) == ["r"]
    server.otherwise = lost
    with pytest.raises(ConnectionFailedError):
        caller.do(hook, "trigger", "atrigger", "d")
    assert len(other.runs) == 2


def test_one_token_serves_until_shortly_before_it_ends(other: OtherAirflow, hook: Any, caller: Any, fake_clock: Any) -> None:
    for _ in range(3):
        caller.do(hook, "read", "aread", "d")
    assert len(other.tokens) == 1

    fake_clock.elapsed += LIFETIME - 59
    caller.do(hook, "read", "aread", "d")
    assert len(other.tokens) == 2


def test_a_refused_token_is_replaced_once(other: OtherAirflow, hook: Any, caller: Any) -> None:
    caller.do(hook, "read", "aread", "d")
    other.tokens.append("somebody restarted it with another secret")

    caller.do(hook, "read", "aread", "d")

    assert len(other.tokens) == 3


def test_wrong_credentials_are_said_to_be(other: OtherAirflow, make_hook: Any, server: Any, caller: Any) -> None:
    hook = make_hook(AirflowHook, server, {"dialect": "v2"}, login="ann", password="wrong-word")

    with pytest.raises(AuthenticationError, match="Invalid credentials") as raised:
        caller.do(hook, "read", "aread", "d")

    assert "wrong-word" not in str(raised.value.details) + str(raised.value)
    assert [asked.path for asked in server.asked] == ["/auth/token"] * 2


def test_a_token_may_be_given(other: OtherAirflow, make_hook: Any, server: Any, caller: Any) -> None:
    hook = make_hook(AirflowHook, server, {"dialect": "v2"}, password="static")

    assert caller.do(hook, "read", "aread", "d").dag_id == "d"
    assert not other.tokens


def test_what_is_not_there(other: OtherAirflow, hook: Any, caller: Any) -> None:
    with pytest.raises(NotFoundError, match="The DagRun was not found"):
        caller.do(hook, "status", "astatus", "d", "absent")


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ({"metadatabase": "healthy", "scheduler": "healthy", "triggerer": None, "dag_processor": "healthy"}, HealthStatus.HEALTHY),
        ({"metadatabase": "healthy", "scheduler": "healthy", "triggerer": "unhealthy"}, HealthStatus.DEGRADED),
        ({"metadatabase": "healthy", "scheduler": "unhealthy"}, HealthStatus.UNHEALTHY),
        ({"metadatabase": "unhealthy", "scheduler": "healthy"}, HealthStatus.UNHEALTHY),
    ],
)
def test_health(parts: dict[str, str | None], status: HealthStatus, make_hook: Any, server: Any, caller: Any, reply: Any) -> None:
    hook = make_hook(AirflowHook, server, {"dialect": "v2", "auth": "none"})
    server.script = [reply(body={name: {"status": told} for name, told in parts.items()})]

    health = caller.call(hook, airflow.HEALTH, Empty())

    assert health.status is status
    assert set(health.checks) == {name for name, told in parts.items() if told}


def test_the_connection_can_be_tested(other: OtherAirflow, server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_TRIED", f"dean-airflow://ann:sesame@127.0.0.1:{server.port}")
    assert AirflowHook("tried").test_connection() == (True, f"airflow answered at http://127.0.0.1:{server.port}: healthy, dialect v2.")
    monkeypatch.setenv("AIRFLOW_CONN_TRIED", f"dean-airflow://ann:wrong@127.0.0.1:{server.port}")
    assert AirflowHook("tried").test_connection()[0] is False
