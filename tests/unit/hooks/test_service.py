"""How a hook behaves beyond a single operation: what stays open, what is renewed, what is found out."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import threading
from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from dean_provider.contract.endpoints import Dialect, Probe, Route, Traits, airflow, evolution, indexagent, register_dialect
from dean_provider.contract.endpoints import dialect as dialect_module
from dean_provider.contract.pattern import ApplyPatterns, MeasurePattern
from dean_provider.contract.service import Empty, HealthStatus, ServiceName
from dean_provider.contract.trial import ListTrials, StopTrial, TrialRef, TrialStatus
from dean_provider.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailedError,
    ConnectionsExhaustedError,
    InvalidConfigurationError,
    InvalidResponseError,
    NotFoundError,
    RequestTimeoutError,
    ServiceFailureError,
    ServiceUnavailableError,
    UnsupportedOperationError,
)
from dean_provider.hooks import AirflowHook, EvolutionAPIHook, IndexAgentHook, forget, transport_async
from dean_provider.hooks.correlation import correlation_id
from dean_provider.hooks.failures import timed_out
from dean_provider.hooks.message import Answer
from dean_provider.hooks.steps import LookUp, Mask, Send, Step
from dean_provider.hooks.transport_async import AsyncTransport
from dean_provider.hooks.transport_sync import SyncTransport

REF = TrialRef(trial_id="t")
TRIAL = {"trial_id": "t", "status": "running"}
HEALTHY = {"status": "healthy", "service": "evolution", "version": "1.2", "dialect": "reference"}


def test_many_calls_take_one_connection_and_one_look_up(caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
    hook = make_hook(EvolutionAPIHook, server)
    server.otherwise = lambda _: reply(body=TRIAL)

    for _ in range(20):
        caller.call(hook, evolution.READ_TRIAL, REF)

    assert len(server.asked) == 20
    assert server.connections == 1
    assert hook.lookups == 1


def test_hooks_of_one_connection_share_what_is_open(caller: Any, server: Any, reply: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SHARED", json.dumps({"conn_type": "dean_evolution", "host": "127.0.0.1", "port": server.port}))
    server.otherwise = lambda asked: reply(body=HEALTHY if asked.path == "/health" else TRIAL)

    for _ in range(3):
        caller.call(EvolutionAPIHook("shared"), evolution.READ_TRIAL, REF)
    caller.call(EvolutionAPIHook("shared", correlation_id="own"), evolution.READ_TRIAL, REF)

    assert server.connections == 1
    assert [asked.path for asked in server.asked] == ["/health", *["/api/v1/trials/t"] * 4]
    assert server.asked[-1].headers["x-request-id"] == "own"
    assert EvolutionAPIHook("shared").channel is not IndexAgentHook("shared").channel


def test_forgetting_closes_and_resolves_anew(server: Any, serve: Any, reply: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    other = serve()
    for each in (server, other):
        each.otherwise = lambda _: reply(body=TRIAL)
    said = {"conn_type": "dean_evolution", "host": "127.0.0.1", "extra": {"dialect": "reference"}}
    monkeypatch.setenv("AIRFLOW_CONN_SHARED", json.dumps({**said, "port": server.port}))
    EvolutionAPIHook("shared").call(evolution.READ_TRIAL, REF)
    monkeypatch.setenv("AIRFLOW_CONN_SHARED", json.dumps({**said, "port": other.port}))

    EvolutionAPIHook("shared").call(evolution.READ_TRIAL, REF)
    forget("shared")
    EvolutionAPIHook("shared").call(evolution.READ_TRIAL, REF)

    assert (len(server.asked), len(other.asked)) == (2, 1)


@pytest.mark.parametrize(
    ("hook_class", "operation"), [(EvolutionAPIHook, evolution.HEALTH), (IndexAgentHook, indexagent.HEALTH), (AirflowHook, airflow.HEALTH)]
)
def test_without_an_id_the_configured_connection_is_used(
    hook_class: Any, operation: Any, caller: Any, server: Any, reply: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook, unused = hook_class(), hook_class()
    monkeypatch.setenv("AIRFLOW_CONN_MINE", f"http://127.0.0.1:{server.port}")
    monkeypatch.setenv(f"AIRFLOW__DEAN__{hook.service.value.upper()}_CONN_ID", "mine")
    server.otherwise = lambda asked: reply(
        body={"version": "3"}
        if "version" in asked.path
        else {"scheduler": {"status": "healthy"}}
        if hook_class is AirflowHook
        else {**HEALTHY, "service": hook.service.value}
    )

    assert caller.call(hook, operation, Empty()).status is HealthStatus.HEALTHY
    assert (hook.conn_id, unused.conn_id, hook_class("own").conn_id) == ("mine", "mine", "own")

    forget("mine")
    monkeypatch.delenv(f"AIRFLOW__DEAN__{hook.service.value.upper()}_CONN_ID")
    assert hook_class().conn_id == hook_class.default_conn_name


def test_a_hook_without_an_id_costs_nothing_until_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dean_provider.config.resolve", lambda *_, **__: pytest.fail("the configuration was read"))
    hook = EvolutionAPIHook()

    assert hook.channel.line is None


@pytest.mark.asyncio
async def test_the_configuration_is_not_read_on_the_loop(server: Any, reply: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_DEAN_EVOLUTION_DEFAULT", f"http://127.0.0.1:{server.port}/?dialect=reference")
    where: list[int] = []
    configured = EvolutionAPIHook.configured_conn_id
    monkeypatch.setattr(EvolutionAPIHook, "configured_conn_id", lambda _: (where.append(threading.get_ident()), configured())[1])
    server.otherwise = lambda _: reply(body=TRIAL)

    await EvolutionAPIHook().acall(evolution.READ_TRIAL, REF)

    assert where
    assert threading.get_ident() not in where


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_child_process_opens_its_own(server: Any, reply: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "AIRFLOW_CONN_SHARED",
        json.dumps({"conn_type": "dean_evolution", "host": "127.0.0.1", "port": server.port, "extra": {"dialect": "reference"}}),
    )
    server.otherwise = lambda _: reply(body=TRIAL)
    hook = EvolutionAPIHook("shared")
    hook.call(evolution.READ_TRIAL, REF)

    child = os.fork()
    if child == 0:  # pragma: no cover - another process
        try:
            hook.call(evolution.READ_TRIAL, REF)
            asyncio.run(hook.acall(evolution.READ_TRIAL, REF))
        except BaseException:  # noqa: BLE001
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    hook.call(evolution.READ_TRIAL, REF)

    assert [asked.connection for asked in server.asked] == [1, 2, 3, 1]


def test_threads_have_sessions_of_their_own(server: Any, make_hook: Any, reply: Any) -> None:
    hook = make_hook(EvolutionAPIHook, server)
    server.otherwise = lambda _: reply(body=TRIAL)
    sessions: list[Any] = []

    def work() -> None:
        hook.call(evolution.READ_TRIAL, REF)
        sessions.append(hook.get_conn())

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({id(session) for session in sessions}) == 3
    assert hook.lookups == 1


def test_many_coroutines_share_one_look_up_and_one_session(server: Any, make_hook: Any, reply: Any) -> None:
    hook = make_hook(EvolutionAPIHook, server)
    server.otherwise = lambda _: reply(body=TRIAL)

    async def work() -> set[int]:
        await asyncio.gather(*(hook.acall(evolution.READ_TRIAL, REF) for _ in range(30)))
        return {id(await hook.aget_conn()) for _ in range(3)}

    assert len(asyncio.run(work())) == 1
    assert hook.lookups == 1
    assert len(server.asked) == 30


def test_hundreds_wait_for_news_at_a_time(server: Any, make_hook: Any, reply: Any) -> None:
    """Each deferred trial of a triggerer does, and none must queue for another one's news: the service answers when all have asked."""
    hook = make_hook(EvolutionAPIHook, server, {"timeout": 60})
    everybody = threading.Barrier(300)

    def when_all_have_asked(_: Any) -> Any:
        everybody.wait(50)
        return reply(body=TRIAL)

    server.otherwise = when_all_have_asked

    async def work() -> list[Any]:
        return await asyncio.gather(*(hook.acall(evolution.READ_TRIAL, REF) for _ in range(300)))

    assert {trial.trial_id for trial in asyncio.run(work())} == {"t"}
    assert server.connections == 300


