"""Facts on their way to the gateway: whose they are, who signs, how long anybody waits, and what a refusal says."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import jwt
import pytest
from airflow.api_fastapi.auth.tokens import JWTValidator, get_sig_validation_args
from airflow.sdk import Connection

from dean_provider.contract.endpoints.gateway import LIST_TRIALS
from dean_provider.contract.events.envelope import ReportedFact
from dean_provider.contract.events.trial import RunEnded
from dean_provider.contract.workflow import ListWorkflows, Origin, RecordFacts
from dean_provider.errors import (
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    InvalidConfigurationError,
    PermissionDeniedError,
    RequestTimeoutError,
)
from dean_provider.hooks import GatewayHook, forget
from dean_provider.hooks.gateway import AUDIENCE
from dean_provider.hooks.gateway_connection import Installation, gateway_settings, look_up_gateway

SECRET = "a secret that tasks and API servers share, long enough for every algorithm"
WORKFLOW = UUID("0f8fad5b-d9cb-469f-a165-70867728950e")
TASK = {"dag_id": "dag", "run_id": "run", "task_id": "group.start_evolution", "map_index": -1}
FACTS = RecordFacts(
    workflow_id=WORKFLOW, origin=Origin(dag_id="dag", run_id="run", task_group="group"), facts=[ReportedFact.of(RunEnded(state="success"))]
)
RECORDED = {"recorded": 1, "known": 0, "generation": -1, "head": {"sequence": 1, "hash": "abc"}}
REFUSED = {
    "error_code": "authentication_failed",
    "message": "The signature is not ours.",
    "type": "",
    "title": "",
    "suggestions": ["Look."],
}


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch, server: Any) -> Any:
    """A gateway behind the default connection."""
    monkeypatch.setenv("AIRFLOW__DEAN__API_URL", f"http://127.0.0.1:{server.port}/af/")
    monkeypatch.setenv("AIRFLOW_CONN_DEAN_GATEWAY_DEFAULT", f'{{"conn_type": "dean_gateway", "password": "{SECRET}"}}')
    forget()
    return server


def claims(asked: Any, key: str = SECRET, algorithms: tuple[str, ...] = ("HS256",)) -> dict[str, Any]:
    token = asked.headers["authorization"].removeprefix("Bearer ")
    return jwt.decode(token, key, algorithms=list(algorithms), audience=AUDIENCE)


def test_facts_are_told_for_one_task(connected: Any, reply: Any, caller: Any) -> None:
    connected.otherwise = lambda _: reply(body=RECORDED)

    recorded = caller.do(GatewayHook(task=TASK), "record", "arecord", FACTS)

    assert (recorded.recorded, recorded.head.sequence) == (1, 1)
    (asked,) = connected.asked
    assert (asked.method, asked.path) == ("POST", f"/af/dean/api/v1/workflows/{WORKFLOW}/events")
    assert asked.json["facts"][0]["event_type"] == "run.ended"
    assert asked.json["origin"]["task_group"] == "group"
    said = claims(asked)
    assert {name: said[name] for name in TASK} == TASK
    assert (said["type"], said["sub"]) == ("service", "dag/run/group.start_evolution/-1")
    assert said["exp"] - said["iat"] <= 700


def test_two_tasks_of_a_triggerer_share_the_connection_and_not_the_token(connected: Any, reply: Any) -> None:
    connected.otherwise = lambda _: reply(body=RECORDED)

    async def both() -> None:
        for task_id in ("one", "two"):
            await GatewayHook(task={**TASK, "task_id": task_id}).arecord(FACTS)

    asyncio.run(both())
    assert [claims(asked)["task_id"] for asked in connected.asked] == ["one", "two"]
    assert connected.connections == 1


def test_airflows_own_secret_is_used_only_where_that_is_said(connected: Any, reply: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it signs is what Airflow itself would accept, for our audience alone; then no connection is needed."""
    connected.otherwise = lambda _: reply(body=RECORDED)
    monkeypatch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", "the secret of the API server, and of nobody else here, for signing tokens")
    monkeypatch.setenv("AIRFLOW__DEAN__USE_API_SECRET", "true")
    monkeypatch.delenv("AIRFLOW_CONN_DEAN_GATEWAY_DEFAULT")

    GatewayHook(task=TASK).record(FACTS)

    token = connected.asked[0].headers["authorization"].removeprefix("Bearer ")
    keys = get_sig_validation_args(make_secret_key_if_needed=False)
    assert JWTValidator(audience=AUDIENCE, leeway=0, **keys).validated_claims(token)["task_id"] == TASK["task_id"]
    with pytest.raises(jwt.InvalidAudienceError):
        JWTValidator(audience="apache-airflow", leeway=0, **keys).validated_claims(token)


