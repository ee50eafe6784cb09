"""What goes over a live socket, and who gets one."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.exc import OperationalError

from dean_provider.contract.events import Actor, ActorKind, ReportedFact
from dean_provider.contract.events.installation import AlertRaised, AlertResolved, ServiceRemoved, SilenceAdded, SilenceEnded
from dean_provider.contract.live import PROTOCOL
from dean_provider.plugins.api.authority import Authority
from dean_provider.plugins.api.live.feed import Feed
from dean_provider.plugins.api.live.watchman import Watchman


def test_what_is_recorded_is_sent_in_order(sockets: Any) -> None:
    trial = sockets.gateway.trial()
    with sockets.open() as everything, sockets.open(workflow_id=trial) as one:
        assert everything.hello["positions"] == one.hello["positions"] == {str(trial): 3}
        sockets.tell(trial, 0, 1)
        for socket in (everything, one):
            events = socket.events(2)
            assert [event["sequence"] for event in events] == [4, 5]
            assert [event["data"]["generation"]["generation"] for event in events] == [0, 1]
            assert {event["event"] for event in events} == {"evolution.generation.complete"}
            assert (events[0]["dag_id"], events[0]["workflow_type"]) == ("mine", "trial")


def test_a_ticket_opens_one_socket_once(sockets: Any) -> None:
    ticket = sockets.issue().json()
    offered = ticket["protocol"], ticket["ticket"]
    assert sockets.denied(f"ws/trials/{uuid4()}", *offered)[0] == 401
    with sockets.connect(ticket["path"], *offered) as connection:
        assert connection.subprotocol == PROTOCOL
    status, problem = sockets.denied(ticket["path"], *offered)
    assert status == 401
    assert "was used" in problem["message"]


def test_what_is_offered_without_a_ticket_is_refused_before_anything_is_opened(sockets: Any) -> None:
    for offered in ((), (PROTOCOL,), (PROTOCOL, "no.such.ticket"), ("other", "ticket")):
        status, problem = sockets.denied("ws/events", *offered)
        assert (status, problem["error_code"]) == (401, "authentication_failed")
    _, headers = sockets.session()
    token = headers["authorization"].removeprefix("Bearer ")
    assert sockets.denied("ws/events", PROTOCOL, token)[0] == 401


def test_a_page_of_another_site_opens_nothing(sockets: Any) -> None:
    ticket = sockets.issue().json()
    status, problem = sockets.denied(ticket["path"], PROTOCOL, ticket["ticket"], origin="https://evil.example")
    assert (status, problem["error_code"]) == (403, "permission_denied")
    with sockets.connect(ticket["path"], PROTOCOL, ticket["ticket"], origin=f"http://127.0.0.1:{sockets.port}"):
        pass


def test_a_ticket_is_for_what_its_owner_may_read(sockets: Any) -> None:
    hidden = sockets.gateway.trial(dag_id="others")
    assert sockets.issue("user:viewer:mine", hidden).status_code == 403
    assert sockets.issue("user:viewer", uuid4()).status_code == 404
    assert sockets.issue("task:mine").status_code == 403
    assert sockets.issue("").status_code == 401


def test_a_ticket_ends_with_its_session(sockets: Any) -> None:
    token_id, headers = sockets.session()
    ticket = sockets.issue(headers=headers).json()
    sockets.revoked.add(token_id)
    status, problem = sockets.denied(ticket["path"], PROTOCOL, ticket["ticket"])
    assert status == 401
    assert "session" in problem["message"]


def test_everybody_is_sent_what_they_may_read_and_addresses_only_who_audits(sockets: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dean_provider.plugins.api.authority.Authority.audits", lambda self, _=None: self.caller.name == "admin")
    mine, hidden = sockets.gateway.trial(), sockets.gateway.trial(dag_id="others")
    person = Actor(kind=ActorKind.USER, name="ann", address="192.0.2.7")
    with sockets.open("user:viewer:mine") as viewer, sockets.open("user:admin") as admin:
        assert set(viewer.hello["positions"]) == {str(mine)}
        sockets.tell(hidden, 0, dag_id="others", actor=person)
        sockets.tell(mine, 0, actor=person)
        seen = {event["workflow_id"]: event["actor"]["address"] for event in admin.events(2)}
        assert seen == {str(hidden): "192.0.2.7", str(mine): "192.0.2.7"}
        (event,) = viewer.events(1)
        assert (event["workflow_id"], event["actor"]) == (str(mine), {"kind": "user", "name": "ann", "address": None})


def test_the_installations_own_events_are_for_those_who_may_read_them_and_its_alerts_for_all(
    sockets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dean_provider.plugins.api.authority.Authority.configuration", lambda self, _="GET": self.caller.name == "admin")
    sockets.gateway.trial()
    with sockets.open("user:viewer:mine") as viewer, sockets.open("user:admin") as admin:
        sockets.record_system(ServiceRemoved(service="s"))
        sockets.record_system(_alert("about-others", dag_id="others"))
        sockets.record_system(_alert("about-mine", dag_id="mine"))
        sockets.record_system(AlertResolved(incident_id="about-others", rule="R"), AlertResolved(incident_id="about-mine", rule="R"))
        sockets.record_system(_alert("about-nothing"))
        told = [event["data"].get("incident_id") for event in viewer.events(3)]
        assert told == ["about-mine", "about-mine", "about-nothing"]
        names = [event["event"] for event in admin.events(7)]
    assert names[:3] == ["orchestration.workflow.open", "installation.service.remove", "monitoring.alert.raise"]


def test_silences_are_sent_to_those_who_may_read_the_trial_they_are_about(sockets: Any) -> None:
    mine, others = sockets.gateway.trial(), sockets.gateway.trial(dag_id="others")
    sockets.record_system(_alert("before"))
    labels = {"mine": {"workflow_id": str(mine)}, "others": {"workflow_id": str(others)}, "dag": {"dag_id": "others"}, "all": {}}
    made = [
        SilenceAdded(silence_id=uuid4(), labels=one, ends_at=datetime.now(timezone.utc) + timedelta(hours=1), comment=comment)
        for comment, one in labels.items()
    ]
    with sockets.open("user:viewer:mine") as viewer, sockets.open("user:viewer") as all_seeing:
        sockets.record_system(*made)
        assert [event["data"]["comment"] for event in viewer.events(2)] == ["mine", "all"]
        sockets.record_system(*(SilenceEnded(silence_id=one.silence_id) for one in made))
        ended = [event["data"]["silence_id"] for event in viewer.events(2)]
        assert ended == [str(one.silence_id) for one in made if one.comment in ("mine", "all")]
        seen = [event["data"]["silence_id"] for event in all_seeing.events(8)]
        assert seen == [str(one.silence_id) for one in made] * 2


def test_what_looks_like_an_alert_in_a_trials_own_record_is_sent_like_the_rest_of_it(sockets: Any) -> None:
    """Facts of versions that nobody here knows are kept as they came."""
    mine = sockets.gateway.trial()
    sockets.record_system(_alert("before"))
    odd: Any = {"incident_id": {"a": 1}, "silence_id": [], "labels": {"dag_id": "others"}}
    with sockets.open("user:viewer:mine") as viewer, sockets.open("user:viewer:others") as other:
        for kind in ("alert.raised", "silence.added"):
            sockets.gateway.tell(mine, ReportedFact(event_type=kind, schema_version=9, idempotency_key=kind, details=odd))
        assert [event["event_type"] for event in viewer.events(2)] == ["alert.raised", "silence.added"]
        sockets.record_system(_alert("about-nothing"))
        assert other.events(1)[0]["data"]["incident_id"] == "about-nothing"


def _alert(incident_id: str, **more: Any) -> AlertRaised:
    return AlertRaised(incident_id=incident_id, rule="R", severity="warning", message="m", trial=uuid4() if more else None, **more)


def test_whoever_comes_back_is_sent_what_came_since_once(sockets: Any) -> None:
    first = sockets.gateway.trial()
    with sockets.open() as socket:
        sockets.tell(first, 0)
        assert [event["sequence"] for event in socket.events(1)] == [4]
        since = socket.hello["timestamp"]
    sockets.tell(first, 1, 2)
    second = sockets.gateway.trial()
    with sockets.open(resume={"positions": {str(first): 4}, "since": since}) as socket:
        assert socket.hello["positions"] == {str(first): 4, str(second): 0}
        found = [(event["workflow_id"], event["sequence"]) for event in socket.events(5)]
        assert sorted(found) == sorted([(str(first), 5), (str(first), 6), *((str(second), number) for number in (1, 2, 3))])
        sockets.tell(first, 3)
        assert [event["sequence"] for event in socket.events(1)] == [7]


def test_whoever_was_away_too_long_is_told_what_to_read(sockets: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dean_provider.plugins.api.live.feed.MOST_REPLAYED", 3)
    long, short, behind = (sockets.gateway.trial() for _ in range(3))
    sockets.tell(long, 0, 1, 2, 3)
    sockets.tell(short, 0)
    positions = {str(long): 3, str(short): 3, str(behind): 99}
    with sockets.open(resume={"positions": positions, "since": "2020-01-01T00:00:00Z"}) as socket:
        missed = socket.read()
        assert (missed["type"], missed["everything"]) == ("missed", True)
        assert missed["positions"] == {str(long): 7, str(behind): 3}
        assert [(event["workflow_id"], event["sequence"]) for event in socket.events(1)] == [(str(short), 4)]
        sockets.tell(long, 4)
        assert [event["sequence"] for event in socket.events(1)] == [8]


def test_what_the_client_has_is_not_sent_again_by_a_server_that_has_not_seen_it_yet(sockets: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when it had it from another server, which was faster."""
    trial = sockets.gateway.trial()
    baseline = Feed.baseline
    monkeypatch.setattr(Feed, "baseline", lambda feed: {one: known._replace(sequence=1) for one, known in baseline(feed).items()})
    with sockets.open(resume={"positions": {str(trial): 3}}) as socket:
        assert socket.hello["positions"] == {str(trial): 3}
        sockets.tell(trial, 0)
        assert [event["sequence"] for event in socket.events(1)] == [4]


