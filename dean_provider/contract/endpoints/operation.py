"""How one service operation is described, and how a dialect puts it on the wire.

An :class:`Operation` says what is asked and answered, the same for every dialect. A :class:`Route` says how one dialect spells it.
Synchronous and asynchronous callers share both; neither knows a path or a field name.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from dean_provider.contract.endpoints.query import Query, query_of
from dean_provider.contract.service import ServiceName
from dean_provider.errors import InvalidResponseError

__all__ = ["Operation", "Route", "WireRequest"]

Request = TypeVar("Request", bound=BaseModel)
Response = TypeVar("Response", bound=BaseModel)
Payload = dict[str, Any]


@dataclass(frozen=True)
class Operation(Generic[Request, Response]):
    """One thing a service does.

    :param name: verb and noun, unique within the service.
    :param idempotent: doing it twice with the same request is the same as once, so it may be retried after a lost answer.
    :param seconds: how long the service may work on the answer. Callers allow it on top of the time that any call gets, in one attempt and
        in all of them together.
    """

    name: str
    service: ServiceName
    request: type[Request]
    response: type[Response]
    idempotent: bool
    summary: str
    seconds: float = 0.0


@dataclass(frozen=True)
class WireRequest:
    """An HTTP request short of the host: what a transport sends."""

    method: str
    path: str
    query: Query
    body: Any
    extra_seconds: float = 0.0


@dataclass(frozen=True)
class Route:
    """How a dialect spells an operation.

    :param path: template; ``{field}`` is filled from the request and not sent again.
    :param slashes: fields of the path whose value may hold a slash; it travels as ``%2F``.
    :param query: further fields that travel in the query. For GET and DELETE every remaining field does.
    :param send: request fields under another name on the wire.
    :param receive: top-level answer fields under another name, wire name to ours.
    :param encode: last word on the remaining request fields, ours to wire; runs before ``send``.
    :param decode: first word on the answer: ``decode(payload, request fields)`` gives our form; runs before ``receive``.
    :param text: the answer is text and becomes ``{"text": …}``.
    :param media_type: of a text.
    :param wait_field: request field with the seconds the service may hold the answer back; added to the time allowed.
    """

    method: str
    path: str
    query: frozenset[str] = frozenset()
    send: Mapping[str, str] = field(default_factory=dict)
    receive: Mapping[str, str] = field(default_factory=dict)
    encode: Callable[[Payload], Payload] | None = None
    decode: Callable[[Any, Payload], Any] | None = None
    text: bool = False
    wait_field: str | None = None
    slashes: frozenset[str] = frozenset()
    media_type: str = "text/plain"

    def build(self, request: BaseModel) -> WireRequest:
        """Spell ``request`` in this dialect."""
        fields = request.model_dump(mode="json", exclude_none=True)
        names = [name for _, name, _, _ in string.Formatter().parse(self.path) if name]
        path = self.path.format(**{name: quote(str(fields[name]), safe="") for name in names})
        rest = {key: value for key, value in fields.items() if key not in names}
        if self.encode:
            rest = self.encode(rest)
        wire = {self.send.get(key, key): value for key, value in rest.items()}
        all_in_query = self.method in ("GET", "DELETE")
        in_query = {self.send.get(name, name) for name in self.query}
        asked = {key: value for key, value in wire.items() if all_in_query or key in in_query}
        body = None if all_in_query else {key: value for key, value in wire.items() if key not in asked}
        wait = float(fields.get(self.wait_field) or 0) if self.wait_field else 0.0
        return WireRequest(self.method, path, query_of(asked.items()), body, wait)

    def parse(self, operation: Operation[Any, Response], request: BaseModel, payload: Any) -> Response:
        """Read an answer of this dialect.

        :raises InvalidResponseError: when it is not what the dialect promises.
        """
        try:
            if self.text:
                payload = {"text": payload}
            if self.decode:
                payload = self.decode(payload, request.model_dump(mode="json"))
            if self.receive and isinstance(payload, dict):
                payload = {self.receive.get(key, key): value for key, value in payload.items()}
            return operation.response.model_validate(payload)
        except (ValidationError, AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
            problems = error.errors(include_url=False, include_input=False) if isinstance(error, ValidationError) else []
            raise InvalidResponseError(
                f"{operation.service.value} answered {operation.name} with something else than its dialect promises.",
                details={
                    "operation": operation.name,
                    "problems": [{"field": ".".join(map(str, p["loc"])), "rule": p["msg"]} for p in problems[:10]] or str(error)[:200],
                },
                suggestions=["Check the connection's dialect, and that its host and port are this service's."],
            ) from error