@pytest.mark.parametrize(
    ("own_secret", "named"), [(False, ["dean_gateway_default", "use_api_secret", "clocks"]), (True, ["jwt_secret", "use_api_secret"])]
)
def test_a_refused_signature_names_the_settings(
    connected: Any, reply: Any, monkeypatch: pytest.MonkeyPatch, caller: Any, own_secret: bool, named: list[str]
) -> None:
    connected.otherwise = lambda _: reply(401, REFUSED)
    monkeypatch.setenv("AIRFLOW__DEAN__USE_API_SECRET", str(own_secret))
    monkeypatch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", SECRET)

    with pytest.raises(AuthenticationError) as refused:
        caller.do(GatewayHook(task=TASK), "record", "arecord", FACTS)

    text = " ".join(refused.value.suggestions)
    assert all(word in text for word in named)
    assert refused.value.suggestions[-1] == "Look."
    token = connected.asked[0].headers["authorization"].removeprefix("Bearer ")
    assert SECRET not in text + str(refused.value.details)
    assert token not in text + str(refused.value.details)


@pytest.mark.parametrize(("status", "code", "error"), [(409, "conflict", ConflictError), (403, "permission_denied", PermissionDeniedError)])
def test_what_the_gateway_does_not_take(connected: Any, reply: Any, caller: Any, status: int, code: str, error: type[Exception]) -> None:
    connected.otherwise = lambda _: reply(status, {"error_code": code, "message": "no"})

    with pytest.raises(error):
        caller.do(GatewayHook(task=TASK), "record", "arecord", FACTS)
    assert len(connected.asked) == 1


def test_nobody_waits_long_for_a_recorder_that_hangs(make_hook: Any, server: Any, reply: Any, fake_clock: Any) -> None:
    server.otherwise = lambda _: reply(fault="hang")
    hook = make_hook(GatewayHook, server, {"dialect": "v1", "timeout": 0.2, "deadline": 0.2})

    with pytest.raises(RequestTimeoutError):
        hook.record(FACTS)
    assert len(server.asked) == 1


def test_where_the_connection_says_nothing_recording_is_impatient() -> None:
    settings = gateway_settings(Connection(conn_id="c", conn_type="dean_gateway", password=SECRET), Installation("http://here:1/af"))

    assert settings.base_url == "http://here:1/af"
    assert (settings.timeout, settings.connect_timeout, settings.deadline) == (5, 2, 5)
    assert (settings.options.attempts, settings.options.breaker_threshold, settings.options.breaker_reset_seconds) == (2, 3, 15)


def test_what_the_connection_says_wins() -> None:
    connection = Connection(
        conn_id="c",
        conn_type="dean_gateway",
        host="there",
        schema="https",
        port=444,
        password=SECRET,
        extra='{"timeout": 9, "deadline": 20, "attempts": 4, "jwt_claims": {"tenant": "a"}}',
    )
    settings = gateway_settings(connection, Installation("http://here:1"))

    assert settings.base_url == "https://there:444"
    assert (settings.timeout, settings.deadline, settings.options.attempts) == (9, 20, 4)
    assert settings.options.jwt_claims == {"aud": AUDIENCE, "tenant": "a"}


def test_with_login_and_password_it_is_a_user_who_calls(connected: Any, reply: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_DEAN_GATEWAY_DEFAULT", '{"conn_type": "dean_gateway", "login": "ann", "password": "sesame"}')
    forget()
    connected.otherwise = lambda asked: reply(body={"access_token": "t"} if asked.path.endswith("token") else {"workflows": []})

    assert GatewayHook().call(LIST_TRIALS, ListWorkflows()).workflows == []
    assert [asked.path for asked in connected.asked] == ["/af/auth/token", "/af/dean/api/v1/trials"]
    assert connected.asked[1].headers["authorization"] == "Bearer t"


def test_without_a_connection_there_is_nobody_to_tell(connected: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_DEAN_GATEWAY_DEFAULT")

    with pytest.raises(ConfigurationError, match="no connection 'dean_gateway_default'") as missing:
        look_up_gateway("dean_gateway_default")
    assert missing.value.details["rule"] == "must exist"


def test_without_a_secret_nothing_can_be_signed(connected: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_DEAN_GATEWAY_DEFAULT", '{"conn_type": "dean_gateway"}')

    with pytest.raises(InvalidConfigurationError, match="needs a password"):
        GatewayHook(task=TASK).record(FACTS)


def test_the_connection_can_be_tried(connected: Any, reply: Any) -> None:
    connected.otherwise = lambda _: reply(body={"status": "healthy", "service": "gateway", "version": "9"})

    assert GatewayHook().test_connection() == (True, f"gateway 9 answered at http://127.0.0.1:{connected.port}/af: healthy, dialect v1.")
