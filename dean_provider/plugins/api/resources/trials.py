"""Trials and other executions, as the record has them."""

from __future__ import annotations

from typing import Any

from dean_provider.contract.endpoints import gateway
from dean_provider.contract.events import EventPage
from dean_provider.contract.steering import CompareTrials, Comparison, Difference
from dean_provider.contract.workflow import (
    TRIAL,
    ListEvents,
    ListWorkflows,
    MetricsPage,
    ReadMetrics,
    WorkflowDetail,
    WorkflowPage,
    WorkflowRef,
)
from dean_provider.errors import NotFoundError
from dean_provider.plugins.api.call import Call
from dean_provider.plugins.api.rights import Right
from dean_provider.plugins.api.serving import Served, Table
from dean_provider.plugins.api.surroundings import Surroundings

__all__ = ["routes"]


def routes(_: Surroundings) -> Table:
    return {
        gateway.LIST_TRIALS: Served(list_trials, Right.READ_SOME),
        gateway.READ_TRIAL: Served(read_workflow, Right.READ, only=TRIAL),
        gateway.COMPARE_TRIALS: Served(compare_trials, Right.READ_SOME, expensive=True),
        gateway.READ_METRICS: Served(read_metrics, Right.READ, expensive=True, only=TRIAL, kept_seconds=300),
        gateway.LIST_EVENTS: Served(list_events, Right.READ),
        gateway.LIST_WORKFLOWS: Served(list_workflows, Right.READ_SOME),
        gateway.READ_WORKFLOW: Served(read_workflow, Right.READ),
    }


def list_workflows(request: ListWorkflows, call: Call) -> WorkflowPage:
    from dean_provider.state import queries

    with call.sessions() as session:
        return queries.list_workflows(session, request, dag_ids=call.authority.dag_ids(session))


def list_trials(request: ListWorkflows, call: Call) -> WorkflowPage:
    return list_workflows(request.model_copy(update={"workflow_type": TRIAL}), call)


def read_workflow(_: WorkflowRef, call: Call) -> WorkflowDetail:
    return call.subject


def read_metrics(request: ReadMetrics, call: Call) -> MetricsPage:
    from dean_provider.state import queries

    with call.sessions() as session:
        return queries.read_metrics(session, request)


def list_events(request: ListEvents, call: Call) -> EventPage:
    """Network addresses of people are for those who read the audit log."""
    from dean_provider.state import queries

    with call.sessions() as session:
        page = queries.list_events(session, request)
    if call.authority.audits(call.subject.dag_id):
        return page
    return page.model_copy(
        update={"events": [event.model_copy(update={"actor": event.actor.model_copy(update={"address": None})}) for event in page.events]}
    )


def compare_trials(request: CompareTrials, call: Call) -> Comparison:
    """:raises NotFoundError: naming the trials there are not, or that the caller may not read: both look the same."""
    from dean_provider.state import permitted

    wanted = list(dict.fromkeys(request.workflow_ids))
    with call.sessions() as session:
        found = {one.id: one for one in permitted.read_trials(session, wanted, dag_ids=call.authority.dag_ids(session))}
    missing = [str(wanted_id) for wanted_id in wanted if wanted_id not in found]
    if missing:
        raise NotFoundError(f"There is no trial {', '.join(missing)}.", details={"workflow_ids": missing})
    trials = [found[wanted_id] for wanted_id in wanted]
    digests = {trial.digest for trial in trials}
    return Comparison(trials=trials, differences=_differences(trials), same_digest=len(digests) == 1 and None not in digests)


def _differences(trials: list[WorkflowDetail]) -> list[Difference]:
    fields = dict.fromkeys(field for trial in trials for field in trial.configuration)
    rows: list[tuple[str, list[Any]]] = [(field, [trial.configuration.get(field) for trial in trials]) for field in fields]
    return [Difference(field=field, values=values) for field, values in rows if any(value != values[0] for value in values)]
