"""Routes from the contract: each operation of a dialect becomes a FastAPI route, so that OpenAPI says exactly what callers send.

A handler takes the operation's request model and returns its response model, or a ready response. A plain function runs in a thread;
an ``async`` one on the loop and must not block. What else a handler takes is given by FastAPI, for example a header.
"""

from __future__ import annotations

import inspect
import string
from collections.abc import Awaitable, Callable, Collection, Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from pydantic import BaseModel, ValidationError, create_model

from dean_provider.contract.endpoints.dialect import Dialect
from dean_provider.contract.endpoints.operation import Operation, Route
from dean_provider.contract.problem import MEDIA_TYPE, Problem
from dean_provider.contract.service import Health

__all__ = ["Handler", "Handlers", "bind"]

Handler = Callable[..., "BaseModel | Response | Awaitable[BaseModel | Response]"]
Handlers = Mapping[Operation[Any, Any], Handler]
_PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_EVENT = {"type": "object", "title": "One event", "properties": {name: {"type": "string"} for name in ("event", "id", "data")}}
# Python 3.13 names these as RFC 9110 does; the document is the same on every Python.
_PHRASES = {413: "Content Too Large", 422: "Unprocessable Content"}
_ANY_ROUTE = (401, 413, 422, 429, 500, 503)
_ABOUT_SOMETHING = (404, 409)


def _failures(operation: Operation[Any, Any], route: Route, further: Collection[int]) -> dict[int | str, dict[str, Any]]:
    """Every status but 200 that the route may answer with. Whoever gets another one has found a defect."""
    names_something = any(name.endswith(("_id", "_ids")) for name in operation.request.model_fields)
    about = _ABOUT_SOMETHING if names_something or route.method != "GET" or _path_names(route) else ()
    known = sorted({*_ANY_ROUTE, *about, *further})
    told: dict[int | str, dict[str, Any]] = {
        status: {"description": _PHRASES.get(status) or HTTPStatus(status).phrase, **({} if status < 400 else {"content": _PROBLEM})}
        for status in known
    }
    if route.media_type == "text/event-stream":
        told[200] = {"content": {route.media_type: {"schema": _EVENT}}}
    if operation.response is Health:
        told[503] = {"description": "It does not serve; the checks say why.", "model": Health}
    return told


def _path_names(route: Route) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(route.path) if name]


def _server_path(route: Route) -> str:
    """The path as a router takes it: a server sees ``%2F`` as a slash, so a field that may hold one must be allowed to."""
    return route.path.format(**{name: f"{{{name}:path}}" if name in route.slashes else f"{{{name}}}" for name in _path_names(route)})


def _rest_model(model: type[BaseModel], in_path: list[str]) -> type[BaseModel] | None:
    """The request without the fields its path carries; ``None`` when nothing is left."""
    rest = {name: (field.annotation, field) for name, field in model.model_fields.items() if name not in in_path}
    if not rest:
        return None
    if not in_path:
        return model
    fields: Any = rest
    made: type[BaseModel] = create_model(f"{model.__name__}Body", __config__=model.model_config, __doc__=model.__doc__, **fields)
    return made


def _extras(handler: Handler) -> dict[str, inspect.Parameter]:
    """What a handler takes besides the request, by name."""
    more = list(inspect.signature(handler, eval_str=True).parameters.values())[1:]
    return {given.name: given.replace(kind=inspect.Parameter.KEYWORD_ONLY) for given in more}


ANNOTATED: Any = Annotated
"""The form made from values known at run time only."""


def _signature(
    model: type[BaseModel], route: Route, rest: type[BaseModel] | None, extras: dict[str, inspect.Parameter]
) -> inspect.Signature:
    parameters = list(extras.values())
    for name in _path_names(route):
        field = model.model_fields[name]
        kind = ANNOTATED[(field.annotation, *field.metadata, Path(description=field.description))]
        parameters.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind))
    if rest is not None:
        source = Query() if route.method in ("GET", "DELETE") else Body()
        optional = route.method not in ("GET", "DELETE") and not any(field.is_required() for field in rest.model_fields.values())
        kind = ANNOTATED[(rest | None if optional else rest, source)]
        default = None if optional else inspect.Parameter.empty
        parameters.append(inspect.Parameter("rest", inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default))
    return inspect.Signature(parameters)


def _request(model: type[BaseModel], given: dict[str, Any]) -> BaseModel:
    rest = given.pop("rest", None)
    if rest is not None and not given and isinstance(rest, model):
        return rest
    fields = {name: getattr(rest, name) for name in rest.model_fields_set} if rest is not None else {}
    try:
        return model.model_validate({**fields, **given})
    except ValidationError as error:  # a rule of the whole model, or one that a path's parameter does not carry
        raise RequestValidationError(error.errors()) from None


def _answer(result: Any) -> Response:
    if isinstance(result, Response):
        return result
    model: BaseModel = result
    return Response(model.model_dump_json(), media_type="application/json")


def _endpoint(operation: Operation[Any, Any], handler: Handler, extras: Collection[str]) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(handler):

        async def asynchronous(**given: Any) -> Response:
            more = {name: given.pop(name) for name in extras}
            return _answer(await handler(_request(operation.request, given), **more))

        return asynchronous

    def synchronous(**given: Any) -> Response:
        more = {name: given.pop(name) for name in extras}
        return _answer(handler(_request(operation.request, given), **more))

    return synchronous


def _text_class(media_type: str) -> type[Response]:
    """What OpenAPI says that an answer is."""
    return type("TextResponse", (PlainTextResponse,), {"media_type": media_type})


def bind(router: APIRouter, dialect: Dialect, handlers: Handlers, *, further: Collection[int] = (), of_reads: Collection[int] = ()) -> None:
    """Register every operation of ``dialect`` that has a handler.

    :param further: statuses that any of its routes may answer with, besides those of every service; ``of_reads``: only a GET may.

    :raises KeyError: when an operation of the dialect has none: a service serves its whole dialect or does not start.
    """
    by_name = {operation.name: (operation, handler) for operation, handler in handlers.items()}
    for name, route in dialect.routes.items():
        operation, handler = by_name[name]
        extras, rest = _extras(handler), _rest_model(operation.request, _path_names(route))
        endpoint = _endpoint(operation, handler, extras)
        endpoint.__signature__ = _signature(operation.request, route, rest, extras)  # type: ignore[attr-defined]
        router.add_api_route(
            _server_path(route),
            endpoint,
            methods=[route.method],
            operation_id=name,
            name=name,
            summary=operation.summary,
            response_model=None if route.text else operation.response,
            response_class=_text_class(route.media_type) if route.text else JSONResponse,
            responses=_failures(operation, route, {*further, *(of_reads if route.method == "GET" else ())}),
        )


def problem_schema() -> dict[str, Any]:
    """The schema every route's error refers to."""
    return Problem.model_json_schema(ref_template="#/components/schemas/{model}")
