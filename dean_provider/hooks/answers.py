"""What an HTTP answer means: the one place where statuses and error bodies become errors of our tree.

Services answer errors in more ways than one: problem details (ours), FastAPI's ``{"detail": …}``, plain text of a crash or of a proxy.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

from pydantic import ValidationError

from dean_provider.contract.problem import Problem, to_error
from dean_provider.errors import (
    AuthenticationError,
    BusinessError,
    ConflictError,
    DeanError,
    InvalidConfigurationError,
    InvalidResponseError,
    LimitExceededError,
    NotFoundError,
    RateLimitedError,
    RequestTimeoutError,
    ResourceError,
    ServiceError,
    ServiceFailureError,
    ServiceUnavailableError,
    UnsupportedOperationError,
)
from dean_provider.hooks.failures import NOT_SENT
from dean_provider.hooks.masking import redacted, redacted_data
from dean_provider.hooks.message import Answer

__all__ = ["error_class", "error_of", "payload_of", "retry_after"]

_BY_STATUS: dict[int, type[DeanError]] = {
    400: BusinessError,
    401: AuthenticationError,
    403: AuthenticationError,
    404: NotFoundError,
    405: UnsupportedOperationError,
    408: RequestTimeoutError,
    409: ConflictError,
    410: NotFoundError,
    413: LimitExceededError,
    422: InvalidConfigurationError,
    425: RateLimitedError,
    429: RateLimitedError,
    501: UnsupportedOperationError,
    502: ServiceUnavailableError,
    503: ServiceUnavailableError,
    504: ServiceUnavailableError,
    507: ResourceError,
}
_LONGEST_MESSAGE = 500
_ADVICE: dict[type[DeanError], str] = {
    AuthenticationError: "Check login, password and auth of the connection.",
    UnsupportedOperationError: "Check the connection's dialect, and that its host and port are this service's.",
}


def error_class(status: int) -> type[DeanError]:
    """The error an HTTP status of 300 or more stands for, when the body does not say."""
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:
        return ServiceFailureError
    return ServiceError if status >= 400 else InvalidResponseError


def retry_after(answer: Answer, now: float) -> float | None:
    """Seconds the answer asks to wait: its Retry-After header in seconds or as a date, never below 0."""
    value = answer.headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        return max(0.0, float(value)) if float(value) < 1e9 else None
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - datetime.fromtimestamp(now, timezone.utc)).total_seconds())


def error_of(answer: Answer, *, asked: dict[str, Any], request_id: str, now: float, secrets: Collection[str] = ()) -> DeanError | None:
    """The error an answer is, or ``None`` when it is none.

    :param asked: facts about the request for the error's details (operation, method, url without login).
    :param secrets: texts a careless service may echo; they are taken out.
    """
    if answer.status < 300:
        return None
    body = _body(answer)
    pause = retry_after(answer, now)
    if isinstance(body, dict) and isinstance(body.get("error_code"), str):
        error = _from_problem(body, answer.status, pause)
    else:
        error = _from_status(body, answer.status, pause)
    error.message = redacted(error.message, secrets)[:_LONGEST_MESSAGE]
    error.args = (error.message,)
    said = {key: value for key, value in redacted_data(error.details, secrets).items() if key != NOT_SENT}
    error.details = {**asked, "status": answer.status, **said}
    error.suggestions = [redacted(text, secrets) for text in error.suggestions]
    error.request_id = error.request_id or request_id
    return error


def payload_of(answer: Answer, *, text: bool, asked: dict[str, Any], request_id: str) -> Any:
    """The body of a good answer: text, or JSON data (``None`` for an empty body).

    :raises InvalidResponseError: when it is no JSON.
    """
    if text:
        return answer.text
    if not answer.body.strip():
        return None
    try:
        return answer.json
    except ValueError:
        kind = answer.headers.get("content-type", "no content type").partition(";")[0]
        raise InvalidResponseError(
            f"The answer is no JSON ({kind}, {len(answer.body)} bytes).",
            details={**asked, "status": answer.status},
            suggestions=["Check that the connection's host and port are this service's, not a proxy's or a login page's."],
            request_id=request_id,
        ) from None


def _body(answer: Answer) -> Any:
    try:
        return answer.json
    except ValueError:
        return answer.text.strip()


def _from_problem(body: dict[str, Any], status: int, pause: float | None) -> DeanError:
    """A problem says which error it is; a code we do not know stands for what its status stands for."""
    assumed = {"type": "", "title": "", "message": "", "timestamp": datetime.now(timezone.utc)}
    try:
        problem = Problem.model_validate({**assumed, **body, "status": status})
    except ValidationError:
        return _from_status(body, status, pause)
    error = to_error(problem, retry_after=pause)
    if type(error) is not DeanError:
        return error
    return error_class(status)(
        problem.message, details=problem.details, suggestions=problem.suggestions, request_id=problem.request_id, retry_after=pause
    )


def _from_status(body: Any, status: int, pause: float | None) -> DeanError:
    cls = error_class(status)
    detail = (
        body.get("detail", body.get("message", body.get("error"))) if isinstance(body, dict) else body if isinstance(body, str) else None
    )
    if isinstance(detail, list):
        return _from_validation(detail, cls, pause)
    said = detail if isinstance(detail, str) and detail and "<html" not in detail.lower() else ""
    message = f"{cls.title} ({status})" + (f": {said}" if said else ".")
    advice = [_ADVICE[cls]] if cls in _ADVICE else []
    if cls is InvalidResponseError:
        message = f"The service answered {status}, a redirect that is not followed."
        advice = ["Set the connection's schema, host and port to where the service itself is."]
    return cls(message, suggestions=advice, retry_after=pause)


def _from_validation(detail: list[Any], cls: type[DeanError], pause: float | None) -> DeanError:
    """FastAPI's 422: one entry for each field that is wrong. The values sent are not repeated: they may be anything."""
    problems = [
        {"field": ".".join(str(part) for part in item.get("loc", ())), "rule": str(item.get("msg", ""))}
        for item in detail[:50]
        if isinstance(item, dict)
    ]
    listed = "; ".join(f"{problem['field']}: {problem['rule']}" for problem in problems[:5])
    return cls(f"{cls.title}: {listed or 'the request was refused'}.", details={"problems": problems}, retry_after=pause)
