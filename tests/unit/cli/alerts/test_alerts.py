"""Incidents, silences and rules at the command line."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import pytest
import yaml

from dean_provider.contract.alert import Incident, IncidentStatus, RuleList, RuleState, Severity

NOW = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)


def _incident(incident_id: str, status: str = "firing", **more) -> Incident:
    given = {"rule": "EvolutionDown", "severity": "critical", "message": "evolution does not serve.", "raised_at": NOW}
    return Incident.model_validate({"incident_id": incident_id, "status": status, **given, **more})


def test_what_is_open_is_listed_and_with_the_history_all(signed_in, dean) -> None:
    signed_in.incidents = [
        _incident("a", silenced_until=NOW),
        _incident("b", "acknowledged", acknowledged_by="ann", inhibited_by="a"),
        _incident("c", "resolved", resolved_at=NOW),
    ]
    code, out, _ = dean("alerts", "list")
    assert code == 0
    assert "firing (silenced)" in out
    assert "acknowledged (by ann, explained by a)" in out
    assert [one["incident_id"] for one in json.loads(dean("alerts", "list", "--history", "--json")[1])["incidents"]] == ["a", "b", "c"]
    dean("alerts", "list", "--status", "resolved", "--severity", "critical", "--rule", "EvolutionDown")
    asked = signed_in.last("list_alerts")
    assert (asked.open, asked.status, asked.severity, asked.rule) == (None, IncidentStatus.RESOLVED, Severity.CRITICAL, "EvolutionDown")


def test_none(signed_in, dean) -> None:
    assert dean("alerts", "list")[:2] == (0, "No incidents.\n")
    assert dean("alerts", "silences")[:2] == (0, "No silences.\n")


def test_one_sees_to_several_incidents_at_once(signed_in, dean) -> None:
    signed_in.incidents = [_incident("a"), _incident("b")]
    code, out, _ = dean("alerts", "acknowledge", "a", "b", "--comment", "on it")
    assert (code, out) == (0, "a: acknowledged by ada.\nb: acknowledged by ada.\n")
    assert signed_in.last("acknowledge_alert").comment == "on it"
    assert json.loads(dean("alerts", "acknowledge", "a", "--json")[1])["incidents"][0]["status"] == "acknowledged"


def test_a_silence_is_made_listed_and_ended(signed_in, dean) -> None:
    code, out, _ = dean(
        "alerts", "silence", "--rule", "EvolutionDown", "--label", "service=evolution", "--for", "2h", "--comment", "moving"
    )
    assert code == 0
    asked = signed_in.last("add_silence")
    assert (asked.rule, asked.labels, asked.seconds, asked.comment) == ("EvolutionDown", {"service": "evolution"}, 7200, "moving")
    silence_id = json.loads(dean("alerts", "silences", "--json")[1])["silences"][0]["silence_id"]
    assert f"dean alerts unsilence {silence_id}" in out
    assert "service=evolution" in dean("alerts", "silences")[1]
    assert dean("alerts", "unsilence", silence_id)[:2] == (0, "Ended.\n")
    assert json.loads(dean("alerts", "unsilence", "00000000-0000-0000-0000-000000000000", "--json")[1]) == {"released": False}


@pytest.mark.parametrize(
    "words", [("--for", "2h"), ("--rule", "A", "--for", "soon"), ("--label", "service", "--for", "2h"), ("--rule", "A")]
)
def test_a_silence_that_cannot_be_meant(signed_in, dean, words) -> None:
    assert dean("alerts", "silence", *words)[0] == 2
    assert "add_silence" not in signed_in.operations()


def test_rules_with_what_they_see_and_what_is_wrong_with_the_file(signed_in, dean) -> None:
    fields = {
        "severity": "warning",
        "summary": "s",
        "metric": "m",
        "condition": "above 1",
        "origin": "default",
        "state": "firing",
        "value": 2.0,
    }
    rules = [RuleState.model_validate({"name": name, **fields, "enabled": name == "One"}) for name in ("One", "Two")]
    signed_in.rules = RuleList(rules=rules, problems=["rules.Three is no rule"])
    code, out, err = dean("alerts", "rules")
    assert code == 0
    assert "m: above 1" in out
    assert "disabled" in out
    assert "rules.Three is no rule" in err
    assert json.loads(dean("alerts", "rules", "--json")[1])["problems"] == ["rules.Three is no rule"]


def test_a_file_is_checked_without_a_gateway(dean, tmp_path) -> None:
    path = tmp_path / "alerts.yaml"
    path.write_text("rules: {HighCpu: false}", "utf-8")
    code, out, _ = dean("alerts", "validate", str(path))
    assert (code, "is valid: 32 rules hold, 1 of them as the file says, 0 routes." in out) == (0, True)
    path.write_text("rules:\n  HighCpu: {abov: 1}\n  DiskFull: {above: much}", "utf-8")
    code, out, _ = dean("alerts", "validate", str(path), "--json")
    assert code == 3
    problems = json.loads(out)["details"]["problems"]
    assert [(one["field"], one["suggestion"]) for one in problems] == [
        ("rules.HighCpu.abov", "Did you mean above?"),
        ("rules.DiskFull.above", ""),
    ]
    assert dean("alerts", "validate", str(tmp_path / "none.yaml"))[0] == 3


def test_rules_and_dashboard_are_exported(dean, tmp_path) -> None:
    path = tmp_path / "alerts.yaml"
    path.write_text("rules: {HighCpu: false}", "utf-8")
    everything = {one["alert"] for one in yaml.safe_load(dean("alerts", "export", "prometheus")[1])["groups"][0]["rules"]}
    mine = {
        one["alert"] for one in json.loads(dean("alerts", "export", "prometheus", "--rules", str(path), "--json")[1])["groups"][0]["rules"]
    }
    assert everything - mine == {"HighCpu"}
    assert json.loads(dean("alerts", "export", "grafana")[1])["title"] == "DEAN"
