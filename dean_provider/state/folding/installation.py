"""Incidents of the installation, folded into its ``system`` workflow."""

from __future__ import annotations

from typing import Any

from dean_provider.contract.events import installation as told
from dean_provider.contract.events.envelope import Event
from dean_provider.state.chain import instant
from dean_provider.state.folded import State
from dean_provider.state.folding.handler import KEPT, handles

__all__: list[str] = []

Alert = dict[str, Any]


def _kept(alerts: list[Alert]) -> list[Alert]:
    """The newest :data:`KEPT`; those that are over go first."""
    over = [one for one in alerts if one["status"] == "resolved"]
    dropped = {one["incident_id"] for one in [*over, *alerts][: max(0, len(alerts) - KEPT)]}
    return [one for one in alerts if one["incident_id"] not in dropped]


@handles(told.AlertRaised)
def _raised(state: State, fact: told.AlertRaised, event: Event) -> dict[str, Any]:
    raised: Alert = {
        "incident_id": fact.incident_id,
        "rule": fact.rule,
        "severity": fact.severity,
        "message": fact.message,
        "status": "firing",
        "raised_at": instant(event.occurred_at or event.timestamp),
        "acknowledged_by": None,
        "resolved_at": None,
    }
    others = [one for one in state.alerts if one["incident_id"] != fact.incident_id]
    return {"alerts": _kept([*others, raised])}


@handles(told.AlertAcknowledged)
def _acknowledged(state: State, fact: told.AlertAcknowledged, event: Event) -> dict[str, Any]:
    def changed(one: Alert) -> Alert:
        status = "acknowledged" if one["status"] == "firing" else one["status"]
        return {**one, "status": status, "acknowledged_by": event.actor.name}

    return {"alerts": [changed(one) if one["incident_id"] == fact.incident_id else one for one in state.alerts]}


@handles(told.AlertResolved)
def _resolved(state: State, fact: told.AlertResolved, event: Event) -> dict[str, Any]:
    over = {"status": "resolved", "resolved_at": instant(event.occurred_at or event.timestamp)}
    return {"alerts": [{**one, **over} if one["incident_id"] == fact.incident_id else one for one in state.alerts]}
