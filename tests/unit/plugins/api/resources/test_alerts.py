from __future__ import annotations

from datetime import datetime, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from dean_provider.contract.events import Actor, ActorKind, ReportedFact
from dean_provider.contract.events.installation import AlertRaised, AlertResolved
from dean_provider.contract.workflow import ListAudit
from dean_provider.state import alert_states, queries, record
from dean_provider.state.signing import Keys

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
EVALUATOR = Actor(kind=ActorKind.SYSTEM, name="alerts")


def _tell(gateway: Any, *facts: Any) -> None:
    with Session(gateway.engine) as session, session.begin():
        record.append_system(session, [ReportedFact.of(fact) for fact in facts], actor=EVALUATOR, keys=Keys())


def _raised(incident_id: str, rule: str = "ServiceDown", *, severity: Any = "critical", **more: Any) -> AlertRaised:
    return AlertRaised(incident_id=incident_id, rule=rule, severity=severity, message=f"{rule} it is", **more)


def _about(trial: UUID, dag_id: str) -> dict[str, Any]:
    return {"trial": trial, "dag_id": dag_id, "labels": {"workflow_id": str(trial), "dag_id": dag_id}}


def _ids(gateway: Any, query: str = "", caller: str = "user:admin") -> list[str]:
    answer = gateway.get(f"/alerts{query}", caller)
    assert answer.status_code == 200, answer.text
    return [one["incident_id"] for one in answer.json()["incidents"]]


def test_incidents_of_a_trial_are_for_whoever_reads_its_dag_and_the_installations_for_every_reader(gateway) -> None:
    mine, others = gateway.trial(dag_id="mine"), gateway.trial(dag_id="others")
    _tell(gateway, _raised("a"), _raised("b", **_about(mine, "mine")), _raised("c", **_about(others, "others")))
    assert set(_ids(gateway)) == {"a", "b", "c"}
    assert set(_ids(gateway, caller="user:viewer:mine")) == {"a", "b"}
    (found,) = gateway.get(f"/alerts?workflow_id={mine}").json()["incidents"]
    assert (found["incident_id"], found["workflow_id"], found["status"]) == ("b", str(mine), "firing")


def test_the_overview_shows_what_is_open_the_gravest_first(gateway) -> None:
    others = gateway.trial(dag_id="others")
    _tell(gateway, _raised("a", "Slow", severity="warning"), _raised("b"), _raised("c", **_about(others, "others")), _raised("d"))
    _tell(gateway, AlertResolved(incident_id="d", rule="ServiceDown"))
    seen = gateway.get("/overview", "user:viewer:mine").json()
    assert [one["incident_id"] for one in seen["alerts"]] == ["b", "a"]
    assert seen["open_alerts"] == 2


def test_the_overview_counts_what_is_open_beyond_what_it_shows(gateway) -> None:
    others = gateway.trial(dag_id="others")
    many = [_raised(f"i-{number}", "Slow", severity="warning") for number in range(101)]
    _tell(gateway, *many, _raised("grave"), _raised("c", **_about(others, "others")), AlertResolved(incident_id="i-0", rule="Slow"))
    seen = gateway.get("/overview", "user:viewer:mine").json()
    assert (len(seen["alerts"]), seen["alerts"][0]["incident_id"], seen["open_alerts"]) == (100, "grave", 101)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?status=firing", {"a", "b"}),
        ("?status=resolved", {"c"}),
        ("?open=true", {"a", "b"}),
        ("?open=false", {"c"}),
        ("?severity=warning", {"b"}),
        ("?rule=ServiceDown", {"a", "c"}),
        ("?rule=NoSuchRule", set()),
    ],
)
def test_incidents_are_filtered(gateway, query, found) -> None:
    _tell(gateway, _raised("a"), _raised("b", "Slow", severity="warning"), _raised("c"), AlertResolved(incident_id="c", rule="ServiceDown"))
    assert set(_ids(gateway, query)) == found