def test_waiting_for_a_free_connection_is_no_outage(server: Any, make_hook: Any, reply: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport_async, "most_connections", lambda: 2)
    hook = make_hook(EvolutionAPIHook, server, {"breaker_threshold": 1})
    all_taken, freed = threading.Barrier(3), threading.Event()

    def answer(_: Any) -> Any:
        if len(server.asked) > 2:
            return reply(fault="hang")
        all_taken.wait(10)
        freed.wait(10)
        return reply(body=TRIAL)

    server.otherwise = answer

    async def work() -> None:
        loop = asyncio.get_running_loop()
        holders = [loop.create_task(hook.acall(evolution.READ_TRIAL, REF)) for _ in range(2)]
        await asyncio.to_thread(all_taken.wait, 10)
        with pytest.raises(ConnectionsExhaustedError, match=r"all 2 were in use for 0\.05 s"):
            await hook.acall(evolution.READ_TRIAL, REF, timeout=0.05)
        assert len(server.asked) == 2
        queued = loop.create_task(hook.acall(evolution.READ_TRIAL, REF, timeout=0.3))
        await asyncio.sleep(0)
        freed.set()
        assert len(await asyncio.gather(*holders)) == 2
        assert hook.channel.line.breaker.state == "closed"
        with pytest.raises(RequestTimeoutError):  # it waited for a connection first, but what it then waited for is the service's
            await queued
        assert hook.channel.line.breaker.state == "open"

    asyncio.run(work())


