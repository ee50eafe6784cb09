"""The gateway: this provider's own REST API in Airflow's API server. Importing this module registers the dialect.

The same table serves the plugin's routes, the hook that tasks report through, the command line and the documentation.
"""

from __future__ import annotations

from typing import Any

from dean_provider.contract.alert import (
    AcknowledgeAlert,
    AddSilence,
    Incident,
    IncidentPage,
    ListAlerts,
    RuleList,
    Silence,
    SilenceList,
    SilenceRef,
)
from dean_provider.contract.economy import AllocateTokens, Allocation, Budget, ReadUsage, Usage
from dean_provider.contract.endpoints.dialect import Dialect, Probe, Traits, register_dialect
from dean_provider.contract.endpoints.operation import Operation, Route
from dean_provider.contract.events.envelope import EventPage
from dean_provider.contract.form import CheckTrial, TrialCheck, TrialForm
from dean_provider.contract.inspection import ListTrialAgents, ListTrialPatterns, ReadTrialAgent, ReadTrialLineage
from dean_provider.contract.installation import (
    ChangeConfiguration,
    Configuration,
    KnownService,
    RegisterService,
    RevertConfiguration,
    ServiceList,
    ServiceRef,
    Status,
)
from dean_provider.contract.live import IssueTicket, Ticket
from dean_provider.contract.monitoring import Overview, ReadSeries, SeriesPage
from dean_provider.contract.pattern import ListPatterns, PatternPage
from dean_provider.contract.population import Agent, AgentPage, Lineage, Released
from dean_provider.contract.service import Empty, Health, ServiceName, TextDocument
from dean_provider.contract.steering import (
    Access,
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
    ListAudit,
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
READ_TRIAL_FORM = Operation("read_trial_form", _S, Empty, TrialForm, True, "What a form for a new trial is made from.")
CHECK_TRIAL = Operation("check_trial", _S, CheckTrial, TrialCheck, True, "Check a trial's settings without starting it.")
FORK_TRIAL = Operation("fork_trial", _S, ForkTrial, Requested, True, "Start a new trial from a generation of another.")
REPLAY_TRIAL = Operation("replay_trial", _S, ReplayTrial, Requested, True, "Run a trial again and compare the digests.")
COMPARE_TRIALS = Operation("compare_trials", _S, CompareTrials, Comparison, True, "Several trials side by side.")
READ_METRICS = Operation("read_metrics", _S, ReadMetrics, MetricsPage, True, "Figures per generation, thinned out by the server.")
LIST_EVENTS = Operation("list_events", _S, ListEvents, EventPage, True, "Events of an execution, in order.")
LIST_WORKFLOWS = Operation("list_workflows", _S, ListWorkflows, WorkflowPage, True, "Executions of every type, newest first.")
READ_WORKFLOW = Operation("read_workflow", _S, WorkflowRef, WorkflowDetail, True, "One execution.")
APPLY_TO_TRIAL = Operation("apply_patterns", _S, ApplyToTrial, Workflow, True, "Impose patterns on copies of a trial's population.")
METRICS = Operation("metrics", _S, Empty, TextDocument, True, "Prometheus exposition text of the gateway's own figures.")
READ_STATUS = Operation("read_status", _S, Empty, Status, True, "How services, record and trials are.")
READ_OVERVIEW = Operation("read_overview", _S, Empty, Overview, True, "Services, trials, incidents and tokens at one glance.")
READ_SERIES = Operation("read_series", _S, ReadSeries, SeriesPage, True, "What is watched, as figures over time.")
READ_ACCESS = Operation("read_access", _S, Empty, Access, True, "What the caller may do at all.")
READ_TRIAL_ACCESS = Operation("read_trial_access", _S, WorkflowRef, Access, True, "What the caller may do with one trial.")
LIST_TRIAL_AGENTS = Operation("list_trial_agents", _S, ListTrialAgents, AgentPage, True, "Agents of a trial, from IndexAgent.")
READ_TRIAL_AGENT = Operation("read_trial_agent", _S, ReadTrialAgent, Agent, True, "One agent of a trial.")
READ_TRIAL_LINEAGE = Operation("read_trial_lineage", _S, ReadTrialLineage, Lineage, True, "An agent of a trial and its ancestors.")
LIST_TRIAL_PATTERNS = Operation("list_trial_patterns", _S, ListTrialPatterns, PatternPage, True, "Patterns found in one trial.")
READ_REPORT = Operation("read_report", _S, WorkflowRef, TextDocument, True, "A trial's report, a page by itself.")
LIST_PATTERNS = Operation("list_patterns", _S, ListPatterns, PatternPage, True, "Patterns in the Evolution API's registry, newest first.")
READ_CONFIGURATION = Operation("read_configuration", _S, Empty, Configuration, True, "Every setting with its origin, secrets masked.")
CHANGE_CONFIGURATION = Operation(
    "change_configuration", _S, ChangeConfiguration, Configuration, False, "Set and unset settings for the installation."
)
REVERT_CONFIGURATION = Operation(
    "revert_configuration", _S, RevertConfiguration, Configuration, False, "Go back to what was set at an earlier revision."
)
LIST_SERVICES = Operation("list_services", _S, Empty, ServiceList, True, "Services known by connection or by registration.")
REGISTER_SERVICE = Operation("register_service", _S, RegisterService, KnownService, True, "Make a service known.")
HEARTBEAT_SERVICE = Operation("heartbeat_service", _S, ServiceRef, KnownService, True, "Say that a registered service is there.")
REMOVE_SERVICE = Operation("remove_service", _S, ServiceRef, Released, True, "Forget a registered service.")
READ_BUDGET = Operation("read_budget", _S, Empty, Budget, True, "Tokens of the whole Evolution API.")
READ_USAGE = Operation("read_usage", _S, ReadUsage, Usage, True, "Tokens used, by time window.")
LIST_AUDIT = Operation("list_audit", _S, ListAudit, EventPage, True, "What people did, newest first.")
ALLOCATE_TOKENS = Operation("allocate_tokens", _S, AllocateTokens, Allocation, True, "Reserve tokens for a holder.")
ISSUE_TICKET = Operation("issue_ticket", _S, IssueTicket, Ticket, False, "A ticket that opens one live socket once.")

LIST_ALERTS = Operation("list_alerts", _S, ListAlerts, IncidentPage, True, "Incidents, newest first.")
ACKNOWLEDGE_ALERT = Operation("acknowledge_alert", _S, AcknowledgeAlert, Incident, True, "Say that somebody sees to an incident.")
LIST_RULES = Operation("list_rules", _S, Empty, RuleList, True, "Alert rules, and what each sees now.")
LIST_SILENCES = Operation("list_silences", _S, Empty, SilenceList, True, "Of what nobody is notified now.")
ADD_SILENCE = Operation("add_silence", _S, AddSilence, Silence, True, "Have nobody notified of what matches, for a while.")
END_SILENCE = Operation("end_silence", _S, SilenceRef, Released, True, "End a silence before its time.")

_V1 = f"{PREFIX}/api/v1"
_TRIAL = f"{_V1}/trials/{{workflow_id}}"
_WORKFLOW = f"{_V1}/workflows/{{workflow_id}}"
_AGENT = _TRIAL + "/agents/{agent_id}"


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
            READ_TRIAL_FORM.name: Route("GET", f"{_V1}/forms/trial"),
            CHECK_TRIAL.name: Route("POST", f"{_V1}/checks/trial"),
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
            METRICS.name: Route("GET", f"{PREFIX}/metrics", text=True),
            READ_STATUS.name: Route("GET", f"{_V1}/status"),
            READ_OVERVIEW.name: Route("GET", f"{_V1}/overview"),
            READ_SERIES.name: Route("GET", f"{_V1}/metrics"),
            READ_ACCESS.name: Route("GET", f"{_V1}/access"),
            READ_TRIAL_ACCESS.name: Route("GET", _TRIAL + "/access"),
            LIST_TRIAL_AGENTS.name: Route("GET", _TRIAL + "/agents"),
            READ_TRIAL_AGENT.name: Route("GET", _AGENT),
            READ_TRIAL_LINEAGE.name: Route("GET", _AGENT + "/lineage"),
            LIST_TRIAL_PATTERNS.name: Route("GET", _TRIAL + "/patterns"),
            READ_REPORT.name: Route("GET", _TRIAL + "/report", text=True, media_type="text/html"),
            LIST_PATTERNS.name: Route("GET", f"{_V1}/patterns"),
            READ_CONFIGURATION.name: Route("GET", f"{_V1}/configuration"),
            CHANGE_CONFIGURATION.name: Route("PATCH", f"{_V1}/configuration"),
            REVERT_CONFIGURATION.name: Route("POST", f"{_V1}/configuration/reversions"),
            LIST_SERVICES.name: Route("GET", f"{_V1}/services"),
            REGISTER_SERVICE.name: Route("PUT", f"{_V1}/services/{{name}}"),
            HEARTBEAT_SERVICE.name: Route("POST", f"{_V1}/services/{{name}}/heartbeat"),
            REMOVE_SERVICE.name: Route("DELETE", f"{_V1}/services/{{name}}"),
            LIST_AUDIT.name: Route("GET", f"{_V1}/audit"),
            READ_BUDGET.name: Route("GET", f"{_V1}/tokens/budget"),
            READ_USAGE.name: Route("GET", f"{_V1}/tokens/usage"),
            LIST_ALERTS.name: Route("GET", f"{_V1}/alerts"),
            ACKNOWLEDGE_ALERT.name: Route("POST", f"{_V1}/alerts/{{incident_id}}/acknowledge"),
            LIST_RULES.name: Route("GET", f"{_V1}/alerts/rules"),
            LIST_SILENCES.name: Route("GET", f"{_V1}/alerts/silences"),
            ADD_SILENCE.name: Route("POST", f"{_V1}/alerts/silences"),
            END_SILENCE.name: Route("DELETE", f"{_V1}/alerts/silences/{{silence_id}}"),
            ISSUE_TICKET.name: Route("POST", f"{_V1}/live/tickets"),
            ALLOCATE_TOKENS.name: Route("PUT", f"{_V1}/tokens/allocations/{{holder}}", slashes=frozenset({"holder"})),
        },
    )
)

OPERATIONS: tuple[Operation[Any, Any], ...] = tuple(value for value in list(globals().values()) if isinstance(value, Operation))