def test_a_trial_is_resumed_on_its_own_socket(sockets: Any) -> None:
    trial, other = sockets.gateway.trial(), sockets.gateway.trial()
    sockets.tell(other, 0)
    with sockets.open(workflow_id=trial, resume={"positions": {str(trial): 1, str(other): 1}}) as socket:
        assert [(event["workflow_id"], event["sequence"]) for event in socket.events(2)] == [(str(trial), 2), (str(trial), 3)]
        sockets.tell(other, 1)
        sockets.tell(trial, 0)
        assert [event["sequence"] for event in socket.events(1)] == [4]


@pytest.mark.parametrize(
    "first",
    ["", "{}", '{"type": "resume", "positions": {"x": 1}}', '{"type": "resume", "positions": {}, "more": 1}', '{"type":"heartbeat"}'],
)
def test_what_is_no_resume_is_told_so(sockets: Any, first: str) -> None:
    with sockets.open(resume=None) as socket:
        socket.send(first)
        closing, code = socket.closed()
    assert (closing["code"], code) == ("bad_message", 1008)
    assert "resume" in closing["reason"]


def test_after_that_only_heartbeats_are_taken_and_not_too_many(sockets: Any) -> None:
    beat = {"type": "heartbeat", "timestamp": "2026-01-01T00:00:00Z"}
    trial = sockets.gateway.trial()
    with sockets.open() as socket:
        socket.send(beat)
        sockets.tell(trial, 0)
        socket.events(1)
        socket.send({"type": "resume"})
        assert socket.closed()[0]["code"] == "bad_message"
    with sockets.open() as socket:
        for _ in range(121):
            socket.send(beat)
        assert socket.closed()[0]["reason"] == "There are too many messages."


