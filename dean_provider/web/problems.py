"""Every failure leaves a service as a problem document, whatever raised it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from asgi_correlation_id import correlation_id
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic_core import ErrorDetails
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog import get_logger

from dean_provider.contract.problem import MEDIA_TYPE, to_problem
from dean_provider.errors import (
    BusinessError,
    DeanError,
    InvalidConfigurationError,
    LimitExceededError,
    NotFoundError,
    ServiceFailureError,
)

__all__ = ["CrashGuard", "install_problem_handlers", "problem_response"]

_log = get_logger(__name__)
_MAX_SHOWN = 200


def problem_response(error: DeanError, *, status: int | None = None, headers: Mapping[str, str] | None = None) -> Response:
    """The HTTP form of ``error``; Retry-After is set when it knows one.

    :param status: another HTTP status than the error's own.
    """
    problem = to_problem(error, request_id=correlation_id.get())
    if status is not None:
        problem = problem.model_copy(update={"status": status})
    extra = dict(headers or {})
    if error.retry_after is not None:
        extra["Retry-After"] = str(max(1, round(error.retry_after)))
    return Response(problem.model_dump_json(), status_code=problem.status, media_type=MEDIA_TYPE, headers=extra)


def _field(location: tuple[Any, ...]) -> str:
    parts = [str(part) for part in location if part not in ("body", "query", "path")]
    return ".".join(parts) or "body"


def _plain(value: Any) -> Any:
    """What was sent, if it is short and can be sent back."""
    if isinstance(value, str):
        return value[:_MAX_SHOWN].encode("utf-8", "replace").decode()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, (int, float, bool, type(None))) else type(value).__name__


def _problems_of(error: ErrorDetails) -> list[dict[str, Any]]:
    field = _field(tuple(error["loc"]))
    nested = error.get("ctx", {}).get("problems")
    if isinstance(nested, list):
        prefix = "" if field == "body" else f"{field}."
        return [{**problem, "field": f"{prefix}{problem['field']}"} for problem in nested]
    value = None if error["type"] == "missing" else _plain(error.get("input"))
    return [{"field": field, "value": value, "rule": error["msg"]}]


def invalid_request(errors: list[ErrorDetails]) -> InvalidConfigurationError:
    """One error that lists every problem of a request."""
    problems = [problem for error in errors for problem in _problems_of(error)]
    first = problems[0]
    more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
    return InvalidConfigurationError(
        f"The request cannot be understood: {first['field']}: {first['rule']}{more}.",
        details={"problems": problems},
        suggestions=[problem["suggestion"] for problem in problems if problem.get("suggestion")]
        or ["See /openapi.json for what is accepted."],
    )


async def _dean_error(_: Request, error: Any) -> Response:
    return problem_response(error)


async def _validation_error(_: Request, error: Any) -> Response:
    return problem_response(invalid_request(list(error.errors())))


async def _data_error(_: Request, error: Any) -> Response:
    """What the request models let through and the database still does not keep."""
    _log.warning("the database refused a value", why=str(error.orig))
    refused = InvalidConfigurationError(
        "The request holds a value that the database cannot keep.", suggestions=["Leave out extreme numbers and very long texts."]
    )
    return problem_response(refused)


async def _http_error(request: Request, error: Any) -> Response:
    asked = {"method": request.method, "path": request.url.path}
    if error.status_code == 404:
        found: DeanError = NotFoundError(
            f"There is nothing at {request.url.path}.", details=asked, suggestions=["See /openapi.json for the paths there are."]
        )
    elif error.status_code == 405:
        allowed = (error.headers or {}).get("allow") or (error.headers or {}).get("Allow", "")
        found = BusinessError(
            f"{request.url.path} does not take {request.method}.",
            details={**asked, "allowed": allowed},
            suggestions=[f"Use {allowed}."] if allowed else [],
        )
    elif error.status_code == 413:
        found = LimitExceededError(str(error.detail), details=asked, suggestions=["Send less at once."])
    elif error.status_code == 400:  # FastAPI's word for a body that is no text; one that is no JSON is told as any other problem of it
        unreadable = {"field": "body", "value": None, "rule": "JSON in UTF-8"}
        found = InvalidConfigurationError(
            "The request's body cannot be read.",
            details={**asked, "problems": [unreadable]},
            suggestions=["Send JSON in UTF-8, with Content-Type: application/json."],
        )
        return problem_response(found)
    else:
        found = BusinessError(str(error.detail), details=asked)
    return problem_response(found, status=error.status_code, headers=error.headers)


def install_problem_handlers(app: FastAPI) -> None:
    """Turn everything a route may raise into a problem."""
    app.add_exception_handler(DeanError, _dean_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(DataError, _data_error)


class CrashGuard:
    """Outermost but for the correlation id: an unforeseen exception is logged with its trace and answered without it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except DeanError as error:
            if started:
                raise
            await problem_response(error)(scope, receive, send)
        except Exception:
            _log.exception("request crashed", method=scope["method"], path=scope["path"])
            if started:
                raise
            crash = ServiceFailureError(
                "The service failed on this request; its log has the cause.", suggestions=["Look for the request_id in the service's log."]
            )
            await problem_response(crash)(scope, receive, send)
