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


async def _sparse(  # on the loop: FastAPI would run a plain function in a thread, which costs more than all else it does
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


def _spelt(result: Any, names: frozenset[str] | None) -> bytes | Response:
    """An answer in the form asked for; a ready one stays as it is. A large one takes a while, so that a thread does it where it can."""
    return result if isinstance(result, Response) else body_of(result, names)


async def _served(served: Served, room: Room, request: Any, call: Call, names: frozenset[str] | None = None) -> bytes | Response:
    workers = room.workers(served)
    if inspect.iscoroutinefunction(served.handler):
        await workers.run(lambda: _check(served, request, call))
        about(call.workflow)
        return _spelt(await served.handler(request, call), names)

    def work() -> bytes | Response:
        _check(served, request, call)
        return _spelt(served.handler(request, call), names)

    return await workers.run(work)


async def _kept(  # noqa: PLR0917 - what makes one answer
    operation: Operation[Any, Any], served: Served, room: Room, request: Any, call: Call, names: frozenset[str] | None
) -> bytes | Response:
    """An answer as it was made for the same state, or made now. Whether the caller may have it is asked every time."""
    await room.cheap.run(lambda: _check(served, request, call))
    about(call.workflow)
    asked = (operation.name, request.model_dump_json(), ",".join(sorted(names or ())))
    name = named(*asked, str(call.subject.id), call.subject.head.hash)
    kept = await room.cache.get(name)
    if kept is not None:
        return kept
    if inspect.iscoroutinefunction(served.handler):
        made = _spelt(await served.handler(request, call), names)
    else:
        made = await room.workers(served).run(lambda: _spelt(served.handler(request, call), names))
    if isinstance(made, bytes):
        await room.cache.put(name, made, served.kept_seconds)
    return made


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
        return answered(await _served(served, room, request, call, names), if_none_match=if_none_match)

    async def write(
        request: Any,
        http: Request,
        idempotency_key: Annotated[
            str | None,
            Header(description="With the same key, asking again is asking once.", min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$"),
        ] = None,
    ) -> Response:
        return answered(await _served(served, room, request, _call(http, room, idempotency_key)))

    return read if method in _READS else write