def test_there_is_room_for_so_many_and_no_more(make_sockets: Any) -> None:
    sockets = make_sockets(live_clients=2, live_clients_per_user=1)
    with sockets.served(), sockets.open("user:viewer"), sockets.open("user:user"):
        with sockets.open("user:viewer", resume=None) as refused:
            closing, code = refused.closed()
            assert (closing["code"], code) == ("too_many", 1013)
            assert "viewer has 1" in closing["reason"]
        with sockets.open("user:admin", resume=None) as refused:
            assert "This API server has 2" in refused.closed()[0]["reason"]


def test_signing_out_closes_what_was_opened_in_that_session(sockets: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dean_provider.plugins.api.live.watchman._REVOKED_SECONDS", 0)
    token_id, session = sockets.session()
    with sockets.open(session=session) as gone, sockets.open() as stays:
        sockets.revoked.add(token_id)
        closing, code = gone.closed()
        assert (closing["code"], code) == ("session_ended", 4401)
        sockets.tell(sockets.gateway.trial(), 0)
        stays.events(4)


def test_a_session_that_is_over_closes_its_socket(sockets: Any) -> None:
    with sockets.open(session=sockets.session(seconds=2)[1]) as socket:
        assert socket.closed()[0]["code"] == "session_ended"


def test_rights_that_go_take_their_events_with_them(sockets: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dean_provider.plugins.api.live.watchman.RECHECK_SECONDS", 0)
    recheck, rounds = Watchman._recheck, SimpleQueue()

    async def noted(self: Watchman, clients: Any) -> None:
        await recheck(self, clients)
        rounds.put(None)

    monkeypatch.setattr(Watchman, "_recheck", noted)
    mine, other = sockets.gateway.trial(), sockets.gateway.trial(dag_id="others")
    with sockets.open() as everything, sockets.open(workflow_id=other) as one:
        for name, user in sockets.users.items():
            sockets.users[name] = SimpleNamespace(role=user.role, dag_ids={"mine"})
        for _ in range(rounds.qsize() + 2):  # the one under way, and one that knows
            rounds.get(timeout=30)
        assert one.closed()[0]["code"] == "rights_gone"
        sockets.tell(other, 0, dag_id="others")
        sockets.tell(mine, 0)
        assert [event["workflow_id"] for event in everything.events(1)] == [str(mine)]
        sockets.users.clear()
        closing, code = everything.closed()
        assert (closing["code"], code) == ("rights_gone", 4403)


def test_figures_say_how_many_watch(sockets: Any) -> None:
    trial = sockets.gateway.trial()
    with sockets.open() as socket, sockets.open(workflow_id=trial):
        sockets.tell(trial, 0)
        socket.events(1)
        text = sockets.gateway.client.get("/metrics", headers={"x-caller": "scraper"}).text
    assert 'dean_gateway_live_clients{about="events"} 1.0' in text
    assert 'dean_gateway_live_clients{about="trial"} 1.0' in text
    assert "dean_gateway_live_delivery_seconds_count 1.0" in text


def test_what_cannot_be_read_now_is_sent_later(sockets: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look that fails loses nothing."""
    trial = sockets.gateway.trial()
    look, failures = Feed.look, iter([OperationalError("SELECT", {}, Exception("gone"))])

    def failing(self: Feed, *args: Any) -> Any:
        for error in failures:
            raise error
        return look(self, *args)

    with sockets.open() as socket:
        monkeypatch.setattr(Feed, "look", failing)
        sockets.tell(trial, 0, 1)
        assert [event["sequence"] for event in socket.events(2)] == [4, 5]


def test_no_ticket_reaches_a_log(sockets: Any, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    caplog.set_level("INFO")
    ticket = sockets.issue().json()
    with sockets.connect(ticket["path"], ticket["protocol"], ticket["ticket"]):
        pass
    assert sockets.denied(ticket["path"], ticket["protocol"], ticket["ticket"])[0] == 401
    printed = capsys.readouterr()
    told = caplog.text + printed.out + printed.err
    assert "WebSocket /ws/events" in caplog.text, "uvicorn writes down every handshake"
    assert ticket["ticket"] not in told
    assert ticket["ticket"].rpartition(".")[2] not in told


def test_whoever_says_nothing_begins_now(sockets: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dean_provider.plugins.api.live.sockets._RESUME_SECONDS", 0.05)
    trial = sockets.gateway.trial()
    with sockets.open(resume=None) as socket:
        assert socket.read()["positions"] == {str(trial): 3}
        sockets.tell(trial, 0)
        assert [event["sequence"] for event in socket.events(1)] == [4]


def test_an_auth_manager_that_fails_for_one_costs_the_others_nothing(sockets: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    trial = sockets.gateway.trial(dag_id="others")
    reads = Authority.reads

    def failing(self: Authority, dag_id: str | None = None) -> bool:
        if self.caller.name == "user" and dag_id == "mine":
            raise RuntimeError("no answer")
        return reads(self, dag_id)

    monkeypatch.setattr(Authority, "reads", failing)
    with sockets.open("user:viewer") as well, sockets.open("user:user", trial) as ill:
        sockets.tell(sockets.gateway.trial(), 0)
        assert [event["sequence"] for event in well.events(4)] == [1, 2, 3, 4]
        assert ill.closed()[0]["code"] == "unavailable"
