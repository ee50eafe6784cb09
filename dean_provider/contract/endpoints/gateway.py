"""The gateway: this provider's own REST API in Airflow's API server. Importing this module registers the dialect.

The same table serves the plugin's routes, the hook that tasks report through, the command line and the documentation.
"""

from __future__ import annotations

from typing import Any

from dean_provider.contract.endpoints.dialect import Dialect, Probe, Traits, register_dialect
from dean_provider.contract.endpoints.operation import Operation, Route
from dean_provider.contract.events.envelope import EventPage
from dean_provider.contract.service import Empty, Health, ServiceName
from dean_provider.contract.steering import (
    ApplyToTrial,
    CancelTrial,
    CompareTrials,
    Comparison,
    ForkTrial,
    PauseWorkflow,
    ReplayTrial,
    Requested,
    RequestTrial,
    ResumeWorkflow,
)
from dean_provider.contract.workflow import (
    ListEvents,
    ListWorkflows,
    MetricsPage,
    ReadMetrics,
    Recorded,
    RecordFacts,
    Workflow,
    WorkflowDetail,
    WorkflowPage,
    WorkflowRef,
)

PREFIX = "/dean"
_S = ServiceName.GATEWAY

HEALTH = Operation("health", _S, Empty, Health, True, "How the gateway and what it needs are.")
RECORD_FACTS = Operation("record_facts", _S, RecordFacts, Recorded, True, "Tell facts about an execution; for services only.")
LIST_TRIALS = Operation("list_trials", _S, ListWorkflows, WorkflowPage, True, "Trials the caller may read, newest first.")
REQUEST_TRIAL = Operation("request_trial", _S, RequestTrial, Requested, True, "Start a trial.")
READ_TRIAL = Operation("read_trial", _S, WorkflowRef, WorkflowDetail, True, "One trial.")
CANCEL_TRIAL = Operation("cancel_trial", _S, CancelTrial, Workflow, True, "Stop a trial and its DAG run.")
PAUSE_TRIAL = Operation("pause_trial", _S, PauseWorkflow, Workflow, True, "Hold a trial at its next generation boundary.")
RESUME_TRIAL = Operation("resume_trial", _S, ResumeWorkflow, Workflow, True, "Let a paused trial go on.")
FORK_TRIAL = Operation("fork_trial", _S, ForkTrial, Requested, True, "Start a new trial from a generation of another.")
REPLAY_TRIAL = Operation("replay_trial", _S, ReplayTrial, Requested, True, "Run a trial again and compare the digests.")
COMPARE_TRIALS = Operation("compare_trials", _S, CompareTrials, Comparison, True, "Several trials side by side.")
READ_METRICS = Operation("read_metrics", _S, ReadMetrics, MetricsPage, True, "Figures per generation, thinned out by the server.")
LIST_EVENTS = Operation("list_events", _S, ListEvents, EventPage, True, "Events of an execution, in order.")
LIST_WORKFLOWS = Operation("list_workflows", _S, ListWorkflows, WorkflowPage, True, "Executions of every type, newest first.")
READ_WORKFLOW = Operation("read_workflow", _S, WorkflowRef, WorkflowDetail, True, "One execution.")
APPLY_TO_TRIAL = Operation("apply_patterns", _S, ApplyToTrial, Workflow, True, "Impose patterns on copies of a trial's population.")

_V1 = f"{PREFIX}/api/v1"
_TRIAL = f"{_V1}/trials/{{workflow_id}}"
_WORKFLOW = f"{_V1}/workflows/{{workflow_id}}"


def _repeated(rest: dict[str, Any]) -> dict[str, Any]:
    """Several ids in one query parameter, separated by commas."""
    return {**rest, "workflow_ids": ",".join(rest["workflow_ids"])}


REFERENCE = register_dialect(
    Dialect(
        name="v1",
        service=_S,
        traits=Traits(),
        probe=Probe(f"{_V1}/health", lambda _status, body: isinstance(body, dict) and body.get("service") == "gateway"),
        routes={
            HEALTH.name: Route("GET", f"{_V1}/health"),
            RECORD_FACTS.name: Route("POST", _WORKFLOW + "/events"),
            LIST_TRIALS.name: Route("GET", f"{_V1}/trials"),
            REQUEST_TRIAL.name: Route("POST", f"{_V1}/trials"),
            READ_TRIAL.name: Route("GET", _TRIAL),
            CANCEL_TRIAL.name: Route("POST", _TRIAL + "/cancel"),
            PAUSE_TRIAL.name: Route("POST", _TRIAL + "/pause"),
            RESUME_TRIAL.name: Route("POST", _TRIAL + "/resume"),
            FORK_TRIAL.name: Route("POST", _TRIAL + "/forks"),
            REPLAY_TRIAL.name: Route("POST", _TRIAL + "/replays"),
            COMPARE_TRIALS.name: Route("GET", f"{_V1}/comparisons", encode=_repeated),
            READ_METRICS.name: Route("GET", _TRIAL + "/generations"),
            LIST_EVENTS.name: Route("GET", _WORKFLOW + "/events"),
            LIST_WORKFLOWS.name: Route("GET", f"{_V1}/workflows"),
            READ_WORKFLOW.name: Route("GET", _WORKFLOW),
            APPLY_TO_TRIAL.name: Route("POST", _TRIAL + "/patterns"),
        },
    )
)

OPERATIONS: tuple[Operation[Any, Any], ...] = tuple(value for value in list(globals().values()) if isinstance(value, Operation))
