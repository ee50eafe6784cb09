"""What a hook says to its service: an operation in the service's dialect, any request, and finding out which dialect that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl, quote

from pydantic import BaseModel

from dean_provider.contract.endpoints import AUTO, Dialect, Operation, Route, WireRequest, dialect_named, dialects, query_of
from dean_provider.contract.service import ServiceName
from dean_provider.errors import (
    AuthenticationError,
    CircuitOpenError,
    ConfigurationError,
    DeanError,
    InvalidConfigurationError,
    NetworkError,
    ServiceUnavailableError,
)
from dean_provider.hooks.answers import payload_of
from dean_provider.hooks.auth import Claims
from dean_provider.hooks.channel import Channel
from dean_provider.hooks.exchange import Call, exchange
from dean_provider.hooks.message import Answer
from dean_provider.hooks.observing import Observed
from dean_provider.hooks.steps import Compute, LookUp, Steps

__all__ = ["Manner", "Versioned", "begun", "operate", "read_again", "send", "spoken_dialect"]

Response = TypeVar("Response", bound=BaseModel)

_PATH = "/%:@!$&'()*+,;=~-._"
_LARGE_BYTES = 128 * 1024
_REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})


@dataclass(frozen=True)
class Manner:
    """How a hook calls: its correlation id, and seconds where they are not the connection's.

    :param ends: when, on the clock's monotonic time, all that is said in this manner must be over; 0 before it has begun.
    :param claims: for whom it calls, where tokens say so.
    """

    request_id: str
    timeout: float | None = None
    deadline: float | None = None
    ends: float = 0.0
    claims: Claims = field(default_factory=dict)

    def waiting(self, seconds: float) -> Manner:
        """This manner with ``seconds`` more to end."""
        return replace(self, ends=self.ends + seconds)


@dataclass(frozen=True)
class Versioned(Generic[Response]):
    """What was read, and the tag of its version.

    :param answer: ``None`` when it is still the version known before.
    """

    answer: Response | None
    etag: str | None


def begun(channel: Channel, manner: Manner, seconds: float = 0.0) -> Steps[Manner]:
    """``manner`` with an end. What takes several requests begins once, so that they share one deadline.

    :param seconds: what it may take beyond the connection's time.
    """
    if manner.ends:
        return manner
    line = channel.line or (yield LookUp())
    allowed = manner.deadline or max(line.settings.deadline + seconds, manner.timeout or 0.0)
    return replace(manner, ends=channel.clock.monotonic() + allowed)


def operate(
    channel: Channel,
    operation: Operation[Any, Response],
    request: BaseModel,
    manner: Manner,
    *,
    repeatable: bool | None = None,
    headers: Mapping[str, str] | None = None,
) -> Steps[Response]:
    """Have the service do ``operation``, in its own dialect.

    :param repeatable: whether doing it twice is the same as once, if this request differs from its operation in that.
    :param headers: further headers of the request.
    """
    with Observed(operation.service.value, operation.name, manner.request_id) as seen:
        route, call = yield from _prepared(channel, operation, manner, repeatable, {**(headers or {}), **seen.headers})
        answer = yield from exchange(channel, route.build(request), call)
        return (yield from _read(route, operation, request, answer, call))


def read_again(
    channel: Channel, operation: Operation[Any, Response], request: BaseModel, manner: Manner, etag: str | None
) -> Steps[Versioned[Response]]:
    """Read what may not have changed since it had ``etag``; then little travels."""
    known = {"If-None-Match": etag} if etag else {}
    with Observed(operation.service.value, operation.name, manner.request_id) as seen:
        route, call = yield from _prepared(channel, operation, manner, None, {**known, **seen.headers})
        answer = yield from exchange(channel, route.build(request), replace(call, accepts=_is_unchanged))
        if _is_unchanged(answer):
            return Versioned(None, etag)
        response = yield from _read(route, operation, request, answer, call)
        return Versioned(response, answer.headers.get("etag"))


def _prepared(
    channel: Channel, operation: Operation[Any, Any], manner: Manner, repeatable: bool | None, headers: Mapping[str, str] | None
) -> Steps[tuple[Route, Call]]:
    manner = yield from begun(channel, manner, operation.seconds)
    dialect = channel.dialect or (yield from spoken_dialect(channel, operation.service, manner))
    call = Call(
        what=f"{channel.service}.{operation.name}",
        repeatable=operation.idempotent if repeatable is None else repeatable,
        request_id=manner.request_id,
        ends=manner.ends,
        timeout=manner.timeout,
        seconds=operation.seconds,
        headers=headers or {},
        claims=manner.claims,
        accepts=_tells_health if operation.name == "health" else _never,
    )
    return dialect.route(operation), call


def _read(route: Route, operation: Operation[Any, Response], request: BaseModel, answer: Answer, call: Call) -> Steps[Response]:
    def parse() -> Response:
        return _parsed(route, operation, request, answer, call)

    if len(answer.body) > _LARGE_BYTES:
        large: Response = yield Compute(parse)
        return large
    return parse()


def send(
    channel: Channel,
    method: str,
    endpoint: str,
    manner: Manner,
    *,
    params: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
    json: Any = None,
    headers: Mapping[str, str] | None = None,
    repeatable: bool | None = None,
) -> Steps[Any]:
    """Send any request below the service's address; JSON data comes back as data, everything else as text.

    :param params: query parameters; in place of those of the same name that ``endpoint`` has.
    """
    method = method.upper()
    if "://" in endpoint or endpoint.startswith("//"):
        raise ConfigurationError(
            f"{endpoint.partition('?')[0]!r} is an address of its own.",
            suggestions=["Give a path: the connection says which service it is sent to."],
        )
    path, _, given = endpoint.partition("?")
    pairs = params.items() if isinstance(params, Mapping) else params or ()
    query = {**query_of(parse_qsl(given, keep_blank_values=True)), **query_of(pairs)}
    wire = WireRequest(method, f"/{quote(path.lstrip('/'), safe=_PATH)}", query, json)
    manner = yield from begun(channel, manner)
    call = Call(
        what=f"{channel.service} {method} {path}",
        repeatable=method in _REPEATABLE if repeatable is None else repeatable,
        request_id=manner.request_id,
        ends=manner.ends,
        timeout=manner.timeout,
        headers=headers or {},
        claims=manner.claims,
    )
    with Observed(channel.service, "request", manner.request_id) as seen:
        answer = yield from exchange(channel, wire, replace(call, headers={**call.headers, **seen.headers}))
    text = "json" not in answer.headers.get("content-type", "json")
    return payload_of(answer, text=text, asked={"operation": call.what}, request_id=call.request_id)


def spoken_dialect(channel: Channel, service: ServiceName, manner: Manner) -> Steps[Dialect]:
    """The dialect the connection names, or the first one whose probe likes what the service answers. Probes only read.

    :raises ConfigurationError: when what answers speaks no dialect we know.
    :raises NetworkError: when nothing answers.
    """
    line = channel.line or (yield LookUp())
    if channel.dialect is not None:
        return channel.dialect
    manner = yield from begun(channel, manner)
    wanted = line.settings.options.dialect
    dialect = dialect_named(service, wanted) if wanted != AUTO else (yield from _probed(channel, service, manner))
    channel.dialect = dialect
    return dialect


def _probed(channel: Channel, service: ServiceName, manner: Manner) -> Steps[Dialect]:
    heard: dict[str, Answer | DeanError] = {}
    for dialect in dialects(service):
        if dialect.probe is None:
            continue
        path = dialect.probe.path
        if path not in heard:
            heard[path] = yield from _heard(channel, service, path, manner)
        answer = heard[path]
        if isinstance(answer, Answer) and dialect.probe.accepts(answer.status, _data(answer)):
            return dialect
    raise _unknown(channel, service, heard)


def _heard(channel: Channel, service: ServiceName, path: str, manner: Manner) -> Steps[Answer | DeanError]:
    """What the service says at ``path``, whatever its status; a refusal is kept, since the next probe may fare better."""
    call = Call(
        what=f"{service.value}.probe",
        repeatable=True,
        request_id=manner.request_id,
        ends=manner.ends,
        timeout=manner.timeout,
        accepts=lambda answer: answer.status not in (401, 403) and answer.status not in (429, 502, 504),
    )
    try:
        answer: Answer = yield from exchange(channel, WireRequest("GET", path, {}, None), call)
    except (NetworkError, CircuitOpenError):
        raise
    except DeanError as error:
        return error
    return answer


def _unknown(channel: Channel, service: ServiceName, heard: Mapping[str, Answer | DeanError]) -> DeanError:
    """Why no dialect fits: refused, not ready yet, or something else altogether."""
    for found in heard.values():
        if isinstance(found, AuthenticationError) or (isinstance(found, DeanError) and found.retryable):
            return found
    statuses = {path: found.status for path, found in heard.items() if isinstance(found, Answer)}
    if any(status >= 500 for status in statuses.values()):
        return ServiceUnavailableError(
            f"{service.value} is not ready: its answers do not tell which dialect it speaks.", details={"answers": statuses}
        )
    known = ", ".join(dialect.name for dialect in dialects(service))
    return InvalidConfigurationError(
        f"What answers over connection {channel.conn_id!r} speaks no known dialect of {service.value}.",
        details={"field": "dialect", "rule": f"one of {known}", "answers": statuses},
        suggestions=[f"Check that host and port are {service.value}'s, or set the connection's dialect to one of {known}."],
    )


def _parsed(route: Route, operation: Operation[Any, Response], request: BaseModel, answer: Answer, call: Call) -> Response:
    asked = {"operation": call.what, "path": route.path}
    payload = payload_of(answer, text=route.text, asked=asked, request_id=call.request_id)
    try:
        return route.parse(operation, request, payload)
    except DeanError as error:
        error.request_id = error.request_id or call.request_id
        raise


def _never(_: Answer) -> bool:
    return False


def _is_unchanged(answer: Answer) -> bool:
    return answer.status == 304


def _tells_health(answer: Answer) -> bool:
    """An unhealthy service answers 503 with its health."""
    data = _data(answer)
    return answer.status == 503 and isinstance(data, dict) and "status" in data and "error_code" not in data


def _data(answer: Answer) -> Any:
    try:
        return answer.json
    except ValueError:
        return answer.text
