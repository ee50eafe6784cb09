"""Which right each route asks for, and what it means for one request."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from dean_provider.contract.workflow import WorkflowDetail
from dean_provider.errors import PermissionDeniedError
from dean_provider.plugins.api.authority import OVERRIDES, SERVICES, Authority
from dean_provider.plugins.api.caller import CallerKind

if TYPE_CHECKING:
    from dean_provider.plugins.api.call import Call

__all__ = ["Right", "authorize"]


class Right(str, Enum):
    """The value is the rule in words, for the documentation."""

    KNOWN = "anybody who is signed in, and tasks"
    SIGNED_IN = "anybody who is signed in"
    FIGURES = "anybody who is signed in, and `[dean] metrics_token`"
    READ_SOME = "whoever reads DAG runs; only of DAGs they may read"
    READ = "whoever reads runs of the trial's DAG"
    EDIT = "whoever edits runs of the trial's DAG"
    START = "whoever creates runs of the DAG"
    START_AGAIN = "whoever reads runs of the trial's DAG and creates some"
    READ_CONFIGURATION = "whoever reads Airflow's configuration"
    CHANGE_CONFIGURATION = "whoever edits Airflow's configuration, or reads it and edits the Variable `dean_config_overrides`"
    CHANGE_SERVICES = "whoever edits Airflow's configuration, or reads it and edits the Variable `dean_services`"
    AUDIT = "whoever reads Airflow's audit log; only of DAGs they may read"
    SEE_TO = "whoever edits runs of the DAG of the trial it is about; about the installation, whoever may change the configuration"
    TELL = "tasks only, with a token of their own"


def authorize(right: Right, call: Call, request: Any) -> None:
    """Let nobody past who lacks ``right``. Reads the execution a request names, and leaves it in ``call``. Blocks.

    :raises PermissionDeniedError: the caller may not.
    :raises NotFoundError: there is no such execution.
    """
    authority = call.authority
    kind = call.caller.kind
    if kind is CallerKind.TASK:
        _tasks_may(right in (Right.KNOWN, Right.TELL))
    elif kind is CallerKind.SCRAPER:
        _scrapers_may(right is Right.FIGURES)
    elif right is Right.TELL:
        raise PermissionDeniedError(
            "Facts are taken only from tasks, with tokens of their own.",
            suggestions=["Steer the trial instead: cancel, pause, resume, fork; the gateway records it."],
        )
    else:
        _users_may(right, authority, call, request)


def _tasks_may(allowed: bool) -> None:
    if not allowed:
        raise PermissionDeniedError(
            "A task's token is good for telling facts only.",
            suggestions=["Use the token of a user: POST /auth/token with name and password."],
        )


def _scrapers_may(allowed: bool) -> None:
    if not allowed:
        raise PermissionDeniedError("[dean] metrics_token opens the figures only.")


def _users_may(right: Right, authority: Authority, call: Call, request: Any) -> None:
    if right is Right.READ_SOME:
        authority.require(authority.reads(), "read DAG runs")
    elif right is Right.START:
        authority.require(authority.starts(request.dag_id), f"create runs of DAG {request.dag_id}", dag_id=request.dag_id)
    elif right in (Right.READ, Right.EDIT, Right.START_AGAIN):
        _may_with_execution(right, authority, call, request.workflow_id)
    elif right is Right.SEE_TO:
        _may_see_to(authority, call, request.incident_id)
    elif right is Right.AUDIT:
        authority.require(authority.audits(), "read the audit log")
    elif right is Right.READ_CONFIGURATION:
        authority.require(authority.configuration(), "read Airflow's configuration")
    elif right is Right.CHANGE_CONFIGURATION:
        authority.require(authority.configures(OVERRIDES), "change the configuration", variable=OVERRIDES)
    elif right is Right.CHANGE_SERVICES:
        authority.require(authority.configures(SERVICES), "change what services are known", variable=SERVICES)


def _may_see_to(authority: Authority, call: Call, incident_id: str) -> None:
    authority.require(authority.reads(), "read DAG runs")
    dag_id = call.dag_of_incident(incident_id)
    if dag_id is None:
        authority.require(authority.configures(OVERRIDES), "see to incidents of the installation", variable=OVERRIDES)
        return
    authority.require(authority.reads(dag_id), f"read runs of DAG {dag_id}", dag_id=dag_id)
    authority.require(authority.edits(dag_id), f"edit runs of DAG {dag_id}", dag_id=dag_id)


def _may_with_execution(right: Right, authority: Authority, call: Call, workflow_id: UUID) -> None:
    found = call.workflow = call.read_workflow(workflow_id)
    dag_id = found.dag_id
    if dag_id is None:
        _may_with_installation(right, authority, found)
        return
    authority.require(authority.reads(dag_id), f"read runs of DAG {dag_id}", dag_id=dag_id)
    if right is Right.EDIT:
        authority.require(authority.edits(dag_id), f"edit runs of DAG {dag_id}", dag_id=dag_id)
    if right is Right.START_AGAIN:
        authority.require(authority.starts(dag_id), f"create runs of DAG {dag_id}", dag_id=dag_id)


def _may_with_installation(right: Right, authority: Authority, found: WorkflowDetail) -> None:
    """An execution of no DAG: what happened to the installation."""
    authority.require(right is Right.READ, f"steer the {found.workflow_type} execution")
    authority.require(authority.audits() and authority.configuration(), "read what was done to the installation")
