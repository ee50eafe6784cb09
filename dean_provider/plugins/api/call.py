"""One request on its way through the gateway: who sent it, under which id, and what was found out so far."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from asgi_correlation_id import correlation_id

from dean_provider.contract.events import Event
from dean_provider.contract.workflow import WorkflowDetail
from dean_provider.plugins.api.authority import Authority
from dean_provider.plugins.api.caller import Caller
from dean_provider.plugins.api.database import Sessions

__all__ = ["Call"]

_LONGEST_KEY = 250
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

    def fact_key(self, what: str) -> str:
        """A key for a fact of this request: the same for the same caller and idempotency key, a new one without.

        Never made of the correlation id, which several requests may share: of their facts only the first would be recorded.
        """
        told = hashlib.sha256(f"{self.caller.name}\0{self.key}".encode()).hexdigest()[:32] if self.key else uuid4().hex
        return f"{what[: _LONGEST_KEY - len(told) - 1]}:{told}"

    def told_before(self, key: str) -> Event | None:
        """What is recorded of the installation under a key of this request, when the same was asked before. Blocks."""
        from dean_provider.state import permitted
        from dean_provider.state.record import system_workflow_id

        if self.key is None:
            return None
        with self.sessions() as session:
            return permitted.find_told(session, system_workflow_id(session), key)

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
