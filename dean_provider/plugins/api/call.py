"""One request on its way through the gateway: who sent it, under which id, and what was found out so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from asgi_correlation_id import correlation_id

from dean_provider.contract.workflow import WorkflowDetail
from dean_provider.plugins.api.authority import Authority
from dean_provider.plugins.api.caller import Caller
from dean_provider.plugins.api.database import Sessions

__all__ = ["Call"]

ReadWorkflow = Callable[[UUID], WorkflowDetail]


@dataclass
class Call:
    """:param sessions: opens a session of Airflow's database; blocks.
    :param credentials: headers that say to Airflow's own API who calls.
    :param key: idempotency key, if one was sent.
    :param workflow: the execution the request names, once the caller's right to it is certain.
    """

    caller: Caller
    sessions: Sessions
    credentials: dict[str, str] = field(default_factory=dict)
    key: str | None = None
    workflow: WorkflowDetail | None = None

    @property
    def authority(self) -> Authority:
        """What the caller may do."""
        return Authority(self.caller)

    @property
    def request_id(self) -> str | None:
        """Correlation id of the request."""
        return correlation_id.get()

    @property
    def subject(self) -> WorkflowDetail:
        """The execution the request names."""
        if self.workflow is None:
            raise LookupError("this route's right names no execution")
        return self.workflow

    def read_workflow(self, workflow_id: UUID) -> WorkflowDetail:
        """The execution under ``workflow_id``. Blocks.

        :raises NotFoundError: there is none.
        """
        from dean_provider.state import queries

        with self.sessions() as session:
            return queries.read_workflow(session, workflow_id)

    def dag_of_incident(self, incident_id: str) -> str | None:
        """The DAG of the trial that an incident is about; none when it is about the installation. Blocks.

        :raises NotFoundError: there is no such incident.
        """
        from dean_provider.state import incidents

        with self.sessions() as session:
            found: str | None = incidents.find_incident(session, incident_id)["dag_id"]
            return found
