"""What the auth manager in force allows one caller. It may ask the database: never call it on an event loop."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from dean_provider.errors import PermissionDeniedError
from dean_provider.plugins.api.caller import Caller, CallerKind

__all__ = ["OVERRIDES", "SERVICES", "Authority"]

OVERRIDES = "dean_config_overrides"
SERVICES = "dean_services"
"""Airflow Variables that hold what people set and which services are registered: who may edit a Variable may edit what is in it."""


class Authority:
    """Answers for ``caller``. The imports are Airflow's, and only the API server needs them."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    @property
    def _manager(self) -> Any:
        from airflow.api_fastapi.app import get_auth_manager

        return get_auth_manager()

    def _dag(self, method: str, entity: str, dag_id: str | None) -> bool:
        from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails

        if self.caller.kind is not CallerKind.USER:
            return False
        details = DagDetails(id=dag_id, team_name=_team(dag_id)) if dag_id else None
        allowed: bool = self._manager.is_authorized_dag(
            method=method, access_entity=DagAccessEntity(entity), details=details, user=self.caller.user
        )
        return allowed

    def reads(self, dag_id: str | None = None) -> bool:
        """Whether runs of the DAG, or of any, may be read."""
        return self._dag("GET", "RUN", dag_id)

    def edits(self, dag_id: str) -> bool:
        """Whether runs of the DAG may be changed."""
        return self._dag("PUT", "RUN", dag_id)

    def starts(self, dag_id: str) -> bool:
        """Whether runs of the DAG may be created."""
        return self._dag("POST", "RUN", dag_id)

    def audits(self, dag_id: str | None = None) -> bool:
        """Whether the audit log may be read."""
        return self._dag("GET", "AUDIT_LOG", dag_id)

    def dag_ids(self, session: Session) -> set[str]:
        """DAGs the caller may read."""
        found: set[str] = self._manager.get_authorized_dag_ids(user=self.caller.user, method="GET", session=session)
        return found

    def configuration(self, method: str = "GET") -> bool:
        """Whether Airflow's configuration may be read, or whatever else ``method`` says."""
        from airflow.api_fastapi.auth.managers.models.resource_details import ConfigurationDetails

        if self.caller.kind is not CallerKind.USER:
            return False
        details = ConfigurationDetails(section="dean")
        return bool(self._manager.is_authorized_configuration(method=method, details=details, user=self.caller.user))

    def configures(self, variable: str) -> bool:
        """Whether what ``variable`` holds for the installation may be changed.

        No auth manager of Airflow's own grants changing the configuration to anybody but Simple's; so whoever reads the configuration
        and may edit the Variable may do it here as well.
        """
        return self.configuration("PUT") or (self.configuration() and self._edits_variable(variable))

    def _edits_variable(self, key: str) -> bool:
        from airflow.api_fastapi.auth.managers.models.resource_details import VariableDetails

        return bool(self._manager.is_authorized_variable(method="PUT", details=VariableDetails(key=key), user=self.caller.user))

    def reads_connection(self, conn_id: str) -> bool:
        """Whether Airflow's connection ``conn_id`` may be read, or whether there is one."""
        from airflow.api_fastapi.auth.managers.models.resource_details import ConnectionDetails

        if self.caller.kind is not CallerKind.USER:
            return False
        return bool(self._manager.is_authorized_connection(method="GET", details=ConnectionDetails(conn_id=conn_id), user=self.caller.user))

    def require(self, allowed: bool, what: str, **details: Any) -> None:
        """:raises PermissionDeniedError: unless ``allowed``.

        :param what: what the caller may not do, as the end of a sentence.
        """
        if not allowed:
            raise PermissionDeniedError(
                f"{self.caller.name} may not {what}.",
                details={"user": self.caller.name, **details},
                suggestions=["Ask whoever administers Airflow for a role that may."],
            )


def _team(dag_id: str | None) -> str | None:
    from airflow.configuration import conf
    from airflow.models.dag import DagModel

    return DagModel.get_team_name(dag_id) if dag_id and conf.getboolean("core", "multi_team", fallback=False) else None
