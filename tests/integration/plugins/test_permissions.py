"""Every route, asked by every role of both auth managers: Airflow itself must answer as the permissions page says."""

from __future__ import annotations

from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from dean_provider.config import ProviderSettings
from dean_provider.contract.live import PROTOCOL
from dean_provider.plugins.api.app import rights, routes
from dean_provider.plugins.api.matrix import OTHERS, ROLES, Row, matrix
from dean_provider.plugins.api.surroundings import Surroundings

pytestmark = pytest.mark.integration

ROWS = list(matrix(rights(routes(Surroundings(ProviderSettings())))))
NOBODY = "00000000-0000-0000-0000-0000000000ff"
RUNNING, HIDDEN = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000003"

# What each write sends: understood, and asking for nothing that is there, so that only the right decides and nothing changes.
BODIES: dict[str, Any] = {
    "request_trial": {"dag_id": "dean_evolution_trial", "config": {"generations": 0}},
    "check_trial": {"config": {"generations": 0}},
    "fork_trial": {"generation": 10**9},
    "replay_trial": {},
    "cancel_trial": {},
    "pause_trial": {},
    "resume_trial": {},
    "apply_patterns": {"pattern_ids": ["none"]},
    "change_configuration": {"revision": 10**9, "values": {}},
    "revert_configuration": {"revision": 10**9, "to": 1},
    "register_service": {"kind": "other", "url": "http://127.0.0.1:9", "ttl_seconds": 5},
    "heartbeat_service": {},
    "allocate_tokens": {"tokens": 1},
    "acknowledge_alert": {},
    "add_silence": {"seconds": 60},
    "issue_ticket": {},
    "record_facts": {
        "origin": {"dag_id": "dean_evolution_trial", "run_id": "running"},
        "facts": [{"event_type": "own.seen", "idempotency_key": "k"}],
    },
}
QUERIES = {"compare_trials": {"workflow_ids": f"{RUNNING},{NOBODY}"}}


def _ask(server: Any, row: Row, workflow_id: str = RUNNING, **more: Any) -> int:
    """Status of the route for somebody; a body that is understood, so that nothing but the right decides."""
    if row.method == "WebSocket":
        return _open(server, row, workflow_id, **more)
    path = row.path.format(workflow_id=workflow_id, agent_id="a", name="n-1", holder="h", incident_id="running", silence_id=NOBODY)
    body = {"json": BODIES[row.name]} if row.name in BODIES else {}
    status: int = server.send(row.method, path, params=QUERIES.get(row.name), **body, **more).status_code
    return status


def _open(server: Any, row: Row, workflow_id: str, **more: Any) -> int:
    """Status of a live socket: of the ticket for it, and with one of the handshake."""
    body = {"workflow_id": workflow_id} if "{workflow_id}" in row.path else {}
    answer = server.send("POST", "/dean/api/v1/live/tickets", json=body, **more)
    offered = [PROTOCOL, answer.json()["ticket"]] if answer.status_code == 200 else [PROTOCOL]
    url = f"{server.origin}{server.prefix}{row.path.format(workflow_id=workflow_id)}".replace("http", "ws", 1)
    try:
        with connect(url, subprotocols=offered):
            return 101
    except InvalidStatus as refused:
        return answer.status_code if answer.status_code == 403 else refused.response.status_code


def _misjudged(server: Any, allowed: Any, **more: Any) -> dict[str, int]:
    """Routes that answered otherwise than the matrix says, with what they answered."""
    found = {}
    for row in ROWS:
        # Past the right there is something to cancel, and it would be.
        about = NOBODY if row.name == "cancel_trial" and row.right in allowed else RUNNING
        status = _ask(server, row, about, **more)
        refused = status in (401, 403)
        if refused == (row.right in allowed):
            found[f"{row.method} {row.path}"] = status
    return found


def test_there_is_a_body_for_every_write() -> None:
    assert {row.name for row in ROWS if row.method not in ("GET", "DELETE", "WebSocket")} == set(BODIES)


@pytest.mark.parametrize("role", ROLES["simple"])
def test_the_simple_auth_manager_allows_what_the_matrix_says(simple: Any, role: str) -> None:
    assert _misjudged(simple, ROLES["simple"][role], token=simple.tokens[role]) == {}


@pytest.mark.parametrize("role", ROLES["fab"])
def test_fab_allows_what_the_matrix_says(fab: Any, role: str) -> None:
    assert _misjudged(fab, ROLES["fab"][role], token=fab.tokens[role]) == {}


def test_a_role_made_in_fab_may_what_its_permissions_say_and_only_for_its_dag(fab: Any) -> None:
    token = fab.tokens["custom"]
    assert _misjudged(fab, ROLES["fab"]["user"], token=token) == {}
    statuses = {row.name: _ask(fab, row, HIDDEN, token=token) for row in ROWS if "{workflow_id}" in row.path}
    assert set(statuses.values()) == {403}
    listed = fab.call("GET", "/trials", "custom").json()["workflows"]
    assert {trial["dag_id"] for trial in listed} == {"dean_evolution_trial"}
    other = {"dag_id": "dean_evolution_trial_scheduled", "config": {}}
    assert fab.call("POST", "/trials", "custom", json=other).status_code == 403


@pytest.mark.parametrize("auth", ["simple", "fab"])
def test_nobody_unknown_gets_anywhere(auth: str, request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue(auth)
    assert _misjudged(server, OTHERS["anonymous"]) == {}
    assert _misjudged(server, OTHERS["anonymous"], token="no.such.token") == {}


@pytest.mark.parametrize("auth", ["simple", "fab"])
def test_a_tasks_token_tells_facts_and_nothing_else(auth: str, request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue(auth)
    assert _misjudged(server, OTHERS["task"], token=server.task_token()) == {}


def test_the_metrics_token_opens_the_figures_and_nothing_else(simple: Any) -> None:
    assert _misjudged(simple, OTHERS["metrics token"], token="metrics-token-for-tests") == {}
