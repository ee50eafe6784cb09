"""The audit log: what people did, as events of the record."""

from __future__ import annotations

from dean_provider.contract.endpoints import gateway
from dean_provider.contract.events import EventPage
from dean_provider.contract.workflow import ListAudit
from dean_provider.plugins.api.call import Call
from dean_provider.plugins.api.rights import Right
from dean_provider.plugins.api.serving import Served, Table
from dean_provider.plugins.api.surroundings import Surroundings

__all__ = ["routes"]


def routes(_: Surroundings) -> Table:
    return {gateway.LIST_AUDIT: Served(list_audit, Right.AUDIT, expensive=True)}


def list_audit(request: ListAudit, call: Call) -> EventPage:
    """What was done to trials of DAGs the caller may read; to the installation, for those who may read its configuration."""
    from dean_provider.state import queries

    with call.sessions() as session:
        dag_ids = call.authority.dag_ids(session)
        return queries.audit(session, request, dag_ids=dag_ids, installation=call.authority.configuration())
