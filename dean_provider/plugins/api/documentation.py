"""The API's own description: the OpenAPI document, and a page made from it. Nothing of it comes from another server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from jinja2 import Environment, PackageLoader, select_autoescape

from dean_provider.plugins.api.answers import json_answer
from dean_provider.plugins.api.authentication import caller_of
from dean_provider.plugins.api.call import Call
from dean_provider.plugins.api.database import open_session
from dean_provider.plugins.api.live.asyncapi import asyncapi as describe_sockets
from dean_provider.plugins.api.rights import Right, authorize
from dean_provider.web.binding import problem_schema
from dean_provider.web.flat_parameters import flat_parameters

__all__ = ["DOCUMENTS", "add_documents", "authorize_document"]

DOCUMENTS: dict[str, tuple[str, Right]] = {
    "openapi": ("/openapi.json", Right.SIGNED_IN),
    "asyncapi": ("/asyncapi.json", Right.SIGNED_IN),
    "documentation": ("/docs", Right.SIGNED_IN),
    "page": ("/page/", Right.SIGNED_IN),
}
"""What is served besides the operations, and for whom."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
_SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "A token of POST /auth/token, or a task's."},
    "session": {"type": "apiKey", "in": "cookie", "name": "_token", "description": "Airflow's session."},
}


@dataclass(frozen=True)
class Shown:
    """One operation on the page."""

    method: str
    path: str
    summary: str
    right: str
    parameters: list[dict[str, Any]]
    body: str
    answer: str


def describe(app: FastAPI, rights: dict[str, Right]) -> dict[str, Any]:
    """The OpenAPI document, with who may do what."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        components = schema.setdefault("components", {})
        components.setdefault("schemas", {})["Problem"] = problem_schema()
        components["securitySchemes"] = _SECURITY
        flat_parameters(schema)
        schema["security"] = [{name: []} for name in _SECURITY]
        for operation in (one for methods in schema["paths"].values() for one in methods.values()):
            operation["description"] = f"For {rights[operation['operationId']].value}."
        app.openapi_schema = schema
    return app.openapi_schema


def add_documents(app: FastAPI, rights: dict[str, Right]) -> None:
    """Serve the description; who may is decided like for every other route."""
    app.openapi = lambda: describe(app, rights)  # type: ignore[method-assign]

    async def openapi(request: Request) -> Response:
        authorize_document("openapi", request)
        prefix = request.scope.get("root_path", "").rstrip("/")
        return json_answer({**app.openapi(), "servers": [{"url": prefix or "/"}]})

    async def asyncapi(request: Request) -> Response:
        authorize_document("asyncapi", request)
        prefix, secure = request.scope.get("root_path", "").rstrip("/"), request.url.scheme == "https"
        return json_answer(describe_sockets(request.url.netloc, prefix or "/", secure=secure))

    async def documentation(request: Request) -> Response:
        authorize_document("documentation", request)
        page = _template().render(title=app.title, version=app.version, shown=list(_shown(app.openapi())))
        headers = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-cache"}
        return Response(page, media_type="text/html; charset=utf-8", headers=headers)

    for endpoint in (openapi, asyncapi, documentation):
        app.add_route(DOCUMENTS[endpoint.__name__][0], endpoint, methods=["GET"], name=endpoint.__name__, include_in_schema=False)


def authorize_document(name: str, request: Request) -> None:
    """Let nobody past who may not have that document.

    :raises PermissionDeniedError: the caller may not.
    """
    authorize(DOCUMENTS[name][1], Call(caller_of(request), open_session), None)


@cache
def _template() -> Any:
    loader = PackageLoader("dean_provider.plugins.api", "templates")
    return Environment(loader=loader, autoescape=select_autoescape()).get_template("documentation.html")


def _shown(schema: dict[str, Any]) -> Iterator[Shown]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield Shown(
                method=method.upper(),
                path=path,
                summary=operation.get("summary", ""),
                right=operation["description"],
                parameters=[_parameter(one) for one in operation.get("parameters", [])],
                body=_named(operation.get("requestBody", {}).get("content", {})),
                answer=_named(operation["responses"].get("200", {}).get("content", {})),
            )


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    described = parameter.get("description") or parameter["schema"].get("description", "")
    return {"name": parameter["name"], "where": parameter["in"], "required": parameter.get("required", False), "description": described}


def _named(content: dict[str, Any]) -> str:
    """The model, or the media type, of a body."""
    for media_type, described in content.items():
        schema = described.get("schema", {})
        reference = schema.get("$ref") or next((one["$ref"] for one in schema.get("anyOf", []) if "$ref" in one), "")
        return str(reference).rpartition("/")[2] or str(media_type)
    return ""
