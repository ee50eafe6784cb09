"""How an operation is served: may the caller, is there room, do it, say it in the form asked for. The same for every route."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request, Response
from pydantic import BaseModel

from dean_provider.contract.endpoints.operation import Operation
from dean_provider.errors import NotFoundError
from dean_provider.plugins.api.answers import answered, body_of, sparse_names
from dean_provider.plugins.api.authentication import caller_of
from dean_provider.plugins.api.cache import Cache, LocalCache, named
from dean_provider.plugins.api.call import Call
from dean_provider.plugins.api.database import Sessions, open_session
from dean_provider.plugins.api.log_context import about
from dean_provider.plugins.api.rights import Right, authorize
from dean_provider.plugins.api.workers import Workers

__all__ = ["Room", "Served", "Table", "endpoint"]

Result = BaseModel | Response
Handler = Callable[[Any, Call], "Result | Awaitable[Result]"]
_FORWARDED = ("authorization", "cookie")
_READS = ("GET", "HEAD")


@dataclass(frozen=True)
class Served:
    """What one route does and for whom.

    :param handler: takes the operation's request and the call; a plain function runs in a thread, an ``async`` one must not block.
    :param right: who may.
    :param expensive: reads much, so that it is shed first when there is too much to do.
    :param only: type of the executions it is for; others are not found.
    :param kept_seconds: how long an answer may be given again, to whoever asks the same about the same state of the same execution. The
        answer must depend on nothing else, the caller least of all.
    """

    handler: Handler
    right: Right
    expensive: bool = False
    only: str | None = None
    kept_seconds: float = 0.0


Table = Mapping[Operation[Any, Any], Served]


@dataclass
class Room:
    """Threads for what blocks, for cheap and for expensive requests, the database they work on, and what they need not do twice."""

    cheap: Workers = field(default_factory=lambda: Workers(8, 192))
    expensive: Workers = field(default_factory=lambda: Workers(3, 12, purpose="expensive requests", retry_after=2.0))
    sessions: Sessions = open_session
    cache: Cache = field(default_factory=LocalCache)

    def workers(self, served: Served) -> Workers:
        """Where a request of this route does what blocks."""
        return self.expensive if served.expensive else self.cheap


def _sparse(
    fields: Annotated[
        str | None, Query(description="Only these fields of the answer, or of each item of a page, separated by commas.", max_length=2000)
    ] = None,
) -> str | None:
    return fields


def _call(http: Request, room: Room, key: str | None) -> Call:
    credentials = {name: http.headers[name] for name in _FORWARDED if name in http.headers}
    return Call(caller_of(http), room.sessions, credentials, key)


def _check(served: Served, request: Any, call: Call) -> None:
    authorize(served.right, call, request)
    about(call.workflow)
    if served.only is not None and call.subject.workflow_type != served.only:
        raise NotFoundError(f"There is no {served.only} {call.subject.id}.", details={"workflow_type": call.subject.workflow_type})


async def _kept(operation: Operation[Any, Any], served: Served, room: Room, request: Any, call: Call, names: frozenset[str] | None) -> bytes:
    """The body of an answer: as it was made for the same state, or made now. Whether the caller may have it is asked every time."""
    await room.cheap.run(lambda: _check(served, request, call))
    about(call.workflow)
    asked = (operation.name, request.model_dump_json(), ",".join(sorted(names or ())))
    name = named(*asked, str(call.subject.id), call.subject.head.hash)
    body = await room.cache.get(name)
    if body is None:
        if inspect.iscoroutinefunction(served.handler):
            made = await served.handler(request, call)
        else:
            made = await room.workers(served).run(lambda: served.handler(request, call))
        body = body_of(made, names)
        await room.cache.put(name, body, served.kept_seconds)
    return body


async def _served(served: Served, room: Room, request: Any, call: Call) -> Result:
    workers = room.workers(served)

    def check() -> None:
        _check(served, request, call)

    if inspect.iscoroutinefunction(served.handler):
        await workers.run(check)
        about(call.workflow)
        result: Result = await served.handler(request, call)
        return result

    def work() -> Any:
        check()
        return served.handler(request, call)

    return await workers.run(work)


def endpoint(operation: Operation[Any, Any], method: str, served: Served, room: Room) -> Callable[..., Any]:
    """The handler that :func:`dean_provider.web.binding.bind` makes a route of."""

    async def read(
        request: Any,
        http: Request,
        fields: Annotated[str | None, Depends(_sparse)],
        if_none_match: Annotated[str | None, Header(description="ETag of an answer the caller has.", max_length=1000)] = None,
    ) -> Response:
        names = sparse_names(operation.response, fields)
        call = _call(http, room, None)
        if served.kept_seconds:
            return answered(await _kept(operation, served, room, request, call, names), if_none_match=if_none_match)
        result = await _served(served, room, request, call)
        return answered(result if isinstance(result, Response) else body_of(result, names), if_none_match=if_none_match)

    async def write(
        request: Any,
        http: Request,
        idempotency_key: Annotated[
            str | None,
            Header(description="With the same key, asking again is asking once.", min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$"),
        ] = None,
    ) -> Response:
        result = await _served(served, room, request, _call(http, room, idempotency_key))
        return answered(result if isinstance(result, Response) else body_of(result))

    return read if method in _READS else write
