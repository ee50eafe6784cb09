"""Real API servers on one PostgreSQL: a service dies while leaders are killed; somebody is told once of its end and once of its return."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.integration.plugins.test_watching import until

pytestmark = [pytest.mark.integration, pytest.mark.chaos]

RULES = """
rules:
  ServiceDown: {for: 2s, clear_for: 2s}
notifiers:
  file: {class: file_notifier.FileNotifier, arguments: {text: "{{ alert.status }} {{ alert_subject }}"}}
routes:
  - {name: everything, notifier: file, rules: ServiceDown, wait: 4s, repeat: never}
"""
NOTIFIER = """
import json, os
from airflow.sdk import BaseNotifier

class FileNotifier(BaseNotifier):
    template_fields = ("text",)

    def __init__(self, text):
        super().__init__()
        self.text = text

    def notify(self, context):
        ids = [one["incident_id"] for one in context["alert"]["incidents"]]
        line = json.dumps({"text": self.text, "incidents": ids, "pid": os.getpid()})
        with open(os.environ["TEST_NOTIFICATIONS"], "a") as file:
            file.write(line + "\\n")
"""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"status": "healthy"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


class Service:
    """Something that can die and come back under its address."""

    def __init__(self) -> None:
        self.port = 0
        self.start()

    def start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), _Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.stop()


def _notifications(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def _leader(servers: list[Any]) -> Any:
    """The server that watches, as the others say."""

    def find() -> Any:
        watch = servers[0].call("GET", "/overview").json()["watch"]
        pid = watch["leader"].partition("/")[2].partition("/")[0]
        return None if watch["stale"] else next((server for server in servers if str(server.process.pid) == pid), None)

    return until(find, lambda found: found is not None)


def _kill(server: Any, servers: list[Any]) -> list[Any]:
    server.process.kill()
    return [one for one in servers if one is not server]


def test_a_service_dies_and_comes_back_while_leaders_are_killed(start_server, new_database, service, tmp_path) -> None:
    (tmp_path / "file_notifier.py").write_text(NOTIFIER, "utf-8")
    (tmp_path / "alerts.yaml").write_text(RULES, "utf-8")
    told = tmp_path / "notifications.jsonl"
    env = {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": new_database("alerting"),
        "AIRFLOW__DEAN__MONITORING_SECONDS": "1",
        "AIRFLOW__DEAN__ALERT_RULES_FILE": str(tmp_path / "alerts.yaml"),
        "AIRFLOW__DEAN__ALERT_NOTIFIERS": "file_notifier.FileNotifier",
        "PYTHONPATH": str(tmp_path),
        "TEST_NOTIFICATIONS": str(told),
    }
    servers = [start_server("simple", **env), *(start_server("simple", DEAN_TEST_PREPARED="1", **env) for _ in range(2))]
    known = {"kind": "other", "url": f"http://127.0.0.1:{service.port}", "ttl_seconds": 3600}
    assert servers[0].call("PUT", "/services/pricing", json=known).status_code == 200

    def status() -> Any:
        return {one["name"]: one["status"] for one in servers[0].call("GET", "/overview").json()["services"]}.get("pricing")

    def incidents() -> Any:
        return servers[0].call("GET", "/alerts", params={"rule": "ServiceDown"}).json()["incidents"]

    until(status, lambda found: found == "healthy")
    service.stop()
    servers = _kill(_leader(servers), servers)
    until(incidents, len)
    servers = _kill(_leader(servers), servers)
    (begun,) = until(lambda: _notifications(told), len)
    (incident,) = until(incidents, lambda found: found[0]["notified_at"])
    assert begun["text"].startswith("firing [firing] critical: pricing does not serve.")
    assert (begun["incidents"], begun["pid"]) == ([incident["incident_id"]], servers[0].process.pid)
    assert (incident["status"], incident["labels"]["service"], incident["notification_problem"]) == ("firing", "pricing", "")
    service.start()
    (resolved,) = until(incidents, lambda found: found[0]["status"] == "resolved")
    until(lambda: _notifications(told), lambda found: len(found) == 2)
    time.sleep(6)
    assert [one["text"].split()[0] for one in _notifications(told)] == ["firing", "resolved"]
    assert [one["incident_id"] for one in incidents()] == [resolved["incident_id"]]
