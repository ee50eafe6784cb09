"""Incidents and what is done about them: acknowledged, silenced. Who reads a trial reads its incidents; others are the installation's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import RowMapping

from dean_provider.contract.alert import (
    AcknowledgeAlert,
    AddSilence,
    Incident,
    IncidentPage,
    IncidentStatus,
    ListAlerts,
    RuleList,
    RuleState,
    Silence,
    SilenceList,
    SilenceRef,
)
from dean_provider.contract.endpoints import gateway
from dean_provider.contract.events import ReportedFact
from dean_provider.contract.events.installation import AlertAcknowledged, SilenceAdded, SilenceEnded
from dean_provider.contract.population import Released
from dean_provider.contract.service import Empty
from dean_provider.errors import ConflictError, InvalidStateError, LimitExceededError
from dean_provider.monitoring.alerts.book import RuleBook
from dean_provider.monitoring.alerts.judging import inhibitor_of
from dean_provider.monitoring.alerts.rule import Rule
from dean_provider.plugins.api.call import Call
from dean_provider.plugins.api.recording import record_installation
from dean_provider.plugins.api.rights import Right
from dean_provider.plugins.api.serving import Served, Table
from dean_provider.plugins.api.surroundings import Surroundings

__all__ = ["explained", "routes"]

_MOST_SILENCES = 200
_MOST_OPEN = 1000
_NAMESPACE = UUID("6f3b6f0e-6f5e-4f0a-9d5e-0b7c5a8d1c11")


def routes(around: Surroundings) -> Table:
    def list_alerts(request: ListAlerts, call: Call) -> IncidentPage:
        from dean_provider.state import incidents

        with call.sessions() as session:
            dag_ids = call.authority.dag_ids(session)
            page = incidents.list_incidents(session, request, dag_ids=dag_ids, now=_now())
            opened = incidents.open_incidents(session, dag_ids=dag_ids, now=_now(), limit=_MOST_OPEN)
        return page.model_copy(update={"incidents": explained(page.incidents, around.alert_rules.book(), opened)})

    def list_rules(_: Empty, call: Call) -> RuleList:
        from dean_provider.state import alert_states

        book = around.alert_rules.book()
        with call.sessions() as session:
            states = {row["name"]: row for row in alert_states.rule_states(session)}
        rules = [_rule_state(rule, states.get(name), changed=name in book.changed) for name, rule in book.rules.items()]
        return RuleList(rules=rules, problems=around.alert_rules.problems)

    return {
        gateway.LIST_ALERTS: Served(list_alerts, Right.READ_SOME),
        gateway.LIST_RULES: Served(list_rules, Right.READ_SOME),
        gateway.ACKNOWLEDGE_ALERT: Served(acknowledge, Right.SEE_TO),
        gateway.LIST_SILENCES: Served(list_silences, Right.READ_SOME),
        gateway.ADD_SILENCE: Served(add_silence, Right.CHANGE_CONFIGURATION),
        gateway.END_SILENCE: Served(end_silence, Right.CHANGE_CONFIGURATION),
    }


def _now() -> datetime:
    return datetime.now(timezone.utc)


def explained(found: Sequence[Incident], book: RuleBook, opened: Collection[Incident]) -> list[Incident]:
    """Incidents with the open ones that explain them."""
    inhibitors = {one.incident_id: inhibitor_of(one, book.rules, opened) for one in found if one.status is not IncidentStatus.RESOLVED}
    return [
        one.model_copy(update={"inhibited_by": inhibitor.incident_id}) if (inhibitor := inhibitors.get(one.incident_id)) else one
        for one in found
    ]


def _rule_state(rule: Rule, row: RowMapping | None, *, changed: bool) -> RuleState:
    unknown = {"state": "no data", "value": None, "since": None}
    seen: dict[str, Any] = unknown if row is None or not rule.enabled else {name: row[name] for name in unknown}
    return RuleState(
        name=rule.name,
        severity=rule.severity,
        summary=rule.summary,
        metric=rule.metric,
        condition=rule.condition,
        origin="file" if changed else "default",
        enabled=rule.enabled,
        state=seen["state"],
        value=seen["value"],
        since=seen["since"],
    )


def acknowledge(request: AcknowledgeAlert, call: Call) -> Incident:
    """Who was first stays named; asking again changes nothing.

    :raises InvalidStateError: when the incident is resolved.
    """
    found = _incident(call, request.incident_id)
    if found.status is IncidentStatus.RESOLVED:
        raise InvalidStateError(f"Incident {found.incident_id} is resolved.", details={"status": found.status.value})
    if found.status is IncidentStatus.ACKNOWLEDGED:
        return found
    fact = AlertAcknowledged(incident_id=found.incident_id, rule=found.rule, comment=request.comment)
    with suppress(ConflictError):  # somebody else was faster
        record_installation(call, [ReportedFact.of(fact)])
    return _incident(call, request.incident_id)


def list_silences(_: Empty, call: Call) -> SilenceList:
    """What concerns a trial, for whoever may read it; the others for every reader."""
    from dean_provider.state import incidents
    from dean_provider.state.subjects import dags_of

    with call.sessions() as session:
        found = incidents.active_silences(session, now=_now())
        concerned = dags_of(session, [one.labels for one in found])
    sees = {dag_id: dag_id is None or call.authority.reads(dag_id) for dag_id in set(concerned)}
    return SilenceList(silences=[one for one, dag_id in zip(found, concerned, strict=True) if sees[dag_id]])


def add_silence(request: AddSilence, call: Call) -> Silence:
    """With an idempotency key, asking again finds the silence that was made.

    :raises LimitExceededError: when there are too many already.
    """
    from dean_provider.state import incidents

    silence_id = uuid5(_NAMESPACE, f"{call.caller.name}:{call.key}") if call.key else uuid4()
    now = _now()
    with call.sessions() as session:
        known, count = incidents.read_silence(session, silence_id), len(incidents.active_silences(session, now=now))
    if known is not None:
        return known
    if count >= _MOST_SILENCES:
        raise LimitExceededError(f"There are {_MOST_SILENCES} silences already.", suggestions=["End some."])
    fact = SilenceAdded(
        silence_id=silence_id,
        rule=request.rule,
        labels=request.labels,
        ends_at=now + timedelta(seconds=request.seconds),
        comment=request.comment,
    )
    record_installation(call, [ReportedFact.of(fact)])
    return _silence(call, silence_id)


def end_silence(request: SilenceRef, call: Call) -> Released:
    from dean_provider.state import incidents

    with call.sessions() as session:
        found = incidents.read_silence(session, request.silence_id)
    if found is None or found.ends_at <= _now():
        return Released(released=False)
    record_installation(call, [ReportedFact.of(SilenceEnded(silence_id=request.silence_id))])
    return Released(released=True)


def _incident(call: Call, incident_id: str) -> Incident:
    from dean_provider.state import incidents

    with call.sessions() as session:
        return incidents.read_incident(session, incident_id, now=_now())


def _silence(call: Call, silence_id: UUID) -> Silence:
    from dean_provider.state import incidents

    with call.sessions() as session:
        found = incidents.read_silence(session, silence_id)
    if found is None:
        raise LookupError("a silence that was recorded is there")
    return found
