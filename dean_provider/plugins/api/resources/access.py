"""What the caller may do, so that a page or a program can say so before it is tried."""

from __future__ import annotations

from dean_provider.contract.endpoints import gateway
from dean_provider.contract.service import Empty
from dean_provider.contract.steering import Access
from dean_provider.contract.workflow import TRIAL, Workflow, WorkflowRef, WorkflowStatus
from dean_provider.plugins.api.authority import OVERRIDES, SERVICES
from dean_provider.plugins.api.call import Call
from dean_provider.plugins.api.rights import Right
from dean_provider.plugins.api.serving import Served, Table
from dean_provider.plugins.api.surroundings import Surroundings

__all__ = ["routes"]


def routes(_: Surroundings) -> Table:
    return {
        gateway.READ_ACCESS: Served(read_access, Right.SIGNED_IN),
        gateway.READ_TRIAL_ACCESS: Served(read_trial_access, Right.READ, only=TRIAL),
    }


def read_access(_: Empty, call: Call) -> Access:
    authority = call.authority
    allowed = {
        "read_trials": authority.reads(),
        "read_configuration": authority.configuration(),
        "change_configuration": authority.configures(OVERRIDES),
        "change_services": authority.configures(SERVICES),
        "read_audit": authority.audits(),
        "acknowledge_alerts": authority.reads() and authority.configures(OVERRIDES),
        "silence_alerts": authority.configures(OVERRIDES),
    }
    return _access(call, {name: "" if may else "your role does not allow it" for name, may in allowed.items()})


def read_trial_access(_: WorkflowRef, call: Call) -> Access:
    trial, authority = call.subject, call.authority
    dag_id = trial.dag_id or ""
    edits, starts = authority.edits(dag_id), authority.starts(dag_id)
    act = "" if edits else f"your role may not edit runs of DAG {dag_id}"
    start = "" if starts else f"your role may not create runs of DAG {dag_id}"
    return _access(
        call,
        {
            "read": "",
            "cancel": act or _when(trial, ended=False),
            "pause": act or _when(trial, ended=False) or _started(trial) or _not(trial, WorkflowStatus.PAUSED),
            "resume": act or ("" if trial.status is WorkflowStatus.PAUSED else "the trial is not paused"),
            "apply": act or _completed(trial),
            "fork": start or ("" if trial.generation >= 0 else "no generation is recorded yet"),
            "replay": start or _completed(trial),
            "acknowledge": act,
            "audit": "" if authority.audits(dag_id) else "your role may not read the audit log",
        },
    )


def _access(call: Call, reasons: dict[str, str]) -> Access:
    """:param reasons: why not, by action; empty where it is allowed."""
    return Access(
        user=call.caller.name,
        allowed={name: not reason for name, reason in reasons.items()},
        reasons={name: reason for name, reason in reasons.items() if reason},
    )


def _when(trial: Workflow, *, ended: bool) -> str:
    return "" if trial.status.ended is ended else f"the trial is {trial.status.value}"


def _started(trial: Workflow) -> str:
    return "" if trial.started_at else "the trial has not started yet"


def _not(trial: Workflow, status: WorkflowStatus) -> str:
    return f"the trial is {status.value} already" if trial.status is status else ""


def _completed(trial: Workflow) -> str:
    return "" if trial.status is WorkflowStatus.COMPLETED else "the trial is not completed"