def test_pages_hold_every_incident_once_although_all_began_at_the_same_moment(gateway) -> None:
    _tell(gateway, *(_raised(f"i-{number}") for number in range(5)))
    seen, cursor = [], ""
    while True:
        page = gateway.get(f"/alerts?limit=2{cursor}").json()
        seen += [one["incident_id"] for one in page["incidents"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [f"i-{number}" for number in reversed(range(5))]
    assert gateway.get("/alerts?cursor=WyJ4IiwieSJd").status_code == 422


def test_an_acknowledgement_is_recorded_once_under_its_authors_name(gateway) -> None:
    _tell(gateway, _raised("a"))
    answer = gateway.post("/alerts/a/acknowledge", {"comment": "on it"}, "user:op").json()
    assert (answer["status"], answer["acknowledged_by"], answer["comment"]) == ("acknowledged", "op", "on it")
    again = gateway.post("/alerts/a/acknowledge", {"comment": "me too"}, "user:admin").json()
    assert (again["acknowledged_by"], again["comment"]) == ("op", "on it")
    with Session(gateway.engine) as session:
        assert [event.event_type for event in queries.audit(session, ListAudit()).events] == ["alert.acknowledged"]
    _tell(gateway, AlertResolved(incident_id="a", rule="ServiceDown"))
    assert gateway.post("/alerts/a/acknowledge", {}).status_code == 409
    assert gateway.get("/alerts").json()["incidents"][0]["acknowledged_by"] == "op"


def test_who_edits_a_trials_runs_sees_to_its_incidents_and_who_configures_to_the_others(gateway) -> None:
    mine, others = gateway.trial(dag_id="mine"), gateway.trial(dag_id="others")
    _tell(gateway, _raised("a"), _raised("b", **_about(mine, "mine")), _raised("c", **_about(others, "others")))
    assert gateway.post("/alerts/a/acknowledge", {}, "user:user").status_code == 403
    assert gateway.post("/alerts/b/acknowledge", {}, "user:viewer").status_code == 403
    assert gateway.post("/alerts/c/acknowledge", {}, "user:user:mine").status_code == 403
    assert gateway.post("/alerts/b/acknowledge", {}, "user:user:mine").status_code == 200
    assert gateway.post("/alerts/a/acknowledge", {}, "user:op").status_code == 200
    assert gateway.post("/alerts/none/acknowledge", {}, "user:op").status_code == 404
    assert gateway.post("/alerts/a/acknowledge", {}, "task:mine").status_code == 403


def test_a_silence_covers_what_matches_until_it_is_ended(gateway) -> None:
    labels = {"service": "evolution"}
    _tell(gateway, _raised("a", labels=labels), _raised("b", labels={"service": "redis"}), _raised("c", "Slow", labels=labels))
    made = gateway.post("/alerts/silences", {"rule": "ServiceDown", "labels": labels, "seconds": 3600, "comment": "moving"}, "user:op")
    assert made.status_code == 200, made.text
    silence = made.json()
    assert (silence["created_by"], silence["comment"]) == ("op", "moving")
    assert [one["silence_id"] for one in gateway.get("/alerts/silences", "user:viewer").json()["silences"]] == [silence["silence_id"]]
    until = {one["incident_id"]: one["silenced_until"] for one in gateway.get("/alerts").json()["incidents"]}
    assert until == {"a": silence["ends_at"], "b": None, "c": None}
    path = f"/alerts/silences/{silence['silence_id']}"
    assert gateway.call("DELETE", path, "user:user").status_code == 403
    assert gateway.call("DELETE", path, "user:op").json() == {"released": True}
    assert gateway.call("DELETE", path, "user:op").json() == {"released": False}
    assert gateway.call("DELETE", f"/alerts/silences/{uuid4()}", "user:op").json() == {"released": False}
    assert gateway.get("/alerts/silences").json()["silences"] == []
    assert {one["silenced_until"] for one in gateway.get("/alerts").json()["incidents"]} == {None}


def test_a_silence_about_a_trial_is_for_whoever_reads_its_dag_and_others_for_every_reader(gateway) -> None:
    mine, others = gateway.trial(dag_id="mine"), gateway.trial(dag_id="others")
    about = {
        "all": {},
        "service": {"service": "evolution"},
        "mine": {"workflow_id": str(mine), "name": "one"},
        "others": {"workflow_id": str(others), "dag_id": "others"},
        "execution": {"workflow_id": str(others)},
        "dag": {"dag_id": "others"},
        "nothing": {"workflow_id": "no id", "dag_id": ""},
    }
    for comment, labels in about.items():
        assert gateway.post("/alerts/silences", {"labels": labels, "seconds": 3600, "comment": comment}).status_code == 200

    def listed(caller):
        return {one["comment"] for one in gateway.get("/alerts/silences", caller).json()["silences"]}

    assert listed("user:viewer") == set(about)
    assert listed("user:admin:mine") == {"all", "service", "mine", "nothing"}
    assert listed("user:viewer:others") == set(about) - {"mine"}


def test_asking_for_a_silence_again_with_the_same_key_finds_the_first(gateway) -> None:
    body, key = {"seconds": 3600}, {"Idempotency-Key": "k"}
    first, again = (gateway.post("/alerts/silences", body, headers=key).json() for _ in range(2))
    assert first == again
    assert len(gateway.get("/alerts/silences").json()["silences"]) == 1


@pytest.mark.parametrize("body", [{}, {"seconds": 59}, {"seconds": 3600, "rule": "no rule"}, {"seconds": 3600, "labels": {"x" * 65: "y"}}])
def test_a_silence_that_cannot_be_meant_is_refused(gateway, body) -> None:
    assert gateway.post("/alerts/silences", body).status_code == 422


def test_the_rules_are_listed_with_what_the_file_changes_and_what_each_sees(make_gateway, tmp_path) -> None:
    path = tmp_path / "alerts.yaml"
    path.write_text("rules: {HighCpu: false, TrialStalled: {above: 600}}", "utf-8")
    gateway = make_gateway(alert_rules_file=str(path))
    with Session(gateway.engine) as session, session.begin():
        row = {"name": "TrialStalled", "state": "pending", "value": 700.0, "since": NOW, "timers": {}, "checked_at": NOW}
        alert_states.save_rule_states(session, [row])
    found = gateway.get("/alerts/rules", "user:viewer").json()
    rules = {one["name"]: one for one in found["rules"]}
    assert found["problems"] == []
    assert (rules["TrialStalled"]["state"], rules["TrialStalled"]["value"], rules["TrialStalled"]["origin"]) == ("pending", 700, "file")
    assert rules["TrialStalled"]["condition"].startswith("above 600 s for 1 min")
    assert (rules["HighCpu"]["enabled"], rules["DiskFull"]["origin"], rules["DiskFull"]["state"]) == (False, "default", "no data")
    path.write_text("rules: {TrialStalled: {above: long}}", "utf-8")
    found = gateway.get("/alerts/rules").json()
    assert "rules.TrialStalled.above" in found["problems"][0]
    assert next(one for one in found["rules"] if one["name"] == "HighCpu")["enabled"] is False


def test_an_incident_names_the_open_one_that_explains_it(gateway) -> None:
    evolution = {"service": "evolution", "kind": "evolution"}
    _tell(gateway, _raised("down", "EvolutionDown", labels=evolution), _raised("stalled", "TrialStalled", severity="warning"))
    _tell(gateway, _raised("open", "BreakerOpen", labels=evolution), _raised("other", "BreakerOpen", labels={"service": "indexagent"}))
    explained = {one["incident_id"]: one["inhibited_by"] for one in gateway.get("/alerts").json()["incidents"]}
    assert explained == {"down": None, "stalled": "down", "open": "down", "other": None}
    assert {one["incident_id"]: one["inhibited_by"] for one in gateway.get("/overview").json()["alerts"]} == explained
    _tell(gateway, AlertResolved(incident_id="down", rule="EvolutionDown"))
    assert {one["inhibited_by"] for one in gateway.get("/alerts").json()["incidents"]} == {None}
