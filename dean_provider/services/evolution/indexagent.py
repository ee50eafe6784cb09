"""How the Evolution API calls IndexAgent: the contract's routes over one kept connection pool."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx
import jwt
from pydantic import BaseModel, SecretStr, ValidationError

from dean_provider.contract.endpoints import indexagent as operations
from dean_provider.contract.endpoints.operation import Operation
from dean_provider.contract.problem import Problem, to_error
from dean_provider.errors import (
    ConnectionFailedError,
    DeanError,
    InvalidResponseError,
    RequestTimeoutError,
    ServiceError,
    ServiceFailureError,
    ServiceUnavailableError,
)
from dean_provider.services.evolution.settings import EvolutionSettings

__all__ = ["IndexAgentClient"]

Request = TypeVar("Request", bound=BaseModel)
Response = TypeVar("Response", bound=BaseModel)
_TOKEN_SECONDS = 300
_RENEWAL_SECONDS = 30
_CONNECT_SECONDS = 5.0
_UNAVAILABLE = (502, 503, 504)
_REFUSED = (401, 403)


class _Signed(httpx.Auth):
    """A service token, minted anew before it expires, and once more when IndexAgent takes it no longer: clocks are set."""

    def __init__(self, secret: SecretStr, now: Callable[[], float]) -> None:
        self.secret = secret
        self.now = now
        self._minted = ("", 0.0)  # token and expiry, of threads that share it, are read and replaced together

    def auth_flow(self, request: httpx.Request) -> Any:
        token, expires = self._minted
        if self.now() > expires - _RENEWAL_SECONDS:
            token = self._mint()
        request.headers["Authorization"] = f"Bearer {token}"
        answer = yield request
        if answer.status_code in _REFUSED:
            request.headers["Authorization"] = f"Bearer {self._mint()}"
            yield request

    def _mint(self) -> str:
        issued = int(self.now())
        expires = issued + _TOKEN_SECONDS
        claims = {"sub": "evolution", "username": "evolution", "type": "service", "iat": issued, "exp": expires}
        token = jwt.encode(claims, self.secret.get_secret_value(), algorithm="HS256")
        self._minted = (token, expires)
        return token


def _error(answer: httpx.Response) -> DeanError:
    wait = answer.headers.get("retry-after", "")
    if answer.status_code in _REFUSED:  # our credentials, not those of whoever called us
        return ServiceError(
            "IndexAgent refuses the Evolution API's credentials.",
            details={"status": answer.status_code},
            suggestions=["Set DEAN_EVOLUTION_INDEXAGENT_TOKEN or DEAN_EVOLUTION_INDEXAGENT_JWT_SECRET to what IndexAgent accepts."],
        )
    try:
        return to_error(Problem.model_validate_json(answer.content), retry_after=float(wait) if wait.isdecimal() else None)
    except ValidationError:
        details = {"status": answer.status_code}
    if answer.status_code in _UNAVAILABLE:
        return ServiceUnavailableError(f"IndexAgent answered {answer.status_code}.", details=details)
    if answer.status_code >= 500:
        return ServiceFailureError(f"IndexAgent answered {answer.status_code}.", details=details)
    return InvalidResponseError(f"IndexAgent answered {answer.status_code} without a problem document.", details=details)


class IndexAgentClient:
    """Calls operations; safe to share between threads."""

    def __init__(self, settings: EvolutionSettings, transport: httpx.BaseTransport | None = None) -> None:
        auth: httpx.Auth | None = None
        headers = {"Content-Type": "application/json"}
        if settings.indexagent_jwt_secret is not None:
            auth = _Signed(settings.indexagent_jwt_secret, time.time)
        elif settings.indexagent_token is not None:
            headers["Authorization"] = f"Bearer {settings.indexagent_token.get_secret_value()}"
        self._seconds = settings.indexagent_timeout_seconds
        self._client = httpx.Client(
            base_url=settings.indexagent_url,
            limits=httpx.Limits(max_keepalive_connections=20, keepalive_expiry=60),
            auth=auth,
            headers=headers,
            transport=transport,
            verify=httpx.URL(settings.indexagent_url).scheme != "http",  # certificates are read, which takes a while, where one is shown
            trust_env=False,
        )
        self._shown_url = str(self._client.base_url.copy_with(username=None, password=None, query=None))

    def call(
        self, operation: Operation[Request, Response], request: Request, *, request_id: str | None = None, seconds: float = math.inf
    ) -> Response:
        """Do one operation.

        :param request_id: correlation id that goes along.
        :param seconds: time allowed, where that is less than the setting's.
        :raises DeanError: what IndexAgent's problem says, or that it did not answer.
        """
        wire = operations.REFERENCE.route(operation).build(request)
        allowed = min(seconds, self._seconds)
        try:
            answer = self._client.request(
                wire.method,
                wire.path,
                params=wire.query or None,
                content=None if wire.body is None else json.dumps(wire.body).encode(),
                headers={"X-Request-ID": request_id} if request_id else None,
                timeout=httpx.Timeout(allowed, connect=min(allowed, _CONNECT_SECONDS)),
            )
        except httpx.TimeoutException:
            raise RequestTimeoutError("IndexAgent did not answer in time.", details={"operation": operation.name}) from None
        except httpx.HTTPError as error:
            raise ConnectionFailedError(
                f"IndexAgent at {self._shown_url} cannot be reached: {str(error) or type(error).__name__}.",
                details={"operation": operation.name, "url": self._shown_url},
                suggestions=["Start IndexAgent, or set DEAN_EVOLUTION_INDEXAGENT_URL to where it answers."],
            ) from None
        if answer.is_error:
            raise _error(answer)
        try:
            return operation.response.model_validate_json(answer.content)
        except ValidationError:
            raise InvalidResponseError(f"IndexAgent answered {operation.name} with something else.") from None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
