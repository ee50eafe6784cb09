"""The reference services, called directly: for showing progress and reading results.

Not the provider's hooks: those resolve Airflow connections, and the supervisor's process never imports Airflow, lest a user's own
Airflow be configured, or touched, by it.
"""

from __future__ import annotations

from typing import TypeVar

import requests
from pydantic import BaseModel, ValidationError

from dean_provider.contract.endpoints import Operation, dialect_named
from dean_provider.contract.problem import Problem, to_error
from dean_provider.contract.service import ServiceName
from dean_provider.errors import ConnectionFailedError, ServiceFailureError

__all__ = ["Remote"]

Request = TypeVar("Request", bound=BaseModel)
Response = TypeVar("Response", bound=BaseModel)
_TIMEOUT_SECONDS = 120.0


class Remote:
    """One reference service.

    :param url: of the service, without a path.
    :param token: what protects it.
    """

    def __init__(self, service: ServiceName, url: str, token: str) -> None:
        self._dialect = dialect_named(service, "reference")
        self._url = url
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"

    def call(self, operation: Operation[Request, Response], request: Request) -> Response:
        """Do ``operation``.

        :raises DeanError: what the service answered, as it named it.
        :raises ConnectionFailedError: when there is no answer.
        """
        route = self._dialect.route(operation)
        wire = route.build(request)
        timeout = _TIMEOUT_SECONDS + operation.seconds + wire.extra_seconds
        try:
            answer = self._session.request(wire.method, self._url + wire.path, params=wire.query, json=wire.body, timeout=timeout)
        except requests.RequestException as error:
            raise ConnectionFailedError(f"{operation.service.value} does not answer: {type(error).__name__}.") from error
        if not answer.ok:
            raise _failure(operation.name, answer)
        return route.parse(operation, request, answer.text if route.text else answer.json())

    def close(self) -> None:
        """Drop the connections."""
        self._session.close()


def _failure(name: str, answer: requests.Response) -> Exception:
    try:
        return to_error(Problem.model_validate(answer.json()))
    except (ValidationError, ValueError):
        return ServiceFailureError(f"{name} was answered with {answer.status_code}.", details={"body": answer.text[:500]})