def test_a_call_that_is_cancelled_in_the_queue_takes_no_place(
    server: Any, make_hook: Any, reply: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whenever that happens: while it waits, and when its turn has just come."""
    monkeypatch.setattr(transport_async, "most_connections", lambda: 1)
    hook = make_hook(EvolutionAPIHook, server)
    taken, freed = threading.Event(), threading.Event()

    def answer(_: Any) -> Any:
        taken.set()
        freed.wait(10)
        return reply(body=TRIAL)

    server.otherwise = answer

    async def work() -> None:
        for pause in [None, *range(8)]:
            taken.clear()
            freed.clear()
            first = asyncio.ensure_future(hook.acall(evolution.READ_TRIAL, REF))
            await asyncio.to_thread(taken.wait, 10)
            queued = asyncio.ensure_future(hook.acall(evolution.READ_TRIAL, REF))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            if pause is None:
                queued.cancel()
            freed.set()
            await first
            for _ in range(pause or 0):
                await asyncio.sleep(0)
            queued.cancel()
            await asyncio.wait({queued})
            assert (await hook.acall(evolution.READ_TRIAL, REF, timeout=5)).trial_id == "t"

    asyncio.run(work())


def test_no_file_left_is_no_outage(caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
    hook = make_hook(EvolutionAPIHook, server, {"breaker_threshold": 1})
    server.otherwise = lambda _: reply(body=TRIAL)
    caller.call(hook, evolution.READ_TRIAL, REF)
    caller.do(hook, "close", "aclose")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, before[1]))
    try:
        with pytest.raises(ConnectionsExhaustedError, match="Too many open files"):
            caller.call(hook, evolution.READ_TRIAL, REF)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert caller.call(hook, evolution.READ_TRIAL, REF).trial_id == "t"


@pytest.mark.parametrize(("files", "most"), [(resource.RLIM_INFINITY, sys.maxsize), (1024, 768), (65_536, 65_280), (256, 100)])
def test_connections_are_bounded_by_what_the_process_may_open(files: int, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))
    assert transport_async.most_connections() == most


def test_what_a_call_is_authenticated_with_is_told_without_the_secret_and_without_a_call(server: Any, make_hook: Any) -> None:
    hook = make_hook(EvolutionAPIHook, server, password="s3cret")
    assert asyncio.run(hook.acredential()) == "Authorization: Bearer"
    assert asyncio.run(make_hook(EvolutionAPIHook, server).acredential()) == ""
    assert not server.asked


def test_sessions_end_with_their_loop(server: Any, make_hook: Any, reply: Any) -> None:
    """Warnings are errors here: an unclosed session or socket would fail this test."""
    hook = make_hook(EvolutionAPIHook, server)
    server.otherwise = lambda _: reply(body=TRIAL)
    sessions: list[Any] = []

    async def work() -> None:
        await hook.acall(evolution.READ_TRIAL, REF)
        sessions.append(await hook.aget_conn())
        assert not sessions[-1].closed

    for _ in range(3):
        asyncio.run(work())

    assert len({id(session) for session in sessions}) == 3
    assert all(session.closed for session in sessions)


def test_closing_early_is_possible(caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
    hook = make_hook(EvolutionAPIHook, server)
    server.otherwise = lambda _: reply(body=TRIAL)
    caller.call(hook, evolution.READ_TRIAL, REF)
    caller.do(hook, "close", "aclose")
    caller.call(hook, evolution.READ_TRIAL, REF)

    assert server.connections == 2


@pytest.mark.asyncio
async def test_the_loop_is_never_blocked(server: Any, make_hook: Any, reply: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection is resolved, and secrets are masked, in a thread: both talk to the supervisor."""
    loop_thread = threading.get_ident()
    hook = make_hook(EvolutionAPIHook, server, {"auth": "jwt"}, password="a secret of more than 32 characters")
    where: list[int] = []
    resolve = hook.channel._resolve
    monkeypatch.setattr(hook.channel, "_resolve", lambda conn_id: (where.append(threading.get_ident()), resolve(conn_id))[1])
    monkeypatch.setattr("airflow.sdk.log.mask_secret", lambda secret, name=None: where.append(threading.get_ident()))
    server.otherwise = lambda _: reply(body={"trials": [TRIAL] * 5000})

    page = await hook.acall(evolution.LIST_TRIALS, ListTrials(limit=1000))

    assert len(page.trials) == 5000
    assert len(where) >= 3
    assert loop_thread not in where


def test_a_changed_connection_is_noticed_when_credentials_are_refused(caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
    hook = make_hook(EvolutionAPIHook, server, password="old-token")
    server.otherwise = lambda asked: (
        reply(body=TRIAL) if asked.headers["authorization"] == "Bearer new-token" else reply(401, {"detail": "no"})
    )
    with pytest.raises(AuthenticationError):
        caller.call(hook, evolution.READ_TRIAL, REF)
    assert (hook.lookups, len(server.asked)) == (2, 1)

    hook.fields["password"] = "new-token"
    caller.call(hook, evolution.READ_TRIAL, REF)

    assert hook.lookups == 3
    caller.call(hook, evolution.READ_TRIAL, REF)
    assert hook.lookups == 3


def test_a_late_refusal_of_an_old_token_leaves_no_call_without_one(server: Any, make_hook: Any, fake_clock: Any) -> None:
    """Two calls were refused; one has a new token and is about to send it when the other's refusal comes in."""
    hook = make_hook(EvolutionAPIHook, server, {"auth": "jwt"}, password="a secret of more than 32 characters")
    refusal = Answer(401, CaseInsensitiveDict({"Content-Type": "application/json"}), b'{"detail": "Token has expired"}')

    def go_on(steps: Any, result: Any, until: type[Step]) -> Any:
        step = steps.send(result)
        while not isinstance(step, until):
            step = steps.send(step.do(hook.channel))
        return step

    first, second = hook._operate(evolution.READ_TRIAL, REF), hook._operate(evolution.READ_TRIAL, REF)
    old = [go_on(steps, None, Send).request.headers["Authorization"] for steps in (first, second)]
    fake_clock.elapsed += 10
    go_on(first, refusal, Mask)
    look_up = go_on(second, refusal, LookUp)
    new = [go_on(first, None, Send), go_on(second, look_up.do(hook.channel), Send)]

    assert old[0] == old[1]
    assert new[0].request.headers["Authorization"] == new[1].request.headers["Authorization"] != old[0]


def test_a_service_that_moved_is_found(caller: Any, server: Any, serve: Any, make_hook: Any, reply: Any) -> None:
    other = serve()
    for each in (server, other):
        each.otherwise = lambda _: reply(body=TRIAL)
    hook = make_hook(EvolutionAPIHook, server, {"attempts": 2})
    caller.call(hook, evolution.READ_TRIAL, REF)
    caller.do(hook, "close", "aclose")
    hook.fields["port"] = other.port
    server.stop()

    assert caller.call(hook, evolution.READ_TRIAL, REF).status is TrialStatus.RUNNING

    assert len(other.asked) == 1
    assert hook.lookups == 2


@pytest.mark.parametrize(
    ("extra", "fields", "expected"),
    [
        ({}, {}, {"authorization": None}),
        ({}, {"login": "ann", "password": "sesame"}, {"authorization": "Basic YW5uOnNlc2FtZQ=="}),
        ({"auth": "basic"}, {"login": "ann", "password": "sesame"}, {"authorization": "Basic YW5uOnNlc2FtZQ=="}),
        ({}, {"password": "sesame"}, {"authorization": "Bearer sesame"}),
        ({"auth": "bearer"}, {"login": "ann", "password": "sesame"}, {"authorization": "Bearer sesame"}),
        ({"auth": "key"}, {"password": "sesame"}, {"x-api-key": "sesame", "authorization": None}),
        ({"auth": "key", "key_header": "X-Own"}, {"password": "sesame"}, {"x-own": "sesame", "x-api-key": None}),
        ({"auth": "none"}, {"login": "ann", "password": "sesame"}, {"authorization": None}),
        ({"X-Team": "packing"}, {}, {"x-team": "packing"}),
        ({"headers": {"X-Team": "packing", "Accept": "text/csv"}}, {}, {"x-team": "packing", "accept": "text/csv"}),
    ],
)
def test_what_a_connection_sends(
    extra: dict[str, Any], fields: dict[str, Any], expected: dict[str, str | None], caller: Any, server: Any, make_hook: Any, reply: Any
) -> None:
    hook = make_hook(EvolutionAPIHook, server, extra, **fields)
    server.script = [reply(body=TRIAL)]

    caller.call(hook, evolution.READ_TRIAL, REF)

    headers = server.asked[0].headers
    assert {name: headers.get(name) for name in expected} == expected
    assert not {"dialect", "auth", "attempts", "key_header"} & set(headers)


def test_an_address_below_a_path(caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
    hook = make_hook(EvolutionAPIHook, server, host=f"http://127.0.0.1:{server.port}/behind/", port=None)
    server.script = [reply(body=TRIAL)]

    caller.call(hook, evolution.READ_TRIAL, REF)

    assert server.asked[0].target == "/behind/api/v1/trials/t"


def test_a_compressed_answer_is_bounded_by_what_it_becomes(caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
    import gzip

    hook = make_hook(EvolutionAPIHook, server, {"max_response_bytes": 4096})
    small, large = (gzip.compress(json.dumps({**TRIAL, "error": "x" * size}).encode()) for size in (100, 10_000_000))
    server.script = [reply(body=small, headers={"Content-Encoding": "gzip"}), reply(body=large, headers={"Content-Encoding": "gzip"})]

    assert caller.call(hook, evolution.READ_TRIAL, REF).error == "x" * 100
    with pytest.raises(Exception, match="larger than 4096 bytes"):
        caller.call(hook, evolution.READ_TRIAL, REF)


@pytest.mark.parametrize(
    "said", [b"+PONG", b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000]
)
def test_what_is_hardly_http_is_an_error_like_any_other(said: bytes, caller: Any, make_hook: Any) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listening:

        def speak() -> None:
            there, _ = listening.accept()
            with there:
                there.recv(65_536)
                there.sendall(said + b"\r\n\r\n")

        thread = threading.Thread(target=speak)
        thread.start()
        hook = make_hook(EvolutionAPIHook, None, port=listening.getsockname()[1])
        with pytest.raises((ConnectionFailedError, InvalidResponseError)):
            caller.call(hook, evolution.READ_TRIAL, REF)
        thread.join()


def test_an_announced_size_is_enough_to_refuse(caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
    hook = make_hook(EvolutionAPIHook, server, {"max_response_bytes": 4096})
    server.script = [reply(body=b"", headers={"Content-Length": "5000"}, fault="hang")]
    server.script[0].fault = "truncate"

    with pytest.raises(Exception, match="larger than 4096 bytes"):
        caller.call(hook, evolution.READ_TRIAL, REF)


def test_redirects_stay_with_the_service(caller: Any, server: Any, serve: Any, make_hook: Any, reply: Any) -> None:
    elsewhere = serve()
    hook = make_hook(EvolutionAPIHook, server, password="token")
    server.script = [reply(307, headers={"Location": "/moved?x=1"}), reply(body=TRIAL)]
    assert caller.call(hook, evolution.PAUSE_TRIAL, REF).trial_id == "t"
    assert [(asked.method, asked.target) for asked in server.asked] == [("POST", "/api/v1/trials/t/pause"), ("POST", "/moved?x=1")]

    server.script = [reply(302, headers={"Location": f"http://127.0.0.1:{elsewhere.port}/trap"})]
    with pytest.raises(InvalidResponseError, match="redirects to"):
        caller.call(hook, evolution.READ_TRIAL, REF)
    assert not elsewhere.asked

    server.script = [reply(302, headers={"Location": "/moved"})]
    with pytest.raises(InvalidResponseError, match="redirects to"):
        caller.call(hook, evolution.PAUSE_TRIAL, REF)


def test_redirects_that_are_not_wanted_or_never_end(caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
    server.otherwise = lambda _: reply(307, headers={"Location": "/round"})

    with pytest.raises(InvalidResponseError, match="More than 3 redirects"):
        caller.call(make_hook(EvolutionAPIHook, server, {"max_redirects": 3}), evolution.READ_TRIAL, REF)
    with pytest.raises(InvalidResponseError, match="a redirect that is not followed"):
        caller.call(make_hook(EvolutionAPIHook, server, {"allow_redirects": False}), evolution.READ_TRIAL, REF)


def test_redirects_share_the_time_of_one_attempt(caller: Any, server: Any, make_hook: Any, reply: Any, fake_clock: Any) -> None:
    def slowly(_: Any) -> Any:
        fake_clock.elapsed += 4
        return reply(307, headers={"Location": "/round"})

    server.otherwise = slowly

    with pytest.raises(RequestTimeoutError, match="within 10 s") as raised:
        caller.call(make_hook(EvolutionAPIHook, server, {"timeout": 10}), evolution.READ_TRIAL, REF)
    assert len(server.asked) == 3
    assert raised.value.details["operation"] == "evolution.read_trial"
    with pytest.raises(RequestTimeoutError, match="within 5 s"):
        caller.call(make_hook(EvolutionAPIHook, server, {"timeout": 10, "deadline": 5}), evolution.READ_TRIAL, REF)
    assert len(server.asked) == 5


def test_a_redirect_has_what_the_ones_before_it_left(caller: Any, server: Any, make_hook: Any, reply: Any, fake_clock: Any) -> None:
    def slowly(asked: Any) -> Any:
        fake_clock.elapsed += 3.95
        return reply(fault="hang") if asked.path == "/there" else reply(307, headers={"Location": "/there"})

    server.otherwise = slowly

    with pytest.raises(RequestTimeoutError, match=r"within 0\.05 s"):
        caller.call(make_hook(EvolutionAPIHook, server, {"timeout": 4}), evolution.READ_TRIAL, REF)


@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.1:abc/", "http://127.0.0.1:99999/", "http://[::1/", "http://bob:s3cretToken@127.0.0.1:abc/?key=s3cretToken", "/\xe4"],
)
def test_a_redirect_to_what_is_no_address(location: str, caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
    server.otherwise = lambda _: reply(307, headers={"Location": location})

    with pytest.raises(InvalidResponseError, match="redirects to what is no address") as raised:
        caller.call(make_hook(EvolutionAPIHook, server), evolution.READ_TRIAL, REF)

    assert (raised.value.details["status"], raised.value.details["operation"]) == (307, "evolution.read_trial")
    assert "s3cretToken" not in f"{raised.value}{raised.value.details}"


def test_a_redirect_brings_no_credentials_of_its_own(caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
    server.script = [reply(307, headers={"Location": f"http://bob:s3cret@127.0.0.1:{server.port}/a b?c=%20d#e"}), reply(body=TRIAL)]

    caller.call(make_hook(EvolutionAPIHook, server, password="token"), evolution.READ_TRIAL, REF)

    assert server.asked[1].target == "/a%20b?c=%20d"
    assert server.asked[1].headers["authorization"] == "Bearer token"


def test_no_cookies_are_kept(caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
    hook = make_hook(EvolutionAPIHook, server)
    server.otherwise = lambda _: reply(body=TRIAL, headers={"Set-Cookie": "a=b; Path=/"})

    for _ in range(2):
        caller.call(hook, evolution.READ_TRIAL, REF)

    assert "cookie" not in server.asked[1].headers


def test_the_deadline_bounds_all_attempts(caller: Any, server: Any, make_hook: Any, reply: Any, fake_clock: Any) -> None:
    hook = make_hook(
        EvolutionAPIHook, server, {"attempts": 50, "deadline": 10, "timeout": 5, "backoff_seconds": 1, "breaker_threshold": 1000}
    )
    server.otherwise = lambda _: reply(500, "no")

    with pytest.raises(ServiceFailureError):
        caller.call(hook, evolution.READ_TRIAL, REF)

    assert fake_clock.pauses == [1, 2, 4]


def test_a_retry_after_beyond_the_deadline_is_not_waited_for(caller: Any, server: Any, make_hook: Any, reply: Any, fake_clock: Any) -> None:
    hook = make_hook(EvolutionAPIHook, server, {"attempts": 5, "deadline": 10})
    server.otherwise = lambda _: reply(503, headers={"Retry-After": "60"})

    with pytest.raises(ServiceUnavailableError) as raised:
        caller.call(hook, evolution.READ_TRIAL, REF)

    assert raised.value.retry_after == 60
    assert not fake_clock.pauses
    assert len(server.asked) == 1


def test_retry_after_may_be_a_date(caller: Any, server: Any, make_hook: Any, reply: Any, fake_clock: Any) -> None:
    from email.utils import formatdate

    hook = make_hook(EvolutionAPIHook, server, {"attempts": 2})
    server.script = [reply(503, headers={"Retry-After": formatdate(fake_clock.epoch + 5, usegmt=True)}), reply(body=TRIAL)]

    caller.call(hook, evolution.READ_TRIAL, REF)

    assert fake_clock.pauses == [5]


def test_a_call_may_have_times_of_its_own(caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
    hook = make_hook(EvolutionAPIHook, server)
    server.script = [reply(fault="hang")]

    with pytest.raises(RequestTimeoutError, match=r"within 0\.04 s"):
        caller.call(hook, evolution.READ_TRIAL, REF, timeout=0.04)


LONG = {
    evolution.VERIFY_TRIAL: (REF, 600),
    evolution.MEASURE_PATTERN: (MeasurePattern(pattern_id="p", trial_id="t"), 900),
    evolution.APPLY_PATTERNS: (ApplyPatterns(trial_id="t", pattern_ids=["p"]), 900),
}


@pytest.mark.parametrize("operation", LONG, ids=lambda operation: operation.name)
def test_what_may_take_long_gets_its_time_once(
    operation: Any, caller: Any, server: Any, make_hook: Any, fake_clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one attempt and in all of them; as long as the service works at most, and what the connection gives to any call."""
    request, seconds = LONG[operation]
    hook = make_hook(EvolutionAPIHook, server, {"attempts": 9, "timeout": 30, "deadline": 120, "breaker_threshold": 1000})
    allowed = _times_of_attempts(monkeypatch, fake_clock)

    with pytest.raises(RequestTimeoutError):
        caller.call(hook, operation, request)
    assert allowed[0] == 30 + seconds
    assert sum(allowed) + sum(fake_clock.pauses) == pytest.approx(120 + seconds)

    allowed.clear()
    with pytest.raises(RequestTimeoutError):
        caller.call(hook, operation, request, timeout=7, deadline=7)
    assert allowed == [7]
    allowed.clear()
    with pytest.raises(RequestTimeoutError):
        caller.call(hook, operation, request, timeout=2000)
    assert allowed == [2000]
    allowed.clear()
    with pytest.raises(RequestTimeoutError):
        caller.call(hook, evolution.READ_TRIAL, REF, deadline=30)
    assert allowed == [30]


def test_finding_out_the_dialect_counts_to_the_calls_time(caller: Any, server: Any, make_hook: Any, reply: Any, fake_clock: Any) -> None:
    hook = make_hook(EvolutionAPIHook, server, {"dialect": "auto", "deadline": 10, "timeout": 10})

    def slowly(asked: Any) -> Any:
        fake_clock.elapsed += 11
        return reply(body=HEALTHY if asked.path == "/health" else TRIAL)

    server.otherwise = slowly
    with pytest.raises(RequestTimeoutError):
        caller.call(hook, evolution.READ_TRIAL, REF)
    assert [asked.path for asked in server.asked] == ["/health"]


def _times_of_attempts(monkeypatch: pytest.MonkeyPatch, fake_clock: Any) -> list[float]:
    """Nothing is ever answered; gives the seconds that each attempt is allowed, which pass."""
    allowed: list[float] = []

    def send(_: Any, request: Any) -> Any:
        allowed.append(request.seconds)
        fake_clock.elapsed += request.seconds
        raise timed_out(request)

    async def asend(transport: Any, request: Any) -> Any:
        return send(transport, request)

    monkeypatch.setattr(SyncTransport, "send", send)
    monkeypatch.setattr(AsyncTransport, "send", asend)
    return allowed


def test_secrets_appear_in_no_error(caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
    hook = make_hook(EvolutionAPIHook, server, {"X-API-Key": "header-secret"}, login="ann", password="pass/word")
    echo = "you sent pass/word, pass%2Fword, YW5uOnBhc3Mvd29yZA== and header-secret"
    server.otherwise = lambda _: reply(400, {"detail": echo, "x": echo})

    with pytest.raises(Exception, match="you sent") as raised:
        caller.call(hook, evolution.READ_TRIAL, REF)

    told = json.dumps([str(raised.value), raised.value.message, raised.value.details, raised.value.suggestions, repr(raised.value)])
    assert not [secret for secret in ("pass/word", "pass%2Fword", "YW5uOnBhc3Mvd29yZA==", "header-secret") if secret in told]


def test_a_minted_token_appears_in_no_error(caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
    hook = make_hook(EvolutionAPIHook, server, {"auth": "jwt"}, password="a secret of more than 32 characters")
    server.otherwise = lambda asked: reply(400, {"detail": f"bad token {asked.headers['authorization']}"})

    with pytest.raises(Exception, match=r"bad token Bearer \*\*\*"):
        caller.call(hook, evolution.READ_TRIAL, REF)


def test_minted_tokens_are_masked_in_logs(caller: Any, server: Any, make_hook: Any, reply: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    masked: list[str] = []
    monkeypatch.setattr("airflow.sdk.log.mask_secret", lambda secret, name=None: masked.append(secret))
    hook = make_hook(EvolutionAPIHook, server, {"auth": "jwt"}, password="a secret of more than 32 characters")
    server.otherwise = lambda _: reply(body=TRIAL)

    caller.call(hook, evolution.READ_TRIAL, REF)

    assert server.asked[0].headers["authorization"].removeprefix("Bearer ") in masked
    assert "a secret of more than 32 characters" in masked


class TestHealth:
    def test_healthy_degraded_unhealthy(self, server: Any, make_hook: Any, reply: Any) -> None:
        hook = make_hook(EvolutionAPIHook, server)
        for status, code, serves in (("healthy", 200, True), ("degraded", 200, True), ("unhealthy", 503, False)):
            server.script = [reply(code, {**HEALTHY, "status": status})] * 2
            assert asyncio.run(hook.health_check()) is serves
            assert hook.call(evolution.HEALTH, Empty()).status.value == status

    def test_down_is_unhealthy_and_a_wrong_connection_is_an_error(self, server: Any, make_hook: Any, reply: Any) -> None:
        hook = make_hook(EvolutionAPIHook, server, {"dialect": "auto"})
        server.script = [reply(fault="close"), reply(401, {"detail": "no"}), reply(404, {"detail": "Not Found"})]

        assert asyncio.run(hook.health_check()) is False
        with pytest.raises(AuthenticationError):
            asyncio.run(hook.health_check())
        with pytest.raises(InvalidConfigurationError, match="speaks no known dialect"):
            asyncio.run(hook.health_check())


class TestDialect:
    def test_is_asked_for_once(self, caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
        hook = make_hook(EvolutionAPIHook, server, {"dialect": "auto"})
        server.otherwise = lambda asked: reply(body=HEALTHY if asked.path == "/health" else TRIAL)

        for _ in range(3):
            caller.call(hook, evolution.READ_TRIAL, REF)

        assert [(asked.method, asked.path) for asked in server.asked][:2] == [("GET", "/health"), ("GET", "/api/v1/trials/t")]
        assert len(server.asked) == 4
        assert hook.dialect is evolution.REFERENCE
        assert asyncio.run(hook.adialect()) is evolution.REFERENCE

    def test_of_an_unhealthy_service_is_known_all_the_same(self, server: Any, make_hook: Any, reply: Any) -> None:
        server.script = [reply(503, {**HEALTHY, "status": "unhealthy"})]

        assert make_hook(EvolutionAPIHook, server, {"dialect": "auto"}).dialect is evolution.REFERENCE

    def test_of_a_service_that_is_not_ready_is_worth_asking_again(self, server: Any, make_hook: Any, reply: Any) -> None:
        hook = make_hook(EvolutionAPIHook, server, {"dialect": "auto"})
        server.script = [reply(503, "starting"), reply(502, "Bad Gateway"), reply(body=HEALTHY)]

        for _ in range(2):
            with pytest.raises(ServiceUnavailableError):
                _ = hook.dialect
        assert hook.dialect is evolution.REFERENCE

    def test_that_is_unknown_is_named_with_the_known_ones(self, server: Any, make_hook: Any) -> None:
        with pytest.raises(InvalidConfigurationError, match="Unknown dialect 'klingon'") as raised:
            _ = make_hook(EvolutionAPIHook, server, {"dialect": "klingon"}).dialect

        assert "reference" in raised.value.details["rule"]

    def test_of_another_service_is_not_taken_for_ours(self, server: Any, make_hook: Any, reply: Any) -> None:
        server.otherwise = lambda _: reply(body={**HEALTHY, "service": "indexagent"})

        with pytest.raises(InvalidConfigurationError, match="speaks no known dialect of evolution"):
            _ = make_hook(EvolutionAPIHook, server, {"dialect": "auto"}).dialect

    def test_is_asked_for_again_when_the_service_moved(self, server: Any, serve: Any, make_hook: Any, reply: Any) -> None:
        other = serve()
        for each in (server, other):
            each.otherwise = lambda asked: reply(body=HEALTHY if asked.path == "/health" else TRIAL)
        hook = make_hook(EvolutionAPIHook, server, {"dialect": "auto", "attempts": 2})
        hook.call(evolution.READ_TRIAL, REF)
        hook.close()
        hook.fields["port"] = other.port
        server.stop()

        hook.call(evolution.READ_TRIAL, REF)
        hook.call(evolution.READ_TRIAL, REF)

        assert [asked.path for asked in other.asked] == ["/api/v1/trials/t", "/health", "/api/v1/trials/t"]


@pytest.fixture
def invented(monkeypatch: pytest.MonkeyPatch) -> Dialect:
    """Another wire form: the id in the query string, under another name; no history, no stop; other words for what is answered."""
    monkeypatch.setattr(dialect_module, "_registered", dict(dialect_module._registered))
    return register_dialect(
        Dialect(
            name="invented",
            service=ServiceName.EVOLUTION,
            traits=Traits(sticky_stop=False, digest=False),
            probe=Probe("/about", lambda status, body: status == 200 and body == {"speaks": "invented"}),
            routes={
                evolution.HEALTH.name: Route("GET", "/about", decode=lambda payload, _: {"status": "healthy"}),
                evolution.READ_TRIAL.name: Route(
                    "GET",
                    "/job",
                    send={"trial_id": "job"},
                    receive={"job": "trial_id", "round": "current_generation", "best": "best_fitness"},
                ),
                evolution.PAUSE_TRIAL.name: Route(
                    "POST", "/job/pause", query=frozenset({"trial_id"}), send={"trial_id": "job"}, receive={"job": "trial_id"}
                ),
            },
        )
    )


class TestInventedDialect:
    def test_is_found_and_spoken(self, invented: Dialect, caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
        said = {"job": "t 1", "status": "running", "round": 4, "best": 0.5, "extra": True}
        pages = {"/about": {"speaks": "invented"}, "/job": said, "/job/pause": {**said, "status": "paused"}}
        server.otherwise = lambda asked: reply(body=pages[asked.path]) if asked.path in pages else reply(404, {"detail": "Not Found"})
        hook = make_hook(EvolutionAPIHook, server, {"dialect": "auto"})

        trial = caller.call(hook, evolution.READ_TRIAL, TrialRef.model_construct(trial_id="t 1"))
        paused = caller.call(hook, evolution.PAUSE_TRIAL, TrialRef.model_construct(trial_id="t 1"))

        assert (trial.trial_id, trial.current_generation, trial.best_fitness) == ("t 1", 4, 0.5)
        assert paused.status is TrialStatus.PAUSED
        assert [(asked.method, asked.path, asked.query, asked.json) for asked in server.asked] == [
            ("GET", "/health", {}, None),
            ("GET", "/about", {}, None),
            ("GET", "/job", {"job": "t 1"}, None),
            ("POST", "/job/pause", {"job": "t 1"}, {}),
        ]

    def test_lacks_what_it_lacks(self, invented: Dialect, caller: Any, server: Any, make_hook: Any) -> None:
        hook = make_hook(EvolutionAPIHook, server, {"dialect": "invented"})

        with pytest.raises(UnsupportedOperationError, match="'invented' of evolution has no operation 'stop_trial'"):
            caller.call(hook, evolution.STOP_TRIAL, StopTrial(trial_id="t"))

        assert not server.asked


class TestAnyRequest:
    def test_below_the_address(self, caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
        hook = make_hook(EvolutionAPIHook, server, password="token")
        server.script = [reply(body={"a": 1}), reply(body="plain"), reply(204)]

        answers = [
            caller.do(
                hook,
                "request",
                "execute_request",
                "post",
                "some/thing",
                params={"q": "a b", "none": None},
                json={"x": 1},
                headers={"X-A": "b"},
            ),
            caller.do(hook, "request", "execute_request", "GET", "/text?given=1"),
            caller.do(hook, "request", "execute_request", "DELETE", "/gone"),
        ]

        assert answers == [{"a": 1}, "plain", None]
        first, second, _ = server.asked
        assert (first.method, first.target, first.json, first.headers["x-a"]) == ("POST", "/some/thing?q=a+b", {"x": 1}, "b")
        assert first.headers["authorization"] == "Bearer token"
        assert second.target == "/text?given=1"

    def test_whatever_the_path_holds(self, caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
        hook = make_hook(EvolutionAPIHook, server)
        server.otherwise = lambda _: reply(body={})

        for path in ("a b", "ä", "a\r\nX-Evil: b", "a%2Fb", "a#b", "x?q=a b&r=ä#", "x?a=1"):
            caller.do(hook, "request", "execute_request", "GET", path, params={"p": "1"})

        assert [asked.target for asked in server.asked] == [
            "/a%20b?p=1", "/%C3%A4?p=1", "/a%0D%0AX-Evil:%20b?p=1", "/a%2Fb?p=1", "/a%23b?p=1", "/x?q=a+b&r=%C3%A4%23&p=1", "/x?a=1&p=1"
        ]  # fmt: skip
        assert not [asked for asked in server.asked if "x-evil" in asked.headers]

    @pytest.mark.parametrize(
        ("endpoint", "params", "target"),
        [
            ("/x?tags=a&tags=b", None, "/x?tags=a&tags=b"),
            ("/x", {"tags": ["a", "b"], "all": False, "none": None}, "/x?tags=a&tags=b&all=false"),
            ("/x?tags=a&y=1", {"tags": ("b", "c")}, "/x?tags=b&tags=c&y=1"),
            ("/x", [("tags", "a"), ("tags", "b")], "/x?tags=a&tags=b"),
            ("/x", {"tags": []}, "/x"),
        ],
    )
    def test_parameters_with_several_values(
        self, endpoint: str, params: Any, target: str, caller: Any, server: Any, make_hook: Any, reply: Any
    ) -> None:
        server.script = [reply(body={})]
        caller.do(make_hook(EvolutionAPIHook, server), "request", "execute_request", "GET", endpoint, params=params)
        assert server.asked[0].target == target

    def test_a_parameter_that_cannot_be_sent(self, caller: Any, server: Any, make_hook: Any) -> None:
        with pytest.raises(ConfigurationError, match="The query parameter 'filter' holds names and values"):
            caller.do(make_hook(EvolutionAPIHook, server), "request", "execute_request", "GET", "/x", params={"filter": {"a": 1}})
        assert not server.asked

    def test_a_header_that_cannot_be_sent(self, caller: Any, server: Any, make_hook: Any) -> None:
        for value in ("a\r\nX-Evil: b", "王\n"):
            with pytest.raises(ConfigurationError, match="cannot be sent"):
                caller.do(make_hook(EvolutionAPIHook, server), "request", "execute_request", "GET", "/x", headers={"X-A": value})
        assert not server.asked

    def test_nowhere_else(self, caller: Any, server: Any, make_hook: Any) -> None:
        hook = make_hook(EvolutionAPIHook, server, password="token")

        for endpoint in ("http://evil.example/x", "//evil.example/x"):
            with pytest.raises(ConfigurationError, match="an address of its own"):
                caller.do(hook, "request", "execute_request", "GET", endpoint)
        assert not server.asked

    def test_is_repeated_only_where_that_is_safe(self, caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
        hook = make_hook(EvolutionAPIHook, server, {"attempts": 2})

        def attempts(*args: Any, **kwargs: Any) -> int:
            server.asked.clear()
            server.script = [reply(500, "no"), reply(body={})]
            try:
                caller.do(hook, "request", "execute_request", *args, **kwargs)
            except ServiceFailureError:
                server.script.clear()
            return len(server.asked)

        assert [attempts(method, "/x") for method in ("GET", "PUT", "DELETE", "POST", "PATCH")] == [2, 2, 2, 1, 1]
        assert attempts("POST", "/x", repeatable=True) == 2
        assert attempts("GET", "/x", repeatable=False) == 1

    def test_what_was_never_sent_may_be_sent_again(self, caller: Any, serve: Any, make_hook: Any, fake_clock: Any) -> None:
        gone = serve()
        gone.stop()
        hook = make_hook(EvolutionAPIHook, gone, {"attempts": 3})

        with pytest.raises(ConnectionFailedError):
            caller.do(hook, "request", "execute_request", "POST", "/x")

        assert len(fake_clock.pauses) == 2

    def test_too_many_requests_were_not_acted_on(self, caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
        hook = make_hook(EvolutionAPIHook, server, {"attempts": 2})
        server.script = [reply(429), reply(body={"ok": True})]

        assert caller.do(hook, "request", "execute_request", "POST", "/x") == {"ok": True}


class TestTestConnection:
    def conn(self, monkeypatch: pytest.MonkeyPatch, port: int, **fields: Any) -> EvolutionAPIHook:
        said = {"conn_type": "dean_evolution", "host": "127.0.0.1", "port": port, **fields}
        monkeypatch.setenv("AIRFLOW_CONN_TRIED", json.dumps(said))
        return EvolutionAPIHook("tried")

    def test_says_what_answered(self, server: Any, reply: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        server.otherwise = lambda asked: reply(body=HEALTHY if asked.path == "/health" else {"trials": []})

        assert self.conn(monkeypatch, server.port).test_connection() == (
            True,
            f"evolution 1.2 answered at http://127.0.0.1:{server.port}: healthy, dialect reference.",
        )

    def test_says_what_ails_it(self, server: Any, reply: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        sick = {**HEALTHY, "status": "unhealthy", "checks": {"database": {"status": "unhealthy", "message": "locked"}}}
        server.otherwise = lambda asked: reply(503, sick) if asked.path == "/health" else reply(body={"trials": []})

        status, message = self.conn(monkeypatch, server.port).test_connection()

        assert status is False
        assert message.endswith("unhealthy, dialect reference. database: locked")

    def test_tries_the_credentials_and_reads_the_connection_anew(self, server: Any, reply: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        def answer(asked: Any) -> Any:
            if asked.path == "/health":
                return reply(body=HEALTHY)
            return reply(body={"trials": []}) if asked.headers.get("authorization") == "Bearer right" else reply(401, {"detail": "no"})

        server.otherwise = answer

        assert self.conn(monkeypatch, server.port, password="wrong").test_connection()[0] is False
        assert self.conn(monkeypatch, server.port, password="right").test_connection()[0] is True

    def test_says_why_nothing_answered(self, serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        gone = serve()
        gone.stop()
        monkeypatch.setattr("time.sleep", lambda _: None)

        status, message = self.conn(monkeypatch, gone.port, extra={"attempts": 1}).test_connection()

        assert status is False
        assert message.startswith(f"No connection to http://127.0.0.1:{gone.port}")
        assert EvolutionAPIHook("absent").test_connection() == (
            False,
            "There is no connection 'absent'. Create it with 'airflow connections add absent' or in the UI.",
        )


class TestCorrelation:
    def test_is_the_tasks_own(self, server: Any, reply: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        from types import SimpleNamespace

        ti = SimpleNamespace(dag_id="d", run_id="manual__2026-01-01T00:00:00+00:00", task_id="t", map_index=None)
        monkeypatch.setattr("airflow.sdk.get_current_context", lambda: {"ti": ti})

        assert EvolutionAPIHook("x").correlation_id == correlation_id("d", "manual__2026-01-01T00:00:00+00:00", "t", -1)

    def test_outside_of_a_task_is_random_and_stays(self) -> None:
        one, other = EvolutionAPIHook("x"), EvolutionAPIHook("x")

        assert one.correlation_id == one.correlation_id != other.correlation_id


def test_an_unknown_path_is_not_found(caller: Any, server: Any, make_hook: Any) -> None:
    with pytest.raises(NotFoundError, match=r"Not found \(404\): Not Found"):
        caller.call(make_hook(EvolutionAPIHook, server), evolution.READ_TRIAL, REF)


def test_a_connection_that_cannot_be_read_again_hides_nothing(caller: Any, serve: Any, make_hook: Any, reply: Any) -> None:
    server = serve()
    server.otherwise = lambda _: reply(body=TRIAL)
    hook = make_hook(EvolutionAPIHook, server)
    caller.call(hook, evolution.READ_TRIAL, REF)
    caller.do(hook, "close", "aclose")
    server.stop()
    hook.fields["host"] = None

    with pytest.raises(ConnectionFailedError, match="No connection"):
        caller.call(hook, evolution.READ_TRIAL, REF)
