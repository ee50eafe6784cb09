"""Tickets for live sockets."""

from __future__ import annotations

from dean_provider.contract.endpoints import gateway
from dean_provider.contract.live import IssueTicket, Ticket
from dean_provider.contract.workflow import TRIAL
from dean_provider.errors import NotFoundError
from dean_provider.plugins.api.call import Call
from dean_provider.plugins.api.live.tickets import Tickets
from dean_provider.plugins.api.rights import Right
from dean_provider.plugins.api.serving import Served, Table
from dean_provider.plugins.api.surroundings import Surroundings

__all__ = ["routes"]


def routes(around: Surroundings) -> Table:
    tickets = Tickets(around.room.sessions)

    def issue_ticket(request: IssueTicket, call: Call) -> Ticket:
        """:raises NotFoundError: there is no such trial.
        :raises PermissionDeniedError: the caller may not read it.
        """
        if request.workflow_id is not None:
            found = call.read_workflow(request.workflow_id)
            if found.workflow_type != TRIAL or found.dag_id is None:
                raise NotFoundError(f"There is no trial {found.id}.", details={"workflow_type": found.workflow_type})
            call.authority.require(call.authority.reads(found.dag_id), f"read runs of DAG {found.dag_id}", dag_id=found.dag_id)
        return tickets.issue(call, request.workflow_id)

    return {gateway.ISSUE_TICKET: Served(issue_ticket, Right.READ_SOME)}
