"""What an answer looks like on the wire: sparse where asked, and not at all when the caller has it already."""

from __future__ import annotations

import hashlib
import json
from typing import Any, get_args, get_origin

from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from dean_provider.errors import InvalidConfigurationError

__all__ = ["answered", "body_of", "sparse_names"]

_MOST_FIELDS = 64


def _items_of(model: type[BaseModel]) -> tuple[str, type[BaseModel]] | None:
    """The one field of a page that lists models, if ``model`` is a page."""
    listed = [
        (name, get_args(field.annotation)[0])
        for name, field in model.model_fields.items()
        if get_origin(field.annotation) is list and isinstance(get_args(field.annotation)[0], type)
    ]
    pages = [(name, item) for name, item in listed if issubclass(item, BaseModel)]
    return pages[0] if len(pages) == 1 and "next_cursor" in model.model_fields else None


def sparse_names(model: type[BaseModel], fields: str | None) -> frozenset[str] | None:
    """The fields asked for, of a page's items or of the answer itself; nothing when all are.

    :raises InvalidConfigurationError: naming those there are not.
    """
    if fields is None:
        return None
    items = _items_of(model)
    known = (items[1] if items else model).model_fields
    names = [name.strip() for name in fields.split(",") if name.strip()]
    unknown = [name for name in names if name not in known]
    if unknown or not names or len(names) > _MOST_FIELDS:
        raise InvalidConfigurationError(
            f"fields must name some of: {', '.join(known)}.",
            details={"problems": [{"field": "fields", "value": ", ".join(unknown)[:200], "rule": "names of fields, separated by commas"}]},
        )
    return frozenset(names)


def _thinned(model: BaseModel, names: frozenset[str]) -> dict[str, Any]:
    items = _items_of(type(model))
    if items is None:
        return model.model_dump(mode="json", include=set(names))
    return model.model_dump(mode="json", include={**dict.fromkeys(type(model).model_fields, True), items[0]: {"__all__": set(names)}})


def _matches(header: str | None, etag: str) -> bool:
    asked = [part.strip().removeprefix("W/") for part in (header or "").split(",")]
    return "*" in asked or etag in asked


def body_of(result: BaseModel, names: frozenset[str] | None = None) -> bytes:
    """``result`` as it is sent.

    :param names: fields to send; all unless given.
    """
    return result.model_dump_json().encode() if names is None else json.dumps(_thinned(result, names), separators=(",", ":")).encode()


def answered(body: bytes | Response, *, if_none_match: str | None = None) -> Response:
    """The response with this body, and an ETag over its bytes; one that is ready stays as it is.

    :param if_none_match: ETags the caller has.
    """
    if isinstance(body, Response):
        return body
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if _matches(if_none_match, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def json_answer(content: dict[str, Any]) -> JSONResponse:
    """A document that is no model's."""
    return JSONResponse(content, headers={"Cache-Control": "private, no-cache"})
