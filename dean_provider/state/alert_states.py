"""What the rules saw last, and writing down that incidents begin and end. Two processes that do it at once write each of them once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, delete, select
from sqlalchemy.orm import Session

from dean_provider.contract.alert import IncidentStatus
from dean_provider.contract.events import Actor, ActorKind, Fact, ReportedFact
from dean_provider.contract.events.installation import AlertRaised, AlertResolved
from dean_provider.state import incidents
from dean_provider.state.record import append_system, system_workflow_id
from dean_provider.state.statements import replace_all, table_of
from dean_provider.state.tables import IncidentRow, RuleStateRow
from dean_provider.state.writing import take

__all__ = ["EVALUATOR", "Begun", "Ended", "open_rows", "record_changes", "rule_states", "save_rule_states"]

EVALUATOR = Actor(kind=ActorKind.SYSTEM, name="alerts")
_rules = table_of(RuleStateRow)
_incidents = table_of(IncidentRow)
_RESOLVED = IncidentStatus.RESOLVED.value


@dataclass(frozen=True)
class Begun:
    """An incident begins, unless one with its fingerprint is open.

    :param told: fields of :class:`AlertRaised` other than its identity.
    """

    fingerprint: str
    at: datetime
    told: Mapping[str, Any]


@dataclass(frozen=True)
class Ended:
    """The open incident with this fingerprint ends, if there is one."""

    fingerprint: str
    at: datetime
    value: float | None = None


def rule_states(session: Session) -> list[RowMapping]:
    """What each rule saw last."""
    return list(session.execute(select(_rules)).mappings().all())


def save_rule_states(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep what rules see now; rules that are no more are forgotten."""
    replace_all(session, RuleStateRow, rows)
    session.execute(delete(_rules).where(_rules.c.name.not_in([row["name"] for row in rows])))


def open_rows(session: Session) -> list[RowMapping]:
    """Every incident that is not resolved, with its fingerprint and labels."""
    mine = _incidents.c.workflow_id == system_workflow_id(session)
    statement = select(_incidents).where(mine, _incidents.c.status != _RESOLVED)
    return list(session.execute(statement).mappings().all())


def record_changes(session: Session, changes: Sequence[Begun | Ended], *, now: datetime) -> int:
    """Record what is new of ``changes``, in their order; how many facts that are. Nothing is kept unless the caller commits."""
    if not changes:
        return 0
    take(session, system_workflow_id(session), 0, opens=False)  # nobody else writes an incident until this is committed
    last = {name: (row["incident_id"], row["episode"], row["status"] != _RESOLVED) for name, row in _last(session, changes).items()}
    told: list[ReportedFact] = []
    for one in changes:
        incident_id, episode, is_open = last.get(one.fingerprint, ("", -1, False))
        if is_open is isinstance(one, Begun):
            continue
        if isinstance(one, Begun):
            incident_id, episode = f"{one.fingerprint}.{episode + 1}", episode + 1
        last[one.fingerprint] = (incident_id, episode, isinstance(one, Begun))
        told.append(ReportedFact.of(_fact(one, incident_id, episode), occurred_at=one.at))
    if told:
        append_system(session, told, actor=EVALUATOR, now=now)
    return len(told)


def _last(session: Session, changes: Sequence[Begun | Ended]) -> dict[str, RowMapping]:
    return incidents.latest_episodes(session, {one.fingerprint for one in changes})


def _fact(one: Begun | Ended, incident_id: str, episode: int) -> Fact:
    if isinstance(one, Begun):
        return AlertRaised(incident_id=incident_id, fingerprint=one.fingerprint, episode=episode, **one.told)
    return AlertResolved(incident_id=incident_id, rule=one.fingerprint.rpartition(".")[0], value=one.value)
