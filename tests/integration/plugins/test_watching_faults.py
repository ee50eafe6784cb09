"""Two API servers on one PostgreSQL and one Redis: who watches is killed, Redis goes and comes back, services misbehave."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.integration.plugins.conftest import Server
from tests.integration.plugins.test_watching import scrape, until

pytestmark = [pytest.mark.integration, pytest.mark.chaos]

PERIOD = 1.0
TAKEOVER_SECONDS = 10.0
ANSWER_SECONDS = 3.0
BAD = {
    "hangs": "no answer within",
    "garbage": "does not say how it is",
    "crashes": "(500)",
    "floods": "too large",
}


class Misbehaving(BaseHTTPRequestHandler):
    """What a service answers is the first part of its path; ``well`` once a test says that it has recovered."""

    recovered = threading.Event()
    closing = threading.Event()

    def do_GET(self) -> None:
        how = "well" if self.recovered.is_set() else self.path.split("/")[1]
        if how == "hangs":
            self.closing.wait(30)
        elif how == "crashes":
            self._send(500, b"Traceback (most recent call last): password=hunter2")
        elif how == "garbage":
            self._send(200, b"\x00\xff<html>" * 100)
        elif how == "floods":
            self.send_response(200)
            self.end_headers()
            for _ in range(1600):
                self.wfile.write(b"x" * 65_536)
        else:
            self._send(200, json.dumps({"status": "healthy", "version": "2"}).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Clients that go away are what is tried here."""


@pytest.fixture
def services() -> Iterator[str]:
    """Where the misbehaving services are."""
    server = Quiet(("127.0.0.1", 0), Misbehaving)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    Misbehaving.closing.set()
    server.shutdown()
    server.server_close()


def watch(server: Server) -> dict[str, Any]:
    return server.call("GET", "/overview").json()["watch"]


def states(server: Server) -> dict[str, Any]:
    started = time.monotonic()
    answer = server.call("GET", "/overview")
    assert time.monotonic() - started < ANSWER_SECONDS
    return {one["name"]: one for one in answer.json()["services"]}


def test_whatever_goes_wrong_what_is_shown_stays_right(start_server, new_database, services, redis) -> None:
    shared = {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": new_database("watching"),
        "AIRFLOW__DEAN__MONITORING_SECONDS": str(PERIOD),
        "AIRFLOW__DEAN__MONITORING_TIMEOUT_SECONDS": "0.5",
        "AIRFLOW__DEAN__REDIS_URL": redis.url,
    }
    one = start_server("simple", **shared)
    other = start_server("simple", **shared, DEAN_TEST_PREPARED="1")

    # Services that misbehave: each is said to be ill and why, nothing of what it sent is told, and nobody waits for it.
    for name in BAD:
        body = {"kind": "other", "url": f"{services}/{name}", "ttl_seconds": 3600}
        assert one.call("PUT", f"/services/{name}", json=body).status_code == 200
    seen = until(lambda: states(other), lambda found: set(BAD) <= set(found) and all(found[name]["failures"] >= 3 for name in BAD))
    for name, message in BAD.items():
        assert seen[name]["status"] == "unhealthy"
        assert seen[name]["breaker"] == "open" or message in seen[name]["message"]
    assert "hunter2" not in json.dumps(seen)
    assert seen["database"]["status"] == seen["redis"]["status"] == "healthy"
    since = {name: seen[name]["since"] for name in BAD}

    # Whichever answers, the figures of a round are the same, once both know of it.
    def same() -> bool:
        rounds = {watch(server)["taken_at"] for server in (one, other)}
        return len(rounds) == 1 and scrape(one)["dean_service_checks"] == scrape(other)["dean_service_checks"]

    until(same, bool)
    assert watch(one)["leader"] == watch(other)["leader"]

    # Redis goes: readings come on through the database. It comes back: they come through it again.
    redis.stop()
    until(lambda: states(other), lambda found: found["redis"]["status"] == "unhealthy")
    taken = watch(other)["taken_at"]
    until(lambda: watch(other), lambda found: found["taken_at"] > taken and not found["stale"])
    redis.start()
    until(lambda: states(other), lambda found: found["redis"]["status"] == "healthy")

    # Who watches is killed: the other takes over, and knows since when what is.
    leader = watch(one)["leader"]
    pid = int(leader.split("/")[1])
    dead, left = (one, other) if one.process.pid == pid else (other, one)
    assert dead.process.pid == pid
    rounds = scrape(left)["dean_monitoring_rounds"][0].value
    dead.process.kill()
    dead.process.wait(10)
    died = time.monotonic()
    found = until(lambda: watch(left), lambda now: now["leader"] != leader)
    took = time.monotonic() - died
    assert took < TAKEOVER_SECONDS
    assert not found["stale"]
    assert {name: states(left)[name]["since"] for name in BAD} == since
    assert until(lambda: scrape(left), lambda told: told["dean_monitoring_rounds"][0].value > rounds)

    # Services recover: it is said since when.
    Misbehaving.recovered.set()
    seen = until(lambda: states(left), lambda found: all(found[name]["status"] == "healthy" for name in BAD))
    assert all(seen[name]["since"] > since[name] and seen[name]["failures"] == 0 for name in BAD)
    assert seen["hangs"]["version"] == "2"
    print(f"took over after {took:.1f} s")  # noqa: T201  for whoever runs it with -s
