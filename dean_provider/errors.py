"""One tree of exceptions, over the five error categories of the specification.

    DeanError
    ├── ServiceError            a service answered, and the answer is a failure
    │   ├── ServiceUnavailableError     503, 502, 504                       retry
    │   ├── ServiceFailureError         any other 5xx, a crash              retry
    │   ├── RateLimitedError            429                                 retry
    │   ├── CircuitOpenError            our breaker refused the call        retry
    │   ├── InvalidResponseError        a body that is not what was agreed
    │   └── UnsupportedOperationError   the dialect has no such operation
    ├── NetworkError            no answer came
    │   ├── ConnectionFailedError                                           retry
    │   ├── RequestTimeoutError                                             retry
    │   └── ResponseTooLargeError
    ├── ConfigurationError      what was asked for or set up cannot work
    │   ├── InvalidConfigurationError   lists every problem at once
    │   ├── UnknownObjectiveError
    │   ├── AuthenticationError         401, and 403 of a service we call
    │   └── PermissionDeniedError       the gateway knows the caller, who may not do this
    ├── ResourceError           something ran out
    │   ├── BudgetExhaustedError
    │   ├── LimitExceededError          a published bound was passed
    │   ├── ConnectionsExhaustedError   this process can open no more       retry
    │   └── EvaluationError             a batch of evaluations hung, died or raised
    └── BusinessError           the operation makes no sense for what exists
        ├── NotFoundError
        ├── ConflictError               same id, other content
        ├── InvalidStateError           for example pausing a completed trial
        └── TrialFailedError

Every error says whether a retry can help (:attr:`DeanError.retryable`) and carries the fields of the specification's
``ErrorResponse``. Its one wire form is :class:`dean_provider.contract.problem.Problem`. This module never imports Airflow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, ClassVar


class DeanError(Exception):
    """Root of the tree.

    :param message: one sentence saying what is wrong, without secrets.
    :param details: JSON-serialisable facts (field, value, operation, url …).
    :param suggestions: next steps for a person, most useful first.
    :param request_id: correlation id of the call in which it happened.
    :param timestamp: when it happened; now (UTC) unless given.
    :param retry_after: seconds the other side asked to wait, if it did.
    """

    error_code: ClassVar[str] = "dean_error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Unexpected error"
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        details: Mapping[str, Any] | None = None,
        suggestions: Sequence[str] = (),
        request_id: str | None = None,
        timestamp: datetime | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, Any] = dict(details or {})
        self.suggestions: list[str] = list(suggestions)
        self.request_id = request_id
        self.timestamp = timestamp or datetime.now(timezone.utc)
        self.retry_after = retry_after

    def __str__(self) -> str:
        hint = f" {self.suggestions[0]}" if self.suggestions else ""
        return f"{self.message}{hint}"


class ServiceError(DeanError):
    """A service answered, and the answer is a failure."""

    error_code = "service_error"
    status = 502
    title = "The service failed"


class ServiceUnavailableError(ServiceError):
    """The service says it cannot serve now (502, 503, 504)."""

    error_code = "service_unavailable"
    status = 503
    title = "The service is unavailable"
    retryable = True


class ServiceFailureError(ServiceError):
    """The service crashed on the request (any other 5xx)."""

    error_code = "service_failure"
    status = 500
    title = "The service failed on this request"
    retryable = True


class RateLimitedError(ServiceError):
    """The service asked us to slow down (429)."""

    error_code = "rate_limited"
    status = 429
    title = "Too many requests"
    retryable = True


class CircuitOpenError(ServiceError):
    """Our circuit breaker refused the call because the service kept failing."""

    error_code = "circuit_open"
    status = 503
    title = "The circuit breaker is open"
    retryable = True


class InvalidResponseError(ServiceError):
    """The service answered something that is not what its dialect promises."""

    error_code = "invalid_response"
    status = 502
    title = "The service's answer cannot be understood"


class UnsupportedOperationError(ServiceError):
    """The dialect the service speaks has no such operation and none can honestly be emulated."""

    error_code = "unsupported_operation"
    status = 501
    title = "The service has no such operation"


class NetworkError(DeanError):
    """No usable answer came back."""

    error_code = "network_error"
    status = 502
    title = "The service could not be reached"


class ConnectionFailedError(NetworkError):
    """No connection, a refused one, or one that broke."""

    error_code = "connection_failed"
    retryable = True


class RequestTimeoutError(NetworkError):
    """No answer within the time allowed."""

    error_code = "request_timeout"
    status = 504
    title = "The service did not answer in time"
    retryable = True


class ResponseTooLargeError(NetworkError):
    """The answer is larger than the configured bound, so it was not read."""

    error_code = "response_too_large"
    title = "The answer is too large"


class ConfigurationError(DeanError):
    """What was asked for, or how things are set up, cannot work."""

    error_code = "configuration_error"
    status = 422
    title = "The configuration cannot work"


class InvalidConfigurationError(ConfigurationError):
    """A configuration with one or more problems, all of them listed in ``details["problems"]``."""

    error_code = "invalid_configuration"


class UnknownObjectiveError(ConfigurationError):
    """An objective that is not registered. Nothing is imported because a caller named it."""

    error_code = "unknown_objective"
    title = "The objective is not registered"


class AuthenticationError(ConfigurationError):
    """Credentials are missing, wrong, expired or insufficient (401 and 403: deployed services mix the two)."""

    error_code = "authentication_failed"
    status = 401
    title = "Authentication failed"


class PermissionDeniedError(ConfigurationError):
    """The caller is known and may not do this."""

    error_code = "permission_denied"
    status = 403
    title = "Not allowed"


class ResourceError(DeanError):
    """Something ran out."""

    error_code = "resource_error"
    status = 507
    title = "A resource ran out"


class BudgetExhaustedError(ResourceError):
    """No tokens left for what was asked."""

    error_code = "budget_exhausted"
    status = 409
    title = "The token budget is exhausted"


class LimitExceededError(ResourceError):
    """A published bound (size, count, depth) was passed."""

    error_code = "limit_exceeded"
    status = 413
    title = "A limit was exceeded"


class ConnectionsExhaustedError(ResourceError):
    """This process has as many connections open as it may, so nothing was sent; it says nothing about the service."""

    error_code = "connections_exhausted"
    status = 503
    title = "No connection is free"
    retryable = True


class EvaluationError(ResourceError):
    """A batch of evaluations exceeded its time or memory, died, or raised."""

    error_code = "evaluation_failed"
    status = 500
    title = "An evaluation failed"


class BusinessError(DeanError):
    """The operation makes no sense for what exists."""

    error_code = "business_error"
    status = 409
    title = "The operation is not possible"


class NotFoundError(BusinessError):
    """There is nothing under that id."""

    error_code = "not_found"
    status = 404
    title = "Not found"


class ConflictError(BusinessError):
    """The id is taken by something different."""

    error_code = "conflict"
    title = "The id is already used for something else"


class InvalidStateError(BusinessError):
    """The thing exists, but not in a state that allows this."""

    error_code = "invalid_state"
    title = "Not possible in this state"


class TrialFailedError(BusinessError):
    """The trial ended without an outcome."""

    error_code = "trial_failed"
    title = "The trial failed"


def _walk(cls: type[DeanError]) -> Iterator[type[DeanError]]:
    yield cls
    for child in cls.__subclasses__():
        yield from _walk(child)


def error_classes() -> dict[str, type[DeanError]]:
    """Every error of the tree by its ``error_code``: the one table used in both directions on the wire."""
    return {cls.error_code: cls for cls in _walk(DeanError)}
